"""What was withheld, and what rules on trial found: for the page about the trial."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, literal_column, select

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.notices import OutgoingState
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, TrialFigures, Withheld
from zalo_governor.storage.queries.distributions import Tallies
from zalo_governor.storage.queries.statistics import count_where
from zalo_governor.storage.schema import cases, findings, outbox

# Written out so that the databases see that the partial indices serve.
_WITHHELD = outbox.c.state == literal_column(f"'{OutgoingState.WITHHELD.value}'")
_RULE = func.coalesce(cases.c.rule_id, "")
_CLAUSE = func.coalesce(cases.c.clause, "")


class TrialCounts(Tallies):
    """The part of a unit that counts what nobody was told."""

    def trial_figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        """What was withheld by the account since then, what became of the groups' cases, what rules on trial found."""
        return TrialFigures(
            since=since,
            withheld=tuple(self._withheld(outbox.c.account == account, outbox.c.created_ms >= to_ms(since))),
            outcomes=tuple(self._outcomes(group_ids, since)),
            shadow=tuple(self._shadow(group_ids, since)),
        )

    def withheld_of(self, case: Case) -> list[Withheld]:
        """The messages about a case that did not go out, by addressee."""
        return self._withheld(outbox.c.case_id == case.id)

    def withheld_notices(self, group_id: str, start: datetime, end: datetime) -> int:
        """How many messages on behalf of the group did not go out in [start, end), since the account was on trial."""
        counted = select(func.count()).where(
            _WITHHELD,
            outbox.c.group_id == group_id,
            outbox.c.created_ms >= to_ms(start),
            outbox.c.created_ms < to_ms(end),
        )
        return int(self._ask(counted).scalar_one())

    def _withheld(self, *which: ColumnElement[bool]) -> list[Withheld]:
        rows = self._ask(
            select(outbox.c.person_id, _RULE.label("rule_id"), _CLAUSE.label("clause"), func.count().label("notices"))
            .select_from(outbox)
            .join(cases, cases.c.id == outbox.c.case_id, isouter=True)
            .where(_WITHHELD, *which)
            .group_by(outbox.c.person_id, cases.c.rule_id, cases.c.clause)
            .order_by(outbox.c.person_id, cases.c.rule_id)
        )
        return [Withheld.model_validate(dict(row)) for row in rows.mappings()]

    def _outcomes(self, group_ids: Collection[str], since: datetime) -> list[RuleOutcome]:
        taken_back = count_where(cases.c.state == CaseState.FALSE_ALARM.value)
        rows = self._ask(
            _since(cases.c.opened_ms, cases.c.group_id, group_ids, since)
            .add_columns(cases.c.rule_id, cases.c.clause, func.count().label("cases"), taken_back.label("false_alarms"))
            .group_by(cases.c.rule_id, cases.c.clause)
            .order_by(cases.c.rule_id)
        )
        return [RuleOutcome.model_validate(dict(row)) for row in rows.mappings()]

    def _shadow(self, group_ids: Collection[str], since: datetime) -> list[ShadowFigures]:
        rows = self._ask(
            _since(findings.c.at_ms, findings.c.group_id, group_ids, since)
            .add_columns(
                findings.c.rule_id,
                findings.c.clause,
                findings.c.severity,
                func.count().label("findings"),
                func.count(distinct(findings.c.person_id)).label("people"),
            )
            .where(findings.c.shadow.is_(True), findings.c.severity != Severity.SUSPECT.value)
            .group_by(findings.c.rule_id, findings.c.clause, findings.c.severity)
            .order_by(findings.c.rule_id, findings.c.severity)
        )
        return [ShadowFigures.model_validate(dict(row)) for row in rows.mappings()]


def _since(at_ms: Any, group: Any, group_ids: Collection[str], since: datetime) -> Select[Any]:
    return select().where(group.in_(list(group_ids)), at_ms >= to_ms(since))
