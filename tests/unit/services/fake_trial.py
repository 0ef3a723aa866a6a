"""The part of the transaction in memory that knows the trial and who opened which case."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from zalo_governor.domain.audit import Opening
from zalo_governor.domain.cases import Case
from zalo_governor.domain.notices import Notice
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial, TrialFigures, Withheld


@dataclass
class FakeTrial:
    """What was withheld stands in a list; the other figures are what a test puts there."""

    book: dict[int, Case] = field(default_factory=dict)
    trial_now: Trial | None = None
    posted: list[Notice] = field(default_factory=list)
    """What goes out."""
    held: list[Notice] = field(default_factory=list)
    """What was withheld."""
    outcome_list: list[RuleOutcome] = field(default_factory=list)
    shadow_list: list[ShadowFigures] = field(default_factory=list)
    opened: list[Opening] = field(default_factory=list)

    def post(self, notice: Notice, *, withheld: bool = False) -> None:
        (self.held if withheld else self.posted).append(notice)

    def trial(self, account: str) -> Trial | None:
        return self.trial_now

    def save_trial(self, trial: Trial) -> None:
        self.trial_now = trial

    def trial_figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        return TrialFigures(
            since=since,
            withheld=tuple(self._counted(self.held)),
            outcomes=tuple(self.outcome_list),
            shadow=tuple(self.shadow_list),
        )

    def withheld_of(self, case: Case) -> list[Withheld]:
        return self._counted([notice for notice in self.held if notice.case_id == case.id])

    def withheld_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        return len(self.held)

    def openings(self, case: Case) -> list[Opening]:
        return self.opened

    def _counted(self, notices: list[Notice]) -> list[Withheld]:
        counted: Counter[tuple[int | None, str, str]] = Counter()
        for notice in notices:
            case = self.book[notice.case_id] if notice.case_id else None
            counted[notice.person_id, case.rule_id if case else "", case.clause if case else ""] += 1
        return [
            Withheld(person_id=person, rule_id=rule, clause=clause, notices=count)
            for (person, rule, clause), count in counted.items()
        ]
