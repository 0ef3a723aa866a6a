"""The failure matrix: who learns what, and when, while Zalo fails for some people for some time.

`python -m tests.acceptance.delivery.matrix` writes docs/delivery-matrix.md anew.
"""

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple

import structlog

from tests.acceptance.delivery.stage import BEGIN, FALLBACK, Fault, Kind, Played, Stage, make_template

FOREVER = timedelta(days=9)
LASTS = {timedelta(seconds=45): "45 s", timedelta(minutes=20): "20 min", FOREVER: "for ever"}
WHOM = {
    "member": ("member",),
    "one of the desk": ("admin",),
    "all of the desk": ("admin", "staff"),
    "leader": ("leader",),
}
DOC = Path(__file__).parents[3] / "docs" / "delivery-matrix.md"
REFUSING = {Fault.NOT_FROM_YOU, Fault.STRANGERS, Fault.CODE_127, Fault.NO_ACCOUNT}
"""Zalo says no for good."""
DONE = {Fault.DONE_THEN_500, Fault.DONE_THEN_HANG}
"""It arrives in spite of the error."""
_HEAD = """Made by `python -m tests.acceptance.delivery.matrix`, which plays each of the 624 cells on an own clock.
The real office, store, outbox and client work against a Zalo that fails as told.
`tests/acceptance/test_delivery_matrix.py` holds the program to it: nobody reads a thing twice without "(gửi lại)", and
nothing that did not arrive is invisible. Times are limits from the event on, for whoever is named to learn of it. The
line is open, so that what did arrive comes back as an echo."""
_STEPS = (
    (timedelta(minutes=1), "1 min"),
    (timedelta(minutes=4), "4 min"),
    (timedelta(minutes=16), "16 min"),
    (timedelta(minutes=31), "31 min"),
    (timedelta(hours=13), "13 h"),
    (FOREVER, "a day"),
)
_NAMES = {"admin": "admin", "staff": "staff", "reader": "leader's office", FALLBACK: "e-mail/webhook"}


class Cell(NamedTuple):
    """One square of the matrix."""

    fault: Fault
    whom: str
    lasts: timedelta
    kind: Kind

    @property
    def asker(self) -> str:
        """Who gives the command whose answer is to be delivered; for other kinds it does not matter."""
        return {"member": "member", "leader": "leader"}.get(self.whom, "admin")

    def play(self, template: Path, folder: Path) -> Played:
        """What came of it."""
        return Stage(template, folder, self.fault, WHOM[self.whom], self.lasts).play(self.kind, self.asker)


def cells(kind: Kind | None = None, lasts: timedelta | None = None) -> Iterator[Cell]:
    """All of them, or those of one kind and time."""
    for fault, whom, time, what in product(Fault, WHOM, LASTS, Kind):
        if kind in {None, what} and lasts in {None, time}:
            yield Cell(fault, whom, time, what)


def outcome(cell: Cell, played: Played) -> str:
    """Who learns it first, and by when, in words short enough for a table."""
    first: dict[str, timedelta] = {}
    for told in played.told:
        first.setdefault(told.who, told.at - BEGIN)
    said = ", ".join(f"{_NAMES.get(who, who)} {_within(after)}" for who, after in first.items())
    shown = f"{played.counts.failed} shown as not delivered" if played.counts.failed else ""
    return "; ".join(filter(None, (said or "nobody", shown)))


def _within(after: timedelta) -> str:
    if after <= timedelta(seconds=1):
        return "at once"
    return "≤ " + next(words for limit, words in _STEPS if after <= limit)


def document(outcomes: dict[Cell, str]) -> str:
    """The page: a table for each kind of notice, faults with the same outcome in one row."""
    lines = [
        "# Who learns what when Zalo fails",
        "",
        _HEAD,
    ]
    for kind in Kind:
        rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for cell, words in outcomes.items():
            if cell.kind is kind:
                rows[cell.whom, LASTS[cell.lasts], words].append(cell.fault.value)
        lines += [
            "",
            f"## {kind.value}",
            "",
            "| fails for | how long | fault | who learns it |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {whom} | {lasts} | {'every one' if len(faults) == len(Fault) else ', '.join(faults)} | {words} |"
            for (whom, lasts, words), faults in rows.items()
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Play all and write the page."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = make_template(folder)
        DOC.write_text(document({cell: outcome(cell, cell.play(template, folder)) for cell in cells()}), "utf-8")


if __name__ == "__main__":
    main()
