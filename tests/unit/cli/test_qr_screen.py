"""What the terminal shows is the code, module for module."""

import io

import pytest
import segno
from rich.console import Console

from zalo_governor.cli.qr_screen import drawing, show

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


def test_a_window_that_is_too_narrow_gets_no_torn_code(modules: tuple[tuple[bool, ...], ...]) -> None:
    out = io.StringIO()
    assert not show(Console(file=out, width=20), modules)
    assert not out.getvalue()
