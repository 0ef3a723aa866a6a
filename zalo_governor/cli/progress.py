"""Showing the progress of long work: bars on a terminal, otherwise one line for each step."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def steps(*names: str, total: int | None) -> Iterator[list[Callable[[int], None]]]:
    """Context manager that shows the progress of long work in named steps; yields one callback for each name.

    Call a step's callback with the number of rows processed since its last call. `total` is the number of rows of each
    step, None if unknown.
    """
    if not sys.stdout.isatty():
        yield [_line_callback(name) for name in names]
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as shown:
        yield [partial(shown.advance, shown.add_task(name, total=total)) for name in names]


def _line_callback(name: str) -> Callable[[int], None]:
    begun = False

    def told(_more: int) -> None:
        nonlocal begun
        if not begun:
            begun = True
            typer.echo(f"{name} …")

    return told
