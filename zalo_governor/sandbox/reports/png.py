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

from zalo_governor.domain.documents import Cell, Drawing, Highlight, ReportDocument, Table

WIDTH = 1080
_DPI = 100
_MOST_BARS, _MOST_TIED_BARS = 8, 12
"""Most bars of a chart of names, and most where the last ones are equal."""
_MOST_LABELS = 8
_INK, _PALE, _BLUE, _GREY, _PAPER = "#1b2a3a", "#5b6b7b", "#1f5fa8", "#b9c4d0", "#ffffff"
_SERIES = (_BLUE, _GREY, "#d08c3a")
"""Colours of a chart's bars, by column."""
_HEADER, _TILE_ROW, _COLUMNS, _BAR, _AROUND_BARS, _FOOTER, _SPACE = 200, 190, 360, 64, 120, 150, 40
"""Heights in pixels of the parts of the page: header, row of figures, vertical and horizontal bar charts, footer …"""
_HEADLINE, _NOTE_LINE = 116, 30
"""Heights in pixels of one of the three lines at the top, and of each line of its note."""
_NOTE_WIDTH, _NOTE_LINES = 82, 4
_TITLE_WIDTH, _TITLE_LINES, _TITLE_LINE = 57, 2, 34
"""Characters in a line of a chart's title, number of such lines, height in pixels of each after the first."""
_LONG_VALUE = 46
"""Length in characters from which the answer of one of the three lines is set smaller."""
_FOOTER_LINES = 4
_HEADING_WIDTH, _HEADING_LINES = 48, 3
_LABEL_WIDTH = 27


def picture(paper: ReportDocument) -> bytes:
    """Render the report `paper` as a PNG, 1080 pixels wide and as high as its charts need; return the bytes."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "text.color": _INK, "axes.edgecolor": _GREY}):
        content = BytesIO()
        page_of(paper).savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def page_of(paper: ReportDocument) -> Figure:
    """Return the page with its texts and charts, from top to bottom; charts that would be empty are left out."""
    drawn = [table for table in paper.tables if table.worth_drawing and _drawn_columns(table)]
    heights = [_height(table) for table in drawn]
    notes = [textwrap.wrap(headline.note, _NOTE_WIDTH)[:_NOTE_LINES] for headline in paper.headlines]
    tile_rows = (len(paper.highlights) + 1) // 2
    total = (
        _HEADER
        + sum(_HEADLINE + _NOTE_LINE * len(lines) for lines in notes)
        + tile_rows * _TILE_ROW
        + sum(heights)
        + _SPACE * len(drawn)
        + _FOOTER
    )
    figure = Figure(figsize=(WIDTH / _DPI, total / _DPI), dpi=_DPI, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    page = _Page(figure, total)
    page.header(paper)
    for headline, lines in zip(paper.headlines, notes, strict=True):
        page.headline(headline, lines)
    for place in range(0, len(paper.highlights), 2):
        page.tiles(paper.highlights[place : place + 2])
    for table, height in zip(drawn, heights, strict=True):
        page.chart(table, height)
    page.footer(paper)
    return figure


def _height(table: Table) -> int:
    title = _TITLE_LINE * (len(_title(table)) - 1)
    if table.drawing is Drawing.COLUMNS:
        return _COLUMNS + title
    return _AROUND_BARS + title + _BAR * len(_rows(table)) * (2 if len(_drawn_columns(table)) > 1 else 1)


def _rows(table: Table) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows that are drawn: of names only the first, by the drawn figures if `table.by_figure`.

    Rows with the same figures are drawn all or, where they are too many, none; else the first ones would seem to stand
    above the others.
    """
    if table.drawing is not Drawing.BARS:
        return table.rows
    if not table.by_figure:
        return table.rows[:_MOST_BARS]
    rows = sorted(table.rows, key=lambda row: _figures(table, row), reverse=True)
    if len(rows) <= _MOST_BARS:
        return tuple(rows)
    last = _figures(table, rows[_MOST_BARS - 1])
    to_the_last = [row for row in rows if _figures(table, row) >= last]
    above = [row for row in rows if _figures(table, row) > last]
    return tuple(to_the_last if len(to_the_last) <= _MOST_TIED_BARS else above or rows[:_MOST_BARS])


