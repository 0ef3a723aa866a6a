"""What is due at times of day, on both databases."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.app.test_policy import policy_of
from tests.unit.storage.stored import START
from zalo_governor.app.schedule import DailySchedule
from zalo_governor.config.groups import GroupSettings
from zalo_governor.config.settings import Settings
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
