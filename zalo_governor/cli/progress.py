"""Progress of long work: bars on a terminal, a line for each step otherwise."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def steps(*names: str, total: int | None) -> Iterator[list[Callable[[int], None]]]:
    """For each step, what is told of so many more rows; `total` where it is known how many there are."""
    if not sys.stdout.isatty():
        yield [_plain(name) for name in names]
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, transient=True) as shown:
        yield [_bar(shown, name, total) for name in names]


def _bar(shown: Progress, name: str, total: int | None) -> Callable[[int], None]:
    task = shown.add_task(name, total=total)
    return lambda more: shown.advance(task, more)


def _plain(name: str) -> Callable[[int], None]:
    begun = False

    def told(_more: int) -> None:
        nonlocal begun
        if not begun:
            begun = True
            typer.echo(f"{name} …")

    return told
