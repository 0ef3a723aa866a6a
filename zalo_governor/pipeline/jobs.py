"""The runner of durable jobs, such as deleting a message: a handler per kind does the job and records the outcome."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from time import monotonic
from typing import Any, NamedTuple, Protocol

import structlog

from zalo_governor.domain.backoff import Backoff
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.jobs import LEASE, Job, JobKind, JobOutcome
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_RENEW_SECONDS = LEASE.total_seconds() / 3
"""How often the lease of a job in progress is renewed: one renewal may fail without the job being lost."""
_OLDEST_EVERY = 4
BACKOFF = Backoff.of_seconds(2, 5, 15, 60)
"""How long to wait before each retry of a job whose outcome is unknown (Zalo gave no usable answer)."""

_TRIED_AGAIN = (JobOutcome.UNKNOWN, JobOutcome.NOT_DONE)


class Performed(NamedTuple):
    """Result of one attempt to do a job: the outcome, and data that the handler's `settle` needs to record it."""

    outcome: JobOutcome
    result: Any = None
    """Data that the work produced, such as a thumbnail; passed to the handler's `settle`, not stored with the job.

    None where `perform` raised.
    """


PerformJob = Callable[[Job], JobOutcome]
"""Calls Zalo's API to do a job once and returns the outcome: UNKNOWN or NOT_DONE for another try; never raises."""


class JobHandler(Protocol):
    """Protocol of a handler for one kind of job: `perform` does the work, then `settle` records the outcome."""

    def perform(self, job: Job) -> Performed:
        """Do the work outside any transaction and return the outcome; do not raise when Zalo or the network fails."""
        ...

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Record the final outcome and notify people; called once per job, in the transaction that closes the job."""
        ...


class JobRunner:
    """Runner that takes due jobs from the queue and passes each to its handler. Implements `app.due_work.Work`.

    Args:
        account: uid of the bot account whose jobs are run.
        handlers: kind of job -> its handler; jobs of other kinds are not run.
        begin: begins a unit of work (a transaction).
        on_settled: called after each try of a job.
        backoff: the pauses before the retries of a job whose outcome is unknown.
        at_once: how many jobs are claimed together, None for all that are due; 1 for slow jobs, which other workers
            may do meanwhile.
        newest_first: whether the newest of several due jobs is run first, so that it need not wait for a backlog of old
            ones; every fourth time the oldest is run.
        alone: whether no other process does jobs of these kinds, so that a new process need not wait for leases to end.
    """

    def __init__(
        self,
        account: str,
        *,
        handlers: Mapping[JobKind, JobHandler],
        begin: BeginUnitOfWork,
        on_settled: Callable[[], None],
        backoff: Backoff = BACKOFF,
        at_once: int | None = None,
        newest_first: bool = False,
        alone: bool = True,
    ) -> None:
        self._account = account
        self._handlers = handlers
        self._begin = begin
        self._on_settled = on_settled
        self._backoff = backoff
        self._at_once = at_once
        self._newest_first = newest_first
        self._shared = at_once is not None or not alone
        """Whether other workers do jobs of these kinds, so that leases have to be renewed."""
        self._claims = count(1)
        self._must_release = alone
        self._releasing = threading.Lock()

    def next_due(self) -> datetime | None:
        """Return when the next job is due; None if no job waits.

        The first call frees the jobs that were reserved (leased) by a process that has died.
        """
        with self._releasing:
            if self._must_release:
                with self._begin() as uow:
                    uow.jobs.release(self._account, self._handlers.keys())
                self._must_release = False
        with self._begin(reading=True) as uow:
            return uow.jobs.next_due(self._account, self._handlers.keys())

    def act(self, now: datetime) -> None:
        """Run every job due at `now`; if its outcome is unknown, schedule a retry unless all retries are used up."""
        newest_first = self._newest_first and next(self._claims) % _OLDEST_EVERY != 0
        with self._begin() as uow:
            claimed = uow.jobs.claim(
                self._account, self._handlers.keys(), now, limit=self._at_once, newest_first=newest_first
            )
        for job in claimed:
            handler = self._handlers[job.kind]
            try:
                with self._renewing(job, now):
                    done = handler.perform(job)
            except StoreUnavailableError:
                raise
            except Exception as error:
                # A fault must neither keep the job for ever nor delay the other jobs.
                log.error("job_failed", job=job.id, kind=job.kind.value, error=error)
                done = Performed(JobOutcome.UNKNOWN)
            with self._begin() as uow:
                pause = self._backoff.before_try(job.attempts + 1) if done.outcome in _TRIED_AGAIN else None
                if pause is not None:
                    uow.jobs.retry(job, now + pause)
                elif uow.jobs.settle(job, done.outcome):
                    handler.settle(uow, job, done)
            self._on_settled()

    @contextmanager
    def _renewing(self, job: Job, now: datetime) -> Iterator[None]:
        """Renew the lease of a job, claimed at `now`, inside the block, so that no other worker claims the job."""
        if not self._shared:
            yield
            return
        over = threading.Event()
        thread = threading.Thread(target=self._renew_until, args=(over, job, now), name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renew_until(self, over: threading.Event, job: Job, now: datetime) -> None:
        began = monotonic()
        while not over.wait(_RENEW_SECONDS):
            try:
                with self._begin() as uow:
                    if not uow.jobs.renew(job, now + timedelta(seconds=monotonic() - began)):
                        return
            except StoreUnavailableError as error:
                log.warning("lease_not_renewed", error=error)
