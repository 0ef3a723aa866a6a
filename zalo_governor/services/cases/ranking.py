"""Lists of cases in messages: gravest first, all urgent ones named, the others beyond a limit only counted."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.findings import Severity

MOST_ROWS = 10
"""Maximum number of cases that a list names, unless more of them are urgent."""

_GRAVITY = list(Severity)


class Shown(NamedTuple):
    """The cases that a list in a message names, and the number of those left out."""

    cases: Sequence[Case]
    rest: int
    """Number of cases that are left out; none of them is urgent."""


def gravest_first(cases: Iterable[Case]) -> list[Case]:
    """Return the cases by descending severity; cases of equal severity keep their order."""
    return sorted(cases, key=lambda case: -_GRAVITY.index(case.gravity))


def shown(cases: Iterable[Case], most: int = MOST_ROWS) -> Shown:
    """Choose the cases that a list names: all urgent ones, then the gravest others up to `most`; count the rest."""
    ordered = gravest_first(cases)
    named = max(most, sum(case.urgent for case in ordered))
    return Shown(ordered[:named], len(ordered[named:]))
