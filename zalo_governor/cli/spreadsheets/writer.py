"""Writes rows of text as an XLSX or CSV file; nothing in them is ever a formula."""

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

_WIDEST = 45
_MODE = 0o600
"""Telephone numbers, or what was said, may stand in it."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_sheet(path: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write the table; an existing file is replaced only when the new one is complete.

    Raises:
        ConfigError: the name ends neither in .xlsx nor in .csv, or the place cannot be written.
    """
    writers = {".xlsx": _workbook, ".csv": _csv}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise ConfigError(f"{path}: tên tệp phải có đuôi .xlsx hoặc .csv")
    hand_over(path, write(headings, rows), mode=_MODE)


def _workbook(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.create_sheet(index=0)
    for number, row in enumerate([headings, *rows], start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            # A value that begins with "=" would else be taken for a formula, and a uid for a number of 15 digits.
            cell.data_type = "s"
            cell.number_format = "@"
            cell.font = Font(bold=number == 1)
    for place, cells in enumerate(zip(headings, *rows, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(map(len, cells)) + 2, _WIDEST)
    sheet.freeze_panes = "A2"
    book.active = 0
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _csv(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(headings)
    # Spreadsheets run what looks like a formula in a CSV file; an apostrophe in front makes it text.
    writer.writerows([f"'{value}" if _runs(value) else value for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _runs(value: str) -> bool:
    """Whether a spreadsheet may take it for a formula: also behind blanks, and in full-width signs, which some of them
    make plain when they read a file."""
    plain = unicodedata.normalize("NFKC", value)
    return plain.startswith(_FORMULA) or plain.lstrip().startswith(_FORMULA)
