"""Changes of the group's name, picture, settings … (clauses 5.2, 6.1, 6.5), and approvals (permissions) of them."""

from datetime import datetime
from enum import StrEnum

from zalo_governor.domain.models import FrozenModel

INFO_RULE = "6.1-thong-tin-nhom"
"""Id of the rule on name, description, settings, administrators and invite link of the group."""
PICTURE_RULE = "6.5-anh-nhom"
"""Id of the rule on the group's picture."""
CHANGE_RULES = frozenset({INFO_RULE, PICTURE_RULE})


class ChangeKind(StrEnum):
    """Kind of a change of the group; its value is also the label of the finding about the change."""

    NAME = "name"
    DESCRIPTION = "description"
    PICTURE = "picture"
    SETTING = "setting"
    ADMIN = "admin"
    """A member was granted or lost Zalo's co-administrator right."""
    OWNER = "owner"
    LINK = "link"
    """The group's invite link was opened or replaced."""
    PIN = "pin"
    BOARD = "board"
    """A note, poll, reminder or to-do of the group changed."""

    @property
    def rule_id(self) -> str | None:
        """Return the id of the rule on changes of this kind; None where such changes are recorded but break no rule."""
        if self in {ChangeKind.PIN, ChangeKind.BOARD}:
            return None
        return PICTURE_RULE if self is ChangeKind.PICTURE else INFO_RULE


IN_WORDS = frozenset({ChangeKind.NAME, ChangeKind.DESCRIPTION, ChangeKind.PIN, ChangeKind.BOARD})
"""Kinds whose values are texts that people wrote."""


class Change(FrozenModel):
    """One changed property of the group, with its values before and after."""

    kind: ChangeKind
    item: str = ""
    """Which setting (name), administrator (person id) or board act (Zalo's name) changed; "" where not needed."""
    before: str | None = None
    """The old value as text (a setting's number, a person's id, a picture's URL …); None where unknown."""
    after: str = ""
    removed: bool = False
    """Whether the stored texts were removed: their term was over, or they may be a state secret."""


class GroupChange(FrozenModel):
    """A stored change of the group, with the ids of the event, the person, the case and the approval (if any)."""

    id: int = 0
    group_id: str
    event_id: int
    at: datetime
    """When the change was made, or when group sync found the change."""
    actor_id: int | None
    """Id of the person who made the change; None where Zalo does not say."""
    change: Change
    case_id: int | None = None
    approval_id: int | None = None


class Approval(FrozenModel):
    """Permission for changes of the group, given by the leader (or another role in `ApprovalSettings.roles`)."""

    id: int = 0
    group_id: str
    given_by: int
    """Id of the person who gave the approval."""
    given_at: datetime
    words: str
    """The text with which the person gave the approval, as it was typed."""
    kind: ChangeKind | None = None
    """The kind of change approved; None for every kind."""
    item: str = ""
    """The one `Change.item` that may be changed, such as one setting; "" for every item of the kind."""
    until: datetime
    once: bool
    """True: covers the changes of one event only. False: covers every matching change before `until`."""
    used_by_event: int | None = None
    """Id of the first event whose changes the approval covered."""

    def covers(self, change: Change, event_id: int, at: datetime) -> bool:
        """Return whether the approval allows `change`, made by event `event_id` at `at`."""
        if not self.given_at <= at < self.until or self.kind not in {None, change.kind}:
            return False
        if self.item and self.item != change.item:
            return False
        return not self.once or self.used_by_event in {None, event_id}
