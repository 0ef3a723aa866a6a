"""Zalo's queues of what was missed are read by pages to their end, and a cursor never stands before what is stored."""

import json
import threading
from collections.abc import Callable, Sequence

import pytest

from tests.unit.zalo.wiring import MemoryCursors, elements, message
from zalo_governor.domain.connection import BackfillEnd, QueueCursor
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.inbound import Element, RawDict
from zalo_governor.zalo.frames.decrypt import OLD_GROUPS, OLD_PRIVATE, Frame
from zalo_governor.zalo.socket.missed_queues import MissedQueues, QueueStatus, status_of

KNOWN = QueueCursor("100", 3)
HEARD = 5
"""The inbox entry after which the gap began."""


class Line:
    """A connection with the queues, of which only that of the groups is answered."""

    def __init__(self, cursors: MemoryCursors | None = None, *, wanted: bool = True) -> None:
        self.cursors = MemoryCursors(q511_1=KNOWN, q510_1=KNOWN) if cursors is None else cursors
        self.newest = HEARD
        self.asked: list[RawDict] = []
        self.taken: list[str] = []
        self.unstored: list[Callable[[], None]] = []
        self.queues = MissedQueues(self.cursors, newest=lambda: self.newest, take=self._take)
        self.queues.connected(self._send, wanted=wanted)

    def _send(self, frame: bytes) -> None:
        if frame[:4] == bytes((1, *OLD_GROUPS.to_bytes(2, "little"), 1)):
            self.asked.append(json.loads(frame[4:]))

    def _take(self, elements: Sequence[Element], on_stored: Callable[[], None]) -> None:
        self.taken += [element.key for element in elements]
        self.unstored.append(on_stored)

    def answer(self, *numbers: int, cmd: int = OLD_GROUPS, **more: object) -> None:
        """One page; it leads on to its last number."""
        messages = [message(number) for number in numbers]
        content = {"more": 0, "lastActionId": str(max(numbers, default=0)), **more}
        self.queues.answered(Frame(cmd, 1, {"data": content}), elements(groupMsgs=messages))

    def store(self) -> None:
        """All pages so far."""
        while self.unstored:
            self.unstored.pop(0)()

    @property
    def outcome(self) -> BackfillEnd:
        return self.queues.outcome(OLD_GROUPS, HEARD)

    @property
    def last_ids(self) -> list[str]:
        return [asked["lastId"] for asked in self.asked]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.zalo.socket.missed_queues._ANSWER_SECONDS", 0.05)


def test_pages_are_asked_for_until_there_are_no_more_and_the_end_proves_that_nothing_is_missing() -> None:
    line = Line()
    line.answer(101, 102, more=1)
    line.answer(103, more=1)
    line.answer(104)
    assert [(asked["first"], asked["lastId"], asked["preIds"]) for asked in line.asked] == [
        (True, "100", []),
        (False, "102", []),
        (False, "103", []),
    ]
    assert len(line.taken) == 4
    assert line.outcome is BackfillEnd.REACHED


def test_a_request_has_a_number_of_its_own_in_both_spellings() -> None:
    line = Line()
    line.answer(101, more=1)
    assert [(asked["reqId"], asked["req_id"]) for asked in line.asked] == [("req_1", "req_1"), ("req_2", "req_2")]


def test_a_cursor_advances_only_after_its_page_and_all_before_it_are_stored() -> None:
    line = Line()
    line.answer(101, more=1)
    line.answer(102)
    assert line.cursors.kept["511_1"] == KNOWN
    line.unstored.pop(0)()
    assert line.cursors.kept["511_1"] == QueueCursor("101", 3)
    line.store()
    assert line.cursors.kept["511_1"] == QueueCursor("102", 3)


def test_without_a_cursor_all_since_the_login_is_asked_for_and_proves_nothing() -> None:
    line = Line(MemoryCursors())
    line.answer(101)
    line.store()
    assert (line.last_ids, line.outcome) == (["1"], BackfillEnd.EXHAUSTED)
    assert not line.queues.login_is_older(OLD_GROUPS, HEARD)
    # From now on it does, but not of what was missed before.
    assert line.cursors.kept["511_1"] == QueueCursor("101", HEARD + 1)


def test_the_first_connection_of_all_asks_for_nothing_and_later_ones_know_the_login() -> None:
    line = Line(MemoryCursors(), wanted=False)
    assert line.asked == []
    later = Line(line.cursors)
    later.answer(101)
    assert (later.last_ids, later.outcome) == (["1"], BackfillEnd.REACHED)


