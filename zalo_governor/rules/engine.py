"""Runs every rule on an event. A rule that raises is an outcome, recorded and shown; it stops no other."""

import traceback
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, RuleFailure, SealedFinding, Verdict
from zalo_governor.rules.base import Rule, RuleContext, SealingRule

CLEAN = Verdict()
"""Nothing found: the verdict on nearly everything that is said."""


class Engine:
    """An immutable set of rules; hot reload replaces the engine as a whole."""

    def __init__(self, rules: Sequence[Rule[Any]]) -> None:
        self.rules = tuple(rules)

    @property
    def door_rules(self) -> tuple[SealingRule[Any], ...]:
        """The rules whose findings can forbid to keep the content."""
        return tuple(rule for rule in self.rules if isinstance(rule, SealingRule))

    def judge(self, event: EventBase, context: RuleContext) -> Verdict:
        """All findings on the event, spans and suggestions included; `sealed` makes of it what may be kept."""
        findings: list[Finding] = []
        failures: list[RuleFailure] = []
        for rule in self.rules:
            try:
                findings.extend(rule.check(event, context))
            except Exception as error:
                failures.append(RuleFailure(rule_id=rule.id, error=_where(error)))
        return Verdict(findings=tuple(findings), failures=tuple(failures)) if findings or failures else CLEAN


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
