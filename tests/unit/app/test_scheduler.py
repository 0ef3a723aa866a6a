"""Duties are done at their time in Viet Nam, made up once after a downtime, and never hold each other up."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.desk import GROUP, Desk
from zalo_governor.app.schedule import DailySchedule
from zalo_governor.app.scheduler import EVERY_MONTH, EVERY_QUARTER, WEEKDAYS, Duty, Schedule, last_due
from zalo_governor.domain.clock import VIETNAM
from zalo_governor.domain.errors import StoreUnavailableError

MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""08:30 of a Monday in Viet Nam."""


@pytest.mark.parametrize(
    ("at", "weekday", "due"),
    [
        (time(8, 0), None, "2026-03-02 08:00"),
        (time(8, 30), None, "2026-03-02 08:30"),
        (time(17, 0), None, "2026-03-01 17:00"),
        (time(8, 0), "mon", "2026-03-02 08:00"),
        (time(17, 0), "mon", "2026-02-23 17:00"),
        (time(16, 30), "fri", "2026-02-27 16:30"),
    ],
)
def test_the_last_due_moment_is_that_of_viet_nam(at: time, weekday: str | None, due: str) -> None:
    assert f"{last_due(at, weekday, MONDAY):%Y-%m-%d %H:%M}" == due


@pytest.mark.parametrize(
    ("months", "now", "due"),
    [
        (EVERY_MONTH, "2026-03-01 08:00", "2026-03-01 08:00"),
        (EVERY_MONTH, "2026-03-01 07:59", "2026-02-01 08:00"),
        (EVERY_MONTH, "2026-03-31 23:59", "2026-03-01 08:00"),
        (EVERY_QUARTER, "2026-03-31 23:59", "2026-01-01 08:00"),
        (EVERY_QUARTER, "2026-04-01 08:00", "2026-04-01 08:00"),
        (EVERY_QUARTER, "2026-01-01 07:59", "2025-10-01 08:00"),
    ],
)
def test_what_is_done_once_a_month_or_quarter_falls_on_its_first_day(
    months: tuple[int, ...], now: str, due: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=VIETNAM)
    assert f"{last_due(time(8, 0), None, moment, months):%Y-%m-%d %H:%M}" == due


def test_a_clock_set_back_gives_a_due_moment_that_was_already_served() -> None:
    """Who claims each due moment once, as the office does, repeats nothing, and goes on when time comes round."""
    days = (2, 3, 4, 2, 3, 4, 5)
    served = [last_due(time(8, 0), None, datetime(2026, 3, day, 2, tzinfo=UTC)) for day in days]
    assert len(set(served)) == 4
    assert served[:3] == served[3:6]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis adds it
    st.times(timezones=st.none()),
    st.sampled_from([None, *WEEKDAYS]),
)
def test_the_last_due_moment_is_never_ahead_and_never_older_than_a_period(
    now: datetime, at: time, weekday: str | None
) -> None:
    due = last_due(at, weekday, now)
    assert due <= now
    assert (now - due).days < (7 if weekday else 1)
    assert (due.astimezone(VIETNAM).hour, due.astimezone(VIETNAM).minute) == (at.hour, at.minute)


def run(duties: list[Duty], until: Callable[[], bool]) -> None:
    caught_up = threading.Event()
    schedule = Schedule(duties, caught_up, lambda: MONDAY)
    thread = threading.Thread(target=schedule.run)
    thread.start()
    thread.join(0.1)
    caught_up.set()
    for _ in range(200):
        if until():
            break
        thread.join(0.02)
    schedule.stop()
    thread.join(60)
    assert not thread.is_alive()


def test_what_was_missed_is_made_up_once_at_start_and_a_failing_duty_stops_no_other() -> None:
    done: list[str] = []

    def fail(due: datetime) -> None:
        done.append("fails")
        raise RuntimeError("duty")

    def note(due: datetime) -> None:
        done.append(f"{due:%d/%m %H:%M}")

    run([Duty("a", time(8, 0), None, fail), Duty("b", time(8, 0), None, note)], lambda: len(done) == 2)
    assert sorted(done) == ["02/03 08:00", "fails"]


