"""The order of a report's clauses and cases by gravity, and the grave cases by clause."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.cases import UNCHECKED, Case, CaseState
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.regulation import Regulation
from zalo_governor.domain.reports import ActivityReport, ClauseFigures
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.templates import TextId


class GraveClause(NamedTuple):
    """The grave cases of a report under one clause."""

    name: str
    """Name and number of the clause."""
    cases: Sequence[Case]
    rank: int
    """`Regulation.rank_of` the clause: 0 for state secrets."""


def worst_first(
    figures: Iterable[ClauseFigures], urgent: Iterable[Case], regulation: Regulation
) -> list[ClauseFigures]:
    """Return the figures by clause, the worst first: by `Regulation.rank_of` (0: secrets), then by most cases.

    A clause under which content was sealed (not stored, as it may be a state secret) ranks with the secrets. `urgent`
    are the period's urgent cases.
    """
    sealed = {case.clause for case in urgent if case.sealed}

    def place(row: ClauseFigures) -> tuple[int, int, int]:
        return (0 if row.clause in sealed else regulation.rank_of(row.clause), -row.cases, -row.before)

    return sorted(figures, key=place)


def grave_cases(urgent: Sequence[Case], open_cases: Iterable[Case], regulation: Regulation) -> list[Case]:
    """Return the cases for `ActivityReport.grave_cases`: those of the period, then the open ones from outside it.

    Of each clause the critical ones come first, then the undecided, as lists may name the first only. `urgent` are the
    urgent cases of the period in any state, `open_cases` all cases that are open now.
    """

    def place(case: Case) -> tuple[int, bool, bool]:
        rank = 0 if case.sealed else regulation.rank_of(case.clause)
        return rank, case.gravity is not Severity.CRITICAL, not case.undecided

    settled = {CaseState.FALSE_ALARM, CaseState.APPROVED}
    of_period = {case.id for case in urgent}
    inside = [case for case in urgent if case.state not in settled]
    outside = [case for case in open_cases if case.urgent and case.id not in of_period]
    return [*sorted(inside, key=place), *sorted(outside, key=place)]


def grave_clauses(report: ActivityReport, voice: MessageFormatter) -> list[GraveClause]:
    """Return the report's grave cases by clause, the worst first.

    Cases sealed because a check of the content failed, not because of a sign of a secret, form an entry of their own.
    """
    found: dict[str, GraveClause] = {}
    for case in report.grave_cases:
        unchecked = case.label == UNCHECKED
        name = voice.render(TextId("summary_unchecked")) if unchecked else voice.named_clause(case.clause)
        rank = 0 if case.sealed else voice.regulation.rank_of(case.clause)
        same = found.get(name, GraveClause(name, (), rank))
        found[name] = same._replace(cases=(*same.cases, case), rank=min(same.rank, rank))
    return sorted(found.values(), key=lambda clause: clause.rank)
