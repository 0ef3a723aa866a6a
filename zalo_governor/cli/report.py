"""`zalo-governor report`: the activity report of clause 6.2, at any time, without Zalo."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from zalo_governor.cli.access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, GroupId, chosen_group
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.office.periods import between, today
from zalo_governor.office.reporting import compose, render_json, render_text
from zalo_governor.office.voice import Voice
from zalo_governor.records import open_records
from zalo_governor.settings import load_settings
from zalo_governor.store.units import SqlUnits


class Format(StrEnum):
    """The faces of the report."""

    TEXT = "text"
    JSON = "json"


def report(
    config: ConfigFile = DEFAULT_CONFIG,
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD; today if left out.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day (included), YYYY-MM-DD; today if left out.")] = None,
    face: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TEXT,
    group: GroupId = None,
) -> None:
    """Print the report on a period of whole days, Asia/Ho_Chi_Minh."""
    settings = load_settings(config)
    first, last = _days(start, end)
    chosen = chosen_group(settings, group)
    records = open_records(settings, system_clock)
    try:
        period = between(first, last, Voice(records.catalogue, records.rulebook.regulation))
        with SqlUnits(records.database, records.account).unit() as unit:
            note_access(unit, system_clock, "report.made", group_id=chosen.id, first=f"{first}", last=f"{last}")
            made = compose(unit, chosen, period, records.rulebook.regulation, system_clock)
        if face is Format.JSON:
            typer.echo(render_json(made))
        else:
            typer.echo(render_text(made, records.catalogue, records.rulebook.regulation))
    finally:
        records.close()


def _days(start: str | None, end: str | None) -> tuple[date, date]:
    now = today(system_clock())
    last = _day(end, "--to") if end else now
    first = _day(start, "--from") if start else min(last, now)
    if first > last:
        raise ConfigError("--from: lies after --to; give the earlier day first")
    return first, last


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option}: not a day; write it as YYYY-MM-DD, for example 2026-03-31") from None
