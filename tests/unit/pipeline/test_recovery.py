"""Gaps are opened when the line goes down and closed with what came back."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.pipeline.made import GROUP, admitted, element
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.elements import Admitted, Element
from zalo_governor.domain.errors import GovernorError, StoreUnavailableError
from zalo_governor.domain.line import Gap, LineReport, LineState
from zalo_governor.pipeline.recovery import Recovered, Recovery

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class MemoryGaps:
    """Fits Gaps; `log` says what was written."""

    def __init__(self, last_ms: int | None, maybe_fail: Callable[[], None]) -> None:
        self.last_ms = last_ms
        self.maybe_fail = maybe_fail
        self.log: list[str] = []
        self.left_open: list[Gap] = []

    def open_gap(self, group_id: str, began_at: datetime, cause: str) -> int:
        self.maybe_fail()
        self.log.append(f"open {group_id} {began_at:%H:%M} {cause}")
        return len(self.log)

    def close_gap(self, gap_id: int, ended_at: datetime, recovered: int, closed: bool) -> None:
        self.maybe_fail()
        self.log.append(f"close {gap_id} {ended_at:%H:%M} {recovered} {closed}")

    def open_gaps(self, group_id: str) -> list[Gap]:
        self.maybe_fail()
        return self.left_open

    def last_heard(self, group_id: str) -> int | None:
        self.maybe_fail()
        return self.last_ms


class Given:
    """A recovery with a scripted history; the store knows message "1" already."""

    def __init__(self, history: Recovered | GovernorError, last_ms: int | None = 1) -> None:
        self.gaps = MemoryGaps(last_ms, self._maybe_fail)
        self.history = history
        self.held = 0
        self.fetched_from: list[int | None] = []
        self.admitted: list[str] = []
        self.summed_up: list[str] = []
        self.locked = 0
        """How many of the next questions the store does not answer."""
        self.recovery = Recovery(
            groups=[GROUP],
            gaps=self.gaps,
            history=self._fetch,
            admit=self._admit,
            hold=self._hold,
            release=self._release,
            on_recovered=self._sum_up,
            on_up=lambda: None,
        )

    def _maybe_fail(self) -> None:
        if self.locked:
            self.locked -= 1
            raise StoreUnavailableError("database is locked")

    def _sum_up(self, group_id: str) -> None:
        self._maybe_fail()
        self.summed_up.append(group_id)

    def _fetch(self, group_id: str, heard_ms: int | None) -> Recovered:
        self._maybe_fail()
        self.fetched_from.append(heard_ms)
        if isinstance(self.history, GovernorError):
            raise self.history
        return self.history

    def _admit(self, elements: Sequence[Element]) -> list[Admitted]:
        self._maybe_fail()
        fresh = [admitted(n, key=e.key, at_ms=e.at_ms) for n, e in enumerate(elements) if e.key != "1"]
        self.admitted += [item.entry.key for item in fresh]
        return fresh

    def _hold(self) -> None:
        self.held += 1

    def _release(self) -> None:
        self.held -= 1

    def follow(self, *reports: LineReport) -> list[str]:
        thread = threading.Thread(target=self.recovery.run)
        thread.start()
        for report in reports:
            self.recovery.report(report)
        while self.recovery._reports:
            thread.join(0.01)
        thread.join(0.05)
        self.recovery.stop()
        thread.join(5)
        assert self.held == 0
        return self.gaps.log


def up(minutes: int) -> LineReport:
    return LineReport(state=LineState.UP, at=NOW + timedelta(minutes=minutes))


def down(minutes: int, cause: str = "1006") -> LineReport:
    moment = NOW + timedelta(minutes=minutes)
    return LineReport(state=LineState.DOWN, at=moment, heard_at=moment - timedelta(minutes=1), cause=cause)


def test_a_cut_becomes_a_gap_that_backfill_closes() -> None:
    given = Given(Recovered([element("1"), element("2"), element("3")], reached=True))
    log = given.follow(down(5), up(7))
    assert log == ["open group 08:04 1006", "close 1 08:07 2 True"]
    assert (given.fetched_from, given.admitted, given.summed_up) == ([1], ["2", "3"], [GROUP])


def test_repeated_failures_to_connect_are_one_gap() -> None:
    log = Given(Recovered([], reached=True)).follow(down(5), down(6), down(7), up(9))
    assert log == ["open group 08:04 1006", "close 1 08:09 0 True"]


def test_what_backfill_cannot_bring_stays_a_gap() -> None:
    given = Given(GovernorError("history is gone"))
    assert given.follow(down(5), up(7)) == ["open group 08:04 1006", "close 1 08:07 0 False"]
    assert given.admitted == []


def test_the_time_in_which_the_program_did_not_run_is_a_gap_but_not_before_its_first_day() -> None:
    assert Given(Recovered([], reached=True), last_ms=0).follow(up(0))[0] == "open group 00:00 not running"
    assert Given(Recovered([], reached=True), last_ms=None).follow(up(0)) == []


def test_a_frame_that_cannot_be_read_is_fetched_anew_at_once() -> None:
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW, heard_at=NOW, cause="bad tag")
    given = Given(Recovered([element("2")], reached=True))
    assert given.follow(lost) == ["open group 08:00 bad tag", "close 1 08:00 1 True"]


def test_a_gap_in_which_the_process_died_is_closed_by_the_next_one() -> None:
    given = Given(Recovered([element("2")], reached=True))
    given.gaps.left_open = [Gap(id=41, group_id=GROUP, began_at=NOW, cause="1006")]
    assert given.follow(up(3)) == ["close 41 08:03 1 True"]
    # And not from what that process heard live in the meantime.
    assert given.fetched_from == [to_ms(NOW)]


@pytest.mark.parametrize("before", [None, 60_000], ids=["on the first day", "after a stop"])
def test_what_is_heard_in_the_first_moment_is_not_taken_for_the_end_of_what_was_heard_before(
    before: int | None,
) -> None:
    given = Given(Recovered([], reached=True), last_ms=before)
    thread = threading.Thread(target=given.recovery.run)
    thread.start()
    thread.join(0.05)
    given.gaps.last_ms = to_ms(NOW)
    given.recovery.report(up(0))
    thread.join(0.05)
    given.recovery.stop()
    thread.join(5)
    assert given.fetched_from == ([] if before is None else [before])


def test_where_nothing_was_missed_the_desk_is_still_told_of_what_an_earlier_process_found() -> None:
    given = Given(Recovered([], reached=True), last_ms=None)
    given.follow(up(0))
    assert given.summed_up == [GROUP]


def test_a_locked_database_delays_recovery_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.pipeline.recovery._RETRY_SECONDS", 0.001)
    given = Given(Recovered([element("1"), element("2")], reached=True))
    given.locked = 9
    assert given.follow(down(5), up(7)) == ["open group 08:04 1006", "close 1 08:07 1 True"]
    assert (given.admitted, given.summed_up, given.locked) == (["2"], [GROUP], 0)


def test_frames_lost_while_a_look_into_the_history_still_waits_cost_no_look_of_their_own() -> None:
    given = Given(Recovered([element("2")], reached=True))
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW, heard_at=NOW, cause="bad tag")
    for _ in range(100):
        given.recovery.report(lost)
    given.follow()
    assert given.fetched_from == [1]


def test_a_cut_that_is_looked_at_only_when_the_line_is_back_begins_where_it_began() -> None:
    given = Given(Recovered([], reached=True), last_ms=to_ms(NOW + timedelta(hours=1)))
    given.follow(down(5), up(7))
    assert given.fetched_from == [to_ms(NOW + timedelta(minutes=4))]
