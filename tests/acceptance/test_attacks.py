"""Attacks on the real bot over the wire: each is refused, and the log or the books say so (docs/attacks.md)."""

import json
import shutil
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hostile import HOSTILE, poisoned, poisoned_data
from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody
from zalo_governor.domain.clock import system_clock
from zalo_governor.simulator.messages import attachment, group_act, group_message, quote_of, recall_of
from zalo_governor.simulator.world import Device, World

UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("bot")) as made:
        made.start_bot()
        yield made


@pytest.mark.parametrize("command", ["/baocao", "/vipham", "/xem VP1", "/xacnhan VP1", "/baonham VP1 vì vậy"])
def test_a_command_of_somebody_outside_the_group_is_refused(bot: Rig, command: str) -> None:
    refused, states = bot.logged("command.refused"), _states(bot)
    uid = somebody()
    [answer] = bot.answer(uid, command)
    assert "không thuộc quyền của đồng chí" in answer
    assert bot.logged("command.refused") == refused + 1
    assert _audited(bot, uid) == ["command.refused"]
    assert _states(bot)[: len(states)] == states


@pytest.mark.parametrize("place", ["in private", "in the group"])
def test_a_name_gives_no_right(bot: Rig, place: str) -> None:
    uid, told = somebody(), len(bot.told(LEADER))
    if place == "in private":
        bot.tell_bot("/baocao", uid, dName="Giàng A Sử - Chủ tịch UBND tỉnh")
    else:
        bot.say("/baocao", uid, dName="Giàng A Sử - Chủ tịch UBND tỉnh")
    bot.until(lambda: bool(bot.told(uid)), "it is answered")
    assert "không thuộc" in bot.told(uid)[0]
    assert _audited(bot, uid) == ["command.refused"]
    assert len(bot.told(LEADER)) == told


def test_what_was_not_typed_is_no_command(bot: Rig) -> None:
    told, lines = len(bot.told(LEADER)), len(bot.told(GROUP))
    audited = len(_audited(bot, LEADER))
    command = "/baocao"
    keys = [
        bot.say("vâng", LEADER, quote=quote_of(group_message(World(system_clock), {"_text": command}))),
        bot.say("", LEADER, msgType="chat.photo", content=attachment(command, description=command)),
        bot.say("", LEADER, msgType="share.file", content=attachment(command)),
        bot.say("", LEADER, msgType="chat.recommended", content=attachment(command, description=command)),
        bot.say("", LEADER, msgType="group.poll", content=attachment(command, params={"question": command})),
        bot.say("", LEADER, msgType="chat.todo", content=attachment(params={"item": {"content": command}})),
        bot.say("Đã rõ", LEADER, dName=command),
        bot.say("Đã rõ", LEADER, mentions=[{"uid": command, "pos": 0, "len": 2, "type": 0}]),
    ]
    bot.until(lambda: set(bot.judged_keys()) >= set(keys), "all of them are judged")
    bot.say("/quyche 6", LEADER)
    bot.until(lambda: len(bot.told(LEADER)) > told and len(bot.told(GROUP)) > lines, "what was typed is answered")
    assert len(bot.told(LEADER)) == told + 1
    assert len(bot.told(GROUP)) == lines + 1
    assert len(_audited(bot, LEADER)) == audited + 1


def test_a_replayed_frame_is_heard_once(bot: Rig) -> None:
    told, again = len(bot.told(LEADER)), bot.logged("heard_again")
    revised = "SELECT count(*) FROM events WHERE kind = 'message_revised'"
    [(before,)] = bot.query(revised)
    message = group_message(World(system_clock), {"_text": "/trangthai", "uidFrom": LEADER})
    for cli_msg_id in (message["cliMsgId"], message["cliMsgId"], "1700000000001"):
        _raw(bot, 521, {"groupMsgs": [message | {"cliMsgId": cli_msg_id}]})
    # Sent once more under its number with other words, it is a revision, and no command either.
    _raw(bot, 521, {"groupMsgs": [message | {"content": "/vipham"}]})
    bot.until(lambda: bot.query(revised) == [(before + 1,)], "the revision is judged")
    bot.until(lambda: bot.query(_UNSENT) == [(0,)], "whatever is answered is sent")
    assert len(bot.told(LEADER)) == told + 1
    assert bot.logged("heard_again") > again


