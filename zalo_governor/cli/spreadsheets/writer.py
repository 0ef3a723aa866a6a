"""Writing rows of text as an XLSX or CSV file in which no cell is ever run as a formula."""

import csv
import unicodedata
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from zalo_governor.domain.errors import ConfigError
from zalo_governor.system.draft_file import hand_over

_MAX_COLUMN_WIDTH = 45
_FILE_MODE = 0o600
"""Permission bits of the file: readable by its owner only, since it may contain telephone numbers or messages."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_sheet(path: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table with one line of headings to an XLSX or CSV file.

    An existing file is replaced only when the new one is complete.

    Raises:
        ConfigError: the file name ends neither in .xlsx nor in .csv, or the file cannot be written.
    """
    writers = {".xlsx": _xlsx_content, ".csv": _csv_content}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise ConfigError(f"{path}: tên tệp phải có đuôi .xlsx hoặc .csv")
    hand_over(path, write(headings, rows), mode=_FILE_MODE)


def _xlsx_content(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.create_sheet(index=0)
    for number, row in enumerate([headings, *rows], start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            # Otherwise a value that begins with "=" becomes a formula, and a uid a number rounded to 15 digits.
            cell.data_type = "s"
            cell.number_format = "@"
            cell.font = Font(bold=number == 1)
    for place, cells in enumerate(zip(headings, *rows, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(map(len, cells)) + 2, _MAX_COLUMN_WIDTH)
    sheet.freeze_panes = "A2"
    book.active = 0
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _csv_content(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(headings)
    # Spreadsheet programs run formulas in CSV files; an apostrophe in front makes them text.
    writer.writerows([f"'{value}" if _looks_like_formula(value) else value for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _looks_like_formula(value: str) -> bool:
    """Return whether a spreadsheet program may take the cell's text for a formula and run it.

    Such texts begin with =, +, - or @, also after spaces or as full-width signs, which some programs normalise.
    """
    plain = unicodedata.normalize("NFKC", value)
    return plain.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA)
