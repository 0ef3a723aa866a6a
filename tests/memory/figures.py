"""Repositories in memory: statistics, distributions, verdicts."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime

from tests.memory.base import MemoryRepository
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted, Seal
from zalo_governor.domain.reports import (
    Activity,
    AgencyFigures,
    ChangeFigures,
    ClauseFigures,
    Coverage,
    Handling,
    Membership,
    MembersVoice,
    StateFigures,
    StatementFigures,
)
from zalo_governor.domain.statements import Statement
from zalo_governor.storage.queries.distributions import Distributions
from zalo_governor.storage.queries.statistics import Statistics
from zalo_governor.storage.repositories.verdicts import Verdicts

BOT = "7000000000000000001"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
GROUP = "8000000000000000001"


class MemoryStatistics(MemoryRepository, Statistics):
    """Over lists."""

    def coverage(self, group_id: str, start: datetime, end: datetime) -> Coverage:
        return self._store.coverage_now

    def first_heard(self, group_id: str) -> datetime | None:
        return self._store.first_heard_at

    def activity(self, group_id: str, start: datetime, end: datetime) -> Activity:
        return self._store.activity_now

    def clause_figures(self, group_id: str, start: datetime, end: datetime, before: datetime) -> list[ClauseFigures]:
        return list(self._store.figures)

    def suspects(self, group_id: str, start: datetime, end: datetime) -> int:
        return 7

    def hints(self, group_id: str, label: str, start: datetime, end: datetime) -> list[tuple[datetime, int | None]]:
        return [(at, person_id) for at, person_id in self._store.hinted if start <= at < end]

    def undelivered_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        return 0

    def gaps(self, group_id: str, start: datetime, end: datetime) -> list[Gap]:
        return [gap for gap in self._store.gap_list if gap.group_id == group_id]

    def private_gaps(self, start: datetime, end: datetime) -> list[Gap]:
        return [gap for gap in self._store.gap_list if gap.group_id == BOT]


class MemoryDistributions(MemoryRepository, Distributions):
    """Over lists."""

    def rhythm(self, group_id: str, start: datetime, end: datetime) -> tuple[dict[date, int], list[int]]:
        return self._store.by_day, [0] * 8 + [sum(self._store.by_day.values())] + [0] * 15

    def agencies(self, group_id: str, start: datetime, end: datetime) -> list[AgencyFigures]:
        return self._store.agency_list

    def case_states(self, group_id: str, start: datetime, end: datetime) -> list[StateFigures]:
        counted = Counter((case.state, case.undecided) for case in self._store.book.values())
        return [StateFigures(state=one[0], cases=counted[one], undecided=one[1]) for one in counted]

    def handling(self, group_id: str, start: datetime, end: datetime) -> Handling:
        return self._store.handled

    def membership(self, group_id: str) -> Membership:
        return self._store.members

    def changes(self, group_id: str, start: datetime, end: datetime) -> list[ChangeFigures]:
        return [ChangeFigures(kind="pin_changed", count=3), ChangeFigures(kind="group_info_changed", count=1)]

    def note_statement(self, event: EventBase, statement: Statement) -> None:
        self._store.stated.append(statement)

    def statements(self, group_id: str, start: datetime, end: datetime) -> list[StatementFigures]:
        return [
            StatementFigures(kind="directive", count=9, long=1, no_deadline=4, no_addressee=2),
            StatementFigures(kind="report", count=14, long=3, no_deadline=0, no_addressee=0),
        ]

    def members_voice(self, group_id: str, start: datetime, end: datetime) -> MembersVoice:
        said = Counter(remark.kind for remark in self._store.remarked if start <= remark.at < end)
        return MembersVoice(incidents=said[RemarkKind.INCIDENT], suggestions=said[RemarkKind.SUGGESTION])


class MemoryVerdicts(MemoryRepository, Verdicts):
    """Over lists."""

    def store(self, admitted: Admitted, event: EventBase, verdict: Verdict, judged_at: datetime) -> None:
        raise AssertionError("the judge records, not the office")

    def lag_behind(self, group_id: str) -> bool:
        return self._store.lags_behind

    def sealed_since(self, event_ids: Sequence[int]) -> dict[int, Seal]:
        return {}

    def store_dead_letter(self, admitted: Admitted, reason: str, judged_at: datetime) -> None:
        raise AssertionError("the judge buries, not the office")

    def add(self, event_id: int, verdict: Verdict, seal: Seal | None) -> None:
        if event_id not in self._store.events:
            raise KeyError(event_id)
        self._store.added_verdicts.append((event_id, verdict, seal))
        for case_id in {case_id for case_id, tied in self._store.tied if seal and tied == event_id}:
            case = self._store.book[case_id]
            of_secret = seal is not None and case.rule_id == seal.rule_id
            bare = {"sealed": case.sealed or of_secret, "reason": ""}
            self._store.book[case_id] = case.model_copy(update=bare)
