"""Protocol of the durable queue of jobs."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome


class Jobs(Protocol):
    """Durable queue of jobs: work done after the transaction that decides it, such as removing a message."""

    def enqueue(self, job: Job) -> bool:
        """Add a job (its id is ignored) and return True.

        If an equal job (same kind, group and target) waits already, none is added: the waiting one is linked to the new
        job's case, if any, and False is returned.
        """
        ...

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
        ...

    def renew(self, job: Job, now: datetime) -> bool:
        """Lease a claimed job anew from `now` on; return False if the caller no longer holds its lease.

        That is so where the job was settled, or where the lease had ended and another worker claimed the job.
        """
        ...

    def release(self, account: str, kinds: Collection[JobKind]) -> None:
        """End all leases (reservations of jobs for one worker) of the account's jobs of these kinds.

        To be called when the only process that does such jobs starts: the workers that held the leases are dead.
        """
        ...

    def next_due(self, account: str, kinds: Collection[JobKind]) -> datetime | None:
        """Return when `claim` will next return a job of these kinds; None if no job waits."""
        ...

    def waiting(self, case: Case, kind: JobKind) -> list[Job]:
        """Return the case's jobs of that kind that have no outcome yet."""
        ...

    def is_waiting(self, account: str, kind: JobKind, group_id: str, target: str) -> bool:
        """Return whether a job of that kind for the target (message key, uid or picture name) has no outcome yet."""
        ...

    def retry(self, job: Job, at: datetime) -> None:
        """Make a job whose outcome is unknown due again at `at`; do nothing if it was settled meanwhile."""
        ...

    def settle(self, job: Job, outcome: JobOutcome) -> bool:
        """Record the job's final outcome and delete its payload; return False if the job was settled before."""
        ...
