"""Runs every rule on an event. A rule that raises is an outcome, recorded and shown; it stops no other."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, RuleFailure, SealedFinding, Verdict
from zalo_governor.rules.base import Rule, RuleContext, SealingRule

CLEAN = Verdict()
"""Nothing found: the verdict on nearly everything that is said."""


def _unwatched(_place: int) -> None:
    pass


class Engine:
    """An immutable set of rules; hot reload replaces the engine as a whole."""

    def __init__(self, rules: Sequence[Rule[Any]]) -> None:
        self.rules = tuple(rules)

    @property
    def door_rules(self) -> tuple[SealingRule[Any], ...]:
        """The rules whose findings can forbid to keep the content."""
        return tuple(rule for rule in self.rules if isinstance(rule, SealingRule))

    def prepare(self) -> None:
        """Have the rules load what they need to judge: to be called once in the process that does."""
        for rule in self.rules:
            rule.prepare()

    def judge(
        self,
        event: EventBase,
        context: RuleContext,
        *,
        out: Mapping[str, str] = {},
        begin: Callable[[int], object] = _unwatched,
    ) -> Verdict:
        """All findings on the event, spans and suggestions included; `sealed` makes of it what may be kept.

        Args:
            event: what happened.
            context: what is known beside it.
            out: by id, the rules that are not asked, and why: each is a failure of that rule.
            begin: called with the place of each rule before it thinks.
        """
        findings: list[Finding] = []
        failures: list[RuleFailure] = []
        for place, rule in enumerate(self.rules):
            if rule.id in out:
                failures.append(RuleFailure(rule_id=rule.id, error=out[rule.id]))
                continue
            begin(place)
            try:
                findings.extend(rule.check(event, context))
            except Exception as error:
                failures.append(RuleFailure(rule_id=rule.id, error=_where(error)))
        return Verdict(findings=tuple(findings), failures=tuple(failures)) if findings or failures else CLEAN


class RulesHere:
    """The rules in this process. Fits pipeline.ports.Rules."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> Callable[[], list[Verdict]]:
        """They think when the answer is called for."""
        engine = self._engine()
        return lambda: [engine.judge(event, context) for event, context in cases]


def sealed(verdict: Verdict) -> Verdict:
    """The verdict as it may be kept. If any finding seals, nothing of the text survives in the others either."""
    if not verdict.sealed:
        return verdict
    return verdict.model_copy(
        update={
            "findings": tuple(
                _seal(finding) if isinstance(finding, Finding) else finding for finding in verdict.findings
            )
        }
    )


def _seal(finding: Finding) -> Finding | SealedFinding:
    if not finding.seals:
        return finding.bare()
    return SealedFinding(
        rule_id=finding.rule_id,
        clause=finding.clause,
        severity=finding.severity,
        label=finding.label,
        level=finding.level,
        shadow=finding.shadow,
    )


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