def test_an_empty_queue_proves_nothing() -> None:
    line = Line()
    line.answer()
    assert line.outcome is BackfillEnd.EXHAUSTED


def test_what_is_evicted_is_missing_and_what_comes_later_is_not() -> None:
    line = Line()
    line.answer(101, queueStatus={"511_1": {"ids": [], "lastId": "101", "evict": 1}})
    line.store()
    assert line.outcome is BackfillEnd.EXHAUSTED
    assert line.cursors.kept["511_1"] == QueueCursor("101", HEARD + 1)


def test_flags_may_come_as_texts() -> None:
    line = Line()
    line.answer(
        101, more="1", resetLastActionId="0", queueStatus={"511_1": {"ids": ["101"], "lastId": "101", "evict": "0"}}
    )
    line.answer(102, more="0")
    assert line.last_ids == ["100", "101"]
    assert line.outcome is BackfillEnd.REACHED


def test_what_another_queue_lost_is_not_missing_in_this_one() -> None:
    line = Line()
    line.answer(101, queueStatus={"510_1": {"ids": [], "lastId": "9", "evict": 1}})
    assert line.outcome is BackfillEnd.REACHED


def test_an_answer_with_an_error_is_no_empty_queue_and_the_next_connection_asks_again() -> None:
    line = Line()
    line.queues.answered(Frame(OLD_GROUPS, 1, {"error_code": 221, "data": None}), [])
    line.store()
    assert line.outcome is BackfillEnd.EXHAUSTED
    assert line.queues.after_live({"511_1": "202"}) is None
    line.queues.connected(line._send, wanted=True)
    assert line.last_ids == ["100", "100"]


def test_of_queues_that_are_not_read_nothing_is_missing() -> None:
    given = {"517_0": {"ids": [], "lastId": "7", "evict": 1}, "511_1": {"ids": [], "lastId": "8", "evict": 0}}
    assert status_of(Frame(521, 0, {"data": {"groupMsgs": [], "queueStatus": given}})) == QueueStatus({"511_1": "8"})


def test_of_two_threads_that_keep_a_cursor_the_slower_brings_back_nothing_that_the_other_has_changed() -> None:
    class Slow(MemoryCursors):
        def keep(self, queue: str, cursor: QueueCursor) -> None:
            if cursor == QueueCursor("202", KNOWN.since_id):
                other.start()
                other.join(0.3)
            super().keep(queue, cursor)

    line = Line(Slow(q511_1=KNOWN, q510_1=KNOWN))
    other = threading.Thread(target=line.store)
    line.answer(101)
    line.store()
    stored = line.queues.after_live({"511_1": "202"})
    assert stored
    line.queues.lost(for_good=True)
    line.queues._saved_at.clear()
    stored()
    other.join(60)
    assert line.cursors.kept["511_1"].since_id == HEARD + 1


def test_a_reset_forgets_the_cursor_uses_nothing_of_the_answer_and_asks_again() -> None:
    line = Line()
    line.answer(101, more=1, resetLastActionId=1)
    line.store()
    assert (line.taken, line.last_ids) == ([], ["100", "1"])
    assert line.cursors.kept["511_1"].last_id == "1"
    line.answer(102)
    assert (len(line.taken), line.outcome) == (1, BackfillEnd.EXHAUSTED)


@pytest.mark.parametrize(
    ("pages", "last_ids"),
    [
        ([((101,), {"lastActionId": "100"})], ["100"]),
        ([((101,), {}), ((102,), {"lastActionId": "101"})], ["100", "101"]),
        ([((), {"lastActionId": "101"})], ["100"]),
        ([((101,), {"lastActionId": "0"})], ["100"]),
        ([((), {"resetLastActionId": 1}), ((), {"resetLastActionId": 1})], ["100", "1"]),
    ],
    ids=["the id asked with", "an earlier id", "empty page", "no id", "reset for ever"],
)
def test_pages_that_lead_no_further_end_the_reading_and_prove_nothing(
    pages: list[tuple[tuple[int, ...], RawDict]], last_ids: list[str]
) -> None:
    line = Line()
    for numbers, more in pages:
        line.answer(*numbers, **{"more": 1, **more})
    assert (line.last_ids, line.outcome) == (last_ids, BackfillEnd.EXHAUSTED)


