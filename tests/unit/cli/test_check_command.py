"""`zalo-governor check`: JSON lines in, JSON lines out."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from zalo_governor.cli.check import check
from zalo_governor.domain.errors import ConfigError

app = typer.Typer()
app.command()(check)

SECRET = "De nghi xem van ban: Độ mật: Tối mật, GIẢ ĐỊNH, gui cac phong ra soat thiet bi"


def run(*lines: object) -> Result:
    raw = "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
    return CliRunner().invoke(app, ["-"], input=raw)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_subject_is_judged_and_answered_in_order() -> None:
    result = run(
        {"id": 1, "text": "cau treo rung manh, tam cam xe"},
        {"id": "b", "name": "Trần Văn Mẫu | Giám đốc"},
        {"id": None, "file_name": "bao_cao_mat.pdf"},
        {"id": [4], "text": ""},
    )
    found = answers(result)
    assert result.exit_code == 0
    assert [answer["id"] for answer in found] == [1, "b", None, [4]]
    assert [[f["label"] for f in answer["findings"]] for answer in found] == [
        ["no_diacritics"], ["fixable"], ["classified"], [],
    ]  # fmt: skip


def test_a_finding_has_its_clause_severity_spans_and_suggestion() -> None:
    (answer,) = answers(run({"id": 1, "name": "Trần Văn Mẫu | Giám đốc"}))
    assert answer["findings"] == [
        {
            "rule": "3.2-ho-ten-chuc-vu",
            "clause": "3.2",
            "severity": "minor",
            "label": "fixable",
            "reason": "wrong_sep",
            "spans": [[0, 23]],
            "suggestion": "Trần Văn Mẫu - Giám đốc",
        }
    ]


def test_offsets_count_code_points_of_the_text_as_given() -> None:
    text = "😀 e\u0301 moi cac ban den dung gio"
    (answer,) = answers(run({"id": 1, "text": text}))
    ((finding),) = answer["findings"]
    assert "cac" in {text[start:end] for start, end in finding["spans"]}


def test_sealing_wins_over_every_other_finding() -> None:
    (answer,) = answers(run({"id": 1, "text": SECRET}))
    by_rule = {finding["rule"]: finding for finding in answer["findings"]}
    assert by_rule["4.1-noi-dung-mat"]["level"] == "toi_mat"
    assert all(finding["spans"] == [] for rule, finding in by_rule.items() if not rule.startswith("4.1"))


@pytest.mark.parametrize("bad", ["{", "[1]", "7", '{"id":1}', '{"id":1,"text":5}', '{"id":1,"text":"a","name":"b"}'])
def test_a_bad_line_is_named_and_the_others_are_still_answered(bad: str) -> None:
    result = run({"id": 1, "text": "ok"}, bad, {"id": 3, "text": "ok"})
    assert result.exit_code == 2
    assert [answer["id"] for answer in answers(result)] == [1, 3]
    assert result.stderr.startswith("dòng 2: ")


def test_empty_lines_are_passed_over_and_strange_ones_answered() -> None:
    result = run("", {"id": 2**70, "text": "ok"}, '{"id":3,"text":"\\ud800"}')
    assert [answer["id"] for answer in answers(result)] == [2**70, 3]


def test_the_regulation_of_a_named_group_judges_instead_of_the_common_one(tmp_path: Path) -> None:
    config = tmp_path / "governor.yaml"
    config.write_text('groups: [{id: "82", regulation: dak-lak}]\n', encoding="utf-8")
    lines = '{"text": "Cảm ơn các đồng chí 😍"}\n{"text": "chao ca nha hom nay chung ta hop luc may gio vay"}\n'

    def clauses(*options: str) -> list[list[str]]:
        result = CliRunner().invoke(app, ["-", "--config", str(config), *options], input=lines)
        return [[finding["clause"] for finding in answer["findings"]] for answer in answers(result)]

    assert (clauses(), clauses("--group", "82")) == ([[], ["3.1"]], [["2.4"], []])
    unknown = CliRunner().invoke(app, ["-", "--config", str(config), "--group", "83"], input=lines)
    assert isinstance(unknown.exception, ConfigError)


def test_a_file_can_be_given_and_its_absence_is_said(tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"id":1,"text":"ok"}\n', encoding="utf-8")
    assert answers(CliRunner().invoke(app, [str(tmp_path / "lines.jsonl")])) == [{"id": 1, "findings": []}]
    absent = CliRunner().invoke(app, [str(tmp_path / "absent.jsonl")])
    assert isinstance(absent.exception, ConfigError)
    assert "absent.jsonl" in str(absent.exception)
