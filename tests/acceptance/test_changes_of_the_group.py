"""The group is changed, and the real process beside the simulator tells whom it belongs."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import group_act, pin_act
from zalo_governor.simulator.pictures import address
from zalo_governor.simulator.world import World


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.control("world", groups=[{"id": GROUP, "picture": "cu.png", "description": "Trao đổi công việc"}])
        made.start_bot()
        yield made


def act(bot: Rig, what: str, by: str, members: tuple[str, ...] = (), **data: Any) -> None:
    world = World(system_clock)
    group = world.group(GROUP)
    bot.act(group_act(world, group, what, by, list(members), **data))


def cases(bot: Rig, uid: str) -> list[dict[str, Any]]:
    return [case for case in bot.cases() if case["uid"] == uid]


ACTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("update", {"groupName": "Nhóm tỉnh Mẫu mới"}, "6.1", '"Nhóm Zalo tỉnh Mẫu" thành "Nhóm tỉnh Mẫu mới"'),
    ("update", {"groupName": "Nhóm tỉnh Mẫu mới", "groupDesc": "Khác"}, "6.1", '"Trao đổi công việc" thành "Khác"'),
    ("update_setting", {"groupSetting": {"joinAppr": 1}}, "6.1", "từ tắt thành bật"),
    ("add_admin", {}, "6.1", "thêm phó nhóm"),
    ("new_link", {"info": {"group_link": "https://zalo.me/g/mau1"}}, "6.1", "đường dẫn mời vào Nhóm"),
    ("update_avatar", {"fullAvt": address("moi.png")}, "6.5", "ảnh đại diện của Nhóm được thay"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data", "clause", "said"), ACTS, ids=[act[3][:25] for act in ACTS])
def test_each_act_is_a_case_against_who_did_it_with_before_and_after(
    bot: Rig, what: str, data: dict[str, Any], clause: str, said: str
) -> None:
    uid = somebody()
    act(bot, what, uid, (somebody(),) if what == "add_admin" else (), **data)
    code = bot.case_of(uid)
    alert = bot.told_of(code, ADMIN)[0]
    assert said in alert
    [case] = cases(bot, uid)
    assert (case["clause"], case["count"]) == (clause, 1)
    if clause == "6.5":
        bot.until(lambda: any("khác ảnh cũ" in text for text in bot.told_of(code, ADMIN)), "the pictures are compared")


def test_the_admin_is_told_at_once_that_an_encrypted_group_cannot_be_read(bot: Rig) -> None:
    for encrypted, said in ((1, "đã bật mã hóa đầu cuối"), (0, "đã tắt mã hóa đầu cuối")):
        uid = somebody()
        act(bot, "update_e2ee", uid, e2ee=encrypted)
        act(bot, "update_e2ee", somebody(), e2ee=encrypted)
        bot.until(partial(_is_told, bot, said), "the admin is told")
        assert cases(bot, uid) == []
    assert sum("mã hóa đầu cuối" in text for text in bot.told(ADMIN)) == 2


def test_what_the_admin_does_goes_to_the_leader_who_allows_it_afterwards(bot: Rig) -> None:
    act(bot, "update_setting", ADMIN, groupSetting={"lockSendMsg": 1})
    code = bot.case_of(ADMIN)
    [report] = bot.told_of(code, LEADER)
    assert "chỉ trưởng nhóm, phó nhóm được gửi tin" in report
    bot.answer(LEADER, f"/duyet {code}")
    [case] = [case for case in bot.cases() if case["code"] == code]
    assert case["state"] == "approved"


def test_what_the_leader_allowed_before_is_recorded_and_no_case(bot: Rig) -> None:
    bot.answer(LEADER, "/duyệt chỉ quản trị được ghim")
    before = len(bot.cases())
    act(bot, "update_setting", ADMIN, groupSetting={"setTopicOnly": 1})
    sql = "SELECT count(*) FROM group_changes WHERE approval_id IS NOT NULL AND kind = 'setting' AND case_id IS NULL"
    bot.until(lambda: bot.query(sql) == [(1,)], "the change is recorded as allowed")
    assert len(bot.cases()) == before


def test_pins_are_recorded_and_open_no_case(bot: Rig) -> None:
    world, before = World(system_clock), len(bot.cases())
    message = {"uidFrom": MEMBER, "dName": "", "cliMsgId": "1", "msgId": "2", "msgType": "webchat", "content": "Lịch"}
    bot.act(pin_act(world, world.group(GROUP), MEMBER, message))
    bot.until(lambda: bot.query("SELECT 1 FROM group_changes WHERE kind = 'pin'") != [], "the pin is recorded")
    assert len(bot.cases()) == before


def test_a_case_that_the_desk_writes_down_in_the_group(bot: Rig) -> None:
    uid = somebody()
    text = "/ghinhan 4.6 @Vàng Thị Mẫu có phản ánh tin của Nhóm ở nơi khác"
    bot.say(text, ADMIN, mentions=[{"uid": uid, "pos": 13, "len": 13, "type": 0}])
    code = bot.case_of(uid)
    bot.told_of(code, ADMIN)
    [shown] = [text for text in bot.answer(ADMIN, f"/xem {code}") if "ghi nhận:" in text]
    assert "có phản ánh tin của Nhóm ở nơi khác" in shown
    for file in (bot.folder / "data").iterdir():
        assert "phản ánh".encode() not in (file.read_bytes() if file.is_file() else b"")


def test_what_changed_while_nobody_listened_is_found_and_nobody_is_named(tmp_path: Path) -> None:
    with rig(tmp_path) as made:
        made.start_bot()
        made.stop_bot()
        change = {"id": GROUP, "name": "Tên đổi lúc vắng", "settings": {"joinAppr": 1}, "admins": [BOT, MEMBER]}
        made.control("world", groups=[change], people=[{"uid": MEMBER, "official": True}])
        made.start_bot()
        made.until(lambda: len(made.cases()) == 3, "name, setting and admin are cases")
        told = "\n".join(made.told(ADMIN))
        assert 'thành "Tên đổi lúc vắng"' in told
        assert "thêm phó nhóm" in told
        assert told.count("không rõ người thực hiện") == 3
        [status] = made.answer(ADMIN, "/trangthai")
        assert "có 1 tài khoản của tổ chức hoặc phần mềm" in status
        made.kill_bot()
        made.start_bot()
        assert len(made.cases()) == 3


def _is_told(bot: Rig, said: str) -> bool:
    return any(said in text for text in bot.told(ADMIN))
