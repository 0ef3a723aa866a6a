"""Bar charts as SVG: computes places and sizes of bars and labels, which the template only prints."""

from collections.abc import Sequence
from typing import NamedTuple

_LENGTH = 300
_THICK, _GAP = 14, 4
_LABEL = 190
_HEIGHT = 120


class Bar(NamedTuple):
    """One bar: its place and size in SVG units, its number, and the index of its series in `Chart.series`."""

    x: float
    y: float
    width: float
    height: float
    value: int
    series: int


class Label(NamedTuple):
    """The name of a row of numbers, and where it is drawn, in SVG units."""

    x: float
    y: float
    text: str


class Chart(NamedTuple):
    """A bar chart, ready to be drawn; `upright` says that its bars are vertical."""

    width: float
    height: float
    bars: Sequence[Bar]
    labels: Sequence[Label]
    series: Sequence[str]
    """The names of what is counted, one for each number of a row."""
    upright: bool


def bars(rows: Sequence[tuple[str, Sequence[int]]], series: Sequence[str], *, upright: bool) -> Chart:
    """Return a bar chart of `rows`, each the row's name and its numbers, one for each name in `series`.

    With `upright` the bars are vertical, as for days; otherwise horizontal, as for agencies.
    """
    highest = max((value for _, values in rows for value in values), default=0) or 1
    drawn: list[Bar] = []
    labels: list[Label] = []
    place = 0.0
    for text, values in rows:
        begin = place
        for number, value in enumerate(values):
            length = round(value / highest * (_HEIGHT if upright else _LENGTH), 1)
            if upright:
                drawn.append(Bar(place, _HEIGHT - length + _THICK, _THICK, length, value, number))
            else:
                drawn.append(Bar(_LABEL, place, length, _THICK, value, number))
            place += _THICK
        middle = (begin + place) / 2
        labels.append(Label(middle, _HEIGHT + 2 * _THICK, text) if upright else Label(0, middle + _GAP, text))
        place += _GAP
    if upright:
        return Chart(max(place, _THICK), _HEIGHT + 3 * _THICK, drawn, labels, series, upright)
    return Chart(_LABEL + _LENGTH + 3 * _THICK, place, drawn, labels, series, upright)