@pytest.mark.parametrize(
    ("wrong_by", "made_up"),
    [(timedelta(hours=-9), 2), (timedelta(days=-3), 2), (timedelta(days=400), 1), (timedelta(days=-400), 1)],
)
def test_once_a_wrong_clock_is_set_right_the_duties_come_at_their_times_again(
    monkeypatch: pytest.MonkeyPatch, wrong_by: timedelta, made_up: int
) -> None:
    off = [wrong_by]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromtimestamp((datetime.now(UTC) + off[0]).timestamp(), tz)

    for place in ("schedulers.base", "triggers.date"):
        monkeypatch.setattr(f"apscheduler.{place}.datetime", Clock)
    monkeypatch.setattr("zalo_governor.app.scheduler._LOOK_SECONDS", 0.05)
    done: list[datetime] = []
    caught_up = threading.Event()
    caught_up.set()
    always: list[datetime] = []
    duties = [
        Duty("a", time(8, 0), None, done.append),
        Duty("always", time(8, 0), None, always.append, always_made_up=True),
    ]
    schedule = Schedule(duties, caught_up, lambda: Clock.now(UTC))
    thread = threading.Thread(target=schedule.run)
    thread.start()
    for _ in range(200):
        if done:
            break
        thread.join(0.02)
    thread.join(0.3)  # until the scheduler waits for the next time by the wrong clock
    off[0] = timedelta(0)
    thread.join(0.5)
    ahead = schedule._scheduler.get_job("a").next_run_time - datetime.now(UTC)
    schedule.stop()
    thread.join(60)
    assert timedelta(0) < ahead <= timedelta(days=1)
    assert (len(done), len(always)) == (made_up, 2)


def test_a_duty_is_tried_again_once_the_database_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.app.scheduler._AGAIN_AFTER", timedelta(milliseconds=50))
    done: list[datetime] = []

    def note(due: datetime) -> None:
        done.append(due)
        if len(done) == 1:
            raise StoreUnavailableError("away")

    run([Duty("a", time(8, 0), None, note)], lambda: len(done) == 2)
    assert done[0] == done[1]


def test_a_check_of_names_that_was_interrupted_is_done_at_the_next_try_and_then_not_again() -> None:
    desk, synced = Desk(), []

    def sync(group_id: str) -> None:
        synced.append(group_id)
        if len(synced) == 1:
            raise RuntimeError("the process ends")

    records: Any = SimpleNamespace()
    units: Any = SimpleNamespace(begin=desk.transaction)
    group_sync: Any = SimpleNamespace(try_to_sync=sync)
    daily = DailySchedule(
        records, units, features=lambda: desk.office, group_sync=group_sync, stopping=lambda: False,
        clock=lambda: desk.now, zalo_clock=lambda: desk.now,
    )  # fmt: skip
    [check] = [duty for duty in daily.duties() if duty.name == "name_sweep"]
    with pytest.raises(RuntimeError):
        check.run(MONDAY)
    check.run(MONDAY)
    check.run(MONDAY)
    assert synced == [GROUP, GROUP]


def test_a_duty_that_is_switched_off_is_never_done() -> None:
    done: list[datetime] = []
    also: list[datetime] = []
    run([Duty("off", None, None, done.append), Duty("on", time(8, 0), None, also.append)], lambda: bool(also))
    assert (done, len(also)) == ([], 1)


def test_nothing_is_done_before_what_was_missed_has_been_fetched() -> None:
    done: list[datetime] = []
    caught_up = threading.Event()
    schedule = Schedule([Duty("a", time(8, 0), None, done.append)], caught_up, lambda: MONDAY)
    thread = threading.Thread(target=schedule.run)
    thread.start()
    thread.join(0.2)
    assert done == []
    schedule.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert done == []


def test_other_times_count_while_it_runs_and_what_they_have_missed_is_not_made_up() -> None:
    done: list[str] = []
    caught_up = threading.Event()
    caught_up.set()

    def duty(name: str, at: time | None) -> Duty:
        return Duty(name, at, None, lambda _due: done.append(name))

    schedule = Schedule([duty("stays", time(8, 0)), duty("ends", time(8, 0))], caught_up, lambda: MONDAY)
    thread = threading.Thread(target=schedule.run)
    thread.start()
    for _ in range(500):
        if len(done) == 2:
            break
        thread.join(0.02)
    schedule.apply([duty("stays", time(7, 0)), duty("ends", None), duty("begins", time(6, 0))])
    planned = {job.id: job.args[1] for job in schedule._scheduler.get_jobs()}
    schedule.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert sorted(done) == ["ends", "stays"]
    assert planned == {"stays": time(7, 0), "begins": time(6, 0)}


def test_what_waits_to_be_tried_again_is_dropped_only_if_it_is_wanted_no_more() -> None:
    caught_up = threading.Event()
    caught_up.set()

    def fail(_due: datetime) -> None:
        raise StoreUnavailableError("away")

    duties = [Duty(name, time(8, 0), None, fail) for name in ("stays", "off", "gone")]
    schedule = Schedule(duties, caught_up, lambda: MONDAY)
    thread = threading.Thread(target=schedule.run)
    thread.start()

    def waiting() -> set[str]:
        return {job.id for job in schedule._scheduler.get_jobs() if job.id.endswith(":again")}

    for _ in range(500):
        if len(waiting()) == 3:
            break
        thread.join(0.02)
    before = waiting()
    schedule.apply([Duty("stays", time(7, 0), None, fail), Duty("off", None, None, fail)])
    after = waiting()
    schedule.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert before == {"stays:again", "off:again", "gone:again"}
    assert after == {"stays:again"}
