"""Reads the first sheet of an XLSX file, or a CSV file, as rows of text."""

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from zalo_governor.domain.errors import ConfigError

_LARGEST_BYTES = 20_000_000
_LARGEST_UNPACKED_BYTES = 200_000_000
_MOST_ROWS = 20_000
_MOST_COLUMNS = 100


class SheetRow(NamedTuple):
    """One row with anything in it."""

    number: int
    """As the spreadsheet counts, from 1."""
    cells: tuple[str, ...]
    """Each trimmed, "" where empty; the value of merged cells stands in every one of them."""
    merged_across: bool = False
    """Its only value runs over several columns: a heading above the rows that follow."""


def read_sheet(path: Path) -> list[SheetRow]:
    """The rows of the file that hold anything.

    Raises:
        ConfigError: no such file, not a spreadsheet, too large, or text that is not Unicode; says what to do.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; name an .xlsx or .csv file") from None
    if size > _LARGEST_BYTES:
        raise ConfigError(
            f"{path}: larger than {_LARGEST_BYTES // 1_000_000} MB; a roster is smaller, name another file"
        )
    if path.suffix.lower() == ".xlsx":
        return _workbook(path)
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _csv(path)
    raise ConfigError(f"{path}: neither .xlsx nor .csv; save the table as one of them (Excel: File, Save as)")


def _workbook(path: Path) -> list[SheetRow]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _LARGEST_UNPACKED_BYTES:
                raise ConfigError(f"{path}: unpacks to more than a roster can hold; name another file")
        book = load_workbook(path, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError):
        raise ConfigError(f"{path}: cannot be read as an Excel file; open it and save it anew as .xlsx") from None
    try:
        sheet = book.active
        if not isinstance(sheet, Worksheet):
            raise ConfigError(f"{path}: its first sheet is a chart; put the sheet with the roster first")
        return _rows(path, sheet)
    finally:
        book.close()


def _rows(path: Path, sheet: Worksheet) -> list[SheetRow]:
    if sheet.max_row > _MOST_ROWS:
        raise ConfigError(f"{path}: more than {_MOST_ROWS:,} rows; delete the empty ones below the roster")
    width = min(sheet.max_column, _MOST_COLUMNS)
    grid = [[_text(cell) for cell in row] for row in sheet.iter_rows(max_col=width, values_only=True)]
    wide: set[int] = set()
    for area in sheet.merged_cells.ranges:
        value = grid[area.min_row - 1][area.min_col - 1] if area.min_col <= width else ""
        for row in range(area.min_row - 1, min(area.max_row, len(grid))):
            for column in range(area.min_col - 1, min(area.max_col, width)):
                grid[row][column] = value
            if value and area.max_col > area.min_col and set(grid[row]) <= {value, ""}:
                wide.add(row)
    return [
        SheetRow(number, tuple(cells), number - 1 in wide) for number, cells in enumerate(grid, start=1) if any(cells)
    ]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    return " ".join(str(value).split())


def _csv(path: Path) -> list[SheetRow]:
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not Unicode; save it as “CSV UTF-8” (Excel: File, Save as)") from None
    first = text.partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ConfigError(f"{path}: not a table ({error}); look for quotation marks that are not closed") from None
    if len(rows) > _MOST_ROWS:
        raise ConfigError(f"{path}: more than {_MOST_ROWS:,} rows; a roster has fewer, name another file")
    width = min(max(map(len, rows), default=0), _MOST_COLUMNS)
    padded = ([*row, *[""] * (width - len(row))][:width] for row in rows)
    return [
        SheetRow(number, cells)
        for number, cells in enumerate((tuple(map(_text, row)) for row in padded), start=1)
        if any(cells)
    ]
