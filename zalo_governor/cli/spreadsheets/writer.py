"""Writing rows as an XLSX or CSV file in which no cell is ever run as a formula."""

import csv
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from zalo_governor.domain.errors import ConfigError
from zalo_governor.sandbox.reports.sheets import SheetValue, finish_table, put_cell
from zalo_governor.system.atomic_files import hand_over

_MAX_COLUMN_WIDTH = 45
_FILE_MODE = 0o600
"""Permission bits of the file: readable by its owner only, since it may contain telephone numbers or messages."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_sheet(path: Path, headings: Sequence[str], rows: Sequence[Sequence[SheetValue]]) -> None:
    """Write a table with one line of headings to an XLSX file, with numbers and dates as such, or to a CSV file.

    An existing file is replaced only when the new one is complete.

    Raises:
        ConfigError: the file name ends neither in .xlsx nor in .csv, or the file cannot be written.
    """
    writers = {".xlsx": _xlsx_content, ".csv": _csv_content}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise ConfigError(f"{path}: tên tệp phải có đuôi .xlsx hoặc .csv")
    hand_over(path, write(headings, rows), mode=_FILE_MODE)


def _xlsx_content(headings: Sequence[str], rows: Sequence[Sequence[SheetValue]]) -> bytes:
    book = Workbook()
    sheet = book.create_sheet(index=0)
    for number, row in enumerate([headings, *rows], start=1):
        for place, value in enumerate(row, start=1):
            cell = put_cell(sheet, number, place, value)
            cell.font = Font(bold=number == 1)
            if isinstance(value, int) and cell.data_type == "n":
                cell.number_format = "0"  # among them are numbers of cases and people, not amounts
    for place, cells in enumerate(zip(headings, *rows, strict=True), start=1):
        widest = max(len(_as_text(cell)) for cell in cells)
        sheet.column_dimensions[get_column_letter(place)].width = min(widest + 3, _MAX_COLUMN_WIDTH)
    finish_table(sheet, len(headings), len(rows))
    book.active = 0
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _csv_content(headings: Sequence[str], rows: Sequence[Sequence[SheetValue]]) -> bytes:
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(headings)
    # Spreadsheet programs run formulas in CSV files; an apostrophe in front makes them text.
    texts = ([_as_text(value) for value in row] for row in rows)
    writer.writerows([f"'{text}" if _looks_like_formula(text) else text for text in row] for row in texts)
    return file.getvalue().encode("utf-8-sig")


def _as_text(value: SheetValue) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def _looks_like_formula(value: str) -> bool:
    """Return whether a spreadsheet program may take the cell's text for a formula and run it.

    Such texts begin with =, +, - or @, also after spaces or as full-width signs, which some programs normalise.
    """
    plain = unicodedata.normalize("NFKC", value)
    return plain.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA)
