"""What a rule is: one abstract method, its identity and parameters from its own YAML file."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.people import Person


class Maturity(StrEnum):
    """Whether anybody is told of what a rule finds."""

    SHADOW = "shadow"
    ACTIVE = "active"


class Parameters(BaseModel):
    """Base of a rule's own parameters; each rule file declares a child. Unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Parameters)


class RuleContext(BaseModel):
    """What a rule may know beside the event itself."""

    model_config = ConfigDict(frozen=True)

    sender: Person | None = None
    """Who did it; None where nobody is known under that uid yet."""
    approved: frozenset[str] | None = None
    """Of an event about who comes in: uids of those who belong to the group; None where the office has no roster."""


NO_CONTEXT = RuleContext()


class Rule(ABC, Generic[P]):
    """A rule of the regulation. Pure: the same event, context and parameters give the same findings."""

    id: ClassVar[str]
    """The same as the name of the YAML file: `3.1-tieng-viet-co-dau`."""
    parameters_type: ClassVar[type[Parameters]]
    lexicon_names: ClassVar[tuple[str, ...]] = ()
    """Files of `lexicons/` that the rule reads, with their endings: `abbreviations.txt`."""

    def __init__(
        self,
        *,
        clause: str,
        severity: Severity,
        maturity: Maturity,
        parameters: P,
        lexicons: Mapping[str, tuple[str, ...]] = {},
    ) -> None:
        """`lexicons` holds the lines of each file in `lexicon_names`, without comments and empty lines."""
        self.clause = clause
        self.severity = severity
        self.maturity = maturity
        self.parameters = parameters
        self.lexicons = lexicons

    def prepare(self) -> None:
        """Load what only judging needs: called where messages are about to be judged, so that the first is not late."""

    @abstractmethod
    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """The findings on one event; nothing where the event does not concern the rule."""

    def finding(self, label: str, **more: Any) -> Finding:
        """A finding of this rule, with its clause and severity filled in."""
        values: dict[str, Any] = {
            "rule_id": self.id,
            "clause": self.clause,
            "severity": self.severity,
            "label": label,
            "shadow": self.maturity is Maturity.SHADOW,
        }
        return Finding(**(values | more))


class SealingRule(Rule[P]):
    """A rule whose gravest findings mean that the content must not be kept; it also serves at the door."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Names come again and again, and a message that the door let in is judged right after.
        self._clean: dict[str, None] = {}

    def inspect(self, text: str) -> Finding | None:
        """The finding on one string alone, None where it is clean; `seals` says whether it may be kept."""
        if text in self._clean:
            return None
        finding = self.look(text)
        if finding is None and len(text) <= _LONGEST_REMEMBERED:
            if len(self._clean) >= _MOST_REMEMBERED:
                self._clean.clear()
            self._clean[text] = None
        return finding

    @abstractmethod
    def look(self, text: str) -> Finding | None:
        """As `inspect`, with nothing remembered."""


_MOST_REMEMBERED = 2_000
_LONGEST_REMEMBERED = 500
"""Characters. Only what is clean is remembered, in memory alone and as long as it lies in the queues anyway."""
