"""What the program does by itself at a time of day, each in transactions of its own."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta

from zalo_governor.app.context import AppContext
from zalo_governor.app.scheduler import EVERY_MONTH, EVERY_QUARTER, Duty
from zalo_governor.domain.clock import Clock
from zalo_governor.services.facade import ServiceFacade
from zalo_governor.services.members.group_sync import GroupSync
from zalo_governor.services.reports.scheduled import ScheduledReports
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork

_RETENTION_AT = time(2, 30)


class DailySchedule:
    """The duties of one bot account.

    Args:
        records: settings and database.
        units: transactions.
        office: the present one.
        roll_call: looks who is in a group.
        groups: ids of those that are watched.
        stopping: whether a long duty should leave the rest for another time.
        clock: gives the present moment.
    """

    def __init__(
        self,
        records: AppContext,
        units: SqlUnitsOfWork,
        *,
        office: Callable[[], ServiceFacade],
        roll_call: GroupSync,
        groups: Sequence[str],
        stopping: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._records = records
        self._units = units
        self._office = office
        self._roll_call = roll_call
        self._groups = groups
        self._stopping = stopping
        self._clock = clock

    def duties(self) -> list[Duty]:
        """By the present settings."""
        times = self._records.settings.schedule
        return [
            Duty("daily_report", times.daily_report, None, self._office_does(ScheduledReports.daily_report)),
            Duty(
                "weekly_report",
                times.weekly_report,
                times.weekly_day,
                self._office_does(ScheduledReports.weekly_report),
            ),
            Duty(
                "monthly_report",
                times.monthly_report,
                None,
                self._office_does(ScheduledReports.monthly_report),
                months=EVERY_MONTH,
            ),
            Duty(
                "quarterly_report",
                times.quarterly_report,
                None,
                self._office_does(ScheduledReports.quarterly_report),
                months=EVERY_QUARTER,
            ),
            Duty("name_sweep", times.name_sweep, None, self._look_at_names),
            Duty("hints_digest", times.hints_digest, None, self._office_does(ScheduledReports.hints_digest)),
            Duty(
                "suggestions_digest",
                times.suggestions_digest,
                None,
                self._office_does(ScheduledReports.suggestions_digest),
            ),
            Duty("retention", _RETENTION_AT, None, self._retain),
        ]

    def _office_does(
        self, act: Callable[[ScheduledReports, SqlUnitOfWork, datetime], object]
    ) -> Callable[[datetime], None]:
        def run(due: datetime) -> None:
            with self._units.begin() as uow:
                act(self._office().duties, uow, due)

        return run

    def _look_at_names(self, due: datetime) -> None:
        """Compare who is in each group, and then speak of those whose names are not right; once a day."""
        with self._units.begin() as uow:
            if not uow.claims.claim_once("name_sweep", due):
                return
        for group_id in self._groups:
            self._roll_call.try_to_sweep(group_id)
        self._office_does(ScheduledReports.roster_digest)(due)
        with self._units.begin() as uow:
            for group_id in self._groups:
                self._office().remind_of_names(uow, group_id, due)

    def _retain(self, _due: datetime) -> None:
        """Remove what is past its time."""
        with self._units.begin() as uow:
            self._office().duties.forget_readers(uow)
        kept = self._records.settings.retention
        terms = Terms(
            bodies=timedelta(days=kept.bodies_days),
            cases=timedelta(days=kept.cases_days),
            notices=timedelta(days=kept.notices_days),
            dead_letters=timedelta(days=kept.dead_letters_days),
            names=timedelta(days=kept.names_days),
            people=timedelta(days=kept.people_days),
        )
        removed = sweep(self._records.database, terms, self._clock(), self._stopping)
        if any(removed):
            with self._units.begin() as uow:
                detail = removed._asdict()
                uow.audit.append("retention", at=self._clock(), actor_id=None, group_id="", subject="", detail=detail)
