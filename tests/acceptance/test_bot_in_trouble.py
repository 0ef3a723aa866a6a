"""The whole bot when things go wrong: Zalo refuses, the line breaks, the session dies, somebody starts it twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig import ADMIN, GROUP, LEADER, MEMBER, Rig, rig, somebody
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import group_act
from zalo_governor.simulator.world import World

UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"
SECRET = "Em gửi các đồng chí văn bản tuyệt mật số 9/KH-GIẢ ĐỊNH để nghiên cứu trước"
SEND = "/api/message/sms"
LOGIN = "/api/login/getLoginInfo"
HISTORY = "/api/cm/getrecentv2"
LAST_MESSAGES = "/api/preloadconvers/get-last-msgs"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot"), timeout_seconds=1.5) as made:
        made.start_bot()
        yield made


@pytest.fixture(scope="module", autouse=True)
def unheard(bot: Rig) -> str:
    """Somebody whose answer went out, while neither Zalo's word nor the echo came back."""
    return _ask_while(bot, "uncertain", lose_answer=[SEND], echo=False)


@pytest.fixture(scope="module", autouse=True)
def too_many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, str]]:
    """Another bot, of which Zalo has had too much, and who waits for an answer: its pause passes meanwhile."""
    with rig(tmp_path_factory.mktemp("too-many"), timeout_seconds=1.5) as made:
        made.start_bot()
        uid = _ask_while(made, "deferred", inner={SEND: [221, "too many requests"]})
        calls = [call["path"] for call in made.state("calls")]
        made.say("/trogiup", ADMIN)
        made.until(lambda: len(made.state("calls")) > len(calls), "another endpoint is called")
        assert made.told(uid) == []
        yield made, uid


def test_who_takes_no_messages_is_noted_and_the_admin_is_told_to_call(bot: Rig) -> None:
    refused = bot.report()["undelivered_notices"]
    uid = _ask_while(bot, "refused", inner={SEND: [122, "blocked"]})
    assert bot.told(uid) == []
    assert _reach(bot, uid) == ("refused", 122)
    assert bot.report()["undelivered_notices"] == refused + 1
    bot.say(UNMARKED, uid)
    [alert] = bot.told_of(bot.case_of(uid), ADMIN)
    assert "Chưa gửi được tin riêng" in alert
    assert bot.told(uid) == []


def test_a_send_whose_answer_hangs_is_confirmed_by_its_echo_and_not_repeated(bot: Rig) -> None:
    uid = _ask_while(bot, "uncertain", hang={SEND: 2.5})
    bot.until(lambda: _outgoing(bot, uid) == [("sent", 0)], "the echo confirms it")
    assert len(bot.told(uid)) == 1


def test_the_report_counts_what_was_played_and_a_cut_is_made_good_in_order(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        _play(made)
        left = "SELECT count(*) FROM events WHERE kind = 'members_left'"
        made.until(lambda: made.query(left) == [(1,)], "the last of it is judged")
        played = made.report()
        assert {name: played["activity"][name] for name in ("messages", "joined", "left", "recalled")} == {
            "messages": 8,
            "joined": 1,
            "left": 1,
            "recalled": 1,
        }
        assert (played["coverage"]["sealed"], played["coverage"]["waiting"]) == (1, 0)
        assert {row["clause"]: row["cases"] for row in played["clauses"] if row["cases"]} == {"3.1": 2, "4.1": 1}
        unsent = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'uncertain')"
        made.until(lambda: made.query(unsent) == [(0,)], "all is told")
        late, told = somebody(), len(made.told(ADMIN))
        keys = _cut(made, ["Tin thứ nhất", UNMARKED, "Tin thứ ba"], late)
        # What is said before the look is through would be brought by it, and counted with what was missed.
        made.until(lambda: made.query("SELECT closed FROM gaps WHERE group_id = ?", GROUP) == [(1,)], "it is over")
        keys += [made.say("Tin sau khi nối lại")]
        made.until(lambda: set(made.judged_keys()) >= set(keys), "what was missed is judged")
        made.until(lambda: len(made.told(ADMIN)) > told and bool(made.told(late)), "both hear of it")
        assert _by_time(made, keys) == keys
        [alert] = made.told(ADMIN)[told:]
        [asked] = made.told(late)
        assert all(made.case_of(late) in text for text in (alert, asked))
        coverage = made.report()["coverage"]
        [gap] = coverage["gaps"]
        assert (coverage["recovered"], gap["recovered"], gap["closed"]) == (3, 3, True)
        [page] = made.answer(LEADER, "/baocao")
        assert "3. Thời gian Hệ thống gián đoạn: " in page
        assert "(1 lần), đã lấy lại đủ tin." in page
        began = time.monotonic()
        assert made.stop_bot() == 0
        assert time.monotonic() - began < 15


