"""The program's own terms have Vietnamese words wherever people read them."""

import ast
import logging as library
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import zalo_governor
from tests.unit.system.test_logging import SITES
from zalo_governor.cli import log_line, words
from zalo_governor.cli.language import VARIABLE
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.directives import Progress
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Severity
from zalo_governor.storage.queries.export import Extract, headings
from zalo_governor.system.logging import KEYS

PACKAGE = Path(zalo_governor.__file__).parent
_ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)?")


def actions() -> Iterator[str]:
    """What the program writes into the audit log, as far as it stands in the source as one word."""
    writers = {"append", "audit_case", "note_access", "_audit"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in writers or (name == "append" and "audit" not in ast.unparse(node.func)):
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    if _ACTION.fullmatch(argument.value):
                        yield argument.value
                    break


def test_every_line_of_the_log_has_words() -> None:
    events = {site.call.args[0].value for site in SITES if isinstance(site.call.args[0], ast.Constant)}
    assert len(events) > 60
    assert events <= words.vietnamese()["events"].keys()
    assert KEYS - {"event", "timestamp"} <= words.vietnamese()["columns"].keys()


def test_every_action_of_the_audit_log_has_words() -> None:
    found = set(actions())
    assert len(found) > 40
    assert found <= words.vietnamese()["actions"].keys()


@pytest.mark.parametrize("extract", Extract)
def test_every_column_of_an_export_has_words(extract: Extract) -> None:
    assert set(headings(extract, with_text=True)) <= words.vietnamese()["columns"].keys()


def test_the_kinds_that_people_meet_have_words() -> None:
    kinds = {kind.kind for kind in _below(EventBase)}
    kinds |= {term.value for enum in (Severity, CaseState, NotChecked) for term in enum}
    assert kinds <= words.vietnamese()["values"].keys()


def test_how_far_an_addressee_has_come_has_words() -> None:
    assert {term.value for term in Progress} == words.vietnamese()["progress"].keys()


def test_several_codes_and_kinds_of_files_are_told_in_words() -> None:
    assert words.value("no_text_recognition+no_antivirus") == "chưa đọc chữ trong ảnh, chưa quét vi-rút"
    assert words.value("application/vnd.ms-word.document.macroenabled.12") == "văn bản Word"
    assert words.value("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") == "bảng tính"
    assert words.value("/srv/a+b") == "/srv/a+b"


def _below(kind: type[EventBase]) -> Iterator[type[EventBase]]:
    for lower in kind.__subclasses__():
        if "kind" in vars(lower):
            yield lower
        yield from _below(lower)


def test_a_line_on_the_terminal_is_vietnamese_and_in_viet_nam_time(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "event": "judged", "level": "info", "timestamp": "2026-11-28T00:24:00.5Z", "rule": "3.1-tieng-viet-co-dau",
        "severity": "minor", "late": False, "sealed": True, "group": None,
    }  # fmt: skip
    line = log_line.render(library, "info", entry)
    said = "07:24:00 Phát hiện dấu hiệu (quy tắc: 3.1-tieng-viet-co-dau, mức độ: nhẹ, không lưu nội dung)"
    assert line == said
    assert "LỖI Xét tin gặp lỗi" in log_line.render(library, "error", {"event": "judge_failed", "level": "error"})
    monkeypatch.setenv(VARIABLE, "en")
    assert log_line.render(library, "info", entry) == (
        "07:24:00 judged (rule: 3.1-tieng-viet-co-dau, severity: minor, sealed)"
    )


def test_days_and_moments_are_told_as_people_write_them() -> None:
    assert words.value("2026-11-27T18:30:00+00:00") == "28/11/2026 01:30:00"
    assert words.value("2026-11-01/2026-11-30") == "01/11/2026 – 30/11/2026"
    assert words.value("2026-11-01") == "01/11/2026"
    assert words.value({"a": 1, "b": 2}) == "a, b"
    assert words.value(list(range(9))) == "9 mục"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"cause": "closed:1006"}, "nguyên nhân: đường truyền bị ngắt (closed:1006)"),
        ({"cause": "silence"}, "nguyên nhân: lâu không nhận được gì từ Zalo (silence)"),
        ({"from": "new", "rule": "3.1", "to": "reminded"}, "từ: mới, thành: đã nhắc, quy tắc: 3.1"),
    ],
)
def test_facts_are_told_in_words_and_in_an_order_that_reads(facts: dict[str, str], told: str) -> None:
    assert words.facts(facts) == told


def test_what_became_of_a_command_has_words() -> None:
    outcomes = {
        node.args[1].value
        for path in PACKAGE.glob("features/**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Answer" and len(node.args) > 1
        if isinstance(node.args[1], ast.Constant)
    }
    assert len(outcomes) > 15
    assert outcomes <= words.vietnamese()["values"].keys()
