"""The durable job queue: a job is enqueued by the transaction that decides it, claimed with a lease, settled once."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome, Task
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.schema import jobs
from zalo_governor.storage.security.crypto import Keys, binding

LEASE = timedelta(minutes=2)
"""How long a claimed job is reserved for its worker; afterwards another worker may claim the job."""
_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_OPEN = jobs.c.due_ms.is_not(None)


class Jobs(Repository):
    """Jobs that wait, run or are settled. A job's task is encrypted, and erased when the job is settled."""

    def enqueue(self, job: Job) -> bool:
        """Add a job (its id is ignored). If the same job waits already, move that one to the case and return False."""
        self._tx.flush()
        waiting = (_OPEN, *self._is_same(job.account, job.kind, job.group_id, job.task.target))
        there = self._tx.connection.execute(select(jobs.c.id).where(*waiting)).scalar()
        if there is not None:
            if job.case_id is not None:
                self._update_open(there, case_id=job.case_id, due_ms=to_ms(job.ordered_at), attempts=0)
            return False
        self._tx.connection.execute(
            insert(jobs),
            {
                "account": job.account,
                "kind": job.kind.value,
                "group_id": job.group_id,
                "target": target_mac(self._tx.keys, job.kind, job.task.target),
                "task": seal_task(self._tx.keys, job.account, job.task),
                "case_id": job.case_id,
                "ordered_by": job.ordered_by,
                "ordered_ms": to_ms(job.ordered_at),
                "attempts": 0,
                "due_ms": to_ms(job.ordered_at),
            },
        )
        return True

    def claim(self, account: str, kinds: Collection[JobKind], now: datetime) -> list[Job]:
        """Claim the account's due jobs, oldest first; no other worker gets them before the lease ends."""
        now_ms = to_ms(now)
        due = (
            select(jobs)
            .where(
                jobs.c.account == account,
                jobs.c.kind.in_([kind.value for kind in kinds]),
                jobs.c.due_ms <= now_ms,
                or_(jobs.c.leased_until_ms.is_(None), jobs.c.leased_until_ms <= now_ms),
            )
            .order_by(jobs.c.id)
            # Rows that another worker is claiming are skipped, not waited for (PostgreSQL; SQLite has one writer).
            .with_for_update(skip_locked=True)
        )
        claimed = [self._job(row) for row in self._tx.execute(due)]
        for job in claimed:
            self._update_open(job.id, leased_until_ms=to_ms(now + LEASE), attempts=job.attempts + 1)
        return [job.model_copy(update={"attempts": job.attempts + 1}) for job in claimed]

    def release(self, account: str) -> None:
        """End the leases of an account whose only process has just started: the workers that held them are dead."""
        self._tx.flush()
        self._tx.connection.execute(
            update(jobs)
            .where(jobs.c.account == account, jobs.c.leased_until_ms.is_not(None))
            .values(leased_until_ms=None)
        )

    def next_due(self, account: str, kinds: Collection[JobKind]) -> datetime | None:
        """Return when `claim` will next return a job; None if no job waits."""
        mine = (_OPEN, jobs.c.account == account, jobs.c.kind.in_([kind.value for kind in kinds]))
        free = func.coalesce(jobs.c.leased_until_ms, jobs.c.due_ms)
        due_ms = self._tx.execute(select(func.min(free)).where(*mine)).scalar()
        return None if due_ms is None else from_ms(due_ms)

    def waiting(self, case: Case, kind: JobKind) -> list[Job]:
        """Return the jobs of that kind under the case that are not settled yet."""
        rows = self._tx.execute(
            select(jobs).where(_OPEN, jobs.c.case_id == case.id, jobs.c.kind == kind.value).order_by(jobs.c.id)
        )
        return [self._job(row) for row in rows]

    def is_waiting(self, account: str, kind: JobKind, group_id: str, target: str) -> bool:
        """Return whether a job with this kind and target is enqueued and not settled yet."""
        same = self._is_same(account, kind, group_id, target)
        return self._tx.execute(select(jobs.c.id).where(_OPEN, *same)).first() is not None

    def retry(self, job: Job, at: datetime) -> None:
        """Make a job whose result is unknown due again at that time, unless the job was settled meanwhile."""
        self._update_open(job.id, due_ms=to_ms(at), leased_until_ms=None)

    def settle(self, job: Job, outcome: JobOutcome) -> bool:
        """Store the job's outcome and erase its task; return whether the job was still open."""
        return self._update_open(job.id, due_ms=None, leased_until_ms=None, task=None, outcome=outcome.value)

    def _is_same(self, account: str, kind: JobKind, group_id: str, target: str) -> tuple[ColumnElement[bool], ...]:
        return (
            jobs.c.account == account,
            jobs.c.kind == kind.value,
            jobs.c.group_id == group_id,
            jobs.c.target == target_mac(self._tx.keys, kind, target),
        )

    def _update_open(self, job_id: int, **values: Any) -> bool:
        changed = self._tx.connection.execute(update(jobs).where(_OPEN, jobs.c.id == job_id).values(values))
        return bool(changed.rowcount)

    def _job(self, row: Row[Any]) -> Job:
        return Job(
            id=row.id,
            account=row.account,
            group_id=row.group_id,
            task=open_task(self._tx.keys, row.account, row.task),
            case_id=row.case_id,
            ordered_by=row.ordered_by,
            ordered_at=from_ms(row.ordered_ms),
            attempts=row.attempts,
        )


def seal_task(keys: Keys, account: str, task: Task) -> bytes:
    """Encrypt the task, bound to the account that has to do it."""
    return keys.seal(task.model_dump_json().encode("utf-8", "surrogatepass"), binding("job", account))


def open_task(keys: Keys, account: str, sealed: bytes) -> Task:
    """Decrypt the task of a job that is not settled.

    Raises:
        WrongKeyError: the task was encrypted with another key, or for another account.
    """
    return _TASK.validate_json(keys.open(sealed, binding("job", account)))


def target_mac(keys: Keys, kind: JobKind, target: str) -> str:
    """Return the keyed hash of a job's target, which shows whether two jobs are the same, but not whom they concern."""
    return keys.mac(binding("job target", kind.value, target)).hex()
