"""What the running bot did not understand is kept by its structure: bounded, once, and across a restart."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.zalo.wiring import ACCOUNT, NOW_MS, admitted, control, message
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.inbound import RawDict, Source
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.frames.decrypt import Frame
from zalo_governor.zalo.recording.unknown import UnknownStructures


class Time:
    """Seconds that a test lets pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(folder: Path, time: Time | None = None) -> UnknownStructures:
    return UnknownStructures(folder / "la.jsonl", lambda: from_ms(1_790_000_000_000), seconds=time or Time())


def kept(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "la.jsonl").read_text(encoding="utf-8").splitlines()]


def recall(**content: Any) -> RawDict:
    return message(content=content, msgType="chat.undo")


def hear(unknown: UnknownStructures, raw: RawDict, array: str = "groupMsgs") -> None:
    frame = Frame(521, 0, {"data": {array: [raw]}})
    [element] = elements_of(frame, account=ACCOUNT, source=Source.LIVE, now_ms=NOW_MS)
    unknown.parse(admitted(element))


def test_a_dead_letter_stays_one_and_its_structure_is_kept_without_its_text(tmp_path: Path) -> None:
    unknown = opened(tmp_path)
    with pytest.raises(UnparsableElementError):
        hear(unknown, recall(newId=1790000000123, reason="Lý do riêng"))
    [found] = kept(tmp_path)
    assert (found["kind"], found["why"], found["first_seen"]) == ("chat.undo", "unparsable", "2026-09-21")
    assert found["structure"]["content"] == {"newId": "int#5", "reason": "str~16"}
    assert "Lý do" not in (tmp_path / "la.jsonl").read_text(encoding="utf-8")
    assert (tmp_path / "la.jsonl").stat().st_mode & 0o777 == 0o600


def test_an_act_without_a_meaning_is_kept_and_what_is_understood_is_not(tmp_path: Path) -> None:
    unknown = opened(tmp_path)
    hear(unknown, message())
    hear(
        unknown,
        control("join", json.dumps({"groupId": "8000000000000000001", "updateMembers": [{"id": "7"}]})),
        "controls",
    )
    assert not (tmp_path / "la.jsonl").exists()
    hear(unknown, control("move_house", {"groupId": "8000000000000000001", "time": "1"}), "controls")
    assert [found["kind"] for found in kept(tmp_path)] == ["group/move_house"]


def test_a_frame_of_an_unknown_kind_is_kept_by_its_number(tmp_path: Path) -> None:
    unknown = opened(tmp_path)
    unknown.note_frame(Frame(777, 2, {"data": {"boxes": [{"name": "Lan", "id": 7000000000000000002}]}}))
    [found] = kept(tmp_path)
    assert found["kind"] == "frame/777/2"
    assert found["structure"]["data"]["boxes"] == [{"name": "str~4", "id": "int#1"}]


def test_the_same_structure_is_kept_once_also_after_a_restart(tmp_path: Path) -> None:
    for content in ("Một", "Một tin khác, dài hơn"):
        unknown = opened(tmp_path)
        for number in (1790000000123, 1790000000124):
            with pytest.raises(UnparsableElementError):
                hear(unknown, recall(newId=number, reason=content))
        unknown.close()
    assert len(kept(tmp_path)) == 1


def test_a_flood_of_odd_structures_is_bounded_and_written_at_intervals(tmp_path: Path) -> None:
    time = Time()
    unknown = opened(tmp_path, time)
    for number in range(300):
        unknown.note_frame(Frame(1000 + number, 0, {"data": {}}))
    assert len(kept(tmp_path)) == 1
    time.now += 10
    unknown.note_frame(Frame(2000, 0, {"data": {}}))
    kinds = [found["kind"] for found in kept(tmp_path)]
    assert (len(kinds), kinds[0], kinds[-1]) == (200, "frame/1101/0", "frame/2000/0")
    unknown.note_frame(Frame(2001, 0, {"data": {}}))
    unknown.close()
    assert kept(tmp_path)[-1]["kind"] == "frame/2001/0"


@pytest.mark.parametrize("damage", [b"{", b"[]\n", b'{"kind": 1}\n', b"\xff\xfe"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "la.jsonl").write_bytes(damage)
    opened(tmp_path).note_frame(Frame(777, 0, {"data": {}}))
    assert [found["kind"] for found in kept(tmp_path)] == ["frame/777/0"]


def test_where_nothing_can_be_written_the_bot_goes_on(tmp_path: Path) -> None:
    (tmp_path / "la.jsonl").mkdir()
    unknown = opened(tmp_path)
    unknown.note_frame(Frame(777, 0, {"data": {}}))
    unknown.close()
