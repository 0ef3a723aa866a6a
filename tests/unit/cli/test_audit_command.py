"""`zalo-governor audit`: what an inspector sees of the log, and of what was done to it."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.unit.cli.test_members_command import office
from tests.unit.storage.stored import BOT, GROUP, MEMBER
from zalo_governor.app.context import open_records
from zalo_governor.cli import app
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.unit_of_work import UnitsOfWork

LATE_EVENING = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
"""In Viet Nam the 25th has begun."""


@pytest.fixture
def config(tmp_path: Path) -> str:
    config = office(tmp_path)
    records = open_records(load_settings(Path(config)), system_clock)
    with UnitsOfWork(records.database, BOT).begin() as uow:
        admin = uow.people.find_or_create(BOT, MEMBER)
        assert admin is not None
        for number, action in enumerate(("case.opened", "command", "command.refused")):
            at = LATE_EVENING + timedelta(minutes=number)
            detail = {"about": "VP1"} if action == "command" else {}
            actor = admin.id if number else None
            uow.audit.append(action, at=at, actor_id=actor, group_id=GROUP, subject=f"xem{number}", detail=detail)
    records.close()
    return config


def run(config: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments, "--config", config], env={"COLUMNS": "160"})


def touch(config: str, *statements: str) -> None:
    connection = sqlite3.connect(Path(config).parent / "data" / "governor.db")
    for statement in ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_whole_log_is_said_to_be_whole(config: str) -> None:
    shown = run(config, "verify")
    assert (shown.exit_code, "Toàn vẹn" in shown.output) == (0, True)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET subject = 'khác' WHERE id = 2", "dòng 2 (25/11/2026 00:31:00) đã bị sửa"),
        ("DELETE FROM audit WHERE id = 2", "1 dòng ngay trước dòng 3 (25/11/2026 00:32:00) đã bị xóa"),
        ("DELETE FROM audit WHERE id = 3", "mất 1 dòng sau dòng 2 (25/11/2026 00:31:00)"),
        ("DELETE FROM audit", "mất 3 dòng sau dòng đầu tiên"),
        (
            "INSERT INTO audit SELECT 9, group_id, at_ms, actor_id, action, subject, detail, link FROM audit LIMIT 1",
            "dòng 9 (25/11/2026 00:30:00) do người khác chèn vào",
        ),
        ("DELETE FROM vault WHERE name = 'audit.head'", "không còn mã đối chiếu nhật ký"),
    ],
)
def test_what_was_done_to_it_is_named_with_row_and_time(config: str, statement: str, said: str) -> None:
    touch(config, statement)
    shown = run(config, "verify")
    assert shown.exit_code == 3
    assert said in shown.output


def test_a_printed_head_is_compared(config: str) -> None:
    head = json.loads(run(config, "verify", "--json").output)["head"]
    assert run(config, "verify", "--head", head).exit_code == 0
    assert run(config, "verify", "--head", f"9-{head.partition('-')[2]}").exit_code == 3
    assert run(config, "verify", "--head", "abc").exit_code != 0


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ([], [1, 2, 3]),
        (["--action", "command"], [2, 3]),
        (["--action", "command.refused"], [3]),
        (["--about", "VP1"], [2]),
        (["--about", "xem0"], [1]),
        (["--uid", MEMBER], [2, 3]),
        (["--until", "2026-11-24"], []),
        (["--since", "2026-11-25", "--until", "2026-11-25"], [1, 2, 3]),
    ],
)
def test_rows_are_chosen_and_days_are_those_of_viet_nam(config: str, filters: list[str], rows: list[int]) -> None:
    shown = run(config, "list", "--json", *filters)
    listed = [json.loads(line) for line in shown.output.splitlines()]
    assert [row["id"] for row in listed if row["action"] != "audit.listed"] == rows


def test_people_read_names_and_the_time_of_viet_nam(config: str) -> None:
    output = run(config, "list").output
    assert "25/11/2026 00:31:00" in output
    assert "Lò Văn Mẫu" in output


def test_who_lists_cases_or_reads_the_log_is_in_it(config: str) -> None:
    assert CliRunner().invoke(app, ["cases", "--config", config]).exit_code == 0
    listed = [json.loads(line) for line in run(config, "list", "--json").output.splitlines()]
    (row,) = [row for row in listed if row["action"] == "cases.listed"]
    assert {"operator", "cases"} <= row["detail"].keys()
    again = run(config, "list", "--json", "--action", "audit.listed").output
    assert len(again.splitlines()) == 1


def test_a_code_of_no_action_is_answered_with_all_codes(config: str) -> None:
    result = run(config, "list", "--action", "x")
    assert result.exit_code != 0
    assert "case.opened" in str(result.exception) + result.output
    assert "lập vụ việc" in str(result.exception) + result.output