def test_an_old_command_sent_again_under_a_new_number_is_not_carried_out(bot: Rig) -> None:
    old = str(round((time.time() - 3600) * 1000))
    told, stale = len(bot.told(LEADER)), bot.logged("command.stale")
    for _ in range(3):
        bot.say("/vipham", LEADER, ts=old)
    bot.until(lambda: bot.logged("command.stale") == stale + 3, "the log says so of each")
    bot.answer(LEADER, "/quyche 6")
    answers = bot.told(LEADER)[told:]
    assert sum("quá muộn" in text for text in answers) <= 1
    assert not [text for text in answers if "Vụ việc" in text]


def test_forged_and_broken_frames_are_counted_and_bring_nothing_in(bot: Rig) -> None:
    heard = len(bot.judged_keys())
    sealed = json.dumps(
        {"encrypt": 2, "data": "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="}
    ).encode()
    frames = [
        _header(521) + sealed,
        _header(521) + sealed.replace(b": 2", b": 3"),
        _header(521) + b'{"encrypt": 9, "data": "QUFB"}',
        _header(521) + b'{"encrypt": 1, "data": "QUFB"}',
        _header(521) + b"\xff\xfe\x00",
        b"\x01\x09",
    ]
    for frame in frames:
        lost = bot.logged("frame_lost") + 1
        bot.control("raw", hex=frame.hex())
        bot.until(partial(_logged, bot, "frame_lost", lost), "it is counted")
    assert len(bot.judged_keys()) == heard
    assert bot.answer(LEADER, "/quyche 6")


def test_nobody_else_can_take_a_message_back(bot: Rig) -> None:
    uid = somebody()
    message = bot.does(uid, say=UNMARKED)
    code = bot.case_of(uid)
    bot.until_reminded(code)
    bot.push("", **recall_of(message, Device.DESKTOP) | {"uidFrom": MEMBER})
    bot.until(lambda: bot.logged("recall.foreign") == 1, "the log says so")
    [shown] = bot.answer(ADMIN, f"/xem {code}")
    assert "đã nhắc" in shown


def test_the_sender_s_own_number_hides_nothing(bot: Rig) -> None:
    uid = somebody()
    bot.say("Kính gửi các đồng chí", uid, cliMsgId="1700000000777")
    bot.say(UNMARKED, uid, cliMsgId="1700000000777")
    assert bot.told_of(bot.case_of(uid), ADMIN)


@pytest.mark.parametrize("ahead_ms", [50_000, 23 * 3_600_000, 10**15], ids=["seconds", "hours", "ages"])
def test_a_time_yet_to_come_silences_nobody(bot: Rig, ahead_ms: int) -> None:
    bot.say("Tin có giờ chưa đến", somebody(), ts=str(round(time.time() * 1000) + ahead_ms))
    uid = somebody()
    bot.say(UNMARKED, uid)
    bot.until(lambda: bool(bot.told(uid)), "the member is asked as ever")
    assert "quá muộn" not in bot.answer(LEADER, "/trangthai")[0]


@pytest.mark.parametrize(
    "text",
    [
        "Kính gửi các đồng chí. " * 430_000,
        "kinh gui cac dong chi. " * 430_000,
        "a" * 10_000_000,
        "/baocao " * 1_250_000,
        "a" + "\u0301" * 100_000,
        "[" * 5_000_000 + "]" * 5_000_000,
    ],
    ids=[
        "10 MB",
        "10 MB without marks",
        "10 MB in one word",
        "10 MB of commands",
        "100,000 combining marks",
        "brackets",
    ],
)
def test_what_is_far_too_large_is_judged_and_holds_up_nobody(bot: Rig, text: str) -> None:
    key = bot.say(text, somebody())
    bot.until(lambda: key in bot.judged_keys(), "it is judged", timeout=20)
    uid = somebody()
    bot.say(UNMARKED, uid)
    bot.until(lambda: bool(bot.told(uid)), "the next one is told as ever", timeout=10)


def test_a_thousand_mentions_hide_nothing_and_call_nobody(bot: Rig) -> None:
    uid, sent = somebody(), len(bot.sent())
    mentions = [{"uid": somebody(), "pos": number, "len": 10**9, "type": number % 2} for number in range(-500, 500)]
    bot.say(UNMARKED, uid, mentions=mentions)
    alert = bot.told_of(bot.case_of(uid), ADMIN)
    bot.until(lambda: len(bot.told(uid)) == 1, "the member is asked")
    assert len(alert) == 1
    assert len(bot.sent()) == sent + 2


