"""What was missed comes back by pages, from the queues and the histories, and every end that is no end is declared."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.rig import BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody

HISTORY = "/api/cm/getrecentv2"
REFUSED = {HISTORY: [166, "no permission"]}
MANY = 120
GAPS = "SELECT closed, outcome FROM gaps WHERE NOT pending AND group_id = ? ORDER BY id"


def test_120_missed_messages_come_from_the_queue_by_pages_where_the_history_gives_none(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        before = made.say("Tin trước khi mất mạng")
        made.until(lambda: before in made.judged_keys(), "it is judged")
        made.control("config", inner=REFUSED)
        keys = _cut(made, MANY)
        made.until(lambda: made.query(GAPS, GROUP) == [(1, "reached")], "the gap is settled")
        assert [key for key in _kept(made) if key in keys] == keys
        asked = [frame["data"] for frame in made.state("frames") if frame["cmd"] == 511]
        assert [(one["first"], one["lastId"]) for one in asked] == [
            (True, before),
            (False, keys[49]),
            (False, keys[99]),
        ]
        assert _proven(made) == [True]
        [state] = made.answer(LEADER, "/trangthai")
        assert "; đã kiểm chứng là nhận đủ" in state
        # The next connection goes on from there.
        last = made.say("Tin sau khi có mạng")
        made.until(lambda: last in made.judged_keys(), "it is judged")
        _cut(made, 1)
        made.until(lambda: len(made.query(GAPS, GROUP)) == 2, "the second gap is settled")
        assert [f["data"]["lastId"] for f in made.state("frames") if f["cmd"] == 511][3:] == [last]


def test_private_messages_of_a_cut_come_by_pages_and_their_gap_is_closed(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.answer(MEMBER, "/quyche 6")
        keys = _cut(made, 60, private=True)
        made.until(lambda: made.query(GAPS, BOT) == [(1, "reached")], "the gap is settled")
        assert [key for key in _kept(made, private=True) if key in keys] == keys
        assert made.report()["private_gaps"] == []


def test_what_zalo_dropped_of_a_queue_is_declared_and_the_rest_is_here(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.answer(MEMBER, "/quyche 6")
        made.say("Tin trước khi mất mạng")
        made.control("config", evict={"510_1": 1, "511_1": 2}, inner=REFUSED)
        _take_line(made)
        groups = made.control("hist", texts=["Một", "Hai", "Ba"])["msg_ids"]
        private = [made.tell_bot(text, somebody()) for text in ("/quyche 3.1", "/quyche 4.1")]
        made.control("config", handshake=None)
        made.until(lambda: bool(made.query(GAPS, GROUP) and made.query(GAPS, BOT)), "the gaps are settled")
        assert made.query(GAPS, GROUP) == made.query(GAPS, BOT) == [(0, "exhausted")]
        assert set(_kept(made, private=None)) & {*groups[:2], *private} == set(private)
        assert groups[2] in _kept(made)
        assert (_proven(made), len(made.report()["private_gaps"])) == ([False], 1)
        [page] = made.answer(LEADER, "/baocao")
        assert "1 lần chưa lấy lại đủ tin" in page
        assert "đã lấy lại đủ tin" not in page
        [state] = made.answer(LEADER, "/trangthai")
        assert "; chưa kiểm chứng được là nhận đủ" in state


@pytest.mark.parametrize("fault", ["reset", "stall"])
def test_void_cursors_and_pages_that_lead_no_further_lose_nothing_that_the_history_has(
    tmp_path: Path, fault: str
) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        before = made.say("Tin trước khi mất mạng")
        made.until(lambda: before in made.judged_keys(), "it is judged")
        made.control("config", **{fault: ["511_1"]})
        keys = _cut(made, MANY)
        made.until(lambda: made.query(GAPS, GROUP) == [(1, "reached")], "the gap is settled")
        made.until(lambda: set(_kept(made)) >= set(keys), "all are here")
        assert sorted(_kept(made)) == sorted({before, *keys})
        asked = [frame["data"]["lastId"] for frame in made.state("frames") if frame["cmd"] == 511]
        assert asked[:2] == ([before, "1"] if fault == "reset" else [before])


def test_what_was_said_before_a_new_login_is_a_gap_that_says_why(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.answer(MEMBER, "/quyche 6")
        before = made.say("Tin trước khi dừng")
        made.until(lambda: before in made.judged_keys(), "it is judged")
        made.stop_bot()
        unreachable = made.control("hist", texts=["Trước lần đăng nhập mới"])["msg_ids"]
        time.sleep(0.01)
        made.control("config", login_ms=int(time.time() * 1000))
        session = json.loads((tmp_path / "session.json").read_text())
        (tmp_path / "session.json").write_text(json.dumps(session | {"imei": "another browser"}))
        reachable = made.control("hist", texts=["Sau lần đăng nhập mới"])["msg_ids"]
        made.start_bot()
        made.until(lambda: set(made.judged_keys()) >= set(reachable), "what can be had is judged")
        made.until(lambda: bool(made.query(GAPS, GROUP) and made.query(GAPS, BOT)), "the gaps are settled")
        assert not set(unreachable) & set(_kept(made))
        assert (made.query(GAPS, GROUP), made.query(GAPS, BOT)) == ([(0, "unreachable")], [(0, "exhausted")])
        assert _proven(made) == [False]


def test_a_page_that_fails_midway_leaves_the_gap_open_until_it_comes(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        before = made.say("Tin trước khi mất mạng")
        made.until(lambda: before in made.judged_keys(), "it is judged")
        made.control("config", old=False)
        _take_line(made)
        keys = made.control("hist", texts=[f"Tin {number}" for number in range(MANY)])["msg_ids"]
        made.control("config", broken_below=int(keys[60]), handshake=None)
        made.until(lambda: made.logged("backfill_interrupted") == 1, "the history fails")
        [page] = made.answer(LEADER, "/baocao")
        assert "1 lần chưa lấy lại đủ tin" in page
        assert "đã lấy lại đủ tin" not in page
        assert _proven(made) == [False]
        # Nor does another process take what it has for all.
        made.kill_bot()
        made.start_bot()
        assert made.logged("backfill_interrupted") >= 1
        assert _proven(made) == [False]
        made.control("config", broken_below=None)
        made.until(lambda: set(_kept(made)) >= set(keys), "all are here", timeout=90)
        made.until(lambda: {row[0] for row in made.query(GAPS, GROUP)} == {1}, "the gaps are settled")
        assert (sorted(_kept(made)), _proven(made)) == (sorted([before, *keys]), [True])


def test_what_is_old_comes_by_the_other_call(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        before = made.say("Tin trước khi mất mạng")
        made.until(lambda: before in made.judged_keys(), "it is judged")
        made.control("config", old=False)
        _take_line(made)
        keys = made.control("hist", texts=[f"Tin {number}" for number in range(MANY)])["msg_ids"]
        made.control("config", old_below=int(keys[60]), handshake=None)
        made.until(lambda: made.query(GAPS, GROUP) == [(1, "reached")], "the gap is settled")
        assert [key for key in _kept(made) if key in keys] == keys
        asked = [call for call in made.state("calls") if call["path"].startswith("/api/cm/get")]
        assert [call["params"]["src"] for call in asked][:3] == [1, 3, 3]
        assert "/api/cm/getoldv2" in {call["path"] for call in asked}


def test_a_kill_between_storing_and_the_cursor_loses_nothing_and_stores_nothing_twice(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        before = made.say("Tin trước khi dừng")
        made.until(lambda: before in made.judged_keys(), "it is judged")
        made.kill_bot()
        made.control("config", inner=REFUSED)
        keys = made.control("hist", texts=[f"Tin {number}" for number in range(MANY)])["msg_ids"]
        for few in (1, 60, MANY):
            if len(_kept(made)) > few:
                continue  # an earlier one was quick
            made.launch_bot()
            made.until(lambda: len(_kept(made)) > few, "something is stored")  # noqa: B023 - within the turn
            made.kill_bot()
            [(cursor,)] = made.query("SELECT last_id FROM queue_cursors WHERE queue = '511_1'")
            assert set(_kept(made)) >= {key for key in (before, *keys) if int(key) <= int(cursor)}
        keys += made.control("hist", texts=["Tin cuối"])["msg_ids"]  # an empty queue proves nothing
        made.start_bot()
        made.until(lambda: {row[0] for row in made.query(GAPS, GROUP)} == {1}, "the gaps are settled")
        assert (sorted(_kept(made)), sorted(made.judged_keys())) == (sorted([before, *keys]),) * 2
        assert _proven(made) == [True]


def _take_line(made: Rig) -> None:
    """The line is cut until there is no refusal of handshakes."""
    made.control("config", handshake=503)
    made.control("abort")
    made.until(lambda: made.state("sockets") == 0, "the line is cut")
    time.sleep(0.01)


def _cut(made: Rig, count: int, *, private: bool = False) -> list[str]:
    """The line is cut, so many messages are said, and it comes back; gives their msgIds."""
    _take_line(made)
    if private:
        keys = [made.tell_bot(f"Tin {number}", MEMBER) for number in range(count)]
    else:
        keys = made.control("hist", texts=[f"Tin {number}" for number in range(count)])["msg_ids"]
    made.control("config", handshake=None)
    return keys


def _kept(made: Rig, *, private: bool | None = False) -> list[str]:
    """The msgIds of what is stored, in the order in which it was; private and not if None."""
    rows = made.query("SELECT key, is_group FROM inbox WHERE kind = 'message' ORDER BY id")
    return [key for key, is_group in rows if private is None or bool(is_group) is not private]


def _proven(made: Rig) -> list[Any]:
    """Of each day of today's report, whether it is proven that nothing is missing."""
    return [day["proven"] for day in made.report()["days"]]
