"""What an admitted entry means and what the rules say of it: all of a judgement that needs no transaction."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.events import EventBase, JoinRequested, MembersJoined, SealedHeard
from zalo_governor.domain.findings import SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted, Seal
from zalo_governor.domain.people import Person
from zalo_governor.pipeline.ports import Parser, Rules
from zalo_governor.rules.base import Maturity, RuleContext, SealingRule
from zalo_governor.rules.engine import CLEAN, sealed


class Understood(NamedTuple):
    """An entry with its event and verdict."""

    admitted: Admitted
    event: EventBase
    verdict: Verdict


class NotUnderstood(NamedTuple):
    """An entry for which there is no event, and why."""

    admitted: Admitted
    reason: str


Assessment = list[Understood | NotUnderstood]


class Evaluator:
    """Pure but for what it asks of others; keeps nobody from writing while the rules think.

    `person` gives who is behind (account, uid), None where nobody is known under it yet; `said_before` whether the
    sealed content of an entry stood in an earlier one of the same conversation; `approved` who belongs to (account,
    group), asked only where somebody comes in.
    """

    def __init__(
        self,
        parser: Parser,
        rules: Rules,
        door_rules: Callable[[], Sequence[SealingRule[Any]]],
        person: Callable[[str, str], Person | None],
        said_before: Callable[[Admitted], bool],
        approved: Callable[[str, str], frozenset[str] | None],
    ) -> None:
        self._parser = parser
        self._rules = rules
        self._door_rules = door_rules
        self._person = person
        self._said_before = said_before
        self._approved = approved

    def assess(self, batch: Sequence[tuple[Admitted, bool]]) -> Callable[[], Assessment]:
        """Have the rules think about each (entry, late) of the batch; what is given waits for it, in its order.

        Raises:
            StoreUnavailableError: it cannot be asked now who somebody is.
            ProgramEndsError: the program is told to stop; what is given raises it, too.
        """
        people: dict[tuple[str, str], RuleContext] = {}
        rosters: dict[tuple[str, str], frozenset[str] | None] = {}
        assessed: Assessment = []
        asked: list[int] = []
        cases: list[tuple[EventBase, RuleContext]] = []
        for admitted, late in batch:
            event = self._event(admitted, late)
            if isinstance(event, str):
                assessed.append(NotUnderstood(admitted, event))
                continue
            verdict = self._known(admitted)
            if verdict is None:
                asked.append(len(assessed))
                cases.append((event, self._context(event, people, rosters)))
            assessed.append(Understood(admitted, event, verdict or CLEAN))
        verdicts = self._rules.ask(cases)

        def finished() -> Assessment:
            for place, (event, _), verdict in zip(asked, cases, verdicts(), strict=True):
                if verdict is not CLEAN:
                    assessed[place] = Understood(assessed[place].admitted, event, sealed(verdict))
            return assessed

        return finished

    def _context(
        self,
        event: EventBase,
        people: dict[tuple[str, str], RuleContext],
        rosters: dict[tuple[str, str], frozenset[str] | None],
    ) -> RuleContext:
        seen_as = event.account, event.sender_uid
        if seen_as not in people:
            people[seen_as] = RuleContext(sender=self._person(*seen_as))
        if not isinstance(event, _COMINGS):
            return people[seen_as]
        place = event.account, event.thread_id
        if place not in rosters:
            rosters[place] = self._approved(*place)
        return people[seen_as].model_copy(update={"approved": rosters[place]})

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

    def _known(self, admitted: Admitted) -> Verdict | None:
        """The verdict, where it takes no rule to say it."""
        seal = admitted.entry.seal
        if admitted.entry.own:
            return CLEAN
        if seal is None:
            return None
        # The sender's client writes the quote: one of words that nobody said before him is his own posting.
        quoted = seal.quoted and self._said_before(admitted)
        return Verdict(findings=(_sealed_finding(self._door_rules(), seal, quoted=quoted),))


def _sealed_finding(rules: Sequence[SealingRule[Any]], seal: Seal, *, quoted: bool) -> SealedFinding:
    for rule in rules:
        if rule.id == seal.rule_id:
            return SealedFinding(
                rule_id=rule.id,
                clause=seal.clause or rule.clause,
                severity=Severity.SUSPECT if quoted else rule.severity,
                label=seal.label,
                level=seal.level,
                shadow=rule.maturity is Maturity.SHADOW,
            )
    # The door itself failed, or the rule was taken out since: still the gravest thing there is.
    severity = Severity.SUSPECT if quoted else Severity.CRITICAL
    return SealedFinding(rule_id=seal.rule_id, clause=seal.clause or "4.1", severity=severity, label=seal.label)


_COMINGS = (MembersJoined, JoinRequested)
