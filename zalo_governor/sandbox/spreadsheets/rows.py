"""What is read from a spreadsheet."""

from typing import NamedTuple


class SheetRow(NamedTuple):
    """A row of a spreadsheet that is not empty."""

    number: int
    """Row number in the spreadsheet, from 1."""
    cells: tuple[str, ...]
    """Texts of the cells without outer spaces, "" for an empty cell; merged cells all have their common text."""
    merged_across: bool = False
    """Whether the row's only text is merged over several columns, as in a heading above the rows that follow."""
