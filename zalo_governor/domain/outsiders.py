"""Outsiders: people who joined the group without being in the roster (clause 4.5)."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

OUTSIDERS = "4.5-nguoi-ngoai-danh-sach"
"""Id of the rule on outsiders: its cases are about a person who joined, not about a message."""


class Outsider(BaseModel):
    """The newcomer whom a case of clause 4.5 is about. `Case.person_id` is the person who added them, if known."""

    model_config = ConfigDict(frozen=True)

    case_id: int
    group_id: str
    account: str
    """uid of the bot account that saw the newcomer join."""
    uid: str
    """The newcomer's uid as seen by that bot account."""
    person_id: int
    brought_by: int | None = None
    """Id of the person who added or approved the newcomer; None for a join by invite link, or where unknown."""
    came_at: datetime
    gone_at: datetime | None = None
    """When the newcomer left the group; None while still in it."""
