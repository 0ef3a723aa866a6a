"""Repositories in memory: group changes, pictures, removals, actions."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.memory.base import MemoryRepository
from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome
from zalo_governor.domain.cases import Case, CaseMessage
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.pictures import Looked, Picture
from zalo_governor.domain.removals import Removal, RemovalOutcome

BOT = "7000000000000000001"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
GROUP = "8000000000000000001"


class MemoryGroupChanges(MemoryRepository):
    """Fits `services.ports`."""

    def add(self, account: str, change: GroupChange) -> None:
        self._store.kept_changes.append(change)

    def of_case(self, case: Case) -> list[GroupChange]:
        return [change for change in self._store.kept_changes if change.case_id == case.id]

    def between(self, group_id: str, start: datetime, end: datetime) -> list[GroupChange]:
        return [change for change in self._store.kept_changes if start <= change.at < end]

    def add_approval(self, approval: Approval) -> Approval:
        approval = approval.model_copy(update={"id": len(self._store.given) + 1})
        self._store.given.append(approval)
        return approval

    def approvals(self, group_id: str, at: datetime) -> list[Approval]:
        return [approval for approval in self._store.given if approval.until > at and approval.group_id == group_id]

    def approval(self, approval_id: int) -> Approval | None:
        return next((approval for approval in self._store.given if approval.id == approval_id), None)

    def use_approval(self, approval_id: int, event_id: int) -> None:
        approval = self._store.given[approval_id - 1]
        if approval.used_by_event is None:
            self._store.given[approval_id - 1] = approval.model_copy(update={"used_by_event": event_id})

    def approve(self, case: Case, approval_id: int) -> None:
        update = {"approval_id": approval_id}
        self._store.kept_changes = [
            change.model_copy(update=update) if change.case_id == case.id else change
            for change in self._store.kept_changes
        ]


class MemoryPictures(MemoryRepository):
    """Fits `services.ports`."""

    def request(self, picture: Picture, now: datetime) -> None:
        if picture.address not in self._store.wanted or picture.case_id:
            self._store.wanted[picture.address] = (picture, now)

    def due(self, account: str, now: datetime) -> list[Picture]:
        return [picture for picture, due in self._store.wanted.values() if due and due <= now]

    def next_due(self, account: str) -> datetime | None:
        return min((due for _, due in self._store.wanted.values() if due), default=None)

    def retry(self, picture: Picture, at: datetime) -> None:
        again = picture.model_copy(update={"attempts": picture.attempts + 1})
        self._store.wanted[picture.address] = (again, at)

    def settle(self, picture: Picture, looked: Looked | None) -> None:
        self._store.wanted[picture.address] = (picture, None)
        if looked:
            self._store.looked[picture.address] = looked

    def thumbnail(self, account: str, group_id: str, address: str) -> Looked | None:
        return self._store.looked.get(address)


class MemoryRemovals(MemoryRepository):
    """Fits `services.ports`."""

    def order(self, case: Case, messages: Sequence[CaseMessage], by: int, now: datetime) -> int:
        for message in messages:
            removal = Removal(
                id=len(self._store.ordered) + 1,
                account=message.account,
                group_id=case.group_id,
                case_id=case.id,
                message_key=message.key,
                cli_key=message.cli_key or "",
                owner_uid=message.owner_uid,
                sent_at=message.at,
                ordered_by=by,
            )
            self._store.ordered.append(removal)
        return len(messages)

    def due(self, account: str, now: datetime) -> list[Removal]:
        open_ = [removal for removal in self._store.ordered if removal.id not in self._store.outcomes]
        return [removal for removal in open_ if self._store.retried.get(removal.id, now) <= now]

    def waiting(self, case: Case) -> list[Removal]:
        return [
            removal
            for removal in self._store.ordered
            if removal.case_id == case.id and removal.id not in self._store.outcomes
        ]

    def next_due(self, account: str) -> datetime | None:
        open_ = [removal for removal in self._store.ordered if removal.id not in self._store.outcomes]
        return min((self._store.retried.get(removal.id, NOW) for removal in open_), default=None)

    def retry(self, removal: Removal, at: datetime) -> None:
        self._store.retried[removal.id] = at
        self._store.ordered[removal.id - 1] = removal.model_copy(update={"attempts": removal.attempts + 1})

    def settle(self, removal: Removal, outcome: RemovalOutcome) -> bool:
        return self._store.outcomes.setdefault(removal.id, outcome) is outcome


class MemoryActions(MemoryRepository):
    """Fits `services.ports`."""

    def order(self, errand: Errand) -> bool:
        if self.is_waiting(errand.account, errand.kind, errand.group_id, errand.uid):
            return False
        self._store.errands.append(errand.model_copy(update={"id": len(self._store.errands) + 1}))
        return True

    def is_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        return any((errand.kind, errand.uid) == (kind, uid) for errand in self._open_errands())

    def due(self, account: str, now: datetime) -> list[Errand]:
        return [errand for errand in self._open_errands() if self._store.errand_again.get(errand.id, _EVER) <= now]

    def next_due(self, account: str) -> datetime | None:
        due = (self._store.errand_again.get(errand.id, errand.ordered_at) for errand in self._open_errands())
        return min(due, default=None)

    def retry(self, errand: Errand, at: datetime) -> None:
        self._store.errand_again[errand.id] = at
        self._store.errands[errand.id - 1] = errand.model_copy(update={"attempts": errand.attempts + 1})

    def settle(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        return self._store.errand_outcomes.setdefault(errand.id, outcome) is outcome

    def _open_errands(self) -> list[Errand]:
        return [errand for errand in self._store.errands if errand.id not in self._store.errand_outcomes]
