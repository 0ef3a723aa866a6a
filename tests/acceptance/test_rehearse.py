"""The rehearsal with the real Zalo, from the QR code to the recording, at a terminal against the simulator."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.processes import simulating
from tests.acceptance.rehearsing import (
    ASKED,
    BOT,
    DEPUTY,
    GROUP,
    MEMBER,
    NEWCOMER,
    OWNER,
    Change,
    Rehearsing,
)
from tests.rig import GROUP as RIG_GROUP
from tests.rig import rig, somebody
from zalo_governor.cli.rehearse.acts import all_acts
from zalo_governor.simulator.messages import control


@pytest.fixture
def zalo() -> Iterator[str]:
    with simulating() as base:
        yield base


def _with(place: str, **fields: Any) -> Change:
    """A change that sets fields of the object `place` of an element, or of the element itself ("")."""
    return lambda element: element | ({place: element[place] | fields} if place else fields)


def _renamed(before: str, after: str) -> Change:
    """A change that gives a field another name, wherever it stands."""
    return lambda element: dict(json.loads(json.dumps(element).replace(before, after)))


CHANGES: dict[str, tuple[Change, str, str]] = {
    "text-owner-desktop": (_with("", fromDevice="web"), "different", "fromDevice: trường mới (chữ)"),
    "reply": (_with("quote", depth=7), "different", "quote.depth: trường mới (số)"),
    "styled-text": (_renamed('"rtf"', '"rich"'), "not_understood", "loại webchat:rich chưa có trong bảng"),
    "photo-phone": (_with("content", mediaId=8300000000001), "different", "content.mediaId: trường mới (mã (số))"),
    "file": (_with("content", childnumber="0"), "different", "content.childnumber: chữ 0 (đã biết: số 0)"),
    "reaction-phone": (_renamed("rMsg", "rMessages"), "not_understood", "content.rMsg: không còn (đã biết: danh sách)"),
    "recall-phone": (_renamed("cliMsgId", "clientId"), "not_understood", "content.clientId: trường mới (mã (số))"),
    "recall-desktop": (
        lambda element: element | {"content": {name: str(value) for name, value in element["content"].items()}},
        "different",
        "content.globalMsgId: mã (chữ) (đã biết: mã (số)",
    ),
    "deputy-deletes": (
        lambda element: element | {"content": {"type": 1, "action": 1, "contents": element["content"]}},
        "not_understood",
        "content: đối tượng (đã biết: danh sách)",
    ),
    "rename": (
        lambda element: {"content": element["content"] | {"data": json.loads(element["content"]["data"])}},
        "different",
        "content.data: đối tượng (đã biết: JSON dạng chữ)",
    ),
    "unpin": (_renamed("unpin_topic", "pin_gone"), "not_understood", "loại group/pin_gone chưa có trong bảng"),
}  # fmt: skip
"""Eleven shapes that are not as known: the change, what is to become of the act, and how it is explained."""


def test_a_rehearsal_in_which_all_is_as_known(zalo: str, tmp_path: Path) -> None:
    rehearsing = Rehearsing(zalo, tmp_path)
    rehearsing.log_in()
    rehearsing.go_through(ASKED)
    rehearsing.terminal.expect("39 như đã biết, 0 khác với đã biết, vẫn hiểu, 0 không hiểu, 0 chưa thấy.")
    assert rehearsing.terminal.end() == 0
    assert rehearsing.outcomes() == {act.id: "known" for act in all_acts()}
    # Nothing of the office is touched, and nothing but structure is recorded.
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["dien-tap"]
    recorded = (tmp_path / "data" / "dien-tap" / "ban-ghi.json").read_text(encoding="utf-8")
    people = {BOT, OWNER, DEPUTY, MEMBER, NEWCOMER, GROUP, "Nhóm", "Giàng", "Vàng", "Chào", "Ảnh", "vi-du", "zpw_sek"}
    assert not [text for text in people if text in recorded]
    # The relation between a recall and the message that it names is still there.
    acts = rehearsing.recording()["acts"]
    said, recalled = acts["text-member-phone"]["structure"], acts["recall-phone"]["structure"]
    assert said["cliMsgId"].removeprefix("str") == recalled["content"]["cliMsgId"].removeprefix("int")
    assert recalled["content"]["globalMsgId"] == "int=0"


def test_a_rehearsal_in_which_eleven_shapes_are_not_as_known(zalo: str, tmp_path: Path) -> None:
    rehearsing = Rehearsing(zalo, tmp_path)
    rehearsing.log_in()
    rehearsing.go_through(ASKED, {act: change for act, (change, _, _) in CHANGES.items()})
    rehearsing.terminal.expect("Kết quả diễn tập")
    assert rehearsing.terminal.end() == 1
    told = {act: outcome for act, (_, outcome, _) in CHANGES.items()}
    assert len(told) == 11
    assert rehearsing.outcomes() == {act.id: "known" for act in all_acts()} | told
    for act, (_, _, explained) in CHANGES.items():
        assert f"     {explained}" in rehearsing.terminal.shown, act


def test_a_rehearsal_that_is_stopped_in_which_two_acts_are_missing(zalo: str, tmp_path: Path) -> None:
    missing = {"contact-card", "edit"}
    rehearsing = Rehearsing(zalo, tmp_path)
    rehearsing.log_in()
    first, second, *rest = ASKED
    # What a deputy and a member do comes while the owner is asked.
    early = [act for act in rest if act.id in {"text-deputy-phone", "text-member-phone"}]
    rehearsing.expect_act(first)
    for other in early:
        rehearsing.group.do(other.id)
        rehearsing.terminal.expect(f"Nhận ra việc {all_acts().index(other) + 1}")
    rehearsing.terminal.answer("→ ", "d")
    rehearsing.terminal.expect("Đã dừng")
    assert rehearsing.terminal.end() == 1
    # It goes on where it was, without another scan.
    rehearsing.begin()
    rehearsing.terminal.answer("Chọn Nhóm thử theo số", "1")
    rehearsing.go_through([first, second])
    for act in rest:
        if act in early:
            continue
        if act.id in missing:
            rehearsing.expect_act(act)
            rehearsing.terminal.type("b")
            rehearsing.terminal.expect("→ ")
        else:
            rehearsing.go_through([act])
    rehearsing.terminal.expect("37 như đã biết, 0 khác với đã biết, vẫn hiểu, 0 không hiểu, 2 chưa thấy.")
    assert rehearsing.terminal.end() == 1
    assert {act for act, outcome in rehearsing.outcomes().items() if outcome == "not_seen"} == missing
    # Asked for again, only those two come; Ctrl-C keeps what is there.
    rehearsing.begin()
    rehearsing.terminal.answer("Chọn Nhóm thử theo số", "1")
    rehearsing.go_through([act for act in ASKED if act.id == "contact-card"])
    rehearsing.expect_act(next(act for act in ASKED if act.id == "edit"))
    rehearsing.terminal.interrupt()
    rehearsing.terminal.expect("Đã dừng. Chạy lại lệnh này để làm tiếp.")
    assert rehearsing.terminal.end() == 130
    assert rehearsing.outcomes() == {act.id: "known" for act in all_acts() if act.id != "edit"}


def test_the_operator_sees_the_progress_goes_back_and_ends_early(zalo: str, tmp_path: Path) -> None:
    rehearsing = Rehearsing(zalo, tmp_path)
    rehearsing.log_in()
    first, second, *_ = ASKED
    terminal = rehearsing.terminal
    rehearsing.expect_act(first)
    terminal.type("<")
    terminal.answer("Đây là việc đầu tiên.", "n")
    terminal.answer("Chưa nhận được gì thêm.", "?")
    terminal.expect(f"3. [đang chờ] {first.do}")
    terminal.expect(f"4. [chưa đến] {second.do}")
    rehearsing.group.do(first.id)
    rehearsing.expect_act(second)
    terminal.type("<")
    rehearsing.go_through([first])
    rehearsing.expect_act(second)
    terminal.type("x")
    terminal.expect("3 như đã biết, 0 khác với đã biết, vẫn hiểu, 0 không hiểu, 36 chưa thấy.")
    assert terminal.end() == 1
    # Begun anew, the old recording stays under another name.
    rehearsing.begin("--anew")
    rehearsing.terminal.expect("bấm Từ chối")
    rehearsing.terminal.interrupt()
    assert rehearsing.terminal.end() == 130
    [old] = (tmp_path / "data" / "dien-tap").glob("ban-ghi-*.json")
    assert '"not_seen"' in old.read_text(encoding="utf-8")


def test_without_somebody_at_the_terminal_it_does_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zalo_governor", "dien-tap"]
    ended = subprocess.run(
        command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert (ended.returncode, "cần người trả lời ở màn hình" in ended.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_the_running_bot_keeps_the_structure_of_what_it_does_not_understand(tmp_path: Path) -> None:
    with rig(tmp_path) as bot:
        bot.start_bot()
        bot.control(
            "push", frames=[{"cmd": 777, "data": {"boxes": [{"name": "Giàng A Sử", "id": 7000000000000000009}]}}]
        )
        bot.act(control("group", "move_house", {"groupId": RIG_GROUP, "note": "Lý do"}))
        bot.say("Chào cả nhóm", somebody())
        bot.say("", somebody(), msgType="chat.undo", content={"reason": "Gửi nhầm"})
        bot.until(lambda: bot.query("SELECT count(*) FROM inbox WHERE state = 'dead'") == [(1,)], "it is a dead letter")
        assert bot.stop_bot() == 0
        kept = (tmp_path / "data" / "cau-truc-la.jsonl").read_text(encoding="utf-8")
    assert {json.loads(line)["kind"] for line in kept.splitlines()} == {"frame/777/0", "group/move_house", "chat.undo"}
    assert not [text for text in ("Giàng", "Lý do", "Gửi nhầm", "Chào", RIG_GROUP) if text in kept]
