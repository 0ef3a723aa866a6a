"""Parses inbox entries into events and has the rules judge these, outside any database transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import UnparsableElementError
from zalo_governor.domain.events import (
    EventBase,
    JoinRequested,
    MembersJoined,
    MessageRevised,
    MessageSent,
    SealedHeard,
)
from zalo_governor.domain.findings import SealedFinding, Severity, Verdict
from zalo_governor.domain.inbound import Admitted, ElementKind, Seal
from zalo_governor.domain.people import Person
from zalo_governor.domain.regulation import ClauseTopic, Regulation
from zalo_governor.pipeline.ports import Parser, Rules
from zalo_governor.rules.base import Maturity, Need, RuleContext, SealingRule
from zalo_governor.rules.engine import CLEAN, sealed
from zalo_governor.rules.loader import Rulebook
from zalo_governor.storage.unit_of_work import UnitsOfWork


class Understood(NamedTuple):
    """An inbox entry that could be parsed, with the event parsed from it and the rules' verdict (findings) on it."""

    admitted: Admitted
    event: EventBase
    verdict: Verdict


class NotUnderstood(NamedTuple):
    """An inbox entry that could not be parsed, with the reason; it becomes a dead letter (kept, counted, reported)."""

    admitted: Admitted
    reason: str


Assessment = list[Understood | NotUnderstood]


