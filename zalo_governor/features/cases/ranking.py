"""Lists of cases in messages: gravest first, all urgent ones named, the others beyond a limit only counted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import EVER
from zalo_governor.storage.unit_of_work import UnitOfWork

MOST_ROWS = 10
"""Maximum number of cases that a list names, unless more of them are urgent."""


class Shown(NamedTuple):
    """The cases that a list in a message names, and the number of those left out."""

    cases: Sequence[Case]
    rest: int
    """Number of cases that are left out; none of them is urgent."""


def undecided(uow: UnitOfWork, group_id: str, end: datetime) -> list[Case]:
    """Return all cases of the group, opened before `end`, that still need a decision, oldest first."""
    cases = uow.cases.opened_between(group_id, start=EVER, end=end, open_only=True)
    cases += uow.cases.gone_secrets(group_id, end)
    return sorted(cases, key=lambda case: (case.opened_at, case.id))


def gravest_first(cases: Iterable[Case]) -> list[Case]:
    """Return the cases by descending severity; cases of equal severity keep their order."""
    return sorted(cases, key=lambda case: -case.gravity.rank)


def shown(cases: Iterable[Case], most: int = MOST_ROWS) -> Shown:
    """Choose the cases that a list names: all urgent ones, then the gravest others up to `most`; count the rest."""
    ordered = gravest_first(cases)
    named = max(most, sum(case.urgent for case in ordered))
    return Shown(ordered[:named], len(ordered[named:]))