def test_a_history_that_fails_for_a_while_is_asked_again_and_the_gap_is_closed_after_all(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.say("Tin trước khi mất mạng")
        made.control("config", status={HISTORY: 503})
        keys = _cut(made, ["Tin thứ nhất", "Tin thứ hai"], somebody())
        made.until(lambda: made.logged("backfill_interrupted") == 1, "the history does not answer", timeout=60)
        assert [gap["closed"] for gap in made.report()["coverage"]["gaps"]] == [False]
        made.control("config", status={})
        made.until(lambda: set(made.judged_keys()) >= set(keys), "what was missed is judged after all", timeout=60)
        made.until(lambda: made.query("SELECT count(*) FROM gaps WHERE pending") == [(0,)], "the gap is settled")
        [gap] = made.report()["coverage"]["gaps"]
        assert (gap["recovered"], gap["closed"], gap["pending"]) == (2, True, False)


def test_a_cookie_that_zalo_rotates_survives_a_restart(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.control("config", rotate_cookie="second")
        made.answer(somebody(), "/trogiup")
        made.control("config", expired=["rig"])
        made.answer(somebody(), "/trogiup")
        made.kill_bot()
        made.start_bot()
        made.answer(somebody(), "/trogiup")


def test_a_refused_login_ends_the_program_and_says_why(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.control("config", outer={LOGIN: [102, "zpw_sek is wrong"]})
        bot = made.launch_bot()
        made.until(lambda: not bot.running, "it ends")
        assert bot.stop() == ExitCode.LOGIN_REFUSED
        last = bot.log.read_text().splitlines()[-1]
        assert "Zalo không nhận phiên đăng nhập (mã 102" in last
        assert "Traceback" not in bot.log.read_text()


def test_what_may_have_arrived_is_asked_of_zalo_and_not_said_twice(bot: Rig, unheard: str) -> None:
    bot.until(lambda: _outgoing(bot, unheard) == [("sent", 1)], "Zalo shows that it has arrived")
    assert len(bot.told(unheard)) == 1


def test_where_zalo_does_not_tell_it_is_said_once_more_and_says_so(bot: Rig) -> None:
    uid = _ask_while(bot, "uncertain", lose_answer=[SEND], echo=False)
    bot.control("config", status={LAST_MESSAGES: 503})
    bot.until(lambda: _outgoing(bot, uid) == [("sent", 1)], "it is sent again")
    bot.control("config", status={})
    first, second = bot.told(uid)
    assert second == f"(gửi lại) {first}"


def test_an_echo_out_of_the_queue_counts_while_the_history_is_still_awaited(tmp_path: Path) -> None:
    # Three tries that hang for so long, and the pauses between them, take longer than an echo is waited for.
    with rig(tmp_path, timeout_seconds=4) as made:
        made.start_bot()
        made.answer(somebody(), "/trogiup")
        uid = _ask_while(made, "uncertain", lose_answer=[SEND], echo=False)
        made.control("config", hang={HISTORY: 10}, status={LAST_MESSAGES: 503})
        made.control("abort")
        made.until(lambda: _outgoing(made, uid)[0][0] == "sent", "the doubt is settled", timeout=60)
        assert made.logged("backfill_interrupted") == 0
        assert len(made.told(uid)) == 1


def test_a_second_start_is_refused_and_leaves_the_first_one_alone(bot: Rig) -> None:
    first, opened = bot.bot, bot.sockets_opened()
    assert first
    second = bot.launch_bot()
    bot.until(lambda: not second.running, "the second one ends")
    bot.bot = first
    assert second.stop() == 1
    assert "đang được một chương trình khác sử dụng" in second.log.read_text().splitlines()[-1]
    assert (first.running, bot.state("sockets"), bot.sockets_opened()) == (True, 1, opened)
    bot.answer(somebody(), "/trogiup")


@pytest.mark.parametrize("code", [3000, 3003])
def test_when_somebody_else_takes_the_line_the_bot_pauses_and_does_not_fight(bot: Rig, code: int) -> None:
    opened = bot.sockets_opened()
    bot.control("close", code=code)
    state = {3000: "duplicate", 3003: "kicked"}[code]
    bot.until(lambda: bot.logged("line_changed", state) == 1, "the bot says so")
    time.sleep(4)
    assert (bot.state("sockets"), bot.sockets_opened()) == (0, opened)
    assert bot.bot
    assert bot.bot.running
    bot.kill_bot()
    bot.start_bot()


def test_what_was_too_much_for_zalo_is_sent_after_a_pause_and_once_while_other_calls_go_on(
    too_many: tuple[Rig, str],
) -> None:
    made, uid = too_many
    made.until(lambda: bool(made.told(uid)), "it is sent after the pause", timeout=90)
    made.until(lambda: _outgoing(made, uid) == [("sent", 0)], "it counts as sent")
    [answer] = made.told(uid)
    assert not answer.startswith("(gửi lại)")
    refused = [call for call in made.state("calls") if call["path"] == SEND and call["error_code"] == 221]
    assert len(refused) == 1


def _play(made: Rig) -> None:
    """Eight messages, of which two break a rule and one is a secret, a recall, a coming and a going."""
    world, came = World(system_clock), somebody()
    group = world.group(GROUP)
    for text in ("Kính gửi các đồng chí", "Đã nhận báo cáo", "Văn phòng xin ý kiến", "Đã rõ, cảm ơn đồng chí"):
        made.say(text)
    made.say(UNMARKED, somebody())
    taken_back = made.say(UNMARKED, MEMBER)
    made.say("Lịch họp chiều nay giữ nguyên", somebody())
    made.say(SECRET, somebody())
    made.does(MEMBER, recall=taken_back)
    world.person(came, "Sùng Thị Mỷ - Chuyên viên Văn phòng")
    made.act(group_act(world, group, "join", MEMBER, [came]))
    made.act(group_act(world, group, "leave", came, [came]))


def _cut(made: Rig, texts: list[str], uid: str) -> list[str]:
    """The line breaks, the texts are said while nobody hears them, and the line may come back; gives their msgIds."""
    made.control("config", handshake=503)
    made.control("abort")
    missed: list[str] = made.control("hist", messages=[{"_text": text, "uidFrom": uid} for text in texts])["msg_ids"]
    opened = made.sockets_opened()
    made.control("config", handshake=None)
    made.until(lambda: made.sockets_opened() > opened, "the line is back")
    return missed


def _by_time(made: Rig, keys: list[str]) -> list[str]:
    """Those of the msgIds that were judged, in the order of their judging."""
    sql = "SELECT i.key FROM events e JOIN inbox i USING (id) ORDER BY e.judged_ms, e.at_ms, length(i.key), i.key"
    return [key for (key,) in made.query(sql) if key in set(keys)]


def _ask_while(bot: Rig, outcome: str, **faults: Any) -> str:
    """Somebody asks for help while Zalo has faults; gives who, once the answer has come to that outcome."""
    uid, lines = somebody(), bot.logged(outcome)
    bot.control("config", **faults)
    bot.tell_bot("/trogiup", uid)
    bot.until(lambda: bot.logged(outcome) > lines, f"the answer is {outcome}")
    bot.control("config", **{name: True if name == "echo" else type(value)() for name, value in faults.items()})
    return uid


def _outgoing(bot: Rig, uid: str) -> list[tuple[Any, ...]]:
    return bot.query("SELECT state, repeated FROM outbox WHERE thread_id = ?", uid)


def _reach(bot: Rig, uid: str) -> tuple[Any, ...]:
    sql = "SELECT reach, reach_code FROM persons p JOIN person_uids u ON u.person_id = p.id WHERE u.uid = ?"
    return bot.query(sql, uid)[0]


def test_what_is_said_after_a_very_first_start_that_was_killed_at_once_is_heard(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        long_ago = str(round((time.time() - 7200) * 1000))
        before = made.say("Sáng nay giao ban tại phòng họp số hai", ts=long_ago)
        opened = made.sockets_opened()
        made.launch_bot()
        made.until(lambda: made.sockets_opened() > opened, "the bot is connected")
        made.until(lambda: made.logged("line_changed", "up") == 1, "it knows that it is")
        made.kill_bot()
        said = [made.say(f"Đề nghị các đơn vị cử người dự họp lần {number}") for number in (1, 2)]
        made.start_bot()
        made.until(lambda: len(made.judged_keys()) >= len(said), "they are heard")
        assert made.judged_keys() == said
        assert before not in said
