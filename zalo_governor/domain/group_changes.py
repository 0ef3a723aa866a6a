"""What somebody changed about the group itself (clauses 5.2, 6.1, 6.5), and the leader's word that allows it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

INFO_RULE = "6.1-thong-tin-nhom"
"""The rule on name, description, settings, administrators and invite link."""
PICTURE_RULE = "6.5-anh-nhom"
"""The rule on the group's picture."""
CHANGE_RULES = frozenset({INFO_RULE, PICTURE_RULE})


class ChangeKind(StrEnum):
    """What was changed; also the label of the finding on it."""

    NAME = "name"
    DESCRIPTION = "description"
    PICTURE = "picture"
    SETTING = "setting"
    ADMIN = "admin"
    """Zalo's right of a co-administrator was given or taken."""
    OWNER = "owner"
    LINK = "link"
    """The link by which anybody can come in was opened or made anew."""
    PIN = "pin"
    BOARD = "board"
    """Notes, polls, reminders, to-dos."""

    @property
    def rule_id(self) -> str | None:
        """The rule that finds it; None for what is recorded and never held against anybody."""
        if self in {ChangeKind.PIN, ChangeKind.BOARD}:
            return None
        return PICTURE_RULE if self is ChangeKind.PICTURE else INFO_RULE


class Change(BaseModel):
    """One thing that is now other than it was."""

    model_config = ConfigDict(frozen=True)

    kind: ChangeKind
    item: str = ""
    """Which one: a setting's flag, the number of who became an administrator, Zalo's word for an act of the board."""
    before: str | None = None
    """As text; a flag as its number, a person as its number, a picture as its address; None where it is not known."""
    after: str = ""


class GroupChange(BaseModel):
    """A change as it is kept."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    group_id: str
    event_id: int
    at: datetime
    """When it was done; when it was found, where a sweep found it."""
    actor_id: int | None
    """Person; None where Zalo does not say."""
    change: Change
    case_id: int | None = None
    approval_id: int | None = None


class Approval(BaseModel):
    """The word of somebody entitled that a change may be made."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    group_id: str
    given_by: int
    """Person."""
    given_at: datetime
    words: str
    """As it was typed."""
    kind: ChangeKind | None = None
    """None for every kind."""
    item: str = ""
    """Only this one of the kind, such as one flag; "" for each."""
    until: datetime
    once: bool
    """It covers one act only, and not whatever happens until then."""
    used_by_event: int | None = None
    """The first event that it covered."""

    def covers(self, change: Change, event_id: int, at: datetime) -> bool:
        """Whether a change made in that event at that time is allowed by it."""
        if not self.given_at <= at < self.until or self.kind not in {None, change.kind}:
            return False
        if self.item and self.item != change.item:
            return False
        return not self.once or self.used_by_event in {None, event_id}
