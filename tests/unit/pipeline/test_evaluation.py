"""What rules are told beside the event."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from tests.unit.pipeline.made import entry
from zalo_governor.domain.events import EventBase, JoinRequested, MembersJoined, MessageSent, NamedUid
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.inbound import Admitted
from zalo_governor.pipeline.evaluation import Evaluator
from zalo_governor.rules.base import Maturity, Parameters, Rule, RuleContext, SealingRule
from zalo_governor.rules.engine import Engine, RulesHere

WHO = {"account": "bot", "thread_id": "group", "at": datetime(2026, 1, 5, tzinfo=UTC)}
JOINED = MembersJoined(members=(NamedUid(uid="2"),), **WHO)


class Told(Rule[Parameters]):
    """Remembers what it was told."""

    id = "9.2-nghe"
    parameters_type = Parameters

    def __init__(self) -> None:
        super().__init__(clause="9.2", severity=Severity.MINOR, maturity=Maturity.ACTIVE, parameters=Parameters())
        self.contexts: list[RuleContext] = []

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        self.contexts.append(context)
        return ()


@pytest.mark.parametrize(
    ("events", "asked", "approved"),
    [
        ([JOINED], 1, {"1"}),
        ([JoinRequested(uids=("2",), **WHO)], 1, {"1"}),
        ([JOINED] * 5, 1, {"1"}),
        ([MessageSent(text="Xin chào", **WHO)], 0, None),
    ],
    ids=["comes", "asks", "asked once for many", "a message"],
)
def test_who_belongs_is_asked_only_where_somebody_comes_in(
    events: list[EventBase], asked: int, approved: set[str] | None
) -> None:
    rule, left = Told(), list(events)
    questions: list[tuple[str, str]] = []

    def belongs(account: str, group_id: str) -> frozenset[str]:
        questions.append((account, group_id))
        return frozenset({"1"})

    assessor = Evaluator(
        lambda _admitted: left.pop(0),
        RulesHere(lambda: Engine([rule])),
        tuple,
        lambda _account, _uid: None,
        lambda _entry: False,
        belongs,
    )
    assessor.assess([(Admitted(number, entry(str(number), "tin"), False), False) for number in range(len(events))])
    assert questions == [("bot", "group")] * asked
    assert [context.approved for context in rule.contexts] == [approved] * len(events)


class Gate(SealingRule[Parameters]):
    """Finds "mật" in a text, and counts the texts that it looked at."""

    id = "9.1-mat"
    parameters_type = Parameters

    def __init__(self) -> None:
        super().__init__(clause="9.1", severity=Severity.CRITICAL, maturity=Maturity.ACTIVE, parameters=Parameters())

    def look(self, text: str) -> Finding | None:
        return self.finding("classified", seals=True) if "mật" in text else None

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        return ()


@pytest.mark.parametrize(
    ("seen", "passed"), [(["tin"], True), ([], False), (["tin khác"], False), (["tin mật"], False)]
)
def test_rules_are_told_what_the_gate_has_just_found_clean(seen: list[str], passed: bool) -> None:
    gate, rule = Gate(), Told()
    for text in seen:
        gate.inspect(text)
    said = seen[0] if seen == ["tin mật"] else "tin"
    assessor = Evaluator(
        lambda _admitted: MessageSent(text=said, **WHO),
        RulesHere(lambda: Engine([rule])),
        lambda: (gate,),
        lambda _account, _uid: None,
        lambda _entry: False,
        lambda _account, _group: None,
    )
    assessor.assess([(Admitted(1, entry("1", said), False), False)])
    assert [context.passed_gate for context in rule.contexts] == [passed]