class Evaluator:
    """Parses inbox entries into events and has the rules judge these, outside any transaction (it would block writers).

    Args:
        parser: turns an entry into an event.
        rules: judges events.
        gate_rules: returns the rules of the secret gate, whose findings seal an entry (forbid storing its content).
        person: returns the person whom a bot account sees under a uid, for (account, uid); None if unknown.
        said_before: returns whether an earlier entry of the conversation had the same content as this sealed entry.
        approved: returns the uids of all who may be in the group (on its roster, or with a role), for (account, group
            id); None if it has no roster. Called only for events in which people join.
        book: returns the rulebook by which a group is judged: its own, or the common one; None for the common one
            where no rule needs facts that have to be looked up.
        lookups: looks up those facts in the database; None if no rule needs any.
    """

    def __init__(
        self,
        parser: Parser,
        rules: Rules,
        gate_rules: Callable[[], Sequence[SealingRule[Any]]],
        person: Callable[[str, str], Person | None],
        said_before: Callable[[Admitted], bool],
        approved: Callable[[str, str], frozenset[str] | None],
        book: Callable[[str], Rulebook | None] = lambda _group_id: None,
        lookups: UnitsOfWork | None = None,
    ) -> None:
        self._parser = parser
        self._rules = rules
        self._door_rules = gate_rules
        self._person = person
        self._said_before = said_before
        self._approved = approved
        self._book = book
        self._facts = _FactsOfMessages(lookups) if lookups else None

    def assess(self, batch: Sequence[tuple[Admitted, bool]]) -> Assessment:
        """Judge a batch of (entry, is late); return the results in the same order.

        "Late" means that a message sent after this one was judged before it.

        Raises:
            StoreUnavailableError: the database that says who a sender is cannot be read now.
            ProgramEndsError: the program is stopping.
        """
        people: dict[tuple[str, str, bool, str], RuleContext] = {}
        rosters: dict[tuple[str, str], frozenset[str] | None] = {}
        assessed: Assessment = []
        asked: list[int] = []
        cases: list[tuple[EventBase, RuleContext]] = []
        for admitted, late in batch:
            event = self._build_event(admitted, late)
            if isinstance(event, str):
                assessed.append(NotUnderstood(admitted, event))
                continue
            verdict = self._verdict_without_rules(admitted)
            if verdict is None:
                asked.append(len(assessed))
                cases.append((event, self._rule_context(event, people, rosters)))
            assessed.append(Understood(admitted, event, verdict or CLEAN))
        for place, (event, _), verdict in zip(asked, cases, self._rules.ask(cases), strict=True):
            if verdict is not CLEAN:
                assessed[place] = Understood(assessed[place].admitted, event, sealed(verdict))
        return assessed

    def with_late_seals(
        self, batch: Assessment, sealed_since: Callable[[Sequence[int]], Mapping[int, Seal]]
    ) -> Assessment:
        """Return the batch; entries that an attachment's scan has sealed since they were stored come without content.

        Such an entry repeats or quotes a message in whose file the scan found a state secret.

        Args:
            batch: what was judged.
            sealed_since: returns id -> seal of those of the given inbox entries that are sealed.
        """
        # A scan seals only messages with an attachment and those that quote another.
        events = [one.event for one in batch if isinstance(one, Understood)]
        may = [event.id for event in events if isinstance(event, MessageSent) and (event.attachment or event.quote)]
        seals = sealed_since(may) if may else {}
        return [self._sealed(one, seals[one.admitted.id]) if one.admitted.id in seals else one for one in batch]

    def _sealed(self, one: Understood | NotUnderstood, seal: Seal) -> Understood:
        bare = one.admitted._replace(entry=one.admitted.entry._replace(raw=None, seal=seal))
        late = isinstance(one, Understood) and one.event.late
        return Understood(bare, _sealed_event(bare, seal, late=late), self._verdict_without_rules(bare) or CLEAN)

    def _rule_context(
        self,
        event: EventBase,
        people: dict[tuple[str, str, bool, str], RuleContext],
        rosters: dict[tuple[str, str], frozenset[str] | None],
    ) -> RuleContext:
        """Return the facts that rules may use beside the event: its sender and, for joins, the group's roster.

        `people` and `rosters` cache what was read from the database for this batch.
        """
        gate = self._door_rules()
        passed = bool(gate) and all(rule.remembers_as_clean(text) for rule in gate for _, text in event.strings())
        book = self._book(event.thread_id) if event.is_group else None
        seen_as = event.account, event.sender_uid, passed, book.name if book else ""
        if seen_as not in people:
            sender = self._person(event.account, event.sender_uid)
            people[seen_as] = RuleContext(sender=sender, passed_gate=passed, regulation=seen_as[-1])
        if book and book.engine.needs and self._facts and isinstance(event, MessageSent):
            return people[seen_as].model_copy(update=self._facts.of(event, book.engine.needs))
        if not isinstance(event, _JOIN_EVENTS):
            return people[seen_as]
        place = event.account, event.thread_id
        if place not in rosters:
            rosters[place] = self._approved(*place)
        return people[seen_as].model_copy(update={"approved": rosters[place]})

    def _build_event(self, admitted: Admitted, late: bool) -> EventBase | str:
        """Return the event parsed from an entry, or the reason (a string) why the entry cannot be parsed.

        `late`: an entry sent after this one was judged before it; the event records this.
        """
        entry = admitted.entry
        if entry.seal is not None:
            return _sealed_event(admitted, entry.seal, late=late)
        try:
            event = self._parser(admitted)
        except UnparsableElementError as error:
            return str(error)
        except Exception as error:
            return f"parser fault: {type(error).__name__}"
        return event.model_copy(update={"late": True}) if late else event

    def _verdict_without_rules(self, admitted: Admitted) -> Verdict | None:
        """Return the verdict on an entry that the rules need not judge; None for all other entries.

        Entries of the bot account have no findings, but for Zalo's notices, which repeat the words of others. A sealed
        entry (content not stored) gets the secret gate's finding.
        """
        seal = admitted.entry.seal
        if admitted.entry.own and admitted.entry.kind is not ElementKind.NOTICE:
            return CLEAN
        if seal is None:
            return None
        # The sender's client writes the quote. If nobody said the quoted words before, they are the sender's own post.
        quoted = seal.quoted and self._said_before(admitted)
        book = self._book(admitted.entry.thread_id) if admitted.entry.is_group else None
        regulation = book.regulation if book and book.name else None
        return Verdict(findings=(_sealed_finding(self._door_rules(), seal, regulation, quoted=quoted),))


