"""What an admitted entry means and what the rules say of it: all of a judgement that needs no transaction."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.elements import Admitted, Seal
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.events import EventBase, SealedHeard
from zalo_governor.domain.findings import SealedFinding, Severity, Verdict
from zalo_governor.domain.people import Person
from zalo_governor.pipeline.ports import Parser
from zalo_governor.rules.base import Maturity, RuleContext
from zalo_governor.rules.engine import CLEAN, Engine, sealed


class Understood(NamedTuple):
    """An entry with its event and verdict."""

    admitted: Admitted
    event: EventBase
    verdict: Verdict


class NotUnderstood(NamedTuple):
    """An entry for which there is no event, and why."""

    admitted: Admitted
    reason: str


class Assessor:
    """Pure but for what it asks of others; keeps nobody from writing while the rules think.

    `person` gives who is behind (account, uid), None where nobody is known under it yet.
    """

    def __init__(
        self, parser: Parser, engine: Callable[[], Engine], person: Callable[[str, str], Person | None]
    ) -> None:
        self._parser = parser
        self._engine = engine
        self._person = person

    def assess(self, batch: Sequence[tuple[Admitted, bool]]) -> list[Understood | NotUnderstood]:
        """Each (entry, late) of the batch in its order.

        Raises:
            StoreUnavailableError: it cannot be asked now who somebody is.
        """
        engine = self._engine()
        contexts: dict[tuple[str, str], RuleContext] = {}
        assessed: list[Understood | NotUnderstood] = []
        for admitted, late in batch:
            event = self._event(admitted, late)
            if isinstance(event, str):
                assessed.append(NotUnderstood(admitted, event))
                continue
            seen_as = admitted.entry.account, event.sender_uid
            if seen_as not in contexts:
                contexts[seen_as] = RuleContext(sender=self._person(*seen_as))
            assessed.append(Understood(admitted, event, _verdict(engine, admitted, event, contexts[seen_as])))
        return assessed

    def _event(self, admitted: Admitted, late: bool) -> EventBase | str:
        """The event, or why there is none."""
        entry = admitted.entry
        if entry.seal is not None:
            return SealedHeard(
                id=admitted.id,
                account=entry.account,
                thread_id=entry.thread_id,
                is_group=entry.is_group,
                key=entry.key,
                sender_uid=entry.sender_uid,
                at=from_ms(entry.at_ms),
                source=entry.source,
                late=late,
                mac=entry.seal.mac,
                size=entry.seal.size,
                revision=admitted.revision,
            )
        try:
            event = self._parser(admitted)
        except UnparsableElementError as error:
            return str(error)
        except Exception as error:
            return f"parser fault: {type(error).__name__}"
        return event.model_copy(update={"late": True}) if late else event


def _verdict(engine: Engine, admitted: Admitted, event: EventBase, context: RuleContext) -> Verdict:
    if admitted.entry.own:
        return CLEAN
    if admitted.entry.seal is not None:
        return Verdict(findings=(_sealed_finding(engine, admitted.entry.seal),))
    return sealed(engine.judge(event, context))


def _sealed_finding(engine: Engine, seal: Seal) -> SealedFinding:
    for rule in engine.door_rules:
        if rule.id == seal.rule_id:
            return SealedFinding(
                rule_id=rule.id,
                clause=rule.clause,
                severity=rule.severity,
                label=seal.label,
                level=seal.level,
                shadow=rule.maturity is Maturity.SHADOW,
            )
    # The door itself failed, or the rule was taken out since: still the gravest thing there is.
    return SealedFinding(rule_id=seal.rule_id, clause="4.1", severity=Severity.CRITICAL, label=seal.label)
