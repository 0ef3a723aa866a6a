"""Runs work whose due times are stored in the database, so that a restart does not lose them."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import StoreUnavailableError

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
"""Seconds between two checks of the due time, which other threads and processes change, mostly without a signal."""
_AGAIN_SECONDS = 0.05
"""Seconds after done work until the next check: more may be due, as some work takes one thing at a time."""
_FAILED_SECONDS = 5.0
"""Seconds until failed work is tried again."""
_START_SECONDS = 60.0
"""Seconds to wait at most for the event `begin` before work begins."""


class Work(Protocol):
    """One kind of work that is due at times, such as running the queued jobs."""

    def next_due(self) -> datetime | None:
        """Return when `act` next has something to do; None if never."""
        ...

    def act(self, now: datetime) -> None:
        """Do everything that is due by `now`; afterwards `next_due` returns a later time."""
        ...


class WorkGroup:
    """Several kinds of work in one thread: each is rarely due, and a thread for each would cost memory."""

    def __init__(self, *works: Work) -> None:
        self._works = works

    def next_due(self) -> datetime | None:
        """Return the earliest due time of all kinds of work; None if none has one."""
        return min(filter(None, (work.next_due() for work in self._works)), default=None)

    def act(self, now: datetime) -> None:
        """Do each kind of work that is due; if some fail, raise the first error after all have run."""
        failed: list[Exception] = []
        for work in self._works:
            try:
                due = work.next_due()
                if due and due <= now:
                    work.act(now)
            except Exception as error:
                failed.append(error)
        if failed:
            raise failed[0]


class DueWork:
    """Runner of one kind of work: does the work whenever it is due, in a thread of its own.

    Args:
        name: name of the work in the log.
        work: returns the work; called each time, as a change of the configuration replaces it.
        begin: work begins when this event is set (missed messages are received), or after a minute.
        clock: gives the present time.
        look_seconds: seconds between two checks of the due time; None: only `hurry` causes a check.
        on_due: called before each piece of work, so that other threads may look for more of it.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Work],
        *,
        begin: threading.Event,
        clock: Clock,
        look_seconds: float | None = _LOOK_SECONDS,
        on_due: Callable[[], object] = lambda: None,
    ) -> None:
        self._name = name
        self._work = work
        self._begin = begin
        self._clock = clock
        self._look_seconds = look_seconds
        self._on_due = on_due
        self._hurried = threading.Event()
        self._stopped = False

    def run(self) -> None:
        """Do the work whenever it is due, until stopped."""
        self._begin.wait(_START_SECONDS)
        while not self._stopped:
            self._hurried.wait(self._do_due())
            self._hurried.clear()

    def hurry(self) -> None:
        """Make `run` check at once whether work is due."""
        self._hurried.set()

    def stop(self) -> None:
        """Make `run` return after the work in progress."""
        self._stopped = True
        self._hurried.set()
        self._begin.set()

    def _do_due(self) -> float | None:
        """Do the work if it is due; return in how many seconds to check again, None if not before `hurry`."""
        try:
            work, now = self._work(), self._clock()
            due = work.next_due()
            if due and due <= now:
                self._on_due()
                work.act(now)
                return _AGAIN_SECONDS
        except StoreUnavailableError as error:
            log.error("due_work_waits", work=self._name, error=error)
            return _FAILED_SECONDS
        except Exception as error:
            # A failure must not end the thread: the work stays due.
            log.error("due_work_failed", work=self._name, error=type(error).__name__)
            return _FAILED_SECONDS
        return self._look_seconds
