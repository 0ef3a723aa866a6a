"""Runs tasks at times of day, with APScheduler; a run missed while the program was down is made up once."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from time import monotonic
from typing import NamedTuple

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from zalo_governor.domain.clock import VIETNAM, Clock
from zalo_governor.domain.errors import StoreUnavailableError

log = structlog.get_logger(__name__)

_CATCH_UP_SECONDS = 60.0
"""Seconds to wait at most, before tasks run, until missed messages are fetched."""
_AGAIN_AFTER = timedelta(minutes=1)
"""Pause before a task is run again that failed because the database was unavailable."""
_LOOK_SECONDS = 20.0
"""Seconds between two checks whether the clock was changed; APScheduler's own waits do not notice that."""
_CHANGED = timedelta(minutes=1)
"""A clock that advanced by this much more or less than the time that passed was changed, or the machine slept."""
_MADE_UP = timedelta(days=7)
"""After a change of the clock by more than this, tasks are not run for the times that the change skipped."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Duty(NamedTuple):
    """A task that runs at a time of day: every day, on one weekday, or on the first day of some months."""

    name: str
    at: time | None
    """Time of day in Asia/Ho_Chi_Minh; None switches the task off."""
    weekday: str | None
    """`mon` … `sun`; None for every day."""
    run: Callable[[datetime], None]
    """Does the task; called with the (aware) time when it was due, perhaps twice: it must ignore the second call."""
    months: tuple[int, ...] = ()
    """Months (1-12) on whose first day the task runs; empty for tasks that do not depend on the month."""
    always_made_up: bool = False
    """Whether a change of the clock by more than a week makes the task run at once, as a smaller one does for all."""


EVERY_MONTH = tuple(range(1, 13))
EVERY_QUARTER = (1, 4, 7, 10)


def last_due(at: time, weekday: str | None, now: datetime, months: tuple[int, ...] = ()) -> datetime:
    """Return when a task was last due: the latest time up to `now` with the time of day `at` (Asia/Ho_Chi_Minh).

    Only the given weekday counts (None: every day) or, if `months` are given, only the first day of those months.
    """
    here = now.astimezone(VIETNAM)
    due = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if due > here:
        due -= timedelta(days=1)
    if weekday is not None:
        due -= timedelta(days=(due.weekday() - WEEKDAYS.index(weekday)) % 7)
    while months and (due.day != 1 or due.month not in months):
        due -= timedelta(days=1)
    return due


class Schedule:
    """Runner of tasks at their times of day, in a thread of its own.

    No task runs before the event `caught_up` is set (missed messages are fetched) or a minute has passed, so that a
    report that became due while the program was down includes those messages.
    """

    def __init__(self, duties: Sequence[Duty], caught_up: threading.Event, clock: Clock) -> None:
        self._duties = duties
        self._caught_up = caught_up
        self._clock = clock
        self._stopped = threading.Event()
        self._turn = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=VIETNAM,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Run each task once for its last due time, in case that was missed, then at its times, until stopped."""
        self._caught_up.wait(_CATCH_UP_SECONDS)
        if self._stopped.is_set():
            return
        ahead = self._ahead()
        with self._turn:
            self._plan(missed=True)
            self._scheduler.start()
        while not self._stopped.wait(_LOOK_SECONDS):
            moved, ahead = abs(self._ahead() - ahead), self._ahead()
            if moved > _CHANGED:
                log.warning("clock_changed", seconds=round(moved.total_seconds()))
                with self._turn:
                    # After a great change only at the next times: a mistyped year must not delete everything as old.
                    self._plan(missed=moved < _MADE_UP)
        self._scheduler.shutdown(wait=True)

    def apply(self, duties: Sequence[Duty]) -> None:
        """Replace the tasks. If a task's new time has already passed today, the task first runs at its next time."""
        with self._turn:
            before, self._duties = self._duties, duties
            if self._scheduler.running:
                wanted = {duty.name for duty in duties if duty.at is not None}
                for name in {duty.name for duty in before}:
                    # A pending retry stays, unless the task was removed or switched off.
                    for job in (name, *(() if name in wanted else (f"{name}:again", f"{name}:missed"))):
                        with suppress(JobLookupError):
                            self._scheduler.remove_job(job)
                for duty in duties:
                    self._add(duty)

    def stop(self) -> None:
        """Make `run` return after the task in progress."""
        self._stopped.set()
        self._caught_up.set()

    def stopping(self) -> bool:
        """Return whether the program is stopping, so that a long task should end early."""
        return self._stopped.is_set()

    def _ahead(self) -> timedelta:
        """Return the clock's time less the monotonic time, which stays the same until the clock is changed."""
        return timedelta(seconds=self._clock().timestamp() - monotonic())

    def _plan(self, *, missed: bool) -> None:
        """Add all tasks, in place of those added before; with `missed`, run each now for its last due time.

        Tasks that are `always_made_up` run now in any case.
        """
        for duty in self._duties:
            self._add(duty)
            if (missed or duty.always_made_up) and duty.at is not None:
                again = f"{duty.name}:missed"
                self._scheduler.add_job(self._run, args=[duty, duty.at], id=again, replace_existing=True)

    def _add(self, duty: Duty) -> None:
        """Add a task to the scheduler, unless the task is switched off."""
        if duty.at is None:
            return
        trigger = CronTrigger(
            month=",".join(map(str, duty.months)) or "*",
            day=1 if duty.months else "*",
            day_of_week=duty.weekday or "*",
            hour=duty.at.hour,
            minute=duty.at.minute,
            timezone=VIETNAM,
        )
        self._scheduler.add_job(self._run, trigger, args=[duty, duty.at], id=duty.name, replace_existing=True)

    def _run(self, duty: Duty, at: time) -> None:
        """Run a task for its last due time, which has the time of day `at`; an exception is only logged.

        While the database is unavailable, the task is tried again every minute.
        """
        due = last_due(at, duty.weekday, self._clock(), duty.months)
        try:
            duty.run(due)
        except StoreUnavailableError as error:
            log.error("duty_waits", duty=duty.name, error=error)
            again = datetime.now(VIETNAM) + _AGAIN_AFTER
            name = f"{duty.name}:again"
            with self._turn:
                if any(wanted.name == duty.name and wanted.at is not None for wanted in self._duties):
                    self._scheduler.add_job(
                        self._run, "date", [duty, at], run_date=again, id=name, replace_existing=True
                    )
        except Exception as error:
            # A failing task must not stop the others; its next due time tries again.
            log.error("duty_failed", duty=duty.name, error=type(error).__name__)
