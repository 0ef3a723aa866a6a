"""What is due is done when its time has come, once a start has caught up, and a failure ends nothing."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from zalo_governor.app.due_work import DueWork, WorkGroup
from zalo_governor.domain.errors import StoreUnavailableError

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Work:
    """Something that is due at a moment, until it is done."""

    def __init__(self, due: datetime | None) -> None:
        self.due = due
        self.done: list[datetime] = []
        self.failures = 0
        self.failure: Exception = RuntimeError()
        self.looked = threading.Semaphore(0)

    def next_due(self) -> datetime | None:
        self.looked.release()
        return self.due

    def act(self, now: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise self.failure
        self.done.append(now)
        self.due = None


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.app.due_work._FAILED_SECONDS", 0.01)


def run(
    work: Work,
    begin: threading.Event,
    then: Callable[[], None],
    now: Callable[[], datetime],
    look_seconds: float | None = 0.01,
) -> None:
    due_work = DueWork("test", lambda: work, begin=begin, clock=now, look_seconds=look_seconds)
    thread = threading.Thread(target=due_work.run)
    thread.start()
    try:
        then()
    finally:
        due_work.stop()
        thread.join(60)
    assert not thread.is_alive()


def looked(work: Work, times: int) -> None:
    for _ in range(times):
        assert work.looked.acquire(timeout=60)


def begun() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_nothing_is_done_before_its_time_and_then_once() -> None:
    work, times = Work(NOW), [NOW - timedelta(seconds=1)]

    def then() -> None:
        looked(work, 3)
        assert work.done == []
        times[0] = NOW
        looked(work, 4)

    run(work, begun(), then, lambda: times[0])
    assert work.done == [NOW]


def test_what_takes_one_thing_at_a_time_is_asked_again_at_once() -> None:
    class Several(Work):
        def act(self, now: datetime) -> None:
            super().act(now)
            self.due = NOW if len(self.done) < 3 else None

    work = Several(NOW)
    run(work, begun(), lambda: looked(work, 4), lambda: NOW, look_seconds=60.0)
    assert work.done == [NOW] * 3


def test_a_thread_that_only_helps_looks_when_the_first_one_has_found_something() -> None:
    work = Work(None)
    helper = DueWork("helper", lambda: work, begin=begun(), clock=lambda: NOW, look_seconds=None)
    first = DueWork("first", lambda: Work(NOW), begin=begun(), clock=lambda: NOW, on_due=helper.hurry)
    threads = [threading.Thread(target=helper.run), threading.Thread(target=first.run)]
    threads[0].start()
    looked(work, 1)
    assert not work.looked.acquire(timeout=0.1)
    work.due = NOW
    threads[1].start()
    looked(work, 2)
    for ended, thread in zip((helper, first), threads, strict=True):
        ended.stop()
        thread.join(60)
    assert work.done == [NOW]


def test_a_moment_that_somebody_else_writes_down_is_found() -> None:
    work = Work(None)

    def then() -> None:
        looked(work, 2)
        work.due = NOW - timedelta(days=1)
        looked(work, 3)

    run(work, begun(), then, lambda: NOW)
    assert work.done == [NOW]


@pytest.mark.parametrize(
    ("failure", "told"),
    [(RuntimeError(), "due_work_failed"), (StoreUnavailableError("database is locked"), "due_work_waits")],
)
def test_what_fails_stays_due_and_a_store_that_is_away_is_told_as_a_wait(failure: Exception, told: str) -> None:
    work = Work(NOW)
    work.failures, work.failure = 2, failure
    with capture_logs() as logs:
        run(work, begun(), lambda: looked(work, 5), lambda: NOW)
    assert work.done == [NOW]
    assert [line["event"] for line in logs] == [told, told]


def test_nothing_is_done_before_the_start_has_caught_up() -> None:
    work, begin = Work(NOW), threading.Event()

    def then() -> None:
        assert not work.looked.acquire(timeout=0.1)
        begin.set()
        looked(work, 2)

    run(work, begin, then, lambda: NOW)
    assert work.done == [NOW]


def test_work_of_several_kinds_is_due_with_the_earliest_and_each_is_done_in_its_time() -> None:
    soon, later, never = Work(NOW), Work(NOW + timedelta(hours=1)), Work(None)
    both = WorkGroup(later, never, soon)
    assert both.next_due() == NOW
    both.act(NOW)
    assert (soon.done, later.done, never.done) == ([NOW], [], [])
    assert both.next_due() == NOW + timedelta(hours=1)
    assert WorkGroup(never).next_due() is None


def test_a_failure_of_one_kind_takes_no_other_with_it_and_is_told() -> None:
    bad, good = Work(NOW), Work(NOW)
    bad.failures = 1
    both = WorkGroup(bad, good)
    with pytest.raises(RuntimeError):
        both.act(NOW)
    assert good.done == [NOW]
    both.act(NOW)
    assert bad.done == [NOW]