def _figures(table: Table, row: Sequence[Cell]) -> tuple[int, ...]:
    """Return the figures of the row that are drawn."""
    return tuple(int(row[place]) for place in _drawn_columns(table))


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
    shown = _rows(table)
    if len(shown) == len(table.rows):
        return lines
    name = table.columns[0].lower()
    which = also = ""
    if table.by_figure:
        figure = table.columns[columns[0]].lower()
        if not figure.startswith("số"):
            figure = "số lượt" if named else f"số lượt {figure}"
        which = f" có {figure} cao nhất"
        last = _figures(table, shown[-1])
        if equal := sum(_figures(table, row) == last for row in table.rows if row not in shown):
            also = f"; {equal} {name} khác có cùng số"
    some = f"{len(shown)} {name}{which}, trong số {len(table.rows)}{also}"
    return [*lines, *textwrap.wrap(f"({some})", _TITLE_WIDTH)]


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
        """Draw one of the three lines with which the page begins; `note` are the lines of what is added to it."""
        height = _HEADLINE + _NOTE_LINE * len(note)
        self._figure.patches.append(self._panel(40, self._at, WIDTH - 80, height - 16))
        self._text(64, self._at + 12, headline.name, size=18, color=_PALE)
        size = 26 if len(headline.value) <= _LONG_VALUE else 19
        self._text(64, self._at + 44, headline.value, size=size, weight="bold")
        for number, line in enumerate(note):
            self._text(64, self._at + 94 + _NOTE_LINE * number, line, size=16)
        self._at += height

    def tiles(self, highlights: tuple[Highlight, ...]) -> None:
        for place, highlight in enumerate(highlights):
            left = 56 + place * 504
            self._figure.patches.append(self._panel(left - 16, self._at, 488, _TILE_ROW - 20))
            self._text(left + 8, self._at + 14, highlight.name, size=19, color=_PALE)
            self._text(left + 8, self._at + 48, highlight.value, size=38, weight="bold")
            note = textwrap.shorten(highlight.note, 40, placeholder=" …")
            self._text(left + 8, self._at + 122, note, size=16, color=_PALE)
        self._at += _TILE_ROW

    def chart(self, table: Table, height: int) -> None:
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
        rows = _rows(table)
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

    def _panel(self, left: float, top: float, width: float, height: float) -> mpl.patches.Patch:
        return mpl.patches.FancyBboxPatch(
            (left / WIDTH, 1 - (top + height) / self._height),
            width / WIDTH,
            height / self._height,
            boxstyle="square,pad=0",
            transform=self._figure.transFigure,
            facecolor="#eef3f8",
            edgecolor="none",
        )

    def _text(self, left: float, top: float, text: str, **look: Any) -> None:
        self._figure.text(left / WIDTH, 1 - top / self._height, text, va="top", **look)


def _hide_spines(axes: Axes, *kept: str) -> None:
    for name, spine in axes.spines.items():
        spine.set_visible(name in kept)


def _shorten_label(label: str) -> str:
    """Shorten the label of a chart axis: a date "dd/mm/yyyy" to "dd/mm", any other label to its first word."""
    return label[:5] if label.count("/") == 2 else label.split(maxsplit=1)[0]


def _wrap_label(label: str) -> str:
    """Wrap the name of a bar into two lines; what stands in brackets at its end is kept together on the second."""
    short = textwrap.shorten(label, 60, placeholder=" …")
    name, bracket, rest = short.partition(" (")
    if bracket and len(short) > _LABEL_WIDTH >= max(len(name), len(rest) + 1):
        return f"{name}\n({rest}"
    return textwrap.fill(short, _LABEL_WIDTH)


def _format_number(value: float) -> str:
    return f"{round(value):,}".replace(",", ".")