def test_a_name_of_a_hundred_thousand_marks_stays_small_in_the_alert(bot: Rig) -> None:
    uid = somebody()
    bot.say(UNMARKED, uid, dName="Giàng" + "\u0336" * 100_000 + "\n\nTHÔNG BÁO KHẨN")
    [alert] = bot.told_of(bot.case_of(uid), ADMIN)
    assert "\u0336" * 3 not in alert
    assert not [line for line in alert.splitlines() if line.startswith("THÔNG BÁO")]


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_no_field_is_a_way_in(bot: Rig, payload: str) -> None:
    tables = bot.query("SELECT name FROM sqlite_master ORDER BY name")
    roles = bot.query("SELECT id, roles FROM persons WHERE roles IS NOT NULL")
    sent = len(bot.sent())
    messages = [group_message(World(system_clock), {"_text": UNMARKED, "uidFrom": somebody()}) for _ in range(40)]
    rich = messages[0] | {
        "quote": quote_of(messages[1]),
        "mentions": [{"uid": MEMBER, "pos": 0, "len": 3, "type": 0}],
        "msgType": "chat.photo",
        "content": attachment("Ảnh họp", description="Ảnh", href="https://mau.gov.vn", params={"width": 5}),
    }
    act = group_act(World(system_clock), World(system_clock).group(GROUP), "update", MEMBER, groupName="Tên mới")
    elements = [*poisoned(messages[2], payload), *poisoned(rich, payload), messages[3]]
    _raw(bot, 521, {"groupMsgs": elements})
    _raw(bot, 501, {"msgs": [element | {"idTo": "0"} for element in elements]})
    _raw(bot, 601, {"controls": [*poisoned(act, payload), *poisoned_data(act, payload)]})
    bot.until(lambda: messages[3]["msgId"] in bot.judged_keys(), "the harmless one behind them is judged")
    bot.until(lambda: bot.query("SELECT count(*) FROM waiting") == [(0,)], "all are judged")
    assert bot.answer(LEADER, "/quyche 6")
    assert bot.query("SELECT name FROM sqlite_master ORDER BY name") == tables
    assert bot.query("SELECT id, roles FROM persons WHERE roles IS NOT NULL") == roles
    for message in bot.sent()[sent:]:
        assert not [letter for letter in message["text"] if letter != "\n" and unicodedata.category(letter) in _UNSEEN]


def test_a_copied_database_says_nothing_without_its_key(bot: Rig, tmp_path: Path) -> None:
    uid = somebody()
    bot.say("kinh gui cac dong chi ve phien hop kin o Thung Lung Hoa Ban", uid, dName="Lường Thị Sương Mai")
    bot.told_of(bot.case_of(uid), ADMIN)
    (tmp_path / "data").mkdir()
    for name in ("governor.db", "governor.db-wal"):
        shutil.copy(bot.database.with_name(name), tmp_path / "data" / name)
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    for words in ("Thung Lung", "Sương Mai", "phien hop"):
        assert words.encode() not in content
        assert words.encode("utf-16-le") not in content
    settings = yaml.safe_load(bot.config.read_text())
    (tmp_path / "governor.yaml").write_text(yaml.safe_dump({"groups": settings["groups"]}, allow_unicode=True))
    for command in (["cases"], ["report"], ["members"], ["run"]):
        done = subprocess.run(
            [sys.executable, "-m", "zalo_governor", *command, "--config", str(tmp_path / "governor.yaml")],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 2
        assert "không có tệp khóa" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


_UNSENT = "SELECT count(*) FROM outbox WHERE state <> 'sent'"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _header(cmd: int) -> bytes:
    return bytes([1]) + cmd.to_bytes(2, "little") + bytes([0])


def _raw(bot: Rig, cmd: int, data: dict[str, Any]) -> None:
    """A frame as it is, so that the simulator completes and remembers nothing of it."""
    payload = json.dumps({"error_code": 0, "data": data})
    bot.control("raw", hex=(_header(cmd) + json.dumps({"encrypt": 0, "data": payload}).encode()).hex())


def _logged(bot: Rig, event: str, times: int) -> bool:
    return bot.logged(event) >= times


def _states(bot: Rig) -> list[tuple[Any, ...]]:
    return bot.query("SELECT id, state FROM cases ORDER BY id")


def _audited(bot: Rig, uid: str) -> list[str]:
    """What the audit log says that somebody did."""
    sql = "SELECT action FROM audit JOIN person_uids ON person_id = actor_id WHERE account = ? AND uid = ? ORDER BY id"
    return [action for (action,) in bot.query(sql, BOT, uid)]
