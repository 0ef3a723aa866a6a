"""What people see after a secret was posted: the real process beside the simulator."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import attachment, group_message
from zalo_governor.simulator.world import World

DELETE = "/api/group/deletemsg"
UNVERIFIED = "chưa được Quản trị Nhóm xác minh"


def secret(number: int) -> str:
    return f"Em gửi các đồng chí văn bản tuyệt mật số {number}/KH-GIẢ ĐỊNH để nghiên cứu trước"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot"), timeout_seconds=1.5) as made:
        made.start_bot()
        yield made


@pytest.fixture(autouse=True)
def healthy(bot: Rig) -> Iterator[None]:
    """The account is deputy of the group, and Zalo answers."""
    yield
    bot.control("config", inner={}, status={}, lose_answer=[], hang={}, echo=True)
    _make_deputy(bot, deputy=True)


def test_the_leader_is_told_when_the_admin_does_not_answer_also_after_a_kill_in_between(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.configure("escalation", leader_after_minutes=0.25)
        made.start_bot()
        answered, forgotten = somebody(), somebody()
        made.say(secret(1), answered)
        made.answer(ADMIN, f"/baonham {_case_of(made, answered)} trích bài tập huấn")
        made.say(secret(2), forgotten)
        code = _case_of(made, forgotten)
        assert not made.told(LEADER)
        made.kill_bot()
        time.sleep(15.5)
        made.start_bot()
        [report] = made.told_of(code, LEADER)
        assert UNVERIFIED in report
        made.kill_bot()
        made.start_bot()
        time.sleep(2.5)
        assert made.told(LEADER) == [report]
        [shown] = made.answer(ADMIN, f"/xem {code}")
        assert "Đã báo cáo Trưởng nhóm lúc" in shown


def test_passed_on_by_the_admin_the_leader_reads_it_at_once(bot: Rig) -> None:
    uid = somebody()
    bot.say(secret(10), uid)
    code = _case_of(bot, uid)
    [told] = bot.answer(ADMIN, f"/trình {code}")
    assert "đang báo cáo Trưởng nhóm" in told
    [report] = bot.told_of(code, LEADER)
    assert UNVERIFIED not in report
    assert "Lò Văn Minh" in report
    assert "GIẢ ĐỊNH" not in report


def test_the_desk_removes_a_message_for_all_with_a_code_that_counts_once(bot: Rig) -> None:
    uid = somebody()
    bot.say(secret(20), uid)
    code, before = _case_of(bot, uid), _in_history(bot)
    typed = _code(bot, code)
    assert "không đúng" in bot.answer(ADMIN, f"/xoa {code} {int(typed.split()[-1]) ^ 1:06}")[0]
    told = len(bot.told(ADMIN))
    bot.tell_bot(typed, ADMIN)
    bot.until(lambda: any("Zalo đã xóa tin" in text for text in bot.told(ADMIN)[told:]), "the result is told")
    assert _in_history(bot) == before  # the message is gone, and a chat.delete stands in its place
    [shown] = bot.answer(ADMIN, f"/xem {code}")
    assert "đã thu hồi hoặc xóa" in shown
    assert "đã được đồng chí Lò Văn Minh" in shown
    assert "không còn tin nào" in bot.answer(ADMIN, typed)[0]
    assert {"case_opened", "removal"} <= {action.replace(".", "_") for action in _audited(bot, code)}


def test_where_the_account_is_no_deputy_the_desk_reads_that_it_may_not(bot: Rig) -> None:
    _make_deputy(bot, deputy=False)
    uid = somebody()
    bot.say(secret(21), uid)
    code = _case_of(bot, uid)
    assert "không phải trưởng nhóm hoặc phó nhóm trên Zalo" in _result(bot, code)
    bot.until_reminded(code)
    assert "đã nhắc" in bot.answer(ADMIN, f"/xem {code}")[0]


def test_a_message_that_zalo_no_longer_has_is_not_called_removed(bot: Rig) -> None:
    uid = somebody()
    bot.say(secret(22), uid)
    bot.control("config", inner={DELETE: [114, "invalid params"]})
    assert "không tìm thấy tin" in _result(bot, _case_of(bot, uid))


def test_a_removal_whose_answer_is_lost_is_told_as_not_confirmed(bot: Rig) -> None:
    uid = somebody()
    bot.say(secret(23), uid)
    code, before = _case_of(bot, uid), bot.logged("removal_uncertain")
    typed, told = _code(bot, code), len(bot.told(ADMIN))
    bot.control("config", lose_answer=[DELETE])
    bot.tell_bot(typed, ADMIN)
    bot.until(lambda: bot.logged("removal_uncertain") > before, "the answer is missed")
    # That the account's own deletion is announced proves nothing: it may have been one for itself.
    assert not [text for text in bot.told(ADMIN)[told:] if "Zalo đã xóa tin" in text]
    bot.control("config", lose_answer=[])
    bot.until(lambda: any("không tìm thấy tin" in text for text in bot.told(ADMIN)[told:]), "the result is told")
    assert "đã nhắc" in bot.answer(ADMIN, f"/xem {code}")[0]


def test_a_removal_without_an_answer_whose_message_is_still_shown_is_tried_again(bot: Rig) -> None:
    uid = somebody()
    bot.say(secret(26), uid)
    code, before = _case_of(bot, uid), bot.logged("removal_uncertain")
    typed, told = _code(bot, code), len(bot.told(ADMIN))
    bot.control("config", status={DELETE: 502})
    bot.tell_bot(typed, ADMIN)
    bot.until(lambda: bot.logged("removal_uncertain") > before, "the answer is missed")
    bot.control("config", status={})
    bot.until(lambda: any("Zalo đã xóa tin" in text for text in bot.told(ADMIN)[told:]), "the result is told")


_WAITING = "SELECT count(*) FROM jobs WHERE kind = 'remove_message' AND due_ms IS NOT NULL"


def test_an_ordered_removal_survives_a_kill(bot: Rig) -> None:
    uid = somebody()
    bot.say(secret(24), uid)
    code = _case_of(bot, uid)
    typed = _code(bot, code)
    bot.control("config", hang={DELETE: 1.0})
    told = len(bot.told(ADMIN))
    bot.tell_bot(typed, ADMIN)
    bot.until(lambda: bot.query(_WAITING) == [(1,)], "it is ordered")
    bot.kill_bot()
    bot.control("config", hang={})
    bot.start_bot()
    bot.until(lambda: any(f"Vụ việc {code}: Zalo" in text for text in bot.told(ADMIN)[told:]), "the result is told")
    assert bot.query(_WAITING) == [(0,)]


def test_who_has_seen_it_is_named_when_the_admin_asks(bot: Rig) -> None:
    uid, reader = somebody(), somebody()
    key = bot.say(secret(30), uid)
    code = _case_of(bot, uid)
    bot.say("Đã rõ", reader, dName="Hoàng Thị Mơ - Chuyên viên")
    bot.control("push", frames=[{"cmd": 522, "data": {"groupSeens": [_receipt(key, [reader, uid])]}}])
    bot.until(lambda: bot.query("SELECT 1 FROM case_readers WHERE message_key = ?", key) != [], "the receipt is noted")
    assert "1 người đã xem" in bot.answer(ADMIN, f"/xem {code}")[0]
    [named] = bot.answer(ADMIN, f"/đã xem {code}")
    assert "Hoàng Thị Mơ" in named
    assert "không thuộc" in bot.answer(somebody(), f"/daxem {code}")[0]


def test_receipts_of_messages_without_a_case_are_not_kept(bot: Rig) -> None:
    key = bot.say("Kính mời các đồng chí dự họp", somebody())
    bot.control("push", frames=[{"cmd": 522, "data": {"groupSeens": [_receipt(key, [MEMBER])]}}])
    later = bot.say("Đã rõ ạ", somebody())
    bot.until(lambda: later in bot.judged_keys(), "what came after the receipt is judged")
    assert bot.query("SELECT count(*) FROM case_readers WHERE message_key = ?", key) == [(0,)]


def test_the_same_content_from_somebody_else_is_told_as_the_same(bot: Rig) -> None:
    first, other = somebody(), somebody()
    bot.say(secret(40), first)
    earlier = _case_of(bot, first)
    bot.say(secret(40).upper().replace("GỬI", "G Ử I"), other)
    code = bot.case_of(other)
    assert len(bot.told_of(code, ADMIN)) == 1
    assert f"trùng với vụ việc {earlier}" in bot.answer(ADMIN, f"/xem {code}")[0]
    bot.until(lambda: bool(bot.told(other)), "the second one is asked to recall as well")


def test_a_recall_is_told_with_its_minute_and_who_did_it(bot: Rig) -> None:
    uid = somebody()
    key = bot.say(secret(50), uid, dName="Chảo Láo Lở - Chuyên viên")
    code = _case_of(bot, uid)
    bot.does(uid, recall=key)
    bot.until(lambda: any("thu hồi lúc" in text and code in text for text in bot.told(ADMIN)), "it is told")
    assert "đã thu hồi hoặc xóa" in bot.answer(ADMIN, f"/xem {code}")[0]


def test_a_group_call_is_counted_and_nobody_is_told(bot: Rig) -> None:
    cases, told = len(bot.cases()), len(bot.told(ADMIN))
    call = attachment("Cuộc gọi nhóm", action="recommened.groupcall", params={"duration": 65, "calltype": 1})
    key = bot.say("", somebody(), msgType="chat.recommended", content=call)
    bot.until(lambda: key in bot.judged_keys(), "the call is judged")
    assert len(bot.cases()) == cases
    assert not any("cuộc gọi" in text.lower() for text in bot.told(ADMIN)[told:])
    assert "1 cuộc gọi" in bot.answer(ADMIN, "/trangthai")[0]
    assert bot.report()["activity"]["calls"] == 1


def _case_of(bot: Rig, uid: str) -> str:
    """The code of somebody's case, once the admin has been told of it: what comes next is an answer."""
    code = bot.case_of(uid)
    bot.told_of(code, ADMIN)
    return code


