"""What is due at times of day, on both databases."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.app.test_policy import policy_of
from tests.unit.storage.stored import BOT, GROUP, START
from zalo_governor.app.schedule import DailySchedule
from zalo_governor.config.groups import GroupSettings
from zalo_governor.config.settings import Settings
from zalo_governor.domain.jobs import Job, JobKind, PinMessage, ReportDeadline
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.after_restore import look_ahead
from zalo_governor.storage.unit_of_work import UnitsOfWork


@pytest.mark.parametrize(
    ("ours", "zalos", "counts"),
    [
        (START + timedelta(days=400), START, START),
        (START - timedelta(days=400), START, START - timedelta(days=400)),
        (START, None, None),
    ],
    ids=["our clock is ahead", "our clock is behind", "Zalo does not answer"],
)
def test_what_has_expired_goes_by_the_earlier_of_our_clock_and_zalos(
    units: UnitsOfWork, monkeypatch: pytest.MonkeyPatch, ours: datetime, zalos: datetime | None, counts: datetime | None
) -> None:
    swept: list[datetime] = []

    def sweep(_database: object, _terms: object, now: datetime, _stopped: object) -> tuple[int, ...]:
        swept.append(now)
        return ()

    monkeypatch.setattr("zalo_governor.app.schedule.sweep", sweep)
    features: Any = FeatureFacade(policy_of(GroupSettings(id="1")))
    records: Any = SimpleNamespace(settings=Settings(), database=None)
    daily = DailySchedule(
        records, units, features=lambda: features, group_sync=records, stopping=lambda: False, clock=lambda: ours,
        zalo_clock=lambda: zalos,
    )  # fmt: skip
    [retention] = [duty for duty in daily.duties() if duty.name == "retention"]
    retention.run(START)
    assert swept == ([] if counts is None else [counts])


def test_a_digest_that_was_due_before_a_restore_is_not_sent_again_and_the_next_one_is(
    database: Database, units: UnitsOfWork
) -> None:
    features, unused = FeatureFacade(policy_of(GroupSettings(id="1"))), object()
    rest: dict[str, Any] = dict.fromkeys(("group_sync", "stopping", "clock", "zalo_clock"), unused)
    schedule = DailySchedule(unused, units, features=lambda: features, **rest)  # type: ignore[arg-type]
    [digest] = [duty for duty in schedule.duties() if duty.name == "suggestions_digest"]
    with database.write() as connection:
        look_ahead(connection, START - timedelta(days=1))
        look_ahead(connection, START)
    due = [START - timedelta(hours=1), START + timedelta(hours=1)]
    for moment in due:
        digest.run(moment)
    with units.begin() as uow:
        assert [uow.claims.is_claimed("suggestions_digest:1", moment) for moment in due] == [False, True]


def test_jobs_that_were_queued_while_the_clock_was_far_ahead_do_not_wait_for_that_date(
    units: UnitsOfWork, database: Database
) -> None:
    ahead = START + timedelta(days=400)
    by_right = Job(
        account=BOT, group_id=GROUP, task=ReportDeadline(directive_id=1, due_at=ahead), ordered_at=START, due_at=ahead
    )
    queued = Job(account=BOT, group_id=GROUP, task=PinMessage(message_key="1"), ordered_at=ahead)
    tried, held = (
        Job(account=BOT, group_id=GROUP, task=PinMessage(message_key=key), ordered_at=START) for key in ("2", "3")
    )
    with units.begin() as uow:
        for job in (by_right, tried, held):
            assert uow.jobs.enqueue(job)
        claimed = uow.jobs.claim(BOT, [JobKind.PIN_MESSAGE], ahead)
        uow.jobs.retry(claimed[0], ahead + timedelta(minutes=1))
        uow.jobs.enqueue(queued)
    now = START + timedelta(hours=1)
    records: Any = SimpleNamespace(account=BOT)
    features, unused = FeatureFacade(policy_of(GroupSettings(id="1"))), object()
    rest: dict[str, Any] = dict.fromkeys(("group_sync", "stopping", "zalo_clock"), unused)
    schedule = DailySchedule(records, units, features=lambda: features, clock=lambda: now, **rest)
    [redate] = [duty for duty in schedule.duties() if duty.always_made_up]
    with units.begin() as uow:
        assert uow.jobs.claim(BOT, JobKind, now) == []
    redate.run(now)
    with units.begin() as uow:
        keys = [job.task.target for job in uow.jobs.claim(BOT, JobKind, now)]
        assert keys == ["2", "3", "1"]
        assert uow.jobs.next_due(BOT, [JobKind.REPORT_DEADLINE]) == ahead