def test_an_empty_page_that_leads_on_moves_no_cursor_over_what_it_did_not_give() -> None:
    line = Line()
    line.answer(101, more=1)
    line.answer(more=1, lastActionId="150")
    line.store()
    assert line.cursors.kept["511_1"].last_id == "101"


def test_no_more_than_200_pages_are_read() -> None:
    line = Line()
    for number in range(101, 400):
        line.answer(number, more=1)
    assert (len(line.asked), line.outcome) == (200, BackfillEnd.EXHAUSTED)


def test_a_queue_that_does_not_answer_is_waited_for_by_the_page_and_then_left() -> None:
    line = Line()
    line.answer(101, more=1)
    assert line.outcome is BackfillEnd.EXHAUSTED
    line.answer(102)
    assert (len(line.taken), line.outcome) == (2, BackfillEnd.REACHED)


def test_whoever_waits_for_the_end_is_told_when_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo_governor.zalo.socket.missed_queues._ANSWER_SECONDS", 10)
    line = Line()
    ends: list[BackfillEnd] = []
    waiting = threading.Thread(target=lambda: ends.append(line.outcome))
    waiting.start()
    line.answer(101)
    waiting.join(60)
    assert ends == [BackfillEnd.REACHED]


@pytest.mark.parametrize("end", [MissedQueues.disconnected, MissedQueues.close])
def test_a_connection_or_program_that_ends_first_leaves_it_to_the_next(end: Callable[[MissedQueues], None]) -> None:
    line = Line()
    line.answer(101, more=1)
    end(line.queues)
    assert line.outcome is BackfillEnd.INTERRUPTED


def test_a_gap_that_began_before_the_reading_was_whole_is_not_proven() -> None:
    line = Line(MemoryCursors(q511_1=QueueCursor("100", HEARD + 1)))
    line.answer(101)
    assert line.outcome is BackfillEnd.EXHAUSTED


def test_what_comes_live_advances_the_cursor_once_it_is_stored_but_not_before_the_queue_is() -> None:
    line = Line()
    assert line.queues.after_live({"511_1": "201"}) is None
    line.answer(101)
    assert line.queues.after_live({"511_1": "201"}) is None
    line.store()
    stored = line.queues.after_live({"511_1": "202", "517_0": "9", "510_1": "0"})
    assert stored
    assert line.cursors.kept["511_1"].last_id == "101"
    stored()
    assert line.queues.after_live({"511_1": "203"})
    # It need not be saved each time: the next connection asks with what is in memory.
    line.queues.connected(line._send, wanted=True)
    assert line.last_ids == ["100", "202"]


def test_over_something_lost_no_cursor_advances_and_the_next_connection_reads_it_again() -> None:
    line = Line()
    line.answer(101)
    line.store()
    line.queues.lost()
    assert line.queues.after_live({"511_1": "202"}) is None
    assert line.outcome is BackfillEnd.EXHAUSTED
    line.queues.connected(line._send, wanted=True)
    line.answer(201)
    assert (line.last_ids, line.outcome) == (["100", "101"], BackfillEnd.REACHED)


def test_something_lost_before_the_cursor_is_proven_by_no_later_reading() -> None:
    line = Line()
    line.answer(101)
    line.store()
    line.queues.lost(for_good=True)
    line.store()
    line.queues.connected(line._send, wanted=True)
    line.answer(201)
    assert line.outcome is BackfillEnd.EXHAUSTED
    assert line.queues.outcome(OLD_GROUPS, HEARD + 1) is BackfillEnd.REACHED


def test_a_database_that_does_not_answer_costs_the_cursors_and_nothing_else() -> None:
    class Locked(MemoryCursors):
        def cursors(self) -> dict[str, QueueCursor]:
            raise StoreUnavailableError("locked")

    line = Line(Locked(q511_1=KNOWN))
    line.answer(101)
    assert (line.last_ids, len(line.taken), line.outcome) == (["1"], 1, BackfillEnd.EXHAUSTED)


def test_an_answer_that_nobody_asked_for_is_taken_and_moves_nothing() -> None:
    line = Line()
    line.answer(101)
    line.store()
    line.answer(150)
    line.store()
    assert (len(line.taken), line.cursors.kept["511_1"].last_id) == (2, "101")
    assert line.queues.outcome(OLD_PRIVATE, HEARD) is BackfillEnd.EXHAUSTED
