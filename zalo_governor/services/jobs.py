"""Carrying out jobs: each kind has a handler, which does the work and then says in a transaction what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from zalo_governor.domain.jobs import Job, JobKind, JobOutcome
from zalo_governor.domain.retry import Backoff
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

BACKOFF = Backoff.of_seconds(2, 5, 15, 60)
"""How long to wait before each further try of a job of which nobody knows what became."""


class Performed(NamedTuple):
    """What a handler has done."""

    outcome: JobOutcome
    result: Any = None
    """What the work brought, for the handler's own `settle`; nothing of it is stored with the job."""


class PerformJob(Protocol):
    """Asks Zalo to do a job; never raises where Zalo or the network fails."""

    def __call__(self, job: Job, /) -> JobOutcome:
        """What became of it."""
        ...


class JobHandler(Protocol):
    """Does jobs of one kind."""

    def perform(self, job: Job) -> Performed:
        """Do the work, outside any transaction; never raises where Zalo or the network fails."""
        ...

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Write down and tell what came of it. Called once for each job, in the transaction that settles it."""
        ...


class JobNotify(Protocol):
    """Called when something may have been put into the outbox."""

    def __call__(self) -> None:
        """Wake whoever sends."""
        ...


class JobRunner:
    """Claims what is due and lets its handler do it, one job after the other. Fits `app.due_work.Work`.

    Args:
        account: the bot account whose jobs these are.
        handlers: of each kind that this runner does, who does it.
        begin: begins a transaction.
        on_settled: called after each job.
    """

    def __init__(
        self, account: str, *, handlers: Mapping[JobKind, JobHandler], begin: BeginUnitOfWork, on_settled: JobNotify
    ) -> None:
        self._account = account
        self._handlers = handlers
        self._begin = begin
        self._on_settled = on_settled
        self._has_released = False

    def next_due(self) -> datetime | None:
        """When `act` has to be called next; None where nothing waits."""
        with self._begin() as uow:
            if not self._has_released:
                uow.jobs.release(self._account)
                self._has_released = True
            return uow.jobs.next_due(self._account, self._handlers.keys())

    def act(self, now: datetime) -> None:
        """Try everything that is due. The work itself is done outside any transaction."""
        with self._begin() as uow:
            claimed = uow.jobs.claim(self._account, self._handlers.keys(), now)
        for job in claimed:
            handler = self._handlers[job.kind]
            done = handler.perform(job)
            with self._begin() as uow:
                pause = BACKOFF.before_try(job.attempts + 1) if done.outcome is JobOutcome.UNKNOWN else None
                if pause is not None:
                    uow.jobs.retry(job, now + pause)
                elif uow.jobs.settle(job, done.outcome):
                    handler.settle(uow, job, done)
            self._on_settled()
