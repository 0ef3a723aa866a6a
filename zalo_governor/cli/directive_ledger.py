"""`zalo-governor directives list` and `show`: print the directive ledger, as a table or as JSON."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Console

from zalo_governor.app.context import AppContext, read_records
from zalo_governor.cli import words
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.wrapping import folding_table
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.directive_figures import open_directive
from zalo_governor.domain.directives import Assignee, Directive
from zalo_governor.features.directives.pages import closer
from zalo_governor.messaging.command_parsing import directive_number
from zalo_governor.storage.unit_of_work import UnitOfWork, UnitsOfWork

_MOST = 10_000
_ASKED = timedelta(days=90)


def list_directives(config: Path, *, as_json: bool) -> None:
    """Print the open directives of all groups, the longest overdue first; their texts only as JSON."""
    now = system_clock()
    with _ledger(config) as (records, uow):
        pages = (uow.directives.overview(group.id, now, _MOST) for group in records.settings.groups)
        lines = sorted((line for page in pages for line in page.lines), key=lambda line: line.rank)
        asked = [uow.directives.figures(group.id, now - _ASKED, now, now) for group in records.settings.groups]
        givers = {line.directive.given_by: uow.people.get(line.directive.given_by).name for line in lines}
        note_access(uow, system_clock, "directives.listed", directives=len(lines))
    if as_json:
        rows = [
            {
                **open_directive(line).model_dump(),
                "group": line.directive.group_id,
                "given_by": givers[line.directive.given_by],
            }
            for line in lines
        ]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    table = folding_table("Mã", "Thời gian giao", "Người giao", "Hạn", "Trả lời", "Báo cáo", "Quá hạn")
    for line in lines:
        of = f"/{line.addressees}"
        table.add_row(
            line.directive.code,
            _moment(line.directive.at),
            givers[line.directive.given_by],
            " - ".join(dict.fromkeys(filter(None, map(_moment, (line.deadlines.due_at, line.deadlines.last_due_at))))),
            f"{line.answered}{of}",
            f"{line.reported}{of}",
            str(line.overdue),
        )
    Console(markup=False, emoji=False).print(table)
    count, yes, no = map(
        sum, zip((0, 0, 0), *((of.questions, of.questions_yes, of.questions_no) for of in asked), strict=True)
    )
    typer.echo(f"{_ASKED.days} ngày qua hỏi Quản trị Nhóm về {count} tin: là chỉ đạo {yes}, không phải {no}.")


def show_directive(config: Path, code: str, *, as_json: bool) -> None:
    """Print one directive with all its addressees and their answers.

    Raises:
        typer.Exit: with code 1 if there is no such directive.
    """
    found = directive_number(code)
    with _ledger(config) as (_, uow):
        directive = uow.directives.get(found[0]) if found else None
        if directive is None:
            typer.echo(f"Không có chỉ đạo {code}.", err=True)
            raise typer.Exit(1)
        assignees = uow.directives.assignees(directive.id)
        closed = {one.id for one in assignees if closer(uow, one)}
        giver = uow.people.get(directive.given_by).name
        note_access(uow, system_clock, "directives.shown", directive=directive.code)
    if as_json:
        typer.echo(orjson.dumps(_as_json(directive, assignees, closed, giver), option=orjson.OPT_INDENT_2))
        return
    console = Console(markup=False, emoji=False)
    console.print(f"{directive.code} ({words.value(directive.state.value)}), {giver}, {_moment(directive.at)}")
    console.print(directive.text)
    table = folding_table("Đơn vị nhận", "Hạn", "Tiến độ", "Trả lời lúc", "Báo cáo lúc")
    now = system_clock()
    for one in assignees:
        state = "kết thúc theo quyết định của quản trị" if one.id in closed else words.progress(one.progress(now).value)
        state = "không giao nữa" if one.removed else state
        table.add_row(one.name, _moment(one.due_at), state, _moment(one.received_at), _moment(one.reported_at))
    console.print(table)


@contextmanager
def _ledger(config: Path) -> Iterator[tuple[AppContext, UnitOfWork]]:
    with (
        closing(read_records(load_settings(config), system_clock)) as records,
        UnitsOfWork(records.database, records.account).begin() as uow,
    ):
        yield records, uow


def _as_json(directive: Directive, assignees: list[Assignee], closed: set[int], giver: str) -> dict[str, Any]:
    now = system_clock()
    return {
        "code": directive.code,
        "group": directive.group_id,
        "state": directive.state,
        "given_by": giver,
        "at": directive.at,
        "items": [item.model_dump(mode="json") for item in directive.items],
        "addressees": [
            {
                "name": one.name,
                "item": one.item,
                "known": one.known,
                "in_group": one.in_group,
                "removed": one.removed,
                "due_at": one.due_at,
                "progress": one.progress(now),
                "closed_by_hand": one.id in closed,
                "seen_at": one.seen_at,
                "received_at": one.received_at,
                "reported_at": one.reported_at,
                "delayed_at": one.delayed_at,
                "assumed": one.assumed,
            }
            for one in assignees
        ],
    }


def _moment(at: datetime | None) -> str:
    return f"{local(at):%d/%m/%Y %H:%M}" if at else ""
