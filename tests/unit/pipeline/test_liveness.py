"""The vigil finds what the socket did not bring, and knows when the bot is blind."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

from tests.unit.pipeline.made import GROUP, element
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.domain.errors import GovernorError, StoreUnavailableError
from zalo_governor.domain.inbound import Element
from zalo_governor.pipeline.liveness import MISSED, LivenessMonitor

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Given:
    """A vigil that looks every 5 minutes, keeps alive every 3, and is blind after 10."""

    def __init__(self) -> None:
        self.now = NOW
        self.seconds = 0.0
        self.heard_at: datetime | None = NOW
        self.state: LineState | None = LineState.UP
        self.line_at = NOW
        self.last: dict[str, Element] = {}
        self.stored = {"1"}
        self.fails = False
        self.alarm_fails = False
        self.calls: list[str] = []
        self.told: list[LineState | None] = []
        """How the line stood when somebody was told."""
        self.reports: list[LineReport] = []
        self.vigil = LivenessMonitor(
            groups=[GROUP],
            newest=self._newest,
            known=lambda group_id, keys: self.stored & set(keys),
            keep_alive=lambda: self.calls.append("keep_alive"),
            line=lambda: (LineReport(state=self.state, at=self.line_at) if self.state else None, self.heard_at),
            report=self.reports.append,
            go_round=lambda: self.calls.append("round"),
            alarm=lambda: self,
            look_every=timedelta(minutes=5),
            round_every=timedelta(minutes=60),
            keep_alive_every=timedelta(minutes=3),
            blind_after=timedelta(minutes=10),
            clock=lambda: self.now,
            seconds=lambda: self.seconds,
            random=Random(1),  # noqa: S311 - spreads calls, keeps no secret
        )

    def _newest(self) -> dict[str, Element]:
        self.calls.append("look")
        if self.fails:
            raise GovernorError("Zalo does not answer")
        return self.last

    def outage_began(self, since: datetime, line: LineReport | None) -> None:
        self._alarm(f"blind since {since:%H:%M}")
        self.told.append(line.state if line else None)

    def outage_ended(self, since: datetime, until: datetime) -> None:
        self._alarm(f"seeing {since:%H:%M} {until:%H:%M}")

    def _alarm(self, call: str) -> None:
        self.calls.append(call)
        if self.alarm_fails:
            raise StoreUnavailableError("database is locked")

    def at(self, minutes: float, *, wrong: timedelta = timedelta()) -> None:
        self.now = NOW + timedelta(minutes=minutes) + wrong
        self.seconds = minutes * 60
        self.vigil.tick()


def said(key: str, minutes: float, group: str = GROUP) -> Element:
    return element(key, thread_id=group, at_ms=to_ms(NOW + timedelta(minutes=minutes)))


def test_calls_are_made_at_their_intervals_and_not_more_often() -> None:
    given = Given()
    for tenth in range(110):
        given.at(tenth / 10)
    assert given.calls.count("look") == 2
    assert given.calls.count("keep_alive") in {3, 4}


def test_the_session_is_kept_alive_at_uneven_intervals_never_longer_than_set() -> None:
    given, moments = Given(), list[float]()
    for tenth in range(600):
        before = len(given.calls)
        given.at(tenth / 10)
        moments += [tenth / 10] * given.calls[before:].count("keep_alive")
    pauses = {round(later - earlier, 1) for earlier, later in itertools.pairwise(moments)}
    assert len(pauses) > 2
    assert all(2.4 <= pause <= 3.1 for pause in pauses)


def test_a_session_that_is_dead_while_frames_still_arrive_is_told_since_when_zalo_refuses_it() -> None:
    given = Given()
    given.state, given.line_at = LineState.SESSION_DEAD, NOW + timedelta(minutes=2)
    for minute in range(3, 14):
        given.heard_at = NOW + timedelta(minutes=minute)
        given.at(minute)
    assert [call for call in given.calls if call.startswith("blind")] == ["blind since 08:02"]
    assert given.told == [LineState.SESSION_DEAD]
    assert given.calls.count("look") == 11, "the calls show whether Zalo accepts the session again"
    given.state = LineState.UP
    given.at(14)
    assert given.calls[-2:] == ["seeing 08:02 08:14", "look"]


def test_a_message_that_did_not_come_is_found_and_reported_as_a_gap() -> None:
    given = Given()
    given.last = {GROUP: said("2", 3)}
    given.at(5)
    [report] = given.reports
    assert (report.state, report.cause, report.heard_at) == (LineState.FRAME_LOST, MISSED, NOW)
    assert given.vigil.looked_at is None


def test_what_is_still_missing_at_the_next_look_is_no_second_gap_but_a_further_message_is() -> None:
    given = Given()
    given.last = {GROUP: said("2", 3)}
    given.at(5)
    given.at(10)
    assert len(given.reports) == 1
    given.last = {GROUP: said("3", 11)}
    given.at(15)
    assert len(given.reports) == 2
    assert given.vigil.looked_at is None


def test_a_quiet_day_passes_its_self_test() -> None:
    given = Given()
    given.last = {GROUP: said("1", -500)}
    given.at(5)
    assert given.reports == []
    assert given.vigil.looked_at == NOW + timedelta(minutes=5)


def test_a_message_on_its_way_and_foreign_groups_raise_nothing() -> None:
    given = Given()
    given.last = {GROUP: said("2", 4.9), "other": said("3", 1, "other")}
    given.at(5)
    assert given.reports == []


def test_where_our_clock_is_behind_what_did_not_come_is_found_at_the_second_look() -> None:
    given, behind = Given(), -timedelta(minutes=20)
    given.at(0, wrong=behind)
    given.last = {GROUP: said("2", 4)}
    given.at(5, wrong=behind)
    assert given.reports == []
    given.at(10, wrong=behind)
    assert [report.cause for report in given.reports] == [MISSED]


def test_a_busy_group_whose_newest_message_is_always_on_its_way_is_found_out_too() -> None:
    given = Given()
    given.last = {GROUP: said("2", 4.9)}
    given.at(5)
    given.last = {GROUP: said("3", 9.9)}
    given.at(10)
    assert len(given.reports) == 1
    given.stored |= {"2", "3"}
    given.last = {GROUP: said("4", 14.9)}
    given.at(15)
    given.stored.add("4")
    given.at(20)
    assert len(given.reports) == 1
    assert given.vigil.looked_at == NOW + timedelta(minutes=20)


def test_a_message_after_which_others_have_come_is_looked_for_by_a_round_at_once_and_only_once() -> None:
    given = Given()
    given.last = {GROUP: said("2", 4.9)}
    given.at(5)
    given.stored |= {str(number) for number in range(3, 40)}
    given.last = {GROUP: said("39", 9.9)}
    given.at(10)
    assert len(given.reports) == 1
    assert given.calls.count("round") == 1
    given.at(15)
    assert given.calls.count("round") == 1


def test_rounds_are_made_at_their_interval() -> None:
    given = Given()
    for minute in range(0, 130, 10):
        given.at(minute)
    assert given.calls.count("round") == 2


def test_a_look_that_fails_says_nothing_about_what_was_heard() -> None:
    given = Given()
    given.fails = True
    given.at(5)
    assert given.reports == []
    assert given.vigil.looked_at is None
    given.fails = False
    given.at(10)
    assert given.vigil.looked_at is not None


def test_blind_is_said_once_and_its_end_once() -> None:
    given = Given()
    given.state = LineState.DOWN
    for minute in (1, 9, 10, 11, 30):
        given.at(minute)
    given.state, given.heard_at = LineState.UP, NOW + timedelta(minutes=31)
    given.at(31)
    given.at(32)
    assert [call for call in given.calls if call[0] in "bs"] == ["blind since 08:00", "seeing 08:00 08:31"]


def test_what_people_have_to_do_about_it_is_said_when_it_changes() -> None:
    given = Given()
    given.state = LineState.DOWN
    given.at(10)
    given.state = LineState.KICKED
    given.at(11)
    given.at(12)
    given.state = LineState.DOWN
    given.at(13)
    assert given.told == [LineState.DOWN, LineState.KICKED]


def test_never_connected_is_blind_too() -> None:
    given = Given()
    given.state, given.heard_at = None, None
    given.at(11)
    assert given.calls == ["blind since 08:00"]


def test_while_the_line_is_down_no_call_is_tried() -> None:
    given = Given()
    given.state = LineState.DOWN
    given.at(6)
    assert given.calls == []


def test_an_alarm_that_cannot_be_given_does_not_end_the_vigil() -> None:
    given = Given()
    given.alarm_fails = True
    given.state = LineState.DOWN
    given.at(11)
    given.state = LineState.UP
    given.at(12)
    assert given.calls[:2] == ["blind since 08:00", "seeing 08:00 08:12"]


def test_an_alarm_that_could_not_be_given_is_given_later() -> None:
    given = Given()
    given.alarm_fails = True
    given.state = LineState.DOWN
    given.at(11)
    given.alarm_fails = False
    given.at(12)
    given.at(13)
    assert [call for call in given.calls if call[0] == "b"] == ["blind since 08:00"] * 2


def test_that_the_bot_hears_again_is_said_until_it_could_be_said() -> None:
    given = Given()
    given.state = LineState.DOWN
    given.at(11)
    given.state, given.alarm_fails = LineState.UP, True
    given.at(12)
    given.alarm_fails = False
    given.at(13)
    given.at(14)
    assert [call for call in given.calls if call[0] == "s"] == ["seeing 08:00 08:12", "seeing 08:00 08:13"]


def test_after_the_clock_was_set_back_it_looks_no_later_than_it_would_have() -> None:
    given = Given()
    given.at(6)
    given.at(-60)
    assert given.calls == ["keep_alive", "look", "keep_alive", "look", "round"]
