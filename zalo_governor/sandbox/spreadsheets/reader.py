"""Reads the sheets of an XLSX file, or a CSV file, as rows of text."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.spreadsheets.rows import SheetRow
from zalo_governor.system.error_text import of_system
from zalo_governor.text.normalise import unpasted

MOST_BYTES = 20_000_000
_MAX_UNPACKED_BYTES = 200_000_000
_MAX_ROWS = 20_000
_MAX_COLUMNS = 100
_QUOTED = re.compile('"[^"]*"')


def read_sheet(path: Path) -> list[SheetRow]:
    """Read an XLSX file (the sheet that it opens with) or CSV file and return all rows that are not empty.

    Raises:
        ConfigError: the file is missing, too large, no spreadsheet, or not Unicode; the message says what to do.
    """
    return next(iter(read_sheets(path).values()))


def read_sheets(path: Path) -> dict[str, list[SheetRow]]:
    """Read all sheets of an XLSX file, or a CSV file, and return name of the sheet -> rows that are not empty.

    The sheet with which the file opens comes first; hidden sheets are left out; that of a CSV file has the name "".

    Raises:
        ConfigError: the file is missing, too large, no spreadsheet, or not Unicode; the message says what to do.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise ConfigError(f"{path}: không đọc được: {of_system(error)}; hãy nêu tên một tệp .xlsx hoặc .csv") from None
    if size > MOST_BYTES:
        raise ConfigError(
            f"{path}: lớn hơn {MOST_BYTES // 1_000_000} MB; danh sách thành viên nhỏ hơn thế, hãy nêu tệp khác"
        )
    return sheets_of(content, str(path))


def sheets_of(content: bytes, name: str) -> dict[str, list[SheetRow]]:
    """Return the sheets of a spreadsheet as `read_sheets` does; `name` is the file's name, which errors mention.

    Raises:
        ConfigError: as `read_sheets`.
    """
    kind = Path(name).suffix.lower()
    if kind == ".xlsx":
        return _read_xlsx(content, name)
    if kind in {".csv", ".txt", ".tsv"}:
        return {"": _read_csv(content, name)}
    raise ConfigError(
        f"{name}: không phải .xlsx hoặc .csv; trong Excel hãy chọn File, Save As và lưu thành một trong hai dạng ấy"
    )


def _read_xlsx(content: bytes, name: str) -> dict[str, list[SheetRow]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED_BYTES:
                raise ConfigError(f"{name}: bung ra quá lớn so với một danh sách; hãy nêu tệp khác")
        book = load_workbook(io.BytesIO(content), data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError):
        raise ConfigError(
            f"{name}: không đọc được như tệp Excel; hãy mở bằng Excel, bỏ mật khẩu nếu có, rồi lưu lại thành .xlsx"
        ) from None
    try:
        sheets = sorted(book.worksheets, key=lambda sheet: sheet is not book.active)
        shown = [sheet for sheet in sheets if sheet is book.active or sheet.sheet_state == "visible"]
        if not shown:
            raise ConfigError(f"{name}: chỉ có biểu đồ, không có trang tính nào; hãy nêu tệp có danh sách")
        return {sheet.title: _rows(name, sheet) for sheet in shown}
    finally:
        book.close()


def _rows(name: str, sheet: Worksheet) -> list[SheetRow]:
    if sheet.max_row > _MAX_ROWS:
        raise ConfigError(f"{name}: quá {_MAX_ROWS} dòng; hãy xóa các dòng trống phía dưới danh sách")
    width = min(sheet.max_column, _MAX_COLUMNS)
    grid = [[_cell_text(cell) for cell in row] for row in sheet.iter_rows(max_col=width, values_only=True)]
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


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    return " ".join(unpasted(str(value)).text.split())


def _read_csv(content: bytes, name: str) -> list[SheetRow]:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: không phải Unicode; trong Excel hãy chọn File, Save As, dạng “CSV UTF-8”") from None
    first = _QUOTED.sub("", text).partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, begun = [], 1
    try:
        for row in table:
            rows.append(row)
            begun = table.line_num + 1
    except csv.Error:
        raise ConfigError(
            f"{name}:{begun}: không tách được thành các ô; hãy tìm ở dòng này dấu ngoặc kép chưa đóng hoặc thừa"
        ) from None
    if len(rows) > _MAX_ROWS:
        raise ConfigError(f"{name}: quá {_MAX_ROWS} dòng; danh sách thành viên ít hơn thế, hãy nêu tệp khác")
    width = min(max(map(len, rows), default=0), _MAX_COLUMNS)
    padded = ([*row, *[""] * (width - len(row))][:width] for row in rows)
    return [
        SheetRow(number, cells)
        for number, cells in enumerate((tuple(map(_cell_text, row)) for row in padded), start=1)
        if any(cells)
    ]
