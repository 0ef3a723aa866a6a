"""Work that falls due at moments that stand in the database, so that they outlive the process."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import StoreUnavailableError

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
"""How often the database is asked: whoever writes a moment down need not tell, and clocks may be set meanwhile."""
_FAILED_SECONDS = 5.0
_START_SECONDS = 60.0


class Work(Protocol):
    """Work of one kind."""

    def next_due(self) -> datetime | None:
        """When `act` has something to do; None where never."""
        ...

    def act(self, now: datetime) -> None:
        """Do everything that is due by now, and see that `next_due` moves on."""
        ...


class WorkGroup:
    """Work of several kinds in one thread: a thread more costs memory, and each of these is rare."""

    def __init__(self, *works: Work) -> None:
        self._works = works

    def next_due(self) -> datetime | None:
        """The earliest."""
        return min(filter(None, (work.next_due() for work in self._works)), default=None)

    def act(self, now: datetime) -> None:
        """Each that is due, in turn; a failure of one is raised when all had theirs."""
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
    """Does what is due, in a thread of its own, until stopped.

    Args:
        next_due: when `act` has something to do; None where never.
        act: called with the present moment; does everything that is due by then, and sees that `next_due` moves on.
        begin: nothing is done before it is set, or a minute has passed: what people wrote meanwhile is heard first.
    """

    def __init__(
        self,
        name: str,
        *,
        next_due: Callable[[], datetime | None],
        act: Callable[[datetime], None],
        begin: threading.Event,
        clock: Clock,
    ) -> None:
        self._name = name
        self._next_due = next_due
        self._act = act
        self._begin = begin
        self._clock = clock
        self._stopped = threading.Event()

    def run(self) -> None:
        """Work until stopped."""
        self._begin.wait(_START_SECONDS)
        while not self._stopped.is_set():
            self._stopped.wait(self._work())

    def stop(self) -> None:
        """Let `run` end; what is in hand is finished first."""
        self._stopped.set()
        self._begin.set()

    def _work(self) -> float:
        """Do what is due; gives in how many seconds to look again."""
        try:
            due, now = self._next_due(), self._clock()
            if due and due <= now:
                self._act(now)
        except StoreUnavailableError as error:
            log.error("due_work_waits", work=self._name, error=error)
            return _FAILED_SECONDS
        except Exception as error:
            # One failure must not end the timer: what is due stays due.
            log.error("due_work_failed", work=self._name, error=type(error).__name__)
            return _FAILED_SECONDS
        return _LOOK_SECONDS
