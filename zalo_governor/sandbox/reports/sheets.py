"""Cells, filters and page set-up that all XLSX files of the program share."""

from datetime import date, datetime

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

SheetValue = str | int | float | date
"""A cell's value; a `datetime`, which is a `date`, is in Viet Nam time without time zone, as XLSX knows none."""
_A4 = "9"
_ROUNDED_FROM = 10**15


def put_cell(sheet: Worksheet, row: int, column: int, value: SheetValue) -> Cell:
    """Write a cell: numbers and dates as such, a text always as text; "" leaves the cell empty. Return the cell.

    A number with more digits than spreadsheets keep, such as the id of an event, becomes a text.
    """
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} is merged")
    if value == "":
        return cell
    if isinstance(value, int) and abs(value) >= _ROUNDED_FROM:
        value = str(value)
    cell.value = value
    if isinstance(value, str):
        # Otherwise a text that begins with "=" becomes a formula.
        cell.data_type = "s"
        cell.number_format = "@"
    elif isinstance(value, datetime):
        cell.number_format = "dd/mm/yyyy hh:mm:ss" if value.second else "dd/mm/yyyy hh:mm"
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"
    else:
        cell.number_format = "#,##0" if isinstance(value, int) else "0%" if 0 <= value <= 1 else "#,##0.0"
    return cell


def finish_table(sheet: Worksheet, columns: int, rows: int) -> None:
    """Freeze the headings above `rows` rows, add filters, repeat the headings on each printed page; set up the page."""
    sheet.freeze_panes = "A2"
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"
    sheet.print_title_rows = "1:1"
    set_up_page(sheet, landscape=columns > _COLUMNS_UPRIGHT)


def set_up_page(sheet: Worksheet, *, landscape: bool = False, pages: int = 0) -> None:
    """Set up the sheet to be printed on A4, one page wide and at most `pages` pages long; 0 for no limit."""
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages
    if sheet.oddFooter and sheet.oddFooter.center:
        sheet.oddFooter.center.text = "&A, trang &P/&N"
    sheet.page_margins.left = sheet.page_margins.right = _MARGIN_INCHES
    sheet.page_margins.top = sheet.page_margins.bottom = _MARGIN_INCHES


_COLUMNS_UPRIGHT = 5
_MARGIN_INCHES = 0.5
