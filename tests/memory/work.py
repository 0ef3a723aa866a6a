"""Repositories in memory: group changes, pictures, removals, actions."""

from collections.abc import Collection
from datetime import UTC, datetime

from tests.memory.base import MemoryRepository
from zalo_governor.domain.cases import Case
from zalo_governor.domain.group_changes import Approval, GroupChange
from zalo_governor.domain.jobs import LEASE, Job, JobKind, JobOutcome
from zalo_governor.domain.people import picture_name
from zalo_governor.domain.pictures import Looked
from zalo_governor.storage.repositories.group_changes import GroupChanges, Pictures
from zalo_governor.storage.repositories.jobs import Jobs

BOT = "7000000000000000001"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
GROUP = "8000000000000000001"


class MemoryGroupChanges(MemoryRepository, GroupChanges):
    """Over lists."""

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


class MemoryPictures(MemoryRepository, Pictures):
    """Over lists."""

    def save(self, account: str, group_id: str, address: str, looked: Looked) -> None:
        self._store.looked[picture_name(address)] = looked

    def thumbnail(self, account: str, group_id: str, address: str) -> Looked | None:
        return self._store.looked.get(picture_name(address))


class MemoryJobs(MemoryRepository, Jobs):
    """Over lists."""

    def enqueue(self, job: Job) -> bool:
        for known in self._store.jobs:
            if known.id in self._store.due and _same(known, job):
                if job.case_id is not None:
                    self._store.jobs[known.id - 1] = known.model_copy(update={"case_id": job.case_id, "attempts": 0})
                    self._store.due[known.id] = job.starts_at
                return False
        job = job.model_copy(update={"id": len(self._store.jobs) + 1})
        self._store.jobs.append(job)
        self._store.due[job.id] = job.starts_at
        return True

    def claim(
        self,
        account: str,
        kinds: Collection[JobKind],
        now: datetime,
        *,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Job]:
        claimed = []
        for job in reversed(self._store.jobs) if newest_first else self._store.jobs:
            if job.kind in kinds and job.id in self._store.due and self._free_at(job) <= now:
                claimed.append(job.model_copy(update={"attempts": job.attempts + 1}))
        for job in claimed[:limit]:
            self._store.jobs[job.id - 1] = job
            self._store.leased[job.id] = now + LEASE
        return claimed[:limit]

    def renew(self, job: Job, now: datetime) -> bool:
        if job.id not in self._store.leased or self._store.jobs[job.id - 1].attempts != job.attempts:
            return False
        self._store.leased[job.id] = now + LEASE
        return True

    def release(self, account: str, kinds: Collection[JobKind]) -> None:
        for job in self._open():
            if job.kind in kinds:
                self._store.leased.pop(job.id, None)

    def next_due(self, account: str, kinds: Collection[JobKind]) -> datetime | None:
        return min((self._free_at(job) for job in self._open() if job.kind in kinds), default=None)

    def waiting(self, case: Case, kind: JobKind) -> list[Job]:
        return [job for job in self._open() if (job.case_id, job.kind) == (case.id, kind)]

    def is_waiting(self, account: str, kind: JobKind, group_id: str, target: str) -> bool:
        same = (account, kind, group_id, target)
        return any((job.account, job.kind, job.group_id, job.task.target) == same for job in self._open())

    def retry(self, job: Job, at: datetime) -> None:
        if job.id in self._store.due:
            self._store.due[job.id] = at
            self._store.leased.pop(job.id, None)

    def settle(self, job: Job, outcome: JobOutcome) -> bool:
        if self._store.due.pop(job.id, None) is None:
            return False
        self._store.leased.pop(job.id, None)
        self._store.job_outcomes[job.id] = outcome
        return True

    def _open(self) -> list[Job]:
        return [job for job in self._store.jobs if job.id in self._store.due]

    def _free_at(self, job: Job) -> datetime:
        return max(self._store.due[job.id], self._store.leased.get(job.id, self._store.due[job.id]))


def _same(one: Job, other: Job) -> bool:
    return (one.account, one.kind, one.group_id, one.task.target) == (
        other.account,
        other.kind,
        other.group_id,
        other.task.target,
    )
