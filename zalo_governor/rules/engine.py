"""Runs every rule on an event. An exception in one rule is recorded as a failure and does not stop the other rules."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, RuleFailure, SealedFinding, Verdict
from zalo_governor.rules.base import Need, Rule, RuleContext, SealingRule

CLEAN = Verdict()
"""The verdict without findings and failures, shared because nearly all messages get it."""


class Engine:
    """Runner of the rules on events; immutable, replaced by a new engine when rule files change.

    Args:
        rules: the rules of the common regulation.
        own: name of another regulation -> its rules, which judge the events whose context names this regulation.
    """

    def __init__(self, rules: Sequence[Rule[Any]], own: Mapping[str, Sequence[Rule[Any]]] = {}) -> None:
        self.rules = tuple(rules)
        self.needs = frozenset[Need]().union(*(rule.needs for rule in self.rules))
        """The facts that have to be looked up for `rules`."""
        self.gate_rules = tuple(rule for rule in self.rules if isinstance(rule, SealingRule))
        """The rules for the secret gate (the check before anything is stored): their findings may forbid storing.

        The law demands them in every group, so that they are those of the common regulation.
        """
        regulations = {"": self.rules, **own}
        self.all_rules = tuple(rule for of_one in regulations.values() for rule in of_one)
        """The rules of all regulations, those of the common one first."""
        places = iter(enumerate(self.all_rules))
        self._rules_of = {name: tuple(islice(places, len(of_one))) for name, of_one in regulations.items()}

    def rules_of(self, regulation: str) -> tuple[Rule[Any], ...]:
        """Return the rules of a regulation by its name; those of the common one for "" and for an unknown name."""
        return tuple(rule for _, rule in self._rules_of.get(regulation, self._rules_of[""]))

    def prepare(self) -> None:
        """Load the trained models of all rules; call once in the process that judges events."""
        for rule in self.all_rules:
            rule.prepare()

    def judge(
        self,
        event: EventBase,
        context: RuleContext,
        *,
        out: Mapping[str, str] = {},
        begin: Callable[[int], object] = lambda _place: None,
    ) -> Verdict:
        """Run all rules on an event, and return the verdict with their findings; only `sealed(verdict)` may be stored.

        Args:
            event: the event to check.
            context: additional facts about the event.
            out: rules to skip, as rule id -> reason; each is reported as a failure of that rule.
            begin: called with the position of each rule in `all_rules` just before it runs; tells which rule hangs.
        """
        findings: list[Finding] = []
        failures: list[RuleFailure] = []
        for place, rule in self._rules_of.get(context.regulation, self._rules_of[""]):
            if rule.id in out:
                failures.append(RuleFailure(rule_id=rule.id, error=out[rule.id]))
                continue
            begin(place)
            try:
                findings.extend(rule.check(event, context))
            except Exception as error:
                failures.append(RuleFailure(rule_id=rule.id, error=_describe_error(error)))
        return Verdict(findings=tuple(findings), failures=tuple(failures)) if findings or failures else CLEAN


class RulesHere:
    """Adapter that runs the rules on events in the current process, with no child process.

    Implements pipeline.ports.Rules.

    Args:
        engine: returns the rules in force; called at every `ask`.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine

    def ask(self, cases: Sequence[tuple[EventBase, RuleContext]]) -> list[Verdict]:
        """Judge the events and return a verdict for each."""
        engine = self._engine()
        return [engine.judge(event, context) for event, context in cases]


def sealed(verdict: Verdict) -> Verdict:
    """Return the verdict as it may be stored.

    If any finding seals the event (forbids storing its content), all text and all spans are removed from every finding.
    """
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


def _describe_error(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
