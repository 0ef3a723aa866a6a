"""Renders a report as a PNG picture of figures and charts that is readable at the width of a phone."""

import textwrap
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from zalo_governor.domain.documents import Drawing, Highlight, ReportDocument, Table

WIDTH, MOST_HEIGHT = 1080, 2000
"""Size of one screen of a phone, in pixels."""
_DPI = 100
_MOST_BARS, _MOST_UNITS = 6, 8
"""Most bars of a chart of names, and most units that are named as silent or late."""
_MOST_LABELS = 8
_INK, _PALE, _BLUE, _GREY, _PAPER = "#1b2a3a", "#5b6b7b", "#1f5fa8", "#b9c4d0", "#ffffff"
_PANEL, _ALARM_PANEL, _ALARM = "#eef3f8", "#fdecea", "#b3261e"
_SERIES = (_BLUE, _GREY)
"""Colours of a chart's bars, by column."""
_CHARTS = ("hours", "days", "clauses")
"""Keys of the tables of which charts are drawn, as far as there is room, in this order."""
_LATE, _OVERDUE, _SILENT = "directives", 7, 9
"""Key of the table with the units that directives were given to, and the columns that say who is late or silent."""
_HEADER, _TILE_ROW, _COLUMNS, _BAR, _AROUND_BARS, _FOOTER, _SPACE = 196, 156, 300, 84, 120, 130, 30
"""Heights in pixels of the parts of the page: header, row of figures, vertical and horizontal bar charts, footer …"""
_HEADLINE, _NOTE_LINE, _UNIT_LINE = 112, 30, 42
"""Heights in pixels of one of the three lines at the top, of each line of its note, and of a silent or late unit."""
_NOTE_WIDTH, _NOTE_LINES = 82, 4
_TITLE_WIDTH, _TITLE_LINES, _TITLE_LINE = 57, 2, 34
"""Characters in a line of a title, number of such lines, height in pixels of each after the first."""
_LONG_VALUE = 46
"""Length in characters from which the answer of one of the three lines is set smaller."""
_FOOTER_LINES = 4
_HEADING_WIDTH, _HEADING_LINES = 48, 3
_LABEL_WIDTH, _UNIT_WIDTH = 27, 38


def picture(paper: ReportDocument) -> bytes:
    """Render the report `paper` as a PNG of at most one screen of a phone; return the bytes."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "text.color": _INK, "axes.edgecolor": _GREY}):
        content = BytesIO()
        page_of(paper).savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def page_of(paper: ReportDocument) -> Figure:
    """Return the drawn page: headlines, units silent or late on directives, figures, and charts up to `MOST_HEIGHT`."""
    notes = [textwrap.wrap(headline.note, _NOTE_WIDTH)[:_NOTE_LINES] for headline in paper.headlines]
    late = next((table for table in paper.tables if table.key == _LATE and _late_units(table)), None)
    total = (
        _HEADER
        + sum(_HEADLINE + _NOTE_LINE * len(lines) for lines in notes)
        + (len(paper.highlights) + 1) // 2 * _TILE_ROW
        + (_late_height(late) if late else 0)
        + _FOOTER
    )
    drawn = []
    for key in _CHARTS:
        for table in paper.tables:
            if table.key == key and table.worth_drawing and total + _height(table) <= MOST_HEIGHT:
                drawn.append(table)
                total += _height(table)
    figure = Figure(figsize=(WIDTH / _DPI, total / _DPI), dpi=_DPI, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    page = _Page(figure, total)
    page.header(paper)
    for headline, lines in zip(paper.headlines, notes, strict=True):
        page.headline(headline, lines)
    if late:
        page.late_units(late)
    for place in range(0, len(paper.highlights), 2):
        page.tiles(paper.highlights[place : place + 2])
    for table in drawn:
        page.chart(table)
    page.footer(paper)
    return figure


def _late_units(table: Table) -> list[tuple[str, int, int]]:
    """Return (name, orders overdue, orders without an answer) of the units that have any, the worst first."""
    units = [(str(row[0]), int(row[_OVERDUE]), int(row[_SILENT])) for row in table.rows]
    return sorted((unit for unit in units if any(unit[1:])), key=lambda unit: unit[1:], reverse=True)


def _late_height(table: Table) -> int:
    units = len(_late_units(table))
    return 70 + _TITLE_LINE * (len(_late_title(table)) - 1) + _UNIT_LINE * min(units, _MOST_UNITS + 1) + _SPACE


def _late_title(table: Table) -> list[str]:
    columns = f"{table.columns[_OVERDUE]}, {table.columns[_SILENT]}".lower()
    return textwrap.wrap(f"{table.title}: {columns}", _TITLE_WIDTH, max_lines=_TITLE_LINES, placeholder=" …")


def _height(table: Table) -> int:
    title = _TITLE_LINE * (len(_title(table)) - 1) + _SPACE
    if table.drawing is Drawing.COLUMNS:
        return _COLUMNS + title
    return _AROUND_BARS + title + _BAR * len(table.rows[:_MOST_BARS])


def _drawn_columns(table: Table) -> tuple[int, ...]:
    """Return the indices of the table columns to draw: those of `table.drawn` that have any value but zero."""
    return tuple(place for place in table.drawn if any(row[place] for row in table.rows))


def _title(table: Table) -> list[str]:
    """Return the title of the table's chart, in lines; it says so if only some of the rows are drawn."""
    columns = _drawn_columns(table)
    # Where only one of several columns is drawn, no legend says which one it is.
    named = len(columns) == 1 < len(table.columns) - 1
    title = f"{table.title}: {table.columns[columns[0]].lower()}" if named else table.title
    lines = textwrap.wrap(title, _TITLE_WIDTH, max_lines=_TITLE_LINES, placeholder=" …")
    if table.drawing is Drawing.COLUMNS or len(table.rows) <= _MOST_BARS:
        return lines
    return [*lines, f"({_MOST_BARS} {table.columns[0].lower()}, trong số {len(table.rows)})"]


