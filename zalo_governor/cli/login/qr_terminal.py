"""Drawing a QR code on a terminal: each character shows two modules (squares), one above the other."""

from rich.console import Console
from rich.text import Text

from zalo_governor.sandbox.images.qr import Modules

_QUIET_ZONE = 2
"""Width of the white border around the code, in modules (squares of the code); telephones need less than the four of
the QR standard."""
_CHARACTERS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def show(console: Console, modules: Modules) -> bool:
    """Print the QR code black on white and return True; if the terminal is too narrow or has no colours, return False.

    `modules` are the squares of the code. The terminal's own colours are not used: they may be white on black, which
    not every telephone can scan.
    """
    lines = drawing(modules)
    if len(lines[0]) > console.width or console.no_color or console.color_system is None:
        return False
    console.print(Text("\n".join(lines), style="black on bright_white", no_wrap=True))
    return True


def drawing(modules: Modules) -> list[str]:
    """Return the QR code with its border as lines of block characters, each showing two squares one above the other.

    `modules` are the squares of the code; True is a dark one.
    """
    size = len(modules)
    reach = range(-_QUIET_ZONE, size + _QUIET_ZONE)

    def dark(row: int, column: int) -> bool:
        return 0 <= row < size and 0 <= column < size and modules[row][column]

    return ["".join(_CHARACTERS[dark(row, column), dark(row + 1, column)] for column in reach) for row in reach[::2]]
