"""The rows that are read from a spreadsheet."""

from typing import NamedTuple

MOST_TEXT = 8_000_000
"""Most bytes of all rows as JSON: a small file may repeat one long text in each of its cells."""


class SheetRow(NamedTuple):
    """A row of a spreadsheet that is not empty."""

    number: int
    """Row number in the spreadsheet, from 1."""
    cells: tuple[str, ...]
    """Texts of the cells without outer spaces, "" for an empty cell; merged cells all have their common text."""
    merged_across: bool = False
    """Whether the row's only text is merged over several columns, as in a heading above the rows that follow."""
