"""Renders a report as an Excel workbook: a sheet for the summary and one for each table, with native charts."""

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table as SheetTable
from openpyxl.worksheet.worksheet import Worksheet

from zalo_governor.domain.documents import Cell, Drawing, ReportDocument, Table
from zalo_governor.sandbox.reports.sheets import SheetValue, finish_table, put_cell, set_up_page

_MAX_COLUMN_WIDTH = 60
_HEADING = PatternFill("solid", fgColor="1F4E79")
_SUMMARY, _FIGURES = "Tóm tắt", "Số liệu"
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})*")
_DAY = re.compile(r"\d\d/\d\d/\d{4}")
_MOMENT = re.compile(r"(\d{1,2})(?:\s*giờ\s*|:)(\d\d)(?: phút)?,?(?: ngày)? (\d\d)/(\d\d)/(\d{4})")
_PERCENT = re.compile(r"\d{1,3}%")
_DAY_PAGES = 2
"""Printed pages of the tables of a day's report, which has one more for the summary."""
_DAY_WIDTHS = (38, 24, 24, 24, 20, 14, 14, 14, 14, 14)
_SUMMARY_WIDTHS = (20, 30, 60)
_ROW_HEIGHT_CM = 0.6


def workbook(paper: ReportDocument) -> bytes:
    """Render the report `paper` as XLSX and return the bytes; strings that begin like a formula are stored as text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill_summary(book.create_sheet(_SUMMARY), paper)
    tables = [table for table in paper.tables if table.rows]
    if paper.of_one_day:
        # On paper, each sheet begins a page: a day gets two, of which the second has all tables.
        _fill_day(book.create_sheet(_FIGURES), tables)
    else:
        for table in tables:
            _fill_table(book.create_sheet(table.sheet), table)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _fill_summary(sheet: Worksheet, paper: ReportDocument) -> None:
    # A report that was put into the queue by an earlier version of the program has no heading.
    heading = paper.heading or f"{paper.title}: {paper.group}"
    rows: list[tuple[SheetValue, ...]] = [(heading,), (paper.period,)]
    rows += [(figure.name, figure.value, figure.note) for figure in paper.headlines]
    rows += [(), *((figure.name, _figure(figure.value), figure.note) for figure in paper.highlights)]
    told = [section for section in paper.sections if section.lines or section.notes]
    for section in told:
        rows += [(), (section.title,), *((line,) for line in (*section.lines, *section.notes))]
    rows += [(), (f"{paper.made} {paper.remark}".strip(),), (paper.trace,)]
    titles = {heading, *(section.title for section in told)}
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            put_cell(sheet, number, place, value)
        if row and row[0] in titles:
            sheet.cell(number, 1).font = Font(bold=True, size=13)
        if len(row) == 1:
            sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=3)
            sheet.cell(number, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[number].height = 16 * (1 + len(str(row[0])) // 95)
        elif row:
            for place in range(1, len(row) + 1):
                sheet.cell(number, place).alignment = Alignment(wrap_text=True, vertical="top")
            lines = max(1 + len(str(value)) // width for value, width in zip(row, _SUMMARY_WIDTHS, strict=True))
            sheet.row_dimensions[number].height = 16 * lines
    for column, width in zip("ABC", _SUMMARY_WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    set_up_page(sheet, pages=1 if paper.of_one_day else 0)


def _fill_table(sheet: Worksheet, table: Table) -> None:
    _write_rows(sheet, table, 1)
    for place, cells in enumerate(zip(table.columns, *table.rows, strict=True), start=1):
        widest = max(len(str(cell)) for cell in cells)
        sheet.column_dimensions[get_column_letter(place)].width = min(widest + 3, _MAX_COLUMN_WIDTH)
    finish_table(sheet, len(table.columns), len(table.rows))
    if table.worth_drawing:
        _add_chart(sheet, table)


def _fill_day(sheet: Worksheet, tables: Sequence[Table]) -> None:
    """Write the tables one below the other, each under its title and with filters of its own, for two printed pages."""
    at = 1
    for table in tables:
        sheet.cell(at, 1, table.title).font = Font(bold=True, size=13)
        _write_rows(sheet, table, at + 1)
        area = f"A{at + 1}:{get_column_letter(len(table.columns))}{at + 1 + len(table.rows)}"
        sheet.add_table(SheetTable(displayName=f"bang_{table.key}", ref=area))
        at += len(table.rows) + 3
    for column, width in enumerate(_DAY_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B1"
    set_up_page(sheet, landscape=True, pages=_DAY_PAGES)


def _write_rows(sheet: Worksheet, table: Table, start: int) -> None:
    """Write the headings of the table into the row `start`, and its rows below."""
    for number, row in enumerate([table.columns, *table.rows], start=start):
        for place, value in enumerate(row, start=1):
            cell = put_cell(sheet, number, place, value if number == start else _typed(value))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == start:
                cell.font = Font(bold=True, color="FFFFFF")
                cell.fill = _HEADING


def _figure(value: str) -> SheetValue:
    """Return a key figure of the summary, such as "2.880", as a number; other texts as they are."""
    return int(value.replace(".", "")) if _GROUPED.fullmatch(value) else value


def _typed(value: Cell) -> SheetValue:
    """Return the text of a cell that is a day, a moment or a percentage as such a value; other values unchanged."""
    if not isinstance(value, str):
        return value
    try:
        if _DAY.fullmatch(value):
            return datetime.strptime(value, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no time zone
        if moment := _MOMENT.fullmatch(value):
            hour, minute, day, month, year = map(int, moment.groups())
            return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - as XLSX has it
    except ValueError:
        return value
    return int(value[:-1]) / 100 if _PERCENT.fullmatch(value) else value


def _add_chart(sheet: Worksheet, table: Table) -> None:
    last = len(table.rows) + 1
    chart = BarChart()
    chart.type = "bar" if table.drawing is Drawing.BARS else "col"
    chart.title = table.title
    for place in table.drawn:
        chart.add_data(Reference(sheet, min_col=place + 1, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    if len(table.drawn) == 1:
        chart.legend = None
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.width = 24
    chart.height = 9.0
    if table.drawing is Drawing.BARS:
        chart.x_axis.scaling.orientation = "maxMin"  # the first row stands on top, as in the table
        chart.height = max(7.0, _ROW_HEIGHT_CM * last * len(table.drawn))
    sheet.add_chart(chart, f"{get_column_letter(len(table.columns) + 2)}2")
