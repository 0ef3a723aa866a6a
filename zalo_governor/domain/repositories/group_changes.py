"""Protocols of the repositories for changes to groups, the leader's approvals of changes, and group pictures."""

from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.pictures import Looked


class GroupChanges(Protocol):
    """Repository of changes to groups (name, picture, admins, settings, ...) and of approvals.

    An approval is the leader's permission to change a group.
    """

    def add(self, account: str, change: GroupChange) -> None:
        """Store a change to a group that was observed by the bot account with uid `account`."""
        ...

    def of_case(self, case: Case) -> list[GroupChange]:
        """Return the changes to the group that the case is about, oldest first."""
        ...

    def between(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        """Return the changes made to the group in [start, end), oldest first."""
        ...

    def approve(self, case: Case, approval_id: int) -> None:
        """Record that the approval with that number, given afterwards, covers all changes that the case is about."""
        ...

    def add_approval(self, approval: Approval) -> Approval:
        """Insert an approval (the leader's permission to change a group; its id is ignored); return it with its id."""
        ...

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        """Return the approvals (permissions to change the group) that have not expired at `at`, oldest first."""
        ...

    def approval(self, approval_id: int) -> Approval | None:
        """Return the approval with that number; None if there is none."""
        ...

    def use_approval(self, approval_id: int, event_id: int) -> None:
        """Record the event as the first one that the approval permitted; do nothing if one is recorded already."""
        ...


class Pictures(Protocol):
    """Repository of the hashes and thumbnails of group pictures, by which two pictures can be compared."""

    def save(self, account: str, group_id: str, address: str, looked: Looked) -> None:
        """Store the hash and thumbnail (`looked`) of the group picture at URL `address`, replacing earlier ones."""
        ...

    def thumbnail(self, account: str, group_id: str, address: str) -> Looked | None:
        """Return the hash and thumbnail of the picture at URL `address`; None if it has not been fetched."""
        ...
