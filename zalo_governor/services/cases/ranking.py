"""Lists of cases that people read on a telephone: the gravest first, and nothing grave behind a count."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.findings import Severity

MOST_ROWS = 10
"""How many cases one list names, unless more of them are urgent."""

_GRAVITY = list(Severity)


class Shown(NamedTuple):
    """What of a list is named."""

    cases: Sequence[Case]
    rest: int
    """How many light ones are only counted."""


def gravest_first(cases: Iterable[Case]) -> list[Case]:
    """The cases by how grave they are, and in their order where that is the same."""
    return sorted(cases, key=lambda case: -_GRAVITY.index(case.gravity))


def shown(cases: Iterable[Case], most: int = MOST_ROWS) -> Shown:
    """All urgent cases, and light ones up to `most` altogether, the gravest first."""
    ordered = gravest_first(cases)
    named = max(most, sum(case.urgent for case in ordered))
    return Shown(ordered[:named], len(ordered[named:]))
