"""Protocols of the repositories for changes to a group's settings, the leader's approvals, and group pictures."""

from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.pictures import Looked


class GroupChanges(Protocol):
    """Repository of changes to groups (name, picture, admins, settings, ...) and of the leader's approvals."""

    def add(self, account: str, change: GroupChange) -> None:
        """Store a change observed by the bot account `account`."""
        ...

    def of_case(self, case: Case) -> list[GroupChange]:
        """Return the changes that belong to a case, oldest first."""
        ...

    def between(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        """Return the changes to a group in [start, end), oldest first."""
        ...

    def approve(self, case: Case, approval_id: int) -> None:
        """Record that the approval `approval_id`, given afterwards, covers every change of the case."""
        ...

    def add_approval(self, approval: Approval) -> Approval:
        """Insert an approval and return it with its number (the given id is ignored)."""
        ...

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        """Return the approvals of a group that expire after `at`, oldest first."""
        ...

    def approval(self, approval_id: int) -> Approval | None:
        """Return the approval with that number, or None."""
        ...

    def use_approval(self, approval_id: int, event_id: int) -> None:
        """Record `event_id` as the first event that the approval covered."""
        ...


class Pictures(Protocol):
    """Repository of the hashes and thumbnails of group pictures."""

    def save(self, account: str, group_id: str, address: str, looked: Looked) -> None:
        """Store the hash and thumbnail of the picture at URL `address`, replacing earlier ones."""
        ...

    def thumbnail(self, account: str, group_id: str, address: str) -> Looked | None:
        """Return the hash and thumbnail of the picture at URL `address`; None if it has not been fetched."""
        ...
