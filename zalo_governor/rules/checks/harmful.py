"""Clause 4.2 and its sisters: nothing bad, harmful or against the law is posted.

The topic accuses nobody: a province talks about drugs, religion and riots every day. A linear model over the words of a
message, learnt from lines of many hands, says how much more a message is like those of one category than like innocent
ones. What is likely goes to the admin to look at; only a plain offer with a price, link or phone is brought to the
member without a human in between.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.linear_classes import ClassModel, shipped_classes
from zalo_governor.text.normalise import normalise
from zalo_governor.text.secrecy.readings import other_typings
from zalo_governor.text.topics import Gist, Lexicon, features_of, ways_to_read

CLEAN = "clean"
"""Label of the model for what accuses nobody; all its other labels are those of findings."""


class HarmfulParameters(Parameters):
    """Where the rule begins to speak, and of what. Scores are the lead of a category over what is clean."""

    triage: float
    """Score from which the admin is asked to look."""
    strict: float
    """Score from which a plain offer is brought to the member as well."""
    strict_categories: frozenset[str]
    categories: frozenset[str] = Field(min_length=1)
    """What is looked for; the regulation of another office may leave some out."""


class HarmfulRule(Rule[HarmfulParameters]):
    """Looks at what people typed and at captions; not at quotes, which do not accuse the quoter."""

    id: ClassVar[str] = "4.2-noi-dung-xau"
    parameters_type: ClassVar[type[Parameters]] = HarmfulParameters
    lexicon_names: ClassVar[tuple[str, ...]] = ("harmful.tsv", "harmful-own.tsv")

    def __init__(self, *, model: ClassModel | None = None, **given: Any) -> None:
        """`model` is the one that ships unless given, as where writers are left out for a measurement."""
        super().__init__(**given)
        self._lexicon = Lexicon(self.lexicons["harmful.tsv"])
        self._own = Lexicon(self.lexicons["harmful-own.tsv"])
        self._model = model

    def prepare(self) -> None:
        self._the_model()

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """At most one finding for each string."""
        for field, text in event.strings():
            if field in _LOOKED_AT and not text.startswith("/"):
                finding = self.inspect(text)
                if finding:
                    yield finding.model_copy(update={"field": field})

    def inspect(self, text: str) -> Finding | None:
        """The finding on one string, None where it is clean."""
        normalised = normalise(text)
        changed = normalised.offsets is not None
        readings = [normalised.text, *other_typings(text, normalised.text, changed=changed)]
        score, category, reading = max(self._weighed(reading) for reading in readings)
        named, gist = self._named_by_the_office(readings)
        if gist is not None:
            category = named
        elif score >= self.parameters.triage and category in self.parameters.categories:
            gist = self._lexicon.read(reading)
        else:
            return None
        reason = "+".join(sorted(gist.concepts)) or "words"
        severity = self.severity if self._is_plain_offer(gist, score, category, text) else Severity.TRIAGE
        return self.finding(category, severity=severity, reason=reason, excerpt=text[:_EXCERPT])

    def _weighed(self, reading: str) -> tuple[float, str, str]:
        """The lead of the category that speaks loudest in the whole or in one sentence, that category, the reading."""
        model = self._the_model()
        whole, *parts = ways_to_read(reading)
        leads = []
        for way, handicap in ((whole, 0.0), *((part, _ALONE) for part in parts)):
            said = dict(zip(model.labels, model.scores(features_of(way)), strict=True))
            clean = said.pop(CLEAN)
            category = max(said, key=said.__getitem__)
            doubt = 0.0 if has_marks(way) else _UNMARKED
            leads.append((said[category] - clean - handicap - doubt, category, reading))
        return max(leads)

    def _named_by_the_office(self, readings: list[str]) -> tuple[str, Gist | None]:
        """What the office itself has named, where somebody offers, urges, threatens or spreads it."""
        for reading in readings if self.lexicons["harmful-own.tsv"] else ():
            named = sorted(self._own.read(reading).concepts.keys() & self.parameters.categories)
            gist = self._lexicon.read(reading) if named else _NOTHING
            if gist.concepts.keys() & _STANCES and not gist.concepts.keys() & _OFFICE:
                return named[0], gist
        return "", None

    def _is_plain_offer(self, gist: Gist, score: float, category: str, text: str) -> bool:
        return (
            score >= self.parameters.strict
            and category in self.parameters.strict_categories
            and not gist.concepts.keys() & _OFFICE
            and "offer" in gist.concepts
            and len(text) <= _SHORT
            and bool(gist.concepts.keys() & _REACHABLE)
        )

    def _the_model(self) -> ClassModel:
        if self._model is None:
            self._model = shipped_classes("harmful")
        return self._model


_NOTHING = Gist({})
_ALONE = 0.5
"""How much more a sentence must say where only it is harmful, and not the message as a whole."""
_UNMARKED = 0.3
"""How much more a text without marks must say: its words may be others."""
_LOOKED_AT = frozenset({"text", "title", "description"})
_OFFICE = frozenset({"official", "prevention", "festive"})
_STANCES = frozenset({"offer", "contact", "price", "incite", "threat", "spread", "link", "phone"})
_REACHABLE = frozenset({"contact", "price", "link", "phone"})
_EXCERPT = 80
_SHORT = 140
"""An offer is short; a story that quotes offers is not."""
