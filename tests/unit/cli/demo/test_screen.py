"""What a demonstration shows on the terminal."""

import json

import pytest

from zalo_governor.cli.demo.screen import HIDDEN, Screen
from zalo_governor.cli.language import VARIABLE

SAID = {
    "kind": "say",
    "clock": "08:00:00",
    "at_ms": 1_800_000_000_000,
    "uid": "20",
    "who": "Lò Văn Mẫu - Chuyên viên",
    "text": "Kính chào các đồng chí",
    "where": "group",
    "cut": False,
    "expect": {},
}
SENT = {"kind": "sent", "thread": "20", "is_group": False, "text": "Kính gửi đồng chí", "at_ms": 1_800_000_000_300}
JUDGED = {"event": "judged", "rule": "3.1", "case": "VP1", "timestamp": "2027-01-15T08:00:00.200000Z"}


def test_heard_judged_and_sent_stand_in_the_order_of_time(capsys: pytest.CaptureFixture[str]) -> None:
    Screen({}).show([SENT, SAID], [json.dumps(JUDGED), "no JSON"])
    heard, judged, sent = capsys.readouterr().out.splitlines()
    assert heard.split() == ["08:00", "nhận", "Lò", "Văn", "Mẫu:", "Kính", "chào", "các", "đồng", "chí"]
    assert " ".join(judged.split()) == "dấu hiệu quy tắc: 3.1, vụ việc: VP1"
    assert sent.split()[:5] == ["gửi", "→", "Lò", "Văn", "Mẫu:"]


def test_a_sealed_text_is_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Screen({}).show([{**SAID, "text": "tài liệu GIẢ ĐỊNH", "expect": {"sealed": True}}], [])
    shown = capsys.readouterr().out
    assert HIDDEN in shown
    assert "tài liệu" not in shown


def test_whoever_comes_in_is_called_by_name_from_then_on(capsys: pytest.CaptureFixture[str]) -> None:
    joined = {**SAID, "kind": "join", "uid": "", "member": "30", "who": "", "text": "Tủa - Văn thư"}
    Screen({}).show([joined, {**SENT, "thread": "30"}], [])
    assert "→ Tủa:" in capsys.readouterr().out


def test_what_is_written_to_the_bot_alone_is_not_shown_as_an_offence(capsys: pytest.CaptureFixture[str]) -> None:
    private = {**JUDGED, "private": True, "sealed": False}
    Screen({}).show([], [json.dumps(private), json.dumps({**private, "sealed": True, "label": "classified"})])
    said = " ".join(capsys.readouterr().out.split())
    assert said == "dấu hiệu quy tắc: 3.1, dấu hiệu: tài liệu có dấu độ mật, vụ việc: VP1"


def test_it_is_english_where_that_is_chosen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "en")
    Screen({}).show([SAID], [json.dumps(JUDGED)])
    assert [line.split()[-4:] for line in capsys.readouterr().out.splitlines()][1] == ["rule:", "3.1,", "case:", "VP1"]
