"""What the bot cannot see in a group is said plainly: hidden members, encryption, frames of other kinds."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
import requests

from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig, rig
from tests.unit.app.monitoring.test_server import free_port
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import group_act
from zalo_governor.simulator.world import World

GROUP_INFO = "/api/group/getmg-v2"
PROFILES = "/api/social/friend/getprofiles/v2"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("seen")) as made:
        made.configure("health", port=port)
        made.configure("vigil", sweep_again_minutes=0.1)
        made.control("world", crowd={"members": 120})
        made.start_bot()
        yield made


def doctor(bot: Rig, check: str) -> str:
    command = [sys.executable, "-m", "zalo_governor", "doctor", "--json", "--config", str(bot.config)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return " ".join(result["says"] for result in json.loads(run.stdout)["checks"] if result["id"] == check)


def push(bot: Rig, cmd: int, data: Mapping[str, object]) -> None:
    bot.control("push", frames=[{"cmd": cmd, "data": data}])


def test_names_are_asked_for_in_batches_of_fifty(bot: Rig) -> None:
    asked = [call["params"]["friend_pversion_map"] for call in bot.state("calls") if call["path"] == PROFILES]
    assert max(map(len, asked)) == 50
    assert bot.query("SELECT count(*) FROM group_members WHERE present") == [(122,)]


def test_a_list_of_members_that_is_hidden_is_said_and_nobody_has_left(bot: Rig) -> None:
    hidden = {"id": GROUP, "owner": MEMBER, "admins": [], "settings": {"lockViewMember": 1}}
    bot.control("world", groups=[hidden])
    bot.control("abort")
    bot.until(lambda: "chỉ thấy 2 trong 122 người" in bot.answer(ADMIN, "/trangthai")[0], "the status says so")
    assert "không biết ai vắng, ai đã rời Nhóm" in bot.answer(ADMIN, "/trangthai")[0]
    assert "chỉ thấy 2 trong 122 người" in bot.answer(ADMIN, "/thanhvien")[0]
    assert "chỉ thấy 2 trong 122 người" in doctor(bot, "zalo_rights")
    assert bot.report()["membership"]["hidden_of"] == 122
    assert bot.query("SELECT count(*) FROM events WHERE kind = 'members_left'") == [(0,)]
    assert bot.query("SELECT count(*) FROM group_members WHERE present") == [(122,)]


def test_frames_of_other_kinds_are_counted_by_name_in_doctor_metrics_and_status(bot: Rig, port: int) -> None:
    assert "loại chưa biết" not in bot.answer(ADMIN, "/trangthai")[0]
    marks = {"clearUnreads": [{"idTo": GROUP, "isGroup": 1, "lastMsgId": "5"}]}
    frames: list[tuple[int, Mapping[str, object]]] = [(504, marks), (524, marks), (777, {"x": 1}), (777, {"x": 1})]
    for cmd, data in frames:
        push(bot, cmd, data)
    push(bot, 601, {"controls": [{"content": {"act_type": "mark_unread", "act": "x", "data": {}}}]})
    bot.until(lambda: "2 lần Zalo gửi dữ liệu loại chưa biết (cmd_777)" in bot.answer(ADMIN, "/trangthai")[0], "said")
    page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    for name, count in (("read_marks_private", 1), ("read_marks_group", 1), ("601_mark_unread", 1), ("cmd_777", 2)):
        assert f'zalo_governor_frames_of_day{{kind="{name}"}} {count:.1f}' in page
    said = doctor(bot, "health")
    assert "read_marks_private (dấu đã đọc từ thiết bị khác của tài khoản (tin riêng)): 1" in said
    assert "Dữ liệu loại chưa biết, Zalo gửi trong 24 giờ qua: cmd_777 (chưa biết): 2" in said


def test_frames_of_encryption_are_told_at_once_and_lose_no_message(bot: Rig) -> None:
    bot.control("push", frames=[{"cmd": 532, "data": {"x": 1}, "bad_tag": True}])
    bot.until(partial(_is_told, bot, "dữ liệu mã hóa đầu cuối mà Hệ thống không đọc được"), "the admin is told")
    assert bot.logged("frame_lost") == 0
    assert "e2ee_verify" in bot.answer(ADMIN, "/trangthai")[0]


def test_an_encrypted_group_is_told_at_once_and_its_coverage_is_not_readable(bot: Rig) -> None:
    act = group_act(World(system_clock), World(system_clock).group(GROUP), "join", MEMBER, [LEADER], e2ee=1)
    bot.act(act)
    bot.until(partial(_is_told, bot, "đã bật mã hóa đầu cuối"), "the admin is told")
    bot.control("world", groups=[{"id": GROUP, "encrypted": True}])
    assert bot.report()["coverage"]["encrypted"]
    status = bot.answer(ADMIN, "/trangthai")[0]
    assert "chưa theo dõi được đầy đủ" in status
    assert "đã kiểm tra" not in status
    assert "không đọc được tin, tệp vì Nhóm bật mã hóa đầu cuối" in bot.answer(ADMIN, "/baocao")[0]


def test_a_disbanded_group_is_told_of_once(bot: Rig) -> None:
    world = World(system_clock)
    for uid in (MEMBER, LEADER, BOT, BOT):
        bot.act(group_act(world, world.group(GROUP), "leave", uid, [uid], e2ee=1))
    bot.until(partial(_is_told, bot, "không còn ở trong"), "the admin is told")
    bot.answer(ADMIN, "/trangthai")
    assert sum("không còn ở trong" in text for text in bot.told(ADMIN)) == 1


def _is_told(bot: Rig, said: str) -> bool:
    return any(said in text for text in bot.told(ADMIN))