def _sealed_event(admitted: Admitted, seal: Seal, *, late: bool) -> SealedHeard:
    entry = admitted.entry
    notice = entry.kind is ElementKind.NOTICE
    return SealedHeard(
        id=admitted.id,
        account=entry.account,
        thread_id=entry.thread_id,
        is_group=entry.is_group,
        key=entry.key,
        cli_key=entry.cli_key or "",
        sender_uid="" if notice else entry.sender_uid,
        at=from_ms(entry.at_ms),
        source=entry.source,
        late=late,
        mac=seal.mac,
        size=seal.size,
        revision=admitted.revision,
        notice=notice,
    )


def _sealed_finding(
    rules: Sequence[SealingRule[Any]], seal: Seal, regulation: Regulation | None, *, quoted: bool
) -> SealedFinding:
    """Return the finding for a sealed entry, by the rule of the secret gate that sealed it.

    It cites the group's own `regulation`; None for the common one. `quoted` lowers the severity: the sender only quoted
    a message in which somebody else had posted the content.
    """
    rule = next((rule for rule in rules if rule.id == seal.rule_id), None)
    topics = rules[0].topics if rules else {}
    clause = seal.clause or (rule.clause if rule else topics.get(ClauseTopic.SECRETS, ""))
    # Without its rule, the secret gate itself failed, or the rule was removed since: assume the worst.
    severity = rule.severity if rule else Severity.CRITICAL
    return SealedFinding(
        rule_id=seal.rule_id,
        clause=regulation.clause_like(clause, seal.rule_id) if regulation else clause,
        severity=Severity.SUSPECT if quoted else severity,
        label=seal.label,
        level=seal.level if rule else None,
        shadow=rule is not None and rule.maturity is Maturity.SHADOW,
    )


class _FactsOfMessages:
    """Looks up the facts about a message that rules ask for (`Need`), such as the sender's position.

    The sender's messages of the last hour are counted only since the program's start.
    """

    def __init__(self, lookups: UnitsOfWork) -> None:
        self._lookups = lookups
        self._sent: dict[tuple[str, str], dict[int, datetime]] = {}
        """(group id, uid of the sender) -> inbox id -> when the message was sent, for the latest messages."""

    def of(self, event: MessageSent, needs: frozenset[Need]) -> dict[str, Any]:
        """Return those of the facts `needs` that are known of a message: name of a `RuleContext` field -> its value."""
        known: dict[str, Any] = {}
        if Need.POSITION in needs:
            known[Need.POSITION.value] = self._lookups.position(event.account, event.sender_uid)
        if Need.JOINED in needs:
            known[Need.JOINED.value] = self._lookups.joined_at(event.account, event.thread_id, event.sender_uid)
        if Need.DIRECTIVE in needs and event.quote:
            known[Need.DIRECTIVE.value] = self._lookups.is_directive(event.thread_id, event.quote.key)
        if Need.COUNT in needs:
            known[Need.COUNT.value] = self._sent_before(event)
        return known

    def _sent_before(self, event: MessageSent) -> tuple[float, ...]:
        if len(self._sent) >= _MOST_SENDERS:
            self._sent.clear()
        sent = self._sent.setdefault((event.thread_id, event.sender_uid), {})
        ages = {entry: (event.at - at).total_seconds() for entry, at in sent.items() if entry != event.id}
        if not isinstance(event, MessageRevised):
            sent[event.id] = event.at
            for entry in [entry for entry, age in ages.items() if age > _COUNTED_SECONDS]:
                del sent[entry]
        return tuple(age for age in ages.values() if 0 <= age <= _COUNTED_SECONDS)


_COUNTED_SECONDS = 3600
_MOST_SENDERS = 5_000
"""Most senders whose messages are counted; with more, counting begins anew."""
_JOIN_EVENTS = (MembersJoined, JoinRequested)
"""Events about people who join or ask to join a group; to judge them, rules need the group's roster."""
