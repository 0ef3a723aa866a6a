"""Protocol of the durable job queue."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome


class Jobs(Protocol):
    """Durable queue of jobs such as message removals and picture fetches."""

    def enqueue(self, job: Job) -> bool:
        """Add a job (its id is ignored); if an equal one waits, move it to this job's case and return False."""
        ...

    def claim(self, account: str, kinds: Collection[JobKind], now: datetime) -> list[Job]:
        """Lease the account's jobs due by `now`, oldest first; no other worker gets them before the lease ends."""
        ...

    def release(self, account: str) -> None:
        """End all leases of the account, whose only process has just started: no earlier holder is running."""
        ...

    def next_due(self, account: str, kinds: Collection[JobKind]) -> datetime | None:
        """Return when `claim` will next return a job; None if no job waits."""
        ...

    def waiting(self, case: Case, kind: JobKind) -> list[Job]:
        """Return the case's unsettled jobs of that kind."""
        ...

    def is_waiting(self, account: str, kind: JobKind, group_id: str, target: str) -> bool:
        """Return whether an unsettled job of that kind waits for the target (message key, uid or picture name)."""
        ...

    def retry(self, job: Job, at: datetime) -> None:
        """Schedule a job of unknown outcome for another try at `at`, unless it was settled meanwhile."""
        ...

    def settle(self, job: Job, outcome: JobOutcome) -> bool:
        """Record the job's outcome and delete its payload; return False if it was already settled."""
        ...
