"""Long lines on a terminal, broken at spaces: a terminal by itself breaks them in the middle of a word."""

import shutil
import sys
import textwrap
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text


def say(text: str, *, err: bool = False) -> None:
    """Print a text, wrapped where a terminal shows it; `err` sends it to standard error."""
    typer.echo(wrapped(text, err=err), err=err)


def wrapped(text: str, *, err: bool = False) -> str:
    """Return the text with its lines broken to fit the terminal; each part keeps the indent of the broken line.

    It is returned unchanged where the output (standard error, if `err`) is a file or a pipe.
    """
    if not (sys.stderr if err else sys.stdout).isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(line if len(line) <= width else _broken(line, width) for line in text.split("\n"))


def folding_table(*headings: str, title: str | None = None) -> Table:
    """Return an empty table with these headings that wraps text too long for its column; rich would cut it off."""
    return Table(*(Column(heading, overflow="fold") for heading in headings), title=title)


def print_rows(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a title with the number of rows, and the rows as a table; print nothing if there are none."""
    if not rows:
        return
    say(f"{title}: {len(rows)}")
    table = folding_table(*headings)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _broken(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line, width, subsequent_indent=indent, replace_whitespace=False, break_long_words=False, break_on_hyphens=False
    )
