"""When silence is told, and what a watcher that was itself away makes of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zalo_governor.app.monitoring.health import Condition
from zalo_governor.app.watching.silence import Alarm, Reason, Silence
from zalo_governor.app.watching.watcher import WHY

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Watched:
    """A watcher that looks every minute and tells after fifteen."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "giam-sat.json"
        self.now = START
        self.restart()

    def restart(self) -> None:
        self.silence = Silence(self.file, 15 * MINUTE, 3 * MINUTE, self.now)
        self.silence.save()

    def look(self, *answers: bool, delivered: bool = True) -> list[Alarm]:
        """So many looks, a minute each; gives what people were told."""
        told = []
        for good in answers:
            self.now += MINUTE
            if good:
                self.silence.good(self.now)
            else:
                self.silence.bad(Reason.NO_ANSWER)
            self.silence.pass_time(self.now)
            alarm = self.silence.due()
            if alarm and delivered:
                self.silence.told(alarm)
                told.append(alarm)
            self.silence.save()
        return told


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_a_silence_is_told_once_with_its_beginning_and_so_is_its_end(watched: Watched) -> None:
    assert watched.look(True, *[False] * 14) == []
    assert watched.look(False) == [Alarm.SILENT]
    assert watched.silence.since == START + MINUTE
    assert watched.look(*[False] * 100) == []
    assert watched.look(True) == [Alarm.BACK]
    assert watched.look(True, *[False] * 15) == [Alarm.SILENT]


def test_lost_answers_between_good_ones_are_told_to_nobody(watched: Watched) -> None:
    assert watched.look(*[True, False] * 40, *[True, *[False] * 14] * 5) == []


def test_a_restart_in_the_silence_loses_nothing(watched: Watched) -> None:
    watched.look(True, *[False] * 10)
    watched.restart()
    assert watched.look(*[False] * 4) == []
    assert watched.look(False) == [Alarm.SILENT]
    assert watched.silence.since == START + MINUTE
    watched.restart()
    assert watched.look(*[False] * 20) == []
    assert watched.look(True) == [Alarm.BACK]


def test_a_watcher_that_was_away_itself_does_not_blame_the_bot(watched: Watched) -> None:
    watched.look(True)
    watched.now += timedelta(hours=10)
    assert watched.look(False) == [], "asleep, or its clock was set"
    watched.now += timedelta(hours=10)
    watched.restart()
    assert watched.look(*[False] * 8, True) == []
    watched.now -= timedelta(hours=5)
    assert watched.look(False, True) == []


def test_what_reached_nobody_is_told_at_the_next_look(watched: Watched) -> None:
    watched.look(True)
    assert watched.look(*[False] * 20, delivered=False) == []
    assert watched.look(False) == [Alarm.SILENT]
    assert watched.look(True, delivered=False) == []
    ends = [(watched.now, watched.silence.back_at)]
    for good in (True, False):
        watched.look(good, delivered=False)
        ends.append((watched.now, watched.silence.back_at))
    back = ends[0][0]
    assert [end for _, end in ends] == [back, back, None], "when it came back, not when that could be told"
    assert watched.look(True) == [Alarm.BACK]
    assert watched.silence.since == watched.now


def test_a_signal_counts_though_the_page_is_out_of_reach(watched: Watched) -> None:
    watched.look(True)
    for _ in range(30):
        watched.silence.good(watched.now + MINUTE / 2)
        assert watched.look(False) == []


def test_a_damaged_file_begins_anew(watched: Watched) -> None:
    watched.look(True, *[False] * 10)
    watched.file.write_text("{")
    watched.restart()
    assert watched.look(*[False] * 14) == []
    assert not watched.silence.ever_good
    assert watched.look(False) == [Alarm.SILENT]
    assert watched.file.stat().st_mode & 0o777 == 0o600


def test_the_watcher_has_words_for_each_problem_that_the_bot_names() -> None:
    problems = {condition.value for condition in Condition} - {Condition.HEARING.value}
    assert problems <= {reason.value for reason in Reason}
    assert set(WHY) == set(Reason)