def _code(bot: Rig, case: str) -> str:
    """Ask for a removal; gives what the bot says is to be typed. Other notices may come before its answer."""
    told = len(bot.told(ADMIN))

    def asked() -> list[str]:
        return re.findall(rf"/xoa {case} \d{{6}}", "\n".join(bot.told(ADMIN)[told:]))

    bot.tell_bot(f"/xoa {case}", ADMIN)
    bot.until(lambda: asked() != [], "it says what is to be typed")
    return asked()[0]


def _result(bot: Rig, case: str) -> str:
    """Order the removal; gives what is told of its result."""
    typed, told = _code(bot, case), len(bot.told(ADMIN))

    def about_it() -> list[str]:
        return [text for text in bot.told(ADMIN)[told:] if case in text]

    bot.tell_bot(typed, ADMIN)
    bot.until(lambda: len(about_it()) >= 2, "it is ordered, and the result told")
    return about_it()[-1]


def _receipt(key: str, seen: list[str]) -> dict[str, Any]:
    message = group_message(World(system_clock), {"_text": ""})
    return {
        "msgId": key,
        "realMsgId": key,
        "seen": 1,
        "deliveredUids": seen,
        "seenUids": seen,
        "mSTs": int(message["ts"]),
        "groupId": GROUP,
    }


def _make_deputy(bot: Rig, *, deputy: bool) -> None:
    bot.control("world", groups=[{"id": GROUP, "admins": [BOT] if deputy else []}])


def _in_history(bot: Rig) -> int:
    return int(bot.state("history")[GROUP])


def _audited(bot: Rig, case: str) -> set[str]:
    return {action for (action,) in bot.query("SELECT action FROM audit WHERE subject = ?", case)}
