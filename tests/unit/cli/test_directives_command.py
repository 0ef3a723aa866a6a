"""`zalo-governor directives`: JSON lines in, JSON lines out."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner, Result

from tests.unit.storage.stored import BOT, GROUP, START, new_directive
from zalo_governor.app.context import open_records
from zalo_governor.cli.directives import directives
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.directives import Assignee
from zalo_governor.storage.schema import audit
from zalo_governor.storage.unit_of_work import UnitsOfWork

app = typer.Typer()
app.command()(directives)

ORDER = {
    "id": 7, "text": "Giao Sở Xây dựng báo cáo trước 16h ngày 27/11.", "sender_role": "leader",
    "sent_at": "2026-11-24T09:10",
}  # fmt: skip


def run(*lines: object) -> Result:
    raw = "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
    return CliRunner().invoke(app, ["-"], input=raw)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_time_zone_is_minded() -> None:
    [read] = answers(run(ORDER | {"text": "Giao Sở Xây dựng báo cáo trong 2 giờ tới.", "sent_at": "2026-11-24T01:00Z"}))
    assert read["deadline"] == "2026-11-24T10:00"


def test_each_line_is_answered_in_order() -> None:
    result = run(ORDER, ORDER | {"id": 8, "sender_role": "member"}, ORDER | {"id": 9, "reply": "Rõ ạ"})
    assert result.exit_code == 0
    item = {"addressees": ["Sở Xây dựng"], "deadline": "2026-11-27T16:00"}
    read = {"directive": True, **item, "items": [item | {"text": ORDER["text"]}]}
    assert answers(result) == [
        {"id": 7} | read,
        {"id": 8, "directive": False, "addressees": [], "deadline": None, "items": []},
        {"id": 9} | read | {"reply": "ack"},
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "không phải một dòng JSON"),
        ([1], "phải là một đối tượng"),
        ({"id": 1}, "phải có mục text"),
        (ORDER | {"sender_role": "chairman"}, "sender_role phải là một trong leader"),
        (ORDER | {"sent_at": "hôm qua"}, "sent_at phải có dạng"),
        (ORDER | {"reply": 3}, "phải có mục reply"),
    ],
)
def test_a_faulty_line_is_named_and_the_others_are_answered(line: object, fault: str) -> None:
    result = run(line, ORDER)
    assert result.exit_code == 2
    assert f"dòng 1: {fault}" in result.stderr
    assert [answer["id"] for answer in answers(result)] == [7]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation whose ledger has one directive with two addressees, of whom one has reported."""
    path = tmp_path / "governor.yaml"
    path.write_text(f'groups: [{{id: "{GROUP}", name: Nhóm thử}}]\n', encoding="utf-8")
    records = open_records(load_settings(path), system_clock)
    with UnitsOfWork(records.database).begin() as uow:
        giver = uow.people.find_or_create(BOT, "7000000000000000099")
        assert giver
        directive = uow.directives.add(new_directive(giver.id))
        for name, reported in (("Sở Mẫu", START), ("Sở Thử [/b]", None)):
            asked = Assignee(directive_id=directive.id, group_id=GROUP, item=0, name=name, due_at=START)
            uow.directives.put_assignees([asked.model_copy(update={"received_at": reported, "reported_at": reported})])
    records.close()
    return path


def test_the_ledger_is_listed_and_one_directive_is_shown(config: Path) -> None:
    options = ["--config", str(config)]
    listed = CliRunner().invoke(app, ["list", *options])
    assert listed.exit_code == 0
    assert "CĐ1" in listed.stdout
    assert "1/2" in listed.stdout
    assert "hỏi Quản trị Nhóm về 0 tin" in listed.stdout
    shown = CliRunner().invoke(app, ["show", "cđ 1", *options])
    assert "Sở Mẫu báo cáo số liệu" in shown.stdout
    assert "Sở Thử [/b]" in shown.stdout
    assert "đã báo cáo" in shown.stdout
    assert not re.search(r"\b(reported|overdue|received|open)\b", shown.stdout)
    [row] = json.loads(CliRunner().invoke(app, ["list", "--json", *options]).stdout)
    # Nobody of the other is in the group.
    assert (row["code"], row["addressees"], row["reported"], row["overdue"]) == ("CĐ1", 2, 1, 0)
    one = json.loads(CliRunner().invoke(app, ["show", "1", "--json", *options]).stdout)
    assert [(each["name"], each["progress"]) for each in one["addressees"]] == [
        ("Sở Mẫu", "reported"),
        ("Sở Thử [/b]", "unseen"),
    ]


def test_the_longest_overdue_of_all_groups_stands_first(config: Path) -> None:
    groups = f'groups: [{{id: "{GROUP}", name: Nhóm thử}}, {{id: "7200000000000000077", name: Nhóm hai}}]\n'
    config.write_text(groups, encoding="utf-8")
    records = open_records(load_settings(config), system_clock)
    with UnitsOfWork(records.database).begin() as uow:
        for number, group in enumerate((GROUP, "7200000000000000077", GROUP), start=1):
            due = START - timedelta(days=number)
            given = new_directive(1).model_copy(update={"group_id": group, "message_key": f"m{number}"})
            directive = uow.directives.add(given)
            asked = Assignee(directive_id=directive.id, group_id=group, item=0, name="Sở Mẫu", due_at=due)
            uow.directives.put_assignees([asked.model_copy(update={"person_ids": (1,)})])
    records.close()
    listed = json.loads(CliRunner().invoke(app, ["list", "--json", "--config", str(config)]).stdout)
    assert [row["code"] for row in listed] == ["CĐ4", "CĐ3", "CĐ2", "CĐ1"]


def test_who_looks_at_the_ledger_stands_in_the_audit_log(config: Path) -> None:
    CliRunner().invoke(app, ["list", "--config", str(config)])
    CliRunner().invoke(app, ["show", "CĐ1", "--config", str(config)])
    records = open_records(load_settings(config), system_clock)
    with records.database.read() as connection:
        actions = list(connection.scalars(select(audit.c.action).order_by(audit.c.id)))
    records.close()
    assert actions[-2:] == ["directives.listed", "directives.shown"]


@pytest.mark.parametrize("code", ["CĐ7", "", "x"])
def test_a_directive_that_is_not_there_is_said_so(config: Path, code: str) -> None:
    result = CliRunner().invoke(app, ["show", code, "--config", str(config)])
    assert result.exit_code == 1
    assert "Không có chỉ đạo" in result.stderr


@pytest.mark.parametrize("typed", [[], ["list"]])
def test_without_a_file_and_without_lines_the_ledger_is_listed(config: Path, typed: list[str]) -> None:
    result = CliRunner().invoke(app, [*typed, "-c", str(config)], input="")
    assert result.exit_code == 0
    assert "CĐ1" in result.stdout


def test_lines_on_standard_input_are_read_without_naming_it() -> None:
    result = CliRunner().invoke(app, [], input=json.dumps(ORDER) + "\n")
    assert [answer["id"] for answer in answers(result)] == [7]
