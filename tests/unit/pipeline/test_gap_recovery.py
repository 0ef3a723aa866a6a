"""Gaps are opened when the line goes down and closed with what came back."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from tests.unit.pipeline.made import GROUP, admitted, element
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.connection import BackfillEnd, Gap, LineReport, LineState
from zalo_governor.domain.errors import GovernorError, StoreUnavailableError
from zalo_governor.domain.inbound import Admitted, Element
from zalo_governor.pipeline.gap_recovery import GapRecovery
from zalo_governor.storage.repositories.gaps import Gaps

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class MemoryGaps(Gaps):
    """Fits Gaps; `log` says what was written."""

    def __init__(self, before_ms: int | None, last_ms: int | None, maybe_fail: Callable[[], None]) -> None:
        self.before_ms = before_ms
        self.last_ms = last_ms
        self.asked = False
        self.maybe_fail = maybe_fail
        self.log: list[str] = []
        self.left_open: list[Gap] = []
        self.given_up: list[Gap] = []
        self.opened = 0
        self.received_ms: int | None = None
        self.first_ms: int | None = None
        self.since_ms: int | None = None

    def note_listening(self, group_id: str, at: datetime) -> None:
        self.maybe_fail()
        self.since_ms = to_ms(at)

    def listening_since(self, group_id: str) -> int | None:
        return self.since_ms

    def open_gap(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> int:
        self.maybe_fail()
        self.log.append(f"open {group_id} {began_at:%H:%M} {cause}")
        self.opened += 1
        return self.opened

    def end_gap(self, gap_id: int, ended_at: datetime) -> None:
        self.maybe_fail()
        self.log.append(f"end {gap_id} {ended_at:%H:%M}")

    def add_recovered(self, gap_id: int, count: int) -> None:
        self.maybe_fail()
        self.log.append(f"found {count} of {gap_id}")

    def settle_gap(self, gap_id: int, outcome: BackfillEnd) -> None:
        self.maybe_fail()
        self.log.append(f"{'close' if outcome is BackfillEnd.REACHED else 'give up'} {gap_id}")

    def pending_gaps(self, group_id: str) -> list[Gap]:
        self.maybe_fail()
        return self.left_open

    def given_up_gaps(self, group_id: str, since: datetime) -> list[Gap]:
        return [gap for gap in self.given_up if gap.ended_at and gap.ended_at >= since]

    def close_made_up(self, group_id: str, heard_id: int) -> None:
        self.log += [f"made up {gap.id}" for gap in self.given_up if gap.heard_id >= heard_id]

    def last_received(self) -> int | None:
        return self.received_ms

    def first_heard(self, group_id: str, up_to: int | None = None) -> int | None:
        return self.first_ms

    def last_heard(self, group_id: str, up_to: int | None = None) -> int | None:
        self.maybe_fail()
        heard_ms = self.last_ms if self.asked else self.before_ms
        self.asked = True
        return heard_ms


class Given:
    """A recovery with a scripted history, one look after the other; the store knows message "1" already.

    What was last heard is `before_ms` at the start of the program, and `last_ms` from then on.
    """

    def __init__(
        self,
        *looks: tuple[list[Element], BackfillEnd] | GovernorError,
        before_ms: int | None = None,
        last_ms: int | None = 1,
        groups: Sequence[str] = (GROUP,),
    ) -> None:
        self.gaps = MemoryGaps(before_ms, last_ms, self._maybe_fail)
        self.looks = list(looks)
        self.held = 0
        self.newest_id = 7
        self.fetched_from: list[int] = []
        self.since_ms = 0
        """From when on messages were wanted if nothing is stored."""
        self.socket_gives: list[Element] = []
        self.admitted: list[str] = []
        self.summed_up: list[str] = []
        self.stored: list[list[str]] = []
        """What was stored already, each time a page of the socket was said to be."""
        self.locked = 0
        """How many of the next questions the store does not answer."""
        self.recovery = GapRecovery(
            groups=dict.fromkeys(groups, "private"),
            gaps=self.gaps,
            history=self._fetch,
            newest=lambda: self.newest_id,
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

    def _fetch(
        self, group_id: str, heard_id: int, since_ms: int, take: Callable[[Sequence[Element]], None]
    ) -> BackfillEnd:
        self._maybe_fail()
        self.since_ms = since_ms
        self.recovery.take_old(self.socket_gives, self._tell_stored)
        self.fetched_from.append(heard_id)
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, GovernorError):
            raise look
        take(look[0])
        return look[1]

    def _admit(self, elements: Sequence[Element]) -> list[Admitted]:
        self._maybe_fail()
        fresh = [admitted(n, key=e.key, at_ms=e.at_ms) for n, e in enumerate(elements) if e.key != "1"]
        self.admitted += [item.entry.key for item in fresh]
        return fresh

    def _tell_stored(self) -> None:
        self._maybe_fail()
        self.stored.append([*self.admitted])

    def take_old(self, *elements: Element) -> None:
        """One page from the socket."""
        self.recovery.take_old(elements, self._tell_stored)

    def _hold(self) -> None:
        self.held += 1

    def _release(self, group_id: str) -> None:
        self.held -= 1

    def follow(self, *reports: LineReport, looks: int = 0) -> list[str]:
        """What was written until all reports were followed, and as many looks into the history were made."""
        with self.running():
            for report in reports:
                self.recovery.report(report)
            until(lambda: not self.recovery._reports and len(self.fetched_from) >= looks)
            time.sleep(0.05)
        assert self.held == 0
        return self.gaps.log

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.recovery.run)
        thread.start()
        try:
            yield
        finally:
            self.recovery.stop()
            thread.join(60)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def whole(*elements: Element) -> tuple[list[Element], BackfillEnd]:
    return list(elements), BackfillEnd.REACHED


def up(minutes: int) -> LineReport:
    return LineReport(state=LineState.UP, at=NOW + timedelta(minutes=minutes))


def down(minutes: int, cause: str = "1006") -> LineReport:
    moment = NOW + timedelta(minutes=minutes)
    return LineReport(state=LineState.DOWN, at=moment, heard_at=moment - timedelta(minutes=1), cause=cause)


def test_a_cut_becomes_a_gap_that_backfill_closes() -> None:
    given = Given(whole(element("1"), element("2"), element("3")))
    log = given.follow(down(5), up(7), looks=1)
    assert log == ["open group 08:04 1006", "end 1 08:07", "found 2 of 1", "close 1"]
    assert (given.fetched_from, given.admitted, given.summed_up) == ([7], ["2", "3"], [GROUP])


def test_the_log_tells_each_change_once_and_calls_private_messages_private() -> None:
    with capture_logs() as told:
        Given(whole(element("1"), element("2"))).follow(down(5), up(7), looks=1)
    assert told == [{"event": "gaps_settled", "place": "private", "gaps": 1, "closed": 1, "log_level": "info"}]


def test_repeated_failures_to_connect_are_one_gap() -> None:
    log = Given(whole()).follow(down(5), down(6), down(7), up(9), looks=1)
    assert log == ["open group 08:04 1006", "end 1 08:09", "close 1"]


def test_what_backfill_cannot_bring_stays_a_gap() -> None:
    given = Given(([element("2")], BackfillEnd.EXHAUSTED))
    assert given.follow(down(5), up(7), looks=1)[1:] == ["end 1 08:07", "found 1 of 1", "give up 1"]
    assert given.admitted == ["2"]


@pytest.mark.parametrize(
    "failure", [([element("3")], BackfillEnd.INTERRUPTED), GovernorError("no answer")], ids=["midway", "at once"]
)
def test_what_zalo_does_not_give_just_now_is_asked_for_again_until_it_does(
    monkeypatch: pytest.MonkeyPatch, failure: tuple[list[Element], BackfillEnd] | GovernorError
) -> None:
    monkeypatch.setattr("zalo_governor.pipeline.gap_recovery._AGAIN_FIRST_SECONDS", 0.01)
    given = Given(failure, failure, whole(element("2")))
    log = given.follow(down(5), up(7), looks=3)
    assert [line for line in log if "of" not in line] == ["open group 08:04 1006", "end 1 08:07", "close 1"]
    assert given.fetched_from == [7, 7, 7]
    assert given.admitted[-1] == "2"
    assert given.summed_up == [GROUP] * 3


def test_while_the_line_is_down_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.pipeline.gap_recovery._AGAIN_FIRST_SECONDS", 0.01)
    given = Given(GovernorError("no answer"), whole())
    log = given.follow(down(5), up(7), down(8), looks=1)
    assert log == ["open group 08:04 1006", "end 1 08:07", "open group 08:07 1006"]
    assert len(given.fetched_from) == 1


def test_one_look_settles_every_gap_of_the_group_and_each_gets_what_is_its_own() -> None:
    given = Given(([], BackfillEnd.INTERRUPTED), whole(element("2", at_ms=_ms(5)), element("3", at_ms=_ms(9))))
    log = given.follow(down(5), up(7), down(9), up(10), looks=2)
    assert log == [
        "open group 08:04 1006",
        "end 1 08:07",
        "open group 08:08 1006",
        "end 2 08:10",
        "found 1 of 1",
        "found 1 of 2",
        "close 1",
        "close 2",
    ]


def test_the_time_in_which_the_program_did_not_run_is_a_gap_but_not_before_its_first_day() -> None:
    assert Given(whole(), before_ms=0).follow(up(0), looks=1)[0] == "open group 00:00 not running"
    assert Given(whole()).follow(up(0)) == []


def test_a_process_that_was_killed_before_it_stored_anything_has_missed_something() -> None:
    first = Given(whole())
    first.recovery.prepare(from_ms(_ms(2)))
    assert (first.gaps.since_ms, first.follow(up(2))) == (_ms(2), [])
    second = Given(whole(element("2")))
    second.gaps.since_ms = _ms(2)
    assert second.follow(up(5), looks=1)[:2] == ["open group 08:02 not running", "end 1 08:05"]
    assert second.since_ms == _ms(1)
    assert second.admitted == ["2"]


def test_it_begins_when_anything_was_last_heard_and_is_filled_from_what_the_group_last_said() -> None:
    given = Given(whole(), before_ms=0)
    given.gaps.received_ms = 60_000
    assert given.follow(up(0), looks=1)[0] == "open group 00:01 not running"
    assert given.fetched_from == [7]


def test_old_messages_of_the_socket_come_after_the_look_and_count_for_their_gap() -> None:
    given = Given(whole(element("1"), element("3", at_ms=_ms(6))), last_ms=_ms(3))
    given.socket_gives = [element("2", at_ms=_ms(5)), element("0", at_ms=_ms(-60))]
    given.gaps.first_ms = _ms(3)
    log = given.follow(down(5), up(7), looks=1)
    assert given.admitted == ["3", "2"]
    assert log[2:] == ["found 1 of 1", "found 1 of 1", "close 1"]


def test_what_the_socket_gives_unasked_is_taken_unless_it_is_older_than_all_that_was_heard() -> None:
    given = Given(whole())
    given.take_old(element("2", at_ms=_ms(5)), element("0", at_ms=_ms(-60)))
    given.gaps.first_ms = _ms(3)  # heard live since the first start
    given.follow(up(0))
    assert given.admitted == ["2"]


def test_the_desk_is_told_of_what_the_socket_gives_after_the_look() -> None:
    given = Given(whole())
    given.gaps.first_ms = _ms(3)
    with given.running():
        given.recovery.report(up(0))
        until(lambda: given.summed_up == [GROUP])
        given.take_old(element("2", at_ms=_ms(5)))
        until(lambda: given.summed_up == [GROUP, GROUP])
    assert given.admitted == ["2"]


def test_a_page_of_the_queue_is_told_of_only_after_storing_and_in_the_order_of_the_pages() -> None:
    given = Given(whole())
    given.gaps.first_ms = _ms(3)
    given.locked = 1  # when it is to be told of
    given.take_old(element("2", at_ms=_ms(5)))
    given.take_old()
    given.take_old(element("3", at_ms=_ms(6)), element("4", at_ms=_ms(6), thread_id="foreign"))
    with given.running():
        until(lambda: len(given.stored) == 3)
    assert given.stored == [["2", "3"]] * 3


def test_what_could_not_be_stored_is_not_told_of() -> None:
    given = Given(whole())
    given.gaps.first_ms = _ms(3)
    given.locked = 1_000_000
    given.take_old(element("2", at_ms=_ms(5)))
    with given.running():
        until(lambda: given.locked < 1_000_000)
    assert given.stored == []


def test_what_the_socket_gives_of_a_group_that_was_never_heard_is_left_alone() -> None:
    given = Given(whole())
    given.take_old(element("2", at_ms=_ms(5)))
    given.follow(up(0))
    assert given.admitted == []


def test_where_the_network_is_still_away_at_the_start_the_gap_begins_with_the_stop() -> None:
    log = Given(whole(), before_ms=0).follow(LineReport(state=LineState.DOWN, at=NOW), up(3), looks=1)
    assert log == ["open group 00:00 not running", "end 1 08:03", "close 1"]


def test_a_frame_that_cannot_be_read_is_fetched_anew_at_once() -> None:
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW, heard_at=NOW, cause="bad tag")
    given = Given(whole(element("2")))
    assert given.follow(lost, looks=1) == ["open group 08:00 bad tag", "end 1 08:00", "found 1 of 1", "close 1"]


def test_gaps_in_which_the_process_died_are_closed_by_the_next_one() -> None:
    given = Given(whole(element("2", at_ms=_ms(0))))
    earlier = NOW - timedelta(hours=1)
    given.gaps.left_open = [
        Gap(id=41, group_id=GROUP, began_at=earlier, ended_at=earlier, cause="1006", heard_id=3, pending=True),
        Gap(id=42, group_id=GROUP, began_at=NOW, cause="1006", heard_id=5, pending=True),
    ]
    assert given.follow(up(3), looks=1) == ["end 42 08:03", "found 1 of 42", "close 41", "close 42"]
    # And not from what that process heard live in the meantime.
    assert given.fetched_from == [3]


def test_a_gap_that_was_given_up_before_a_stop_is_looked_for_once_more_and_is_whole_then() -> None:
    given = Given(whole(element("2", at_ms=_ms(-60))), before_ms=_ms(0))
    given.gaps.received_ms = _ms(0)
    for number, days in ((41, 3), (42, 0)):
        ended = NOW - timedelta(days=days, minutes=30)
        began = ended - timedelta(hours=1)
        gap = Gap(id=number, group_id=GROUP, began_at=began, ended_at=ended, cause="1006", heard_id=number - 38)
        given.gaps.given_up.append(gap)
    log = given.follow(up(3), looks=1)
    assert given.fetched_from == [4]
    assert [line for line in log if "42" in line] == ["found 1 of 42", "close 42", "made up 42"]
    assert not [line for line in log if line.endswith("41")]


def test_a_look_that_goes_far_enough_makes_up_an_older_gap_too() -> None:
    given = Given(whole())
    ended = NOW - timedelta(hours=1)
    given.gaps.given_up = [Gap(id=41, group_id=GROUP, began_at=ended, ended_at=ended, cause="1006", heard_id=9)]
    given.newest_id = 8
    assert given.follow(down(0), up(3), looks=1)[-1] == "made up 41"


@pytest.mark.parametrize("before", [None, 60_000], ids=["on the first day", "after a stop"])
def test_what_is_heard_in_the_first_moment_is_not_taken_for_the_end_of_what_was_heard_before(
    before: int | None,
) -> None:
    given = Given(whole(), before_ms=before, last_ms=to_ms(NOW))
    given.newest_id = 9
    given.follow(up(0), looks=0 if before is None else 1)
    assert given.fetched_from == ([] if before is None else [7])


def test_where_nothing_was_missed_the_desk_is_still_told_of_what_an_earlier_process_found() -> None:
    given = Given(whole())
    given.follow(up(0))
    assert given.summed_up == [GROUP]


def test_a_locked_database_delays_recovery_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.pipeline.gap_recovery._RETRY_SECONDS", 0.001)
    given = Given(whole(element("1"), element("2")))
    given.locked = 9
    log = given.follow(down(5), up(7), looks=1)
    assert log == ["open group 08:04 1006", "end 1 08:07", "found 1 of 1", "close 1"]
    assert (given.admitted, given.summed_up, given.locked) == (["2"], [GROUP], 0)


def test_frames_lost_while_a_look_into_the_history_still_waits_cost_no_look_of_their_own() -> None:
    given = Given(whole(element("2")))
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW, heard_at=NOW, cause="bad tag")
    for _ in range(100):
        given.recovery.report(lost)
    given.follow(looks=1)
    assert given.fetched_from == [7]


def test_a_frame_lost_while_a_look_is_under_way_has_a_look_of_its_own() -> None:
    given, fetching, go_on = Given(whole()), threading.Event(), threading.Event()
    fetch = given.recovery._history
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW, heard_at=NOW, cause="bad tag")

    def slow(group_id: str, heard_id: int, since_ms: int, take: Callable[[Sequence[Element]], None]) -> BackfillEnd:
        end = fetch(group_id, heard_id, since_ms, take)
        fetching.set()
        assert go_on.wait(60)
        return end

    given.recovery._history = slow
    for _ in range(2):
        given.recovery.report(lost)  # the second as if it had come just after the look for the first had begun
    with given.running():
        assert fetching.wait(60)
        given.newest_id = 8
        given.recovery.report(lost)
        given.newest_id = 9
        given.recovery.report(lost)
        go_on.set()
        until(lambda: given.gaps.log[-1] == "close 2")
    assert given.fetched_from == [7, 8]


def test_a_frame_lost_while_an_earlier_gap_waits_for_another_try_is_declared() -> None:
    given = Given(([], BackfillEnd.INTERRUPTED), ([], BackfillEnd.EXHAUSTED), groups=(GROUP, "another"))
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW + timedelta(hours=1), cause="bad tag")
    with given.running():
        given.recovery.report(down(5))
        given.recovery.report(up(7))
        until(lambda: len(given.fetched_from) == 2)
        given.recovery.report(lost)
    opened = [line for line in given.gaps.log if line.startswith(f"open {GROUP} ")]
    assert opened == [f"open {GROUP} 08:04 1006", f"open {GROUP} 09:00 bad tag"]


def test_what_is_missing_among_what_was_heard_is_fetched_from_before_it() -> None:
    given = Given(whole(element("2")))
    lost = LineReport(state=LineState.FRAME_LOST, at=NOW, heard_at=NOW, cause="missed")
    given.recovery.missed(GROUP, 4, lost)
    assert given.follow(looks=1) == ["open group 08:00 missed", "end 1 08:00", "found 1 of 1", "close 1"]
    assert given.fetched_from == [4]


def test_a_cut_that_is_looked_at_only_when_the_line_is_back_begins_where_it_began() -> None:
    given = Given(whole())
    given.recovery.report(down(5))
    given.newest_id = 9
    given.follow(up(7), looks=1)
    assert given.fetched_from == [7]


def test_of_a_group_that_was_never_heard_the_whole_history_is_asked_for() -> None:
    given = Given(whole(), last_ms=None)
    given.follow(down(5), up(7), looks=1)
    assert given.fetched_from == [0]


def test_what_is_lost_while_older_things_are_still_fetched_is_written_down_at_once_and_fetched_after_them() -> None:
    given, fetching, go_on = Given(whole()), threading.Event(), threading.Event()
    fetch = given.recovery._history

    def slow(group_id: str, heard_id: int, since_ms: int, take: Callable[[Sequence[Element]], None]) -> BackfillEnd:
        fetching.set()
        assert go_on.wait(60)
        return fetch(group_id, heard_id, since_ms, take)

    given.recovery._history = slow
    with given.running():
        given.recovery.report(down(5))
        given.recovery.report(up(7))
        assert fetching.wait(60)
        given.newest_id = 9
        given.recovery.report(down(8))
        assert given.gaps.log == ["open group 08:04 1006", "end 1 08:07", "open group 08:07 1006"]
        go_on.set()
        until(lambda: given.gaps.log[-1] == "close 1")
        given.recovery.report(up(9))
        until(lambda: given.gaps.log[-2:] == ["end 2 08:09", "close 2"])
    assert given.fetched_from == [7, 9]


@pytest.mark.parametrize("reached", [0, 1, 2, 3, 1234, 1499, 1500])
def test_of_thousands_of_gaps_the_first_to_which_the_history_reaches_is_found_with_few_looks(reached: int) -> None:
    given = Given(whole())
    given.gaps.left_open = [
        Gap(id=number, group_id=GROUP, began_at=NOW, ended_at=NOW, cause="1006", heard_id=number, pending=True)
        for number in range(1500)
    ]

    def fetch(group_id: str, heard_id: int, since_ms: int, take: object) -> BackfillEnd:
        given.fetched_from.append(heard_id)
        return BackfillEnd.REACHED if heard_id >= reached else BackfillEnd.UNREACHABLE

    given.recovery._history = fetch
    given.follow(up(1), looks=1)
    assert given.gaps.log == [f"{'close' if number >= reached else 'give up'} {number}" for number in range(1500)]
    assert len(given.fetched_from) < 25


def test_a_gap_that_cannot_be_made_good_does_not_spoil_the_younger_ones() -> None:
    given = Given(([element("2")], BackfillEnd.EXHAUSTED), whole(element("3")))
    given.gaps.left_open = [
        Gap(id=42, group_id=GROUP, began_at=NOW, ended_at=NOW, cause="1006", heard_id=5, pending=True),
        Gap(id=41, group_id=GROUP, began_at=NOW, ended_at=NOW, cause="1006", heard_id=3, pending=True),
    ]
    log = given.follow(up(3), looks=2)
    assert given.fetched_from == [3, 5]
    assert {"give up 41", "close 42"} <= set(log)


def _ms(minutes: int) -> int:
    return to_ms(NOW + timedelta(minutes=minutes))
