"""`zalo-governor cases`: list the cases as a table or as JSON."""

from contextlib import closing
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from zalo_governor.app.configuration import Configuration
from zalo_governor.app.context import read_records
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.wrapping import folding_table
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.people import Person
from zalo_governor.storage.unit_of_work import UnitsOfWork


def cases(
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Hiện dạng JSON thay cho bảng.")] = False,
    open_only: Annotated[bool, typer.Option("--open", help="Chỉ vụ việc đang xử lý.")] = False,
) -> None:
    """Liệt kê vụ việc, cũ trước mới sau; không hiện nội dung tin."""
    with closing(read_records(load_settings(config), system_clock)) as records:
        with UnitsOfWork(records.database, records.account).begin() as uow:
            found = [
                (case, uow.people.get(case.person_id)) for case in uow.cases.opened_between(None, open_only=open_only)
            ]
            note_access(uow, system_clock, "cases.listed", cases=len(found))
        configuration = records.configuration.current
    if as_json:
        typer.echo(orjson.dumps([_as_json(case, person) for case, person in found], option=orjson.OPT_INDENT_2))
    else:
        _print_table(found, configuration)


def _as_json(case: Case, person: Person) -> dict[str, Any]:
    return {
        "code": case.code,
        "group": case.group_id,
        "rule": case.rule_id,
        "clause": case.clause,
        "severity": case.severity,
        "label": case.label,
        "level": case.level,
        "sealed": case.sealed,
        "state": case.state,
        "reason": case.reason,
        "person": person.name,
        "uid": person.uid,
        "count": case.count,
        "late": case.late,
        "same_as": f"VP{case.same_as}" if case.same_as else None,
        "leader_told_at": case.leader_told_at,
        "opened_at": case.opened_at,
        "event_at": case.event_at,
        "last_event_at": case.last_event_at,
        "message_key": case.message_key,
    }


def _print_table(found: list[tuple[Case, Person]], configuration: Configuration) -> None:
    table = folding_table("Mã", "Thời gian", "Thành viên", "Khoản", "Số lần", "Trạng thái")
    table.columns[0].no_wrap = table.columns[3].no_wrap = True
    for case, person in found:
        voice = configuration.voice_of(case.group_id)
        opened = f"{local(case.event_at):%d/%m/%Y %H:%M}"
        clause = voice.citation(case.clause).removesuffix(" Quy chế")
        table.add_row(case.code, opened, voice.named(person), clause, str(case.count), voice.state(case.state))
    Console(markup=False, emoji=False).print(table)
