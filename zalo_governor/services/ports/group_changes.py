"""What the services need of changes of groups."""

from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.pictures import Looked


class GroupChanges(Protocol):
    """What was changed about groups, and what the leader allowed."""

    def add(self, account: str, change: GroupChange) -> None:
        """Keep a change."""
        ...

    def of_case(self, case: Case) -> list[GroupChange]:
        """The changes under a case, oldest first."""
        ...

    def between(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        """The changes of a group in [start, end), oldest first."""
        ...

    def approve(self, case: Case, approval_id: int) -> None:
        """Note that every change under a case was allowed afterwards."""
        ...

    def add_approval(self, approval: Approval) -> Approval:
        """Keep an approval (its id is ignored) and give it with its number."""
        ...

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        """The approvals of a group that end after that moment, oldest first."""
        ...

    def approval(self, approval_id: int) -> Approval | None:
        """The approval of that number."""
        ...

    def use_approval(self, approval_id: int, event_id: int) -> None:
        """Note the first event that it covered."""
        ...


class Pictures(Protocol):
    """What was made of pictures of groups."""

    def save(self, account: str, group_id: str, address: str, looked: Looked) -> None:
        """Keep the hash and the thumbnail of a picture, in place of those it had."""
        ...

    def thumbnail(self, account: str, group_id: str, address: str) -> Looked | None:
        """What was made of the picture at that address; None where it could not be had, or not yet."""
        ...
