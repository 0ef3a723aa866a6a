"""Base classes of all rules: an abstract `check` method, the rule's identity, and its parameters from a YAML file."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.models import FrozenModel, StrictModel
from zalo_governor.domain.people import Person
from zalo_governor.domain.regulation import ClauseTopic


class Maturity(StrEnum):
    """Whether a rule's findings are reported to people: SHADOW ones are only recorded, ACTIVE ones are reported."""

    SHADOW = "shadow"
    ACTIVE = "active"


class Need(StrEnum):
    """A fact that is looked up in the database only if a rule of the group's regulation needs it.

    The values are names of fields of `RuleContext`.
    """

    POSITION = "position"
    JOINED = "joined_at"
    DIRECTIVE = "answers_directive"
    COUNT = "sent_before"


class Parameters(StrictModel):
    """Base class of the parameters of one rule; each rule declares a subclass. Unknown keys in YAML are errors."""


P = TypeVar("P", bound=Parameters)


class RuleContext(FrozenModel):
    """Facts that a rule may use in addition to the event that it checks."""

    sender: Person | None = None
    """The person who caused the event; None if no person is known under the sender's uid yet."""
    approved: frozenset[str] | None = None
    """Uids of the people on the group's roster, for events about joining; None for others, and without a roster."""
    passed_gate: bool = False
    """Whether the secret gate (the check before anything is stored) has just found every string of the event clean."""
    regulation: str = ""
    """Name of the regulation of the event's group, by whose rules it is judged; "" for the common one."""
    position: str = ""
    """The sender's title and agency by the roster or the settings; looked up only for `Need.POSITION`."""
    joined_at: datetime | None = None
    """Since when the sender has been known to be in the group; None if unknown; looked up only for `Need.JOINED`."""
    answers_directive: bool = False
    """Whether the message quotes a directive of the ledger; looked up only for `Need.DIRECTIVE`."""
    sent_before: tuple[float, ...] = ()
    """For each message of the sender in the group in the hour before: how many seconds earlier it came."""


NO_CONTEXT = RuleContext()


class Rule(ABC, Generic[P]):
    """Base class of a rule, which checks events against one clause of the regulation.

    Pure: the same event, context and parameters give the same findings.
    """

    id: ClassVar[str]
    """Identifier of the rule, equal to the name of its YAML file without the ending: `3.1-tieng-viet-co-dau`."""
    parameters_type: ClassVar[type[Parameters]]
    lexicon_names: ClassVar[tuple[str, ...]] = ()
    """Names of the word-list files in `lexicons/` that the rule reads, with their endings: `abbreviations.txt`."""
    needs: frozenset[Need] = frozenset()
    """The facts that have to be looked up for the rule."""

    def __init__(
        self,
        *,
        clause: str,
        severity: Severity,
        maturity: Maturity,
        parameters: P,
        lexicons: Mapping[str, tuple[str, ...]] = {},
        topics: Mapping[ClauseTopic, str] = {},
    ) -> None:
        """Store the settings of the rule.

        Args:
            clause: number of the clause of the regulation.
            severity: default severity of the rule's findings.
            maturity: whether findings are reported to people.
            parameters: the rule's own parameters.
            lexicons: by file name, the lines of each file in `lexicon_names`, without comments and empty lines.
            topics: numbers of the regulation's clauses by topic, for findings that are not on `clause`.
        """
        self.clause = clause
        self.severity = severity
        self.maturity = maturity
        self.parameters = parameters
        self.lexicons = lexicons
        self.topics = topics

    def bound(self, *, clause: str, severity: Severity, maturity: Maturity, topics: Mapping[ClauseTopic, str]) -> Self:
        """Return a copy of this rule with the values of another regulation; both share models, word lists and caches.

        `clause` is the clause's number in that regulation, `topics` are its clause numbers by topic.
        """
        other = copy.copy(self)
        other.clause, other.severity, other.maturity, other.topics = clause, severity, maturity, topics
        return other

    @property
    def labels(self) -> frozenset[str]:
        """Return the labels of findings that need Vietnamese words for people; empty if the rule requires none."""
        return frozenset()

    def prepare(self) -> None:
        """Load the rule's trained models, if it has any, ahead of time, so that the first message is not delayed."""

    @abstractmethod
    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Return the rule's findings on one event; none if the event breaks no rule or does not concern this one."""

    def finding(self, label: str, **more: Any) -> Finding:
        """Create a finding with this rule's id, clause and severity filled in; `more` overrides or adds fields.

        `label` says which kind of breach the rule found.
        """
        values: dict[str, Any] = {
            "rule_id": self.id,
            "clause": self.clause,
            "severity": self.severity,
            "label": label,
            "shadow": self.maturity is Maturity.SHADOW,
        }
        return Finding(**(values | more))


class SealingRule(Rule[P]):
    """A rule on state secrets: some of its findings demand that the content is never stored (the event is *sealed*).

    The secret gate runs it on every string in memory, before anything is stored.
    """

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Display names recur, and a message that passed the secret gate is checked again right after it.
        self._clean: dict[str, None] = {}

    def inspect(self, text: str) -> Finding | None:
        """Return the finding on one string, None if it is clean; if its `seals` is true, the string must not be stored.

        Short clean strings are remembered in memory and not checked again.
        """
        if text in self._clean:
            return None
        finding = self.look(text)
        if finding is None and len(text) <= _LONGEST_REMEMBERED:
            if len(self._clean) >= _MOST_REMEMBERED:
                self._clean.clear()
            self._clean[text] = None
        return finding

    def remembers_as_clean(self, text: str) -> bool:
        """Return whether `inspect` has lately found this string clean."""
        return text in self._clean

    @abstractmethod
    def look(self, text: str) -> Finding | None:
        """Return the finding on one string, None if it is clean; called by `inspect` unless remembered as clean."""


_MOST_REMEMBERED = 2_000
_LONGEST_REMEMBERED = 500
"""Longest string remembered as clean, in characters. Suspected secrets are never remembered."""
