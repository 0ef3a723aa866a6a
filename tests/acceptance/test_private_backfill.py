"""What is written to the real bot in private while the line is cut, and what it says of what it cannot know."""

import time
from pathlib import Path

from tests.rig import BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody


def test_private_messages_of_a_cut_are_found_by_asking_the_socket(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.answer(MEMBER, "/quyche 6")
        made.answer(LEADER, "/quyche 6")
        keys = _cut(made, ["/quyche 4.1", "/trangthai"], LEADER)
        made.until(lambda: _heard(made, keys) == [(key, "backfill") for key in keys], "both are found")
        made.until(lambda: bool(_private_gaps(made)), "the gap is settled")
        assert _private_gaps(made) == [(2, 1, 0)]
        asked = [frame["cmd"] for frame in made.state("frames") if frame["cmd"] in {510, 511}]
        assert asked == [510, 511]
        # Old commands are not carried out, and their sender is told once.
        made.until(lambda: "quá muộn" in made.told(LEADER)[-1], "the leader is told")


def test_where_the_socket_does_not_answer_the_gap_of_private_messages_is_declared(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.answer(MEMBER, "/quyche 6")
        # Somebody new: nothing of this conversation was heard before, and what comes first in it may be missing.
        uid = somebody()
        made.control("config", old=False)
        [*_, last] = _cut(made, ["/quyche 3.1", "/quyche 4.1"], uid)
        made.until(lambda: bool(_private_gaps(made)), "the gap is settled")
        assert _heard(made, [last]) == [(last, "backfill")]
        assert _private_gaps(made) == [(1, 0, 0)]
        [state] = made.answer(LEADER, "/trangthai")
        assert "việc nhận tin riêng" in state
        assert "gián đoạn 1 lần" in state
        [gap] = made.report()["coverage"]["gaps"]
        assert (gap["group_id"], gap["closed"]) == (GROUP, True)


def test_old_messages_that_the_history_does_not_give_come_from_the_socket(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.say("Tin trước khi mất mạng")
        made.control("config", inner={"/api/cm/getrecentv2": [166, "no permission"]})
        made.control("config", handshake=503)
        made.control("abort")
        keys = made.control("hist", texts=["Tin thứ nhất", "Tin thứ hai"])["msg_ids"]
        made.control("config", handshake=None)
        made.until(lambda: set(made.judged_keys()) >= set(keys), "both are judged")
        assert [key for key in made.judged_keys() if key in keys] == keys


def test_reactions_of_a_cut_come_from_the_socket_and_known_ones_only_once(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        key = made.say("Đề nghị các đồng chí báo cáo")
        made.control("act", act={"by": MEMBER, "device": "desktop", "react": {"to": key, "icon": "/-ok"}})
        made.until(lambda: _reactions(made) == ["live"], "the first reaction is judged")
        made.control("config", handshake=503)
        made.control("abort")
        made.until(lambda: made.state("sockets") == 0, "the line is cut")
        made.control("act", act={"by": LEADER, "device": "desktop", "react": key}, aloud=False)
        made.control("config", handshake=None)
        made.until(lambda: _reactions(made) == ["live", "backfill"], "the missed one is judged")
        made.say("Tin sau khi có mạng")
        assert _reactions(made) == ["live", "backfill"]


def _cut(made: Rig, texts: list[str], uid: str) -> list[str]:
    made.control("config", handshake=503)
    made.control("abort")
    made.until(lambda: made.state("sockets") == 0, "the line is cut")
    time.sleep(0.01)
    keys = [made.tell_bot(text, uid) for text in texts]
    made.control("config", handshake=None)
    return keys


def _heard(made: Rig, keys: list[str]) -> list[tuple[str, str]]:
    rows = made.query("SELECT key, source FROM inbox WHERE NOT is_group ORDER BY id")
    return [(key, source) for key, source in rows if key in keys]


def _private_gaps(made: Rig) -> list[tuple[int, int, int]]:
    return made.query("SELECT recovered, closed, pending FROM gaps WHERE group_id = ? AND NOT pending", BOT)


def _reactions(made: Rig) -> list[str]:
    rows = made.query("SELECT i.source FROM events e JOIN inbox i USING (id) WHERE e.kind = 'reacted' ORDER BY i.id")
    return [source for (source,) in rows]
