"""`zalo-governor report`: make the activity report (clause 6.2 of the regulation) of any period, without Zalo."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from zalo_governor.app.context import read_records
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile, GroupId, chosen_group
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock, today
from zalo_governor.domain.documents import ReportFormat
from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Group
from zalo_governor.features.reports.builder import compose, render_json
from zalo_governor.features.reports.document.document import paper_of
from zalo_governor.features.reports.text import render_text
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.periods import Span, as_period, asked, days
from zalo_governor.messaging.typed_dates import EXAMPLES, day_of
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.system.atomic_files import hand_over


class Format(StrEnum):
    """Formats of the activity report that the operator can choose with --format."""

    TEXT = "text"
    JSON = "json"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"


def report(
    config: ConfigFile = DEFAULT_CONFIG,
    start: Annotated[str | None, typer.Option("--from", help=f"Ngày đầu, {EXAMPLES}; bỏ trống là hôm nay.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Ngày cuối (tính cả ngày này); bỏ trống là hôm nay.")] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", help="Kỳ báo cáo, ghi như trong lệnh /baocao: tháng 10, quý, tuần, 01/10-31/10."),
    ] = None,
    face: Annotated[Format, typer.Option("--format", help="Dạng báo cáo.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Ghi vào tệp này; docx, xlsx, png phải có.")
    ] = None,
    group: GroupId = None,
) -> None:
    """Lập báo cáo hoạt động của Nhóm trong một kỳ tính theo ngày, giờ Việt Nam."""
    settings = load_settings(config)
    span = _parse_period(period, start, end)
    if output is None and face not in {Format.TEXT, Format.JSON}:
        raise ConfigError(
            f"--output: dạng {face.value} phải ghi ra tệp; hãy nêu tên tệp, ví dụ -o bao-cao.{face.value}"
        )
    chosen = chosen_group(settings, group)
    with closing(read_records(settings, system_clock)) as records:
        voice = records.configuration.current.voice_of(chosen.id)
        with UnitsOfWork(records.database, records.account).begin() as uow:
            days_of = {"first": f"{span.first}", "last": f"{span.last}"}
            note_access(uow, system_clock, "report.made", group_id=chosen.id, **days_of)
            made = compose(uow, Group(chosen.id, chosen.name), as_period(span, voice), voice, system_clock)
        if face is Format.TEXT:
            content = f"{render_text(made, voice)}\n".encode()
        elif face is Format.JSON:
            content = f"{render_json(made)}\n".encode()
        else:
            paper = paper_of(made, settings.of_group(chosen).office.letterhead, voice)
            content = ReportRenderer(settings.report_template).print(paper, ReportFormat(face.value))
    if output is None:
        typer.echo(content, nl=False)
    else:
        hand_over(output, content)


def _parse_period(period: str | None, start: str | None, end: str | None) -> Span:
    now = today(system_clock())
    if period is None:
        last = day_of(end, "--to") if end else now
        first = day_of(start, "--from") if start else min(last, now)
        if first > last:
            raise ConfigError(
                f"--from: {first:%d/%m/%Y} sau ngày cuối của kỳ, {last:%d/%m/%Y}; hãy ghi ngày sớm hơn ở --from"
            )
        return days(first, last)
    if start or end:
        raise ConfigError("--period: hãy dùng --period, hoặc --from và --to")
    span = asked(folded(period).strip(" ."), now)
    if span is None:
        raise ConfigError(
            "--period: không hiểu kỳ báo cáo; hãy ghi, ví dụ: hôm nay, tuần, tháng 10, quý 3, 01/10-31/10"
        )
    return span
