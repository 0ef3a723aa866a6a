"""What the terminal shows is the code, module for module."""

import io

import pytest
import segno
from rich.console import Console

from zalo_governor.cli.login.qr_terminal import drawing, show

DARK = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}


@pytest.fixture
def modules() -> tuple[tuple[bool, ...], ...]:
    return tuple(tuple(map(bool, row)) for row in segno.make_qr("https://qr.zalo.me/abc").matrix)


def test_the_lines_hold_every_module_and_a_margin(modules: tuple[tuple[bool, ...], ...]) -> None:
    lines = drawing(modules)
    rows = [[DARK[character][half] for character in line] for line in lines for half in (0, 1)]
    size = len(modules)
    assert [row[2 : 2 + size] for row in rows[2 : 2 + size]] == [list(row) for row in modules]
    assert not any(rows[0] + rows[1] + rows[2 + size])
    assert not any(row[0] or row[-1] for row in rows)


@pytest.mark.parametrize(("width", "colours", "shown"), [(20, True, False), (80, False, False), (80, True, True)])
def test_where_a_code_would_be_torn_or_inverted_none_is_shown(
    modules: tuple[tuple[bool, ...], ...], width: int, colours: bool, shown: bool
) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system="standard", no_color=not colours)
    assert show(console, modules) is shown
    assert bool(out.getvalue()) is shown