class _Page:
    """The page of the PNG report, whose parts are drawn one below the other.

    Positions are in pixels from the upper left corner.
    """

    def __init__(self, figure: Figure, height: int) -> None:
        self._figure = figure
        self._height = height
        self._at = 0

    def header(self, paper: ReportDocument) -> None:
        lines = textwrap.wrap(paper.heading or f"{paper.title} {paper.group}", _HEADING_WIDTH)[:_HEADING_LINES]
        self._text(56, 30, "\n".join(lines), size=20, weight="bold", color=_BLUE)
        self._text(56, 162 if len(lines) == _HEADING_LINES else 144, paper.period, size=17, color=_PALE)
        self._at = _HEADER

    def headline(self, headline: Highlight, note: Sequence[str]) -> None:
        """Draw one of the three lines with which the page begins; `note` are the lines of the note below it."""
        height = _HEADLINE + _NOTE_LINE * len(note)
        color = _ALARM_PANEL if headline.alarming else _PANEL
        self._figure.patches.append(self._panel(40, self._at, WIDTH - 80, height - 16, color))
        self._text(64, self._at + 12, headline.name, size=18, color=_PALE)
        size = 26 if len(headline.value) <= _LONG_VALUE else 19
        ink = _ALARM if headline.alarming else _INK
        self._text(64, self._at + 44, headline.value, size=size, weight="bold", color=ink)
        for number, line in enumerate(note):
            self._text(64, self._at + 94 + _NOTE_LINE * number, line, size=16)
        self._at += height

    def late_units(self, table: Table) -> None:
        """Draw the names of up to eight units that are silent or late, with their figures, and the number of others."""
        units = _late_units(table)
        self._text(56, self._at + 6, "\n".join(_late_title(table)), size=22, weight="bold")
        at = self._at + 82 + _TITLE_LINE * (len(_late_title(table)) - 1)
        for name, overdue, silent in units[:_MOST_UNITS]:
            self._text(64, at, textwrap.shorten(name, _UNIT_WIDTH, placeholder=" …"), size=19, va="baseline")
            parts = ((table.columns[_OVERDUE], overdue), (table.columns[_SILENT], silent))
            said = ", ".join(f"{column.lower()} {count}" for column, count in parts if count)
            self._text(WIDTH - 56, at, said, size=19, va="baseline", ha="right", color=_ALARM if overdue else _INK)
            at += _UNIT_LINE
        if (rest := len(units) - _MOST_UNITS) > 0:
            self._text(64, at, f"và {rest} {table.columns[0].lower()} khác", size=17, va="baseline", color=_PALE)
        self._at += _late_height(table)

    def tiles(self, highlights: tuple[Highlight, ...]) -> None:
        for place, highlight in enumerate(highlights):
            left = 56 + place * 504
            self._figure.patches.append(self._panel(left - 16, self._at, 488, _TILE_ROW - 20, _PANEL))
            self._text(left + 8, self._at + 10, highlight.name, size=17, color=_PALE)
            self._text(left + 8, self._at + 44, highlight.value, size=28, weight="bold")
            note = textwrap.shorten(highlight.note, 40, placeholder=" …")
            self._text(left + 8, self._at + 98, note, size=15, color=_PALE)
        self._at += _TILE_ROW

    def chart(self, table: Table) -> None:
        height = _height(table) - _SPACE
        title = _title(table)
        self._text(56, self._at + 6, "\n".join(title), size=22, weight="bold")
        more = _TITLE_LINE * (len(title) - 1)
        self._at += more
        height -= more
        if table.drawing is Drawing.COLUMNS:
            self._columns(self._axes(96, self._at + 62, WIDTH - 150, height - 112), table)
        else:
            beneath = 60 if len(_drawn_columns(table)) > 1 else 20
            self._bars(self._axes(400, self._at + 56, WIDTH - 520, height - 56 - beneath), table)
        self._at += height + _SPACE

    def footer(self, paper: ReportDocument) -> None:
        at = self._at + 10
        lines = [*textwrap.wrap(f"{paper.made} {paper.remark}".strip(), 92), *textwrap.wrap(paper.trace, 92)]
        for line in lines[:_FOOTER_LINES]:
            self._text(56, at, line, size=14, color=_PALE)
            at += 28

    def _columns(self, axes: Axes, table: Table) -> None:
        values = [int(row[table.drawn[0]]) for row in table.rows]
        axes.bar(range(len(values)), values, color=_BLUE, width=0.8)
        step = max(1, -(-len(values) // _MOST_LABELS))
        places = range(0, len(values), step)
        axes.set_xticks(list(places), [_shorten_label(str(table.rows[place][0])) for place in places])
        axes.set_xlim(-0.6, len(values) - 0.4)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: _format_number(value)))
        axes.set_ylim(0, max([*values, 1]) * 1.08)
        axes.grid(axis="y", color=_GREY, linewidth=0.8, alpha=0.6)
        _hide_spines(axes, "left")

    def _bars(self, axes: Axes, table: Table) -> None:
        rows = table.rows[:_MOST_BARS]
        drawn = _drawn_columns(table)
        count = len(drawn)
        thick = 0.78 / count
        longest = max([int(row[place]) for row in rows for place in drawn] + [1])
        for series, column in enumerate(drawn):
            values = [int(row[column]) for row in rows]
            places = [number + (series - (count - 1) / 2) * thick for number in range(len(rows))]
            color = _SERIES[series % len(_SERIES)]
            axes.barh(places, values, height=thick * 0.92, color=color, label=table.columns[column])
            for place, value in zip(places, values, strict=True):
                axes.text(value + longest * 0.015, place, _format_number(value), va="center", fontsize=17, color=_INK)
        names = [_wrap_label(str(row[0])) for row in rows]
        axes.set_yticks(range(len(rows)), names)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, longest * 1.12)
        axes.set_xticks([])
        _hide_spines(axes)
        if count > 1:
            axes.legend(
                loc="upper center", bbox_to_anchor=(0.3, 0.0), ncol=count, frameon=False, fontsize=16, borderaxespad=0.4
            )

    def _axes(self, left: float, top: float, width: float, height: float) -> Axes:
        axes = self._figure.add_axes(
            (left / WIDTH, 1 - (top + height) / self._height, width / WIDTH, height / self._height)
        )
        axes.tick_params(labelsize=17, length=0, pad=9, colors=_INK)
        return axes

    def _panel(self, left: float, top: float, width: float, height: float, color: str) -> mpl.patches.Patch:
        return mpl.patches.FancyBboxPatch(
            (left / WIDTH, 1 - (top + height) / self._height),
            width / WIDTH,
            height / self._height,
            boxstyle="square,pad=0",
            transform=self._figure.transFigure,
            facecolor=color,
            edgecolor="none",
        )

    def _text(self, left: float, top: float, text: str, **look: Any) -> None:
        self._figure.text(left / WIDTH, 1 - top / self._height, text, **{"va": "top"} | look)


def _hide_spines(axes: Axes, *kept: str) -> None:
    for name, spine in axes.spines.items():
        spine.set_visible(name in kept)


def _shorten_label(label: str) -> str:
    """Shorten the label of a chart axis: a date "dd/mm/yyyy" to "dd/mm", any other label to its first word."""
    return label[:5] if label.count("/") == 2 else label.split(maxsplit=1)[0]


def _wrap_label(label: str) -> str:
    """Wrap the name of a bar into two lines; brackets at its end are kept together on the second line."""
    short = textwrap.shorten(label, 60, placeholder=" …")
    name, bracket, rest = short.partition(" (")
    if bracket and len(short) > _LABEL_WIDTH >= max(len(name), len(rest) + 1):
        return f"{name}\n({rest}"
    return textwrap.fill(short, _LABEL_WIDTH)


def _format_number(value: float) -> str:
    return f"{round(value):,}".replace(",", ".")
