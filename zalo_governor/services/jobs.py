"""The job runner: each kind of job has a handler that does the work and then records the outcome in a transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from zalo_governor.domain.backoff import Backoff
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

BACKOFF = Backoff.of_seconds(2, 5, 15, 60)
"""How long to wait before each retry of a job whose outcome is unknown."""


class Performed(NamedTuple):
    """The outcome of a job as its handler returns it."""

    outcome: JobOutcome
    result: Any = None
    """What the work produced, passed on to the handler's `settle` only; not stored with the job."""


class PerformJob(Protocol):
    """A call to Zalo's API that does a job; it does not raise when Zalo or the network fails."""

    def __call__(self, job: Job, /) -> JobOutcome:
        """Do the job and return its outcome."""
        ...


class JobHandler(Protocol):
    """The handler of one kind of job."""

    def perform(self, job: Job) -> Performed:
        """Do the work outside any transaction and return the outcome; do not raise when Zalo or the network fails."""
        ...

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Record the outcome and notify people. Called once per job, in the transaction that settles the job."""
        ...


class JobNotify(Protocol):
    """A callback for when notices may have been put into the outbox."""

    def __call__(self) -> None:
        """Wake the worker that sends the outbox."""
        ...


class JobRunner:
    """Runner that claims due jobs and passes them to their handlers one by one. Implements `app.due_work.Work`.

    Args:
        account: uid of the bot account whose jobs are run.
        handlers: the handler of each kind of job that this runner does.
        begin: begins a unit of work (a transaction).
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
        """Return when `act` has to be called next; None if no job is waiting."""
        with self._begin() as uow:
            if not self._has_released:
                uow.jobs.release(self._account)
                self._has_released = True
            return uow.jobs.next_due(self._account, self._handlers.keys())

    def act(self, now: datetime) -> None:
        """Run every job that is due at `now`; retry later those whose outcome is unknown."""
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
