"""Duties with a time of day, by APScheduler. A run missed while the program was down is made up once."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import NamedTuple

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from zalo_governor.domain.clock import VIETNAM, Clock

log = structlog.get_logger(__name__)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Duty(NamedTuple):
    """Something to be done at a time of day, every day or on one weekday."""

    name: str
    at: time
    """Time of Asia/Ho_Chi_Minh."""
    weekday: str | None
    """`mon` … `sun`; None for every day."""
    run: Callable[[datetime], None]
    """Called with the moment (aware) for which the run is due; must itself make sure that a due moment counts once."""

    def last_due(self, now: datetime) -> datetime:
        """The youngest moment not after `now` at which the duty is due."""
        here = now.astimezone(VIETNAM)
        due = here.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        if due > here:
            due -= timedelta(days=1)
        if self.weekday is not None:
            due -= timedelta(days=(due.weekday() - WEEKDAYS.index(self.weekday)) % 7)
        return due


class Schedule:
    """Runs duties in a thread of its own until stopped."""

    def __init__(self, duties: list[Duty], clock: Clock) -> None:
        self._duties = duties
        self._clock = clock
        self._scheduler = BackgroundScheduler(
            timezone=VIETNAM,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Make up what was missed, then keep the times."""
        for duty in self._duties:
            trigger = CronTrigger(
                day_of_week=duty.weekday or "*", hour=duty.at.hour, minute=duty.at.minute, timezone=VIETNAM
            )
            self._scheduler.add_job(self._run, trigger, args=[duty], id=duty.name)
            self._scheduler.add_job(self._run, args=[duty], id=f"{duty.name}:missed")
        self._scheduler.start()

    def stop(self) -> None:
        """End; a duty in hand is finished first."""
        self._scheduler.shutdown(wait=True)

    def _run(self, duty: Duty) -> None:
        due = duty.last_due(self._clock())
        try:
            duty.run(due)
        except Exception as error:
            # One duty's failure must not take the others with it; the next due moment tries again.
            log.error("duty_failed", duty=duty.name, error=type(error).__name__)
