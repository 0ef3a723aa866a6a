"""What the services need of durable work."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome


class Jobs(Protocol):
    """The durable queue of work."""

    def enqueue(self, job: Job) -> bool:
        """Have it done (its id is ignored); False where the same waits already, which then stands under this case."""
        ...

    def claim(self, account: str, kinds: Collection[JobKind], now: datetime) -> list[Job]:
        """Take what the account has to do by now, the oldest first: nobody else gets it before its lease ends."""
        ...

    def release(self, account: str) -> None:
        """End the leases of an account whose only process has just started: whoever held them is gone."""
        ...

    def next_due(self, account: str, kinds: Collection[JobKind]) -> datetime | None:
        """When `claim` will next give anything; None where nothing waits."""
        ...

    def waiting(self, case: Case, kind: JobKind) -> list[Job]:
        """Jobs of that kind under the case that are not settled yet."""
        ...

    def is_waiting(self, account: str, kind: JobKind, group_id: str, target: str) -> bool:
        """Whether that is ordered and not settled yet."""
        ...

    def retry(self, job: Job, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then, unless it was settled meanwhile."""
        ...

    def settle(self, job: Job, outcome: JobOutcome) -> bool:
        """Write down what became of it, and drop the task; whether it was still open."""
        ...
