"""Trials of bot accounts (first days, in which only the admins get messages) and what was withheld meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, distinct, func, literal_column, select, update

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.notices import NO_GROUP, OutgoingState
from zalo_governor.domain.trial import RuleOutcome, ShadowFigures, Trial, TrialFigures, Withheld
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.schema import cases, findings, outbox, rule_trials, trials
from zalo_governor.storage.schema.base import count_where

# A literal, since databases do not use the partial index for a parameter.
_WITHHELD = outbox.c.state == literal_column(f"'{OutgoingState.WITHHELD.value}'")
_RULE = func.coalesce(cases.c.rule_id, "")
_CLAUSE = func.coalesce(cases.c.clause, "")


@dataclass(eq=False)
class Trials(Repository):
    """Repository of trials: the first days of a bot account, in which messages to others than the admins are withheld.

    Each trial is read once per transaction.
    """

    _trials: dict[tuple[str, str], Trial | None] = field(default_factory=dict)

    def get(self, account: str, group_id: str) -> Trial | None:
        """Return the state of the account's trial in the group; None before the program first ran with it there."""
        key = account, group_id
        if key not in self._trials:
            row = self._tx.execute(select(trials).where(*_is(key))).first()
            self._trials[key] = row and Trial.model_validate(fields_of(row))
        return self._trials[key]

    def begin(self, account: str, group_id: str, at: datetime) -> None:
        """Record the account's first start in the group, with which the trial begins; no effect if recorded already."""
        row = {"account": account, "group_id": group_id, "began_ms": to_ms(at)}
        self._tx.connection.execute(self._tx.database.insert_or_ignore(trials), row)
        self._trials.clear()

    def save(self, trial: Trial) -> None:
        """Update the stored state of a trial; the stored beginning (`began_at`) is kept."""
        values = columns_of(trials, trial)
        del values["began_ms"]
        self._tx.connection.execute(update(trials).where(*_is((trial.account, trial.group_id))).values(values))
        self._trials.clear()

    def is_live(self, group_id: str) -> bool:
        """Return whether the trial of this transaction's account has ended in the group: everybody gets messages."""
        trial = self.get(self._tx.account or "", group_id)
        return trial is not None and trial.live_at is not None

    def rules(self, group_id: str) -> dict[str, datetime]:
        """Return rule id -> since when, for the rules that an admin has put on trial in the group."""
        rows = self._tx.execute(
            select(rule_trials.c.rule_id, rule_trials.c.began_ms).where(rule_trials.c.group_id == group_id)
        )
        return {row.rule_id: from_ms(row.began_ms) for row in rows}

    def begin_rule(self, group_id: str, rule_id: str, at: datetime, by: int) -> None:
        """Record that the person with the id `by` puts the rule on trial; no effect if it is on trial already."""
        row = {"group_id": group_id, "rule_id": rule_id, "began_ms": to_ms(at), "begun_by": by}
        self._tx.connection.execute(self._tx.database.insert_or_ignore(rule_trials), row)

    def end_rule(self, group_id: str, rule_id: str) -> None:
        """End the rule's trial in the group: people are told of its findings again."""
        which = rule_trials.c.group_id == group_id, rule_trials.c.rule_id == rule_id
        self._tx.connection.execute(delete(rule_trials).where(*which))

    def figures(self, account: str, group_ids: Collection[str], since: datetime) -> TrialFigures:
        """Count what happened in the groups' trials since `since`, for a summary.

        Counted are the withheld messages, the outcomes of the groups' cases, and the findings of rules that are on
        trial themselves (shadow rules).
        """
        return TrialFigures(
            since=since,
            withheld=tuple(
                self._withheld(
                    outbox.c.account == account,
                    outbox.c.group_id.in_((*group_ids, NO_GROUP)),
                    outbox.c.created_ms >= to_ms(since),
                )
            ),
            outcomes=tuple(self._outcomes(group_ids, since)),
            shadow=tuple(self._shadow(group_ids, since)),
        )

    def withheld_of(self, case: Case) -> list[Withheld]:
        """Return how many messages about the case were withheld (not sent because of the trial), by addressee."""
        return self._withheld(outbox.c.case_id == case.id)

    def withheld_count(self, group_id: str, start: datetime, end: datetime) -> int:
        """Count messages about the group, or about no group, that were withheld in [start, end) by the trial."""
        counted = select(func.count()).where(
            _WITHHELD,
            outbox.c.group_id.in_((group_id, NO_GROUP)),
            outbox.c.created_ms >= to_ms(start),
            outbox.c.created_ms < to_ms(end),
        )
        return int(self._tx.execute(counted).scalar_one())

    def _withheld(self, *which: ColumnElement[bool]) -> list[Withheld]:
        rows = self._tx.execute(
            select(
                outbox.c.group_id,
                outbox.c.person_id,
                _RULE.label("rule_id"),
                _CLAUSE.label("clause"),
                func.count().label("notices"),
            )
            .select_from(outbox)
            .join(cases, cases.c.id == outbox.c.case_id, isouter=True)
            .where(_WITHHELD, *which)
            .group_by(outbox.c.group_id, outbox.c.person_id, cases.c.rule_id, cases.c.clause)
            .order_by(outbox.c.group_id, outbox.c.person_id, cases.c.rule_id)
        )
        return [Withheld.model_validate(dict(row)) for row in rows.mappings()]

    def _outcomes(self, group_ids: Collection[str], since: datetime) -> list[RuleOutcome]:
        taken_back = count_where(cases.c.state == CaseState.FALSE_ALARM.value)
        rows = self._tx.execute(
            _since(cases.c.opened_ms, cases.c.group_id, group_ids, since)
            .add_columns(cases.c.rule_id, cases.c.clause, func.count().label("cases"), taken_back.label("false_alarms"))
            .group_by(cases.c.rule_id, cases.c.clause)
            .order_by(cases.c.rule_id)
        )
        return [RuleOutcome.model_validate(dict(row)) for row in rows.mappings()]

    def _shadow(self, group_ids: Collection[str], since: datetime) -> list[ShadowFigures]:
        rows = self._tx.execute(
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


def _is(key: tuple[str, str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return trials.c.account == key[0], trials.c.group_id == key[1]


def _since(at_ms: Any, group: Any, group_ids: Collection[str], since: datetime) -> Select[Any]:
    return select().where(group.in_(list(group_ids)), at_ms >= to_ms(since))
