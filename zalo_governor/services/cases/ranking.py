"""Short lists of cases: the gravest first; urgent ones are always listed, minor ones beyond a limit only counted."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.findings import Severity

MOST_ROWS = 10
"""How many cases one list names at most, unless more of them are urgent."""

_GRAVITY = list(Severity)


class Shown(NamedTuple):
    """The cases that a list names, and how many more there are."""

    cases: Sequence[Case]
    rest: int
    """How many minor cases are not named."""


def gravest_first(cases: Iterable[Case]) -> list[Case]:
    """Return the cases sorted by gravity, descending; equal ones keep their order."""
    return sorted(cases, key=lambda case: -_GRAVITY.index(case.gravity))


def shown(cases: Iterable[Case], most: int = MOST_ROWS) -> Shown:
    """Return all urgent cases, filled up with others to at most `most`, the gravest first, and the number left out."""
    ordered = gravest_first(cases)
    named = max(most, sum(case.urgent for case in ordered))
    return Shown(ordered[:named], len(ordered[named:]))
