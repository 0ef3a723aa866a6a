"""Outsiders: people who joined the group but are not on its roster, the approved list of members (clause 4.5)."""

from datetime import datetime

from zalo_governor.domain.models import FrozenModel

OUTSIDERS = "4.5-nguoi-ngoai-danh-sach"
"""Id of the rule on outsiders; its cases are about a person who joined, not about a message."""


class Outsider(FrozenModel):
    """A person not on the roster (approved list of members) who joined a group, and the case about the join.

    The case's `person_id` is the person who added the outsider; the outsider's own id where that is nobody or unknown.
    """

    case_id: int
    group_id: str
    account: str
    """uid of the bot account that saw the person join."""
    uid: str
    """The outsider's uid; uids differ for each bot account (`account`)."""
    person_id: int
    """Id of the outsider as a `Person`."""
    brought_by: int | None = None
    """Id of the person who added the outsider or approved the join; None for a join by link, or where unknown."""
    came_at: datetime
    gone_at: datetime | None = None
    """When the outsider left the group; None while still in it."""
