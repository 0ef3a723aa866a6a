"""`zalo-governor export`: export events, cases, findings or the audit log to JSON Lines, CSV or XLSX, in pages."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from zalo_governor.app.context import read_records
from zalo_governor.cli import words
from zalo_governor.cli.audit_access import note_access
from zalo_governor.cli.language import Language, language
from zalo_governor.cli.options import DEFAULT_CONFIG, ConfigFile
from zalo_governor.cli.spreadsheets.writer import write_sheet
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging.typed_dates import EXAMPLES, end_of, shown_period, start_of
from zalo_governor.sandbox.reports.sheets import SheetValue
from zalo_governor.storage.queries.export import Cursor, Extract, headings, rows
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.system.atomic_files import open_draft
from zalo_governor.system.error_text import of_system

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
_FILE_MODE = 0o600


def export(
    what: Annotated[
        Extract,
        typer.Argument(
            metavar="LOẠI",
            help="events: tin, sự kiện; cases: vụ việc; findings: dấu hiệu; audit: nhật ký kiểm tra.",
        ),
    ],
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp .jsonl, .csv hoặc .xlsx để ghi.")],
    config: ConfigFile = DEFAULT_CONFIG,
    since: Annotated[str | None, typer.Option(help=f"Ngày đầu, {EXAMPLES}.")] = None,
    until: Annotated[str | None, typer.Option(help="Ngày cuối (tính cả ngày này), ghi như --since.")] = None,
    after: Annotated[str | None, typer.Option(help="Xuất tiếp sau vị trí mà lần trước đã hiện.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="Số dòng nhiều nhất trong một tệp.")] = 100_000,
    with_text: Annotated[
        bool,
        typer.Option(
            "--with-text",
            help="Kèm nội dung tin nhắn còn lưu; việc này được ghi vào nhật ký kiểm tra.",
        ),
    ] = False,
) -> None:
    """Xuất dữ liệu ra tệp: .csv, .xlsx cho người đọc (giờ Việt Nam), .jsonl cho chương trình khác."""
    first, last_moment = since and start_of(since, "--since"), until and end_of(until, "--until")
    cursor = _parse_cursor(after)
    if file.suffix.lower() not in {".jsonl", ".csv", ".xlsx"}:
        raise ConfigError(f"{file}: tên tệp phải kết thúc bằng .jsonl, .csv hoặc .xlsx")
    with closing(read_records(load_settings(config), system_clock)) as records:
        with UnitsOfWork(records.database, records.account).begin() as uow:
            note_access(uow, system_clock, "export", what=what.value, with_text=with_text)
        found = rows(
            records.database,
            what,
            start=first or _ALWAYS,
            end=last_moment or _NEVER,
            after=cursor,
            limit=limit,
            with_text=with_text,
        )
        count, last = _write_rows(file, headings(what, with_text=with_text), found)
    period = shown_period(first or None, last_moment or None)
    typer.echo(f"{file}: {count} dòng{period and f', {period}'}.")
    if last and count == limit:
        typer.echo(f"Còn dữ liệu; xuất tiếp bằng: --after {last}")


def _write_rows(
    file: Path, names: list[str], found: Iterator[tuple[Cursor, dict[str, Any]]]
) -> tuple[int, Cursor | None]:
    count, last = 0, None
    if file.suffix.lower() == ".jsonl":
        try:
            with open_draft(file, mode=_FILE_MODE) as (draft, lines):
                for last, row in found:  # noqa: B007  the last one is where the next page begins
                    lines.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                    count += 1
                lines.flush()
                draft.replace(file)
        except OSError as error:
            raise ConfigError(f"{file}: không ghi được ({of_system(error)})") from None
        return count, last
    cells = []
    for last, row in found:  # noqa: B007
        cells.append([_cell(name, row[name]) for name in names])
    write_sheet(file, [_heading(name) for name in names], cells)
    return len(cells), last


def _cell(name: str, value: Any) -> SheetValue:
    """Convert the value of the column `name` to what a spreadsheet shows: codes in words, times in Viet Nam's time."""
    match name:
        case "text":
            return "" if value is None else str(value)
        case "action":
            return words.action(str(value))
        case "detail":
            return words.facts(orjson.loads(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (at := words.moment_of(value)):
        return at.replace(tzinfo=None)
    return words.value(value)


def _heading(name: str) -> str:
    heading = words.column(name)
    return heading[:1].upper() + heading[1:] if language() is Language.VIETNAMESE else heading


def _parse_cursor(text: str | None) -> Cursor | None:
    try:
        return Cursor.read(text) if text else None
    except ValueError:
        raise ConfigError("--after: hãy chép nguyên vị trí mà lần trước đã hiện, ví dụ 1764000000000-42") from None
