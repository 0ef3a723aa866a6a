"""The whole bot as its users see it: one process beside the simulator, many people, each test with its own."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig import ADMIN, GROUP, LEADER, Rig, rig, somebody
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import attachment, group_message, quote_of
from zalo_governor.simulator.world import World

UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"
SECRET = "Em gửi các đồng chí văn bản tuyệt mật số 9/KH-GIẢ ĐỊNH để nghiên cứu trước"
NO_CONCLUSION = "chưa phải kết luận"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        yield made


def test_a_violation_is_told_to_the_admin_with_its_code_and_to_the_member_without_the_text(bot: Rig) -> None:
    uid = somebody()
    bot.say(UNMARKED, uid, dName="Sùng Thị Mỷ - Chuyên viên")
    code = bot.case_of(uid)
    [alert], [request] = bot.told_of(code, ADMIN), _wait_told(bot, uid)
    assert "Sùng Thị Mỷ" in alert
    assert "khoản 1 Điều 3" in alert
    assert f"/xem {code}" in alert
    assert 'Kính gửi chủ tài khoản "Sùng Thị Mỷ - Chuyên viên"' in request  # No roster: nobody knows who that is.
    assert code in request
    for text in (alert, request):
        assert NO_CONCLUSION in text.lower()
        assert UNMARKED[:20] not in text
    assert any(UNMARKED[:60] in text for text in bot.answer(ADMIN, f"/xem {code}"))


def test_a_secret_is_sealed_both_are_told_and_nobody_gets_an_excerpt(bot: Rig) -> None:
    uid = somebody()
    bot.say(SECRET, uid)
    code = bot.case_of(uid)
    [alert], [request] = bot.told_of(code, ADMIN), _wait_told(bot, uid)
    assert "không sao chụp" in alert
    assert "thu hồi ngay" in request
    [shown] = bot.answer(ADMIN, f"/xem {code}")
    assert "không lưu nội dung" in shown
    assert not [text for text in (alert, request, shown) if "GIẢ ĐỊNH" in text]
    [moved] = bot.answer(ADMIN, f"/xacnhan {code}")
    assert "đã chuyển cơ quan có thẩm quyền" in moved


@pytest.mark.parametrize("text", [UNMARKED, SECRET], ids=["a light case", "a sealed case"])
def test_taking_the_message_back_closes_the_case(bot: Rig, text: str) -> None:
    uid = somebody()
    key = bot.say(text, uid)
    code = bot.case_of(uid)
    bot.does(uid, recall=key)
    bot.until(lambda: _state(bot, code) == "remedied", "the case is closed")
    if text == SECRET:
        bot.until(
            lambda: "chính người đăng thu hồi" in bot.told_of(code, ADMIN)[-1], "the admin is told that it is gone"
        )
    [shown] = bot.answer(ADMIN, f"/xem {code}")
    state = "đã thu hồi hoặc xóa" if text == SECRET else "đã khắc phục"
    assert f"Trạng thái: {state}\n" in shown


@pytest.mark.parametrize(
    "typed", ["/baocao", "/BÁO CÁO hôm nay", "/bao cao tuan", "báo cáo tháng", "/BaoCao 01/10-31/10"]
)
def test_the_leader_asks_for_the_report_as_people_type(bot: Rig, typed: str) -> None:
    [report] = bot.answer(LEADER, typed)
    assert report.startswith("BÁO CÁO HOẠT ĐỘNG")
    assert report.splitlines()[1].startswith("1. Dấu hiệu nghiêm trọng: ")


def test_asked_in_the_group_the_report_goes_to_the_leader_and_one_line_to_the_group(bot: Rig) -> None:
    lines, told = len(bot.told(GROUP)), len(bot.told(LEADER))
    bot.say("/baocao", LEADER)
    bot.until(lambda: len(bot.told(GROUP)) > lines and len(bot.told(LEADER)) > told, "both are answered")
    [line], [report] = bot.told(GROUP)[lines:], bot.told(LEADER)[told:]
    assert "\n" not in line
    assert "tin nhắn riêng" in line
    assert report.startswith("BÁO CÁO")


@pytest.mark.parametrize(
    "command", ["/vipham", "/xem VP1", "/xacnhan VP1", "/baonham VP1 lý do", "/baocao", "/trangthai"]
)
def test_nobody_without_a_role_may_use_what_is_for_the_office(bot: Rig, command: str) -> None:
    def states() -> list[tuple[Any, ...]]:
        # A request that is delivered meanwhile moves its case from new to reminded: that is not the command's doing.
        return bot.query("SELECT id, CASE state WHEN 'reminded' THEN 'new' ELSE state END FROM cases ORDER BY id")

    before = states()
    [answer] = bot.answer(somebody(), command)
    assert "không thuộc quyền của đồng chí" in answer
    assert states()[: len(before)] == before


@pytest.mark.parametrize("command", ["/trogiup", "/tro giup", "TRỢ GIÚP", "/quyche 4.1"])
def test_everybody_gets_help_and_the_regulation(bot: Rig, command: str) -> None:
    [answer] = bot.answer(somebody(), command)
    assert "không thuộc" not in answer
    assert "/quyche" in answer or "Điều 4" in answer


def test_the_admin_lists_the_cases_in_the_group_by_private_message(bot: Rig) -> None:
    uid = somebody()
    bot.say(UNMARKED, uid)
    code = bot.case_of(uid)
    bot.told_of(code, ADMIN)
    bot.until_reminded(code)
    lines, told = len(bot.told(GROUP)), len(bot.told(ADMIN))
    bot.say("/vi pham", ADMIN)
    bot.until(lambda: len(bot.told(GROUP)) > lines and len(bot.told(ADMIN)) > told, "both are answered")
    [line], [listed] = bot.told(GROUP)[lines:], bot.told(ADMIN)[told:]
    assert code in listed
    assert code not in line
    assert "đã nhắc" in listed


def test_who_bears_the_leaders_name_is_not_the_leader(bot: Rig) -> None:
    uid = somebody()
    [answer] = bot.answer(uid, "/baocao", dName="Giàng A Sử")
    assert "không thuộc" in answer
    lines = len(bot.told(GROUP))
    bot.say("/baocao", uid, dName="Giàng A Sử")
    bot.until(lambda: len(bot.told(uid)) == 2, "the second one is refused, too")
    assert "không thuộc" in bot.told(uid)[1]
    assert len(bot.told(GROUP)) == lines


def test_what_the_leader_quotes_is_pinned_once_where_zalo_lets_the_bot(bot: Rig) -> None:
    uid = somebody()
    text = "Kính gửi các đồng chí lịch trực tuần này"
    [key, refused] = bot.push(text, text, uidFrom=uid)
    quoted = group_message(World(system_clock), {"_text": text, "uidFrom": uid, "msgId": key})
    for times in (1, 2):
        bot.say("/ghim", LEADER, quote=quote_of(quoted))
        _until_said(bot, "Zalo đã ghim", times)
    assert [call["path"] for call in bot.state("calls")].count("/api/board/topic/createv2") == 1
    bot.control("world", groups=[{"id": GROUP, "admins": [], "settings": {"setTopicOnly": 1}}])
    bot.say("/ghim", LEADER, quote=quote_of(quoted | {"msgId": refused}))
    _until_said(bot, "Zalo không cho Hệ thống ghim", 1)


def test_a_command_in_a_quote_a_caption_or_a_file_name_is_not_run(bot: Rig) -> None:
    told = len(bot.told(LEADER))
    quoted = group_message(World(system_clock), {"_text": "/baocao"})
    bot.say("vâng", LEADER, quote=quote_of(quoted))
    bot.say("", LEADER, msgType="chat.photo", content=attachment("/baocao"))
    bot.say("", LEADER, msgType="share.file", content=attachment("/baocao"))
    bot.say("", LEADER, msgType="chat.recommended", content=attachment("/baocao", description="/baocao"))
    bot.say("/quyche 6", LEADER)
    bot.until(lambda: len(bot.told(LEADER)) > told, "the command that was typed is answered")
    [answer] = bot.told(LEADER)[told:]
    assert "Điều 6" in answer


def test_an_old_command_is_not_run_and_the_sender_is_told(bot: Rig) -> None:
    old = str(round((time.time() - 600) * 1000))
    [answer] = bot.answer(LEADER, "/baocao", ts=old)
    assert "quá muộn" in answer
    assert "BÁO CÁO" not in answer


def test_batches_of_every_encoding_are_heard_whole_and_in_order(bot: Rig) -> None:
    encodings = [(encrypt, comp) for encrypt in range(4) for comp in ("gzip", "zlib", "none")]
    frames = [
        {
            "encrypt": encrypt,
            "comp": comp,
            "data": {"groupMsgs": [{"_text": f"Điểm danh lô {number} dòng {line}"} for line in range(20)]},
        }
        for number, (encrypt, comp) in enumerate(encodings)
    ]
    keys = bot.control("push", frames=frames)["msg_ids"]
    assert len(keys) == 20 * len(encodings)
    bot.until(lambda: set(bot.judged_keys()) >= set(keys), "all of them are judged")
    assert [key for key in bot.judged_keys() if key in set(keys)] == keys


def test_a_bad_element_costs_its_neighbours_nothing_and_is_counted(bot: Rig) -> None:
    dead = bot.report()["coverage"]["dead_letters"]
    batch = [{"_text": "Dòng đầu"}, {"msgId": [], "idTo": GROUP}, None, 5, {"_text": "Dòng cuối", "content": None}]
    keys = bot.control("push", frames=[{"data": {"groupMsgs": batch}}])["msg_ids"]
    good = [key for key in keys if key.isdecimal()]
    assert len(good) == 2
    bot.until(lambda: set(bot.judged_keys()) >= set(good), "both good ones are judged")
    assert bot.report()["coverage"]["dead_letters"] > dead


def test_messages_in_a_frame_of_an_unknown_command_are_heard(bot: Rig) -> None:
    uid = somebody()
    bot.control("push", frames=[{"cmd": 4242, "sub": 7, "data": {"groupMsgs": [{"_text": UNMARKED, "uidFrom": uid}]}}])
    assert bot.told_of(bot.case_of(uid), ADMIN)


def _until_said(bot: Rig, words: str, times: int) -> None:
    """Wait until the leader was told that so often."""
    bot.until(lambda: sum(words in said for said in bot.told(LEADER)) == times, f"the leader reads: {words}")


def _wait_told(bot: Rig, uid: str) -> list[str]:
    bot.until(lambda: bool(bot.told(uid)), f"{uid} is told")
    return bot.told(uid)


def _state(bot: Rig, code: str) -> str:
    return str(bot.query("SELECT state FROM cases WHERE id = ?", int(code[2:]))[0][0])
