"""A QR code in the characters of a terminal: two modules in one character, above each other."""

from rich.console import Console
from rich.text import Text

from zalo_governor.sandbox.images.qr import Modules

_QUIET = 2
"""Modules of white around it; telephones are content with less than the four of the standard."""
_CHARACTERS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def show(console: Console, modules: Modules) -> bool:
    """Print it black on white, whatever the colours of the terminal; False where it is too narrow or has no colours.

    In the colours of a dark terminal the code would be white on black, which not every telephone reads.
    """
    lines = drawing(modules)
    if len(lines[0]) > console.width or console.no_color or console.color_system is None:
        return False
    console.print(Text("\n".join(lines), style="black on bright_white", no_wrap=True))
    return True


def drawing(modules: Modules) -> list[str]:
    """Its lines, all of one length."""
    size = len(modules)
    reach = range(-_QUIET, size + _QUIET)

    def dark(row: int, column: int) -> bool:
        return 0 <= row < size and 0 <= column < size and modules[row][column]

    return ["".join(_CHARACTERS[dark(row, column), dark(row + 1, column)] for column in reach) for row in reach[::2]]
