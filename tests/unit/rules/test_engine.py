"""One rule's failure is an outcome and stops no other; sealing leaves nothing of the text."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import ClassVar

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Finding, SealedFinding, Severity
from zalo_governor.rules.base import NO_CONTEXT, Maturity, Parameters, Rule, RuleContext, SealingRule
from zalo_governor.rules.engine import Engine, sealed

EVENT = MessageSent(at=datetime(2026, 1, 1, tzinfo=UTC), text="câu chuyện riêng")


class Raising(Rule[Parameters]):
    id: ClassVar[str] = "raising"
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        raise ValueError(f"quotes {event!r}")


class Finds(Rule[Parameters]):
    id: ClassVar[str] = "finds"
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        yield self.finding("found", spans=((0, 3),), suggestion="câu", excerpt="câu chuyện riêng")


class Seals(SealingRule[Parameters]):
    id: ClassVar[str] = "seals"
    parameters_type: ClassVar[type[Parameters]] = Parameters

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        yield self.look("câu chuyện riêng")

    def look(self, text: str) -> Finding:
        return self.finding("secret", seals=True, spans=((0, len(text)),))


def engine(*rules: type[Rule[Parameters]]) -> Engine:
    return Engine(
        [
            rule(clause="4.1", severity=Severity.MAJOR, maturity=Maturity.ACTIVE, parameters=Parameters())
            for rule in rules
        ]
    )


def test_a_raising_rule_is_recorded_by_class_and_place_and_the_others_still_speak() -> None:
    verdict = engine(Raising, Finds).judge(EVENT, NO_CONTEXT)
    assert [finding.label for finding in verdict.findings] == ["found"]
    (failure,) = verdict.failures
    assert failure.rule_id == "raising"
    assert failure.error.startswith("ValueError at test_engine.py:")
    assert "riêng" not in failure.error


def test_a_sealed_verdict_keeps_nothing_of_the_text() -> None:
    verdict = sealed(engine(Finds, Seals).judge(EVENT, NO_CONTEXT))
    other, seal = verdict.findings
    assert isinstance(other, Finding)
    assert (other.spans, other.suggestion, other.excerpt) == ((), None, None)
    assert isinstance(seal, SealedFinding)
    assert "câu" not in verdict.model_dump_json()


def test_without_a_seal_the_finding_stays_whole() -> None:
    verdict = engine(Finds).judge(EVENT, NO_CONTEXT)
    assert sealed(verdict) == verdict
