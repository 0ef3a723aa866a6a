"""Somebody outside the roster who came into the group (clause 4.5), and the case about it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

OUTSIDERS = "4.5-nguoi-ngoai-danh-sach"
"""The rule whose cases are about somebody who came in, and not about something that was said."""


class Outsider(BaseModel):
    """Whom a case of clause 4.5 is about. The case itself stands under who brought them in, where that is known."""

    model_config = ConfigDict(frozen=True)

    case_id: int
    group_id: str
    account: str
    """The bot account that saw it."""
    uid: str
    """The newcomer's, as that account sees it."""
    person_id: int
    brought_by: int | None = None
    """Person who added or approved the newcomer; None for a link, or where nobody knows."""
    came_at: datetime
    gone_at: datetime | None = None
    """When the newcomer was seen to leave; None while still in the group."""
