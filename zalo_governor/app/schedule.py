"""Which tasks the program runs at which time of day: reports, digests, the check of names, deletion of expired data."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial

import structlog

from zalo_governor.app.context import AppContext
from zalo_governor.app.scheduler import EVERY_MONTH, EVERY_QUARTER, Duty
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.features.members.group_sync import GroupSync
from zalo_governor.features.reports.scheduled import ScheduledReports
from zalo_governor.storage.maintenance.retention import Terms, sweep
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

log = structlog.get_logger(__name__)

_RETENTION_AT = time(2, 30)
"""Time of day (Asia/Ho_Chi_Minh) at which expired data is deleted."""


class DailySchedule:
    """The tasks of one bot account that run at a time of day, each in transactions of its own.

    Args:
        records: settings and database.
        units: begins transactions.
        features: returns the features, which are replaced when the configuration changes.
        group_sync: group sync, which reads a group's members from Zalo and stores changes.
        stopping: returns whether the program is stopping, so that a long task should end early.
        clock: gives the present time.
        zalo_clock: gives the time of Zalo's clock; None if it is not known.
    """

    def __init__(
        self,
        records: AppContext,
        units: UnitsOfWork,
        *,
        features: Callable[[], FeatureFacade],
        group_sync: GroupSync,
        stopping: Callable[[], bool],
        clock: Clock,
        zalo_clock: Callable[[], datetime | None],
    ) -> None:
        self._records = records
        self._units = units
        self._features = features
        self._group_sync = group_sync
        self._stopping = stopping
        self._clock = clock
        self._zalo_clock = zalo_clock

    def duties(self) -> list[Duty]:
        """Return the tasks (reports, digests, check of names, deletion), with the times of day from the settings.

        Groups with settings of their own have tasks of their own.
        """
        offices = range(len(self._features().duties_by_office))
        return [
            *(duty for office in offices for duty in self._duties_of(office)),
            Duty("retention", _RETENTION_AT, None, self._delete_expired),
            Duty("job_dates", _RETENTION_AT, None, self._redate_jobs, always_made_up=True),
        ]

    def _duties_of(self, office: int) -> list[Duty]:
        """Return the tasks for the groups under one policy, given by its place in `FeatureFacade.duties_by_office`."""
        times, reports = self._features().duties_by_office[office].policy.schedule, ScheduledReports
        report, digest = partial(self._report_task, office), partial(self._digest_task, office)
        duties = [
            Duty("daily_report", times.daily_report, None, report("daily_report")),
            Duty("weekly_report", times.weekly_report, times.weekly_day, report("weekly_report")),
            Duty("monthly_report", times.monthly_report, None, report("monthly_report"), EVERY_MONTH),
            Duty("quarterly_report", times.quarterly_report, None, report("quarterly_report"), EVERY_QUARTER),
            Duty("name_sweep", times.name_sweep, None, partial(self._check_names, office)),
            Duty("hints_digest", times.hints_digest, None, digest(reports.hints_digest)),
            Duty("suggestions_digest", times.suggestions_digest, None, digest(reports.suggestions_digest)),
        ]
        own = f":{office}" if office else ""
        return [duty._replace(name=duty.name + own, run=self._unless_restored(duty.run)) for duty in duties]

    def _unless_restored(self, run: Callable[[datetime], None]) -> Callable[[datetime], None]:
        """Return a function that calls `run`, but not for times before the last restore, which may be done already."""

        def run_unless_restored(due: datetime) -> None:
            with self._units.begin(reading=True) as uow:
                restored = uow.claims.is_restored_since(due)
            if not restored:
                run(due)

        return run_unless_restored

    def _report_task(self, office: int, name: str) -> Callable[[datetime], None]:
        """Return a function for the scheduler, which sends the report `name`."""

        def run(due: datetime) -> None:
            self._features().duties_by_office[office].report(name, self._units.begin, due)

        return run

    def _digest_task(
        self, office: int, act: Callable[[ScheduledReports, UnitOfWork, datetime], object]
    ) -> Callable[[datetime], None]:
        """Return a function for the scheduler, which sends one digest by calling `act` in a transaction."""

        def run(due: datetime) -> None:
            with self._units.begin() as uow:
                act(self._features().duties_by_office[office], uow, due)

        return run

    def _check_names(self, office: int, due: datetime) -> None:
        """Sync the groups, tell the admins the differences from the roster, and ask members to correct wrong names.

        Does nothing if that was already done for the scheduled time `due`.
        """
        duties = self._features().duties_by_office[office]
        claim = f"name_sweep:{office}" if office else "name_sweep"
        with self._units.begin(reading=True) as uow:
            if uow.claims.is_claimed(claim, due):
                return
        groups = [group.id for group in duties.policy.governed]
        for group_id in groups:
            self._group_sync.try_to_sync(group_id)
        self._digest_task(office, ScheduledReports.roster_digest)(due)
        with self._units.begin() as uow:
            if uow.claims.claim_once(claim, due):
                for group_id in groups:
                    duties.remind_of_names(uow, group_id, due)

    def _redate_jobs(self, _due: datetime) -> None:
        """Make jobs due that were queued while the clock was ahead; runs at each start and change of the clock."""
        with self._units.begin() as uow:
            uow.jobs.redate(self._records.account, self._clock())

    def _delete_expired(self, _due: datetime) -> None:
        """Delete data that are older than the settings allow (`RetentionSettings`) by this clock and by Zalo's.

        A clock that is far ahead by mistake deletes nothing. Without Zalo's time, the next night makes up for it.
        """
        zalo_now = self._zalo_clock()
        if zalo_now is None:
            log.warning("retention_postponed")
            return
        with self._units.begin() as uow:
            self._features().duties.forget_readers(uow)
        kept = self._records.settings.retention
        terms = Terms(
            bodies=timedelta(days=kept.bodies_days),
            cases=timedelta(days=kept.cases_days),
            notices=timedelta(days=kept.notices_days),
            dead_letters=timedelta(days=kept.dead_letters_days),
            names=timedelta(days=kept.names_days),
            people=timedelta(days=kept.people_days),
        )
        removed = sweep(self._records.database, terms, min(self._clock(), zalo_now), self._stopping)
        if any(removed):
            with self._units.begin() as uow:
                detail = removed._asdict()
                uow.audit.append("retention", at=self._clock(), group_id=NO_GROUP, detail=detail)
