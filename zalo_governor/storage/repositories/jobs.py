"""The durable queue of jobs: work at Zalo such as removing a message or accepting a friend request.

A job is enqueued by the transaction that decides on it, claimed by a worker for a limited time (lease), settled once.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms_or_none, to_ms
from zalo_governor.domain.jobs import DATED_KINDS, LEASE, Job, JobKind, JobOutcome, ScanAttachment, Task
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.schema import jobs
from zalo_governor.storage.security.crypto import Keys, binding

_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_OPEN = jobs.c.due_ms.is_not(None)
_LONGEST_PAUSE = timedelta(days=1)
"""Longest time that a job may wait for its first or next try, unless it is of `DATED_KINDS`."""


class Jobs(Repository):
    """The queue of jobs (work at Zalo). A job's task is stored encrypted, and deleted when the job is settled."""

    def enqueue(self, job: Job) -> bool:
        """Add a job (its id is ignored) and return True.

        If an equal job (same kind, group and target) waits already, none is added: the waiting one is linked to the new
        job's case, if any, and False is returned.
        """
        self._tx.flush()
        waiting = (_OPEN, *self._is_same(job.account, job.kind, job.group_id, job.task.target))
        there = self._tx.connection.execute(select(jobs.c.id).where(*waiting)).scalar()
        if there is not None:
            if job.case_id is not None:
                self._update_open(there, case_id=job.case_id, due_ms=to_ms(job.starts_at), attempts=0)
            return False
        row = {
            "kind": job.kind.value,
            "target": target_mac(self._tx.keys, job.kind, job.task.target),
            "task": seal_task(self._tx.keys, job.account, job.task),
            "attempts": 0,
            "due_ms": to_ms(job.starts_at),
        }
        self._tx.connection.execute(insert(jobs), columns_of(jobs, job) | row)
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
        """Return the account's jobs of these kinds due by `now`, and lease them to the caller.

        At most `limit` jobs are returned, None for all; the oldest, or the newest, come first. No other worker gets a
        leased job until the lease ends.
        """
        now_ms = to_ms(now)
        due = (
            select(jobs)
            .where(
                jobs.c.account == account,
                jobs.c.kind.in_([kind.value for kind in kinds]),
                jobs.c.due_ms <= now_ms,
                or_(jobs.c.leased_until_ms.is_(None), jobs.c.leased_until_ms <= now_ms),
            )
            .order_by(jobs.c.id.desc() if newest_first else jobs.c.id)
            .limit(limit)
            # Rows that another worker is claiming are skipped, not waited for (PostgreSQL; SQLite has one writer).
            .with_for_update(skip_locked=True)
        )
        claimed = [self._job(row) for row in self._tx.execute(due)]
        for job in claimed:
            self._update_open(job.id, leased_until_ms=to_ms(now + LEASE), attempts=job.attempts + 1)
        return [job.model_copy(update={"attempts": job.attempts + 1}) for job in claimed]

    def renew(self, job: Job, now: datetime) -> bool:
        """Extend the lease of a claimed job, counted from `now`; return False if the caller no longer holds the lease.

        The lease is lost if the job was settled, or if it had ended and another worker claimed the job.
        """
        # Each claim increases `attempts`, so that an equal number proves that nobody has claimed the job since.
        mine = (_OPEN, jobs.c.id == job.id, jobs.c.attempts == job.attempts, jobs.c.leased_until_ms.is_not(None))
        renewed = self._tx.connection.execute(update(jobs).where(*mine).values(leased_until_ms=to_ms(now + LEASE)))
        return bool(renewed.rowcount)

    def release(self, account: str, kinds: Collection[JobKind]) -> None:
        """End all leases (reservations of jobs for one worker) of the account's jobs of these kinds.

        To be called when the only process that does such jobs starts: the workers that held the leases are dead.
        """
        self._tx.execute(
            update(jobs)
            .where(
                jobs.c.account == account,
                jobs.c.kind.in_([kind.value for kind in kinds]),
                jobs.c.leased_until_ms.is_not(None),
            )
            .values(leased_until_ms=None)
        )

    def redate(self, account: str, now: datetime) -> None:
        """Make the account's jobs due that wait for a wrong date, as the clock was ahead when they were queued or
        tried; end leases that last too long for the same reason.
        """
        wrong = or_(jobs.c.ordered_ms > to_ms(now), jobs.c.due_ms > to_ms(now + _LONGEST_PAUSE))
        undated = jobs.c.kind.not_in([kind.value for kind in DATED_KINDS])
        too_long = jobs.c.leased_until_ms > to_ms(now + 10 * LEASE)  # Other machines' clocks differ a little.
        mine = (_OPEN, jobs.c.account == account)
        for which, values in ((undated & wrong, {"due_ms": to_ms(now)}), (too_long, {"leased_until_ms": None})):
            self._tx.execute(update(jobs).where(*mine, which).values(values))

    def next_due(self, account: str, kinds: Collection[JobKind]) -> datetime | None:
        """Return when `claim` will next return a job of these kinds; None if no job waits."""
        mine = (_OPEN, jobs.c.account == account, jobs.c.kind.in_([kind.value for kind in kinds]))
        free = func.coalesce(jobs.c.leased_until_ms, jobs.c.due_ms)
        due_ms = self._tx.execute(select(func.min(free)).where(*mine)).scalar()
        return from_ms_or_none(due_ms)

    def waiting(self, case: Case, kind: JobKind) -> list[Job]:
        """Return the case's jobs of that kind that have no outcome yet."""
        rows = self._tx.execute(
            select(jobs).where(_OPEN, jobs.c.case_id == case.id, jobs.c.kind == kind.value).order_by(jobs.c.id)
        )
        return [self._job(row) for row in rows]

    def is_waiting(self, account: str, kind: JobKind, group_id: str, target: str) -> bool:
        """Return whether a job of that kind for the target (message key, uid or picture name) has no outcome yet."""
        same = self._is_same(account, kind, group_id, target)
        return self._tx.execute(select(jobs.c.id).where(_OPEN, *same)).first() is not None

    def retry(self, job: Job, at: datetime) -> None:
        """Make a job whose outcome is unknown due again at `at`; do nothing if it was settled meanwhile."""
        self._update_open(job.id, due_ms=to_ms(at), leased_until_ms=None)

    def settle(self, job: Job, outcome: JobOutcome) -> bool:
        """Record the job's final outcome and delete its payload; return False if the job was settled before."""
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
        task = open_task(self._tx.keys, row.account, row.task)
        return Job.model_validate(fields_of(row) | {"task": task, "due_at": None})


def waiting_scans(connection: Connection, keys: Keys) -> list[ScanAttachment]:
    """Return the tasks of all scans of attachments that have no outcome yet, oldest first."""
    scans = select(jobs.c.account, jobs.c.task).where(_OPEN, jobs.c.kind == JobKind.SCAN_ATTACHMENT.value)
    tasks = [open_task(keys, row.account, row.task) for row in connection.execute(scans.order_by(jobs.c.id))]
    return [task for task in tasks if isinstance(task, ScanAttachment)]


def seal_task(keys: Keys, account: str, task: Task) -> bytes:
    """Encrypt a job's task; the ciphertext is bound to the bot account that has to do it."""
    return keys.seal(task.model_dump_json().encode("utf-8", "surrogatepass"), binding("job", account))


def open_task(keys: Keys, account: str, sealed: bytes) -> Task:
    """Decrypt what `seal_task` returned; raise WrongKeyError if that used another key or another account."""
    return _TASK.validate_json(keys.open(sealed, binding("job", account)))


def target_mac(keys: Keys, kind: JobKind, target: str) -> str:
    """Return the keyed hash of a job's target (such as a uid), by which jobs with the same target are found."""
    return keys.mac(binding("job target", kind.value, target)).hex()
