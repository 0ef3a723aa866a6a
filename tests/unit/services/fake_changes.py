"""The part of the transaction in memory that knows what became of groups."""

from dataclasses import dataclass, field
from datetime import datetime

from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.domain.pictures import Looked, Picture


@dataclass
class FakeChanges:
    """Everything in lists."""

    group: GroupSnapshot | None = None
    """The one group, as it was last seen."""
    kept_changes: list[GroupChange] = field(default_factory=list)
    given: list[Approval] = field(default_factory=list)
    wanted: dict[str, tuple[Picture, datetime | None]] = field(default_factory=dict)
    """Address -> picture, and when it is due"""
    looked: dict[str, Looked] = field(default_factory=dict)
    noted: dict[int, tuple[int, str]] = field(default_factory=dict)

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        return self.group

    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        self.group = snapshot

    def add_change(self, account: str, change: GroupChange) -> None:
        self.kept_changes.append(change)

    def changes_of_case(self, case: Case) -> list[GroupChange]:
        return [change for change in self.kept_changes if change.case_id == case.id]

    def changes_at(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        return [change for change in self.kept_changes if start <= change.at < end]

    def add_approval(self, approval: Approval) -> Approval:
        approval = approval.model_copy(update={"id": len(self.given) + 1})
        self.given.append(approval)
        return approval

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        return [approval for approval in self.given if approval.until > at and approval.group_id == group_id]

    def approval(self, approval_id: int) -> Approval | None:
        return next((approval for approval in self.given if approval.id == approval_id), None)

    def use_approval(self, approval_id: int, event_id: int) -> None:
        approval = self.given[approval_id - 1]
        if approval.used_by_event is None:
            self.given[approval_id - 1] = approval.model_copy(update={"used_by_event": event_id})

    def approve_changes(self, case: Case, approval_id: int) -> None:
        update = {"approval_id": approval_id}
        self.kept_changes = [
            change.model_copy(update=update) if change.case_id == case.id else change for change in self.kept_changes
        ]

    def want_picture(self, picture: Picture, now: datetime) -> None:
        if picture.address not in self.wanted or picture.case_id:
            self.wanted[picture.address] = (picture, now)

    def due_pictures(self, account: str, now: datetime) -> list[Picture]:
        return [picture for picture, due in self.wanted.values() if due and due <= now]

    def next_picture(self, account: str) -> datetime | None:
        return min((due for _, due in self.wanted.values() if due), default=None)

    def try_picture_again(self, picture: Picture, at: datetime) -> None:
        again = picture.model_copy(update={"attempts": picture.attempts + 1})
        self.wanted[picture.address] = (again, at)

    def settle_picture(self, picture: Picture, looked: Looked | None) -> None:
        self.wanted[picture.address] = (picture, None)
        if looked:
            self.looked[picture.address] = looked

    def looked_at(self, account: str, group_id: str, address: str) -> Looked | None:
        return self.looked.get(address)

    def add_manual(self, case: Case, noted_by: int, words: str) -> None:
        self.noted[case.id] = (noted_by, words)

    def manual(self, case: Case) -> tuple[int, str] | None:
        return self.noted.get(case.id)
