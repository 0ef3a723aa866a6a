"""Renders a report as an Excel workbook: a sheet for the summary and one for each table, with native charts."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from zalo_governor.domain.documents import Cell, Drawing, ReportDocument, Table

_MAX_COLUMN_WIDTH = 60
_HEADING = PatternFill("solid", fgColor="1F4E79")
_SUMMARY = "Tóm tắt"
_SUMMARY_WIDTHS = (20, 30, 60)
_ROW_HEIGHT_CM = 0.6


def workbook(paper: ReportDocument) -> bytes:
    """Render the report `paper` as XLSX and return the bytes; strings that begin like a formula are stored as text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill_summary(book.create_sheet(_SUMMARY), paper)
    for table in paper.tables:
        _fill_table(book.create_sheet(table.sheet), table)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _fill_summary(sheet: Worksheet, paper: ReportDocument) -> None:
    # A report that was put into the queue by an earlier version of the program has no heading.
    heading = paper.heading or f"{paper.title}: {paper.group}"
    rows: list[tuple[Cell, ...]] = [(heading,), (paper.period,)]
    rows += [(figure.name, figure.value, figure.note) for figure in paper.headlines]
    rows += [(), *((figure.name, figure.value, figure.note) for figure in paper.highlights)]
    told = [section for section in paper.sections if section.lines or section.notes]
    for section in told:
        rows += [(), (section.title,), *((line,) for line in (*section.lines, *section.notes))]
    rows += [(), (f"{paper.made} {paper.remark}".strip(),), (paper.trace,)]
    titles = {heading, *(section.title for section in told)}
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            _write_cell(sheet, number, place, value)
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


def _fill_table(sheet: Worksheet, table: Table) -> None:
    for number, row in enumerate([table.columns, *table.rows], start=1):
        for place, value in enumerate(row, start=1):
            _write_cell(sheet, number, place, value)
            if number == 1:
                sheet.cell(number, place).font = Font(bold=True, color="FFFFFF")
                sheet.cell(number, place).fill = _HEADING
    for place, cells in enumerate(zip(table.columns, *table.rows, strict=True), start=1):
        widest = max(len(str(cell)) for cell in cells)
        sheet.column_dimensions[get_column_letter(place)].width = min(widest + 3, _MAX_COLUMN_WIDTH)
    sheet.freeze_panes = "A2"
    if table.worth_drawing:
        _add_chart(sheet, table)


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


def _write_cell(sheet: Worksheet, row: int, place: int, value: Cell) -> None:
    if value == "":
        return
    cell = sheet.cell(row, place, value)
    if isinstance(value, str):
        # openpyxl would store a string that begins with "=" as a formula.
        cell.data_type = "s"
        cell.number_format = "@"
    else:
        cell.number_format = "#,##0"
