"""Clause 4.2 and its sisters: nothing bad, harmful or against the law is posted.

The topic accuses nobody: a province talks about drugs, religion and riots every day. A linear model over concepts,
stances and words says how likely a message offers, incites, insults, solicits or spreads. What is likely goes to the
admin to look at; only a plain offer with a price, link or phone is brought to the member without a human in between.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.gist import TOPICS, Gist, Lexicon, names_link, words_of
from zalo_governor.text.linear import LinearModel
from zalo_governor.text.normalise import normalise
from zalo_governor.text.readings import other_typings

CATEGORIES = {
    "drugs": "drugs",
    "gambling": "gambling",
    "prostitution": "prostitution",
    "obscenity": "obscenity",
    "violence": "violence",
    "crime": "crime",
    "order": "public_order",
    "state": "national_security",
    "religion": "illegal_religion",
    "superstition": "superstition",
    "insult": "insult",
    "custom": "fine_customs",
    "scam": "scam",
    "advert": "advertising",
    "rumour": "unverified",
}
"""Label of a finding, by the topic of the lexicon that speaks loudest."""
OTHER = "other"


class HarmfulParameters(Parameters):
    """Where the rule begins to speak, and of what."""

    glance: float
    """Score of the words alone from which a message is read as a whole; far below `triage`."""
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
    lexicon_names: ClassVar[tuple[str, ...]] = ("harmful.tsv", "harmful-weights.tsv")

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._lexicon = Lexicon(self.lexicons["harmful.tsv"])
        self._model = LinearModel(self.lexicons["harmful-weights.tsv"])
        self._quick_bias, self._quick = self._model.bias(QUICK), self._model.of_kind(QUICK)

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
        if not changed and not self._worth_reading(normalised.text):
            return None
        readings = [normalised.text, *other_typings(text, normalised.text, changed=changed)]
        gists = [self._lexicon.read(reading) for reading in readings]
        score, gist = max(((self._model.score(gist.features), gist) for gist in gists), key=lambda scored: scored[0])
        category = category_of(gist)
        if score < self.parameters.triage or category not in self.parameters.categories:
            return None
        reason = "+".join(sorted(gist.concepts)) or "words"
        severity = self.severity if self._is_plain_offer(gist, score, category, text) else Severity.TRIAGE
        return self.finding(category, severity=severity, reason=reason, excerpt=text[:_EXCERPT])

    def _worth_reading(self, text: str) -> bool:
        """A quick look at the words alone, which lets most of a day's messages go; True decides nothing."""
        score = self._quick_bias
        unknown = 0
        lower = text.lower()
        words = words_of(lower)
        for word in words:
            weight = self._quick.get(word)
            if weight is not None:
                score += weight
            elif not word.isdecimal():
                unknown += 1
        return score > self.parameters.glance or unknown * _MOSTLY > len(words) or names_link(lower)

    def _is_plain_offer(self, gist: Gist, score: float, category: str, text: str) -> bool:
        return (
            score >= self.parameters.strict
            and category in self.parameters.strict_categories
            and not gist.concepts.keys() & _OFFICE
            and "offer" in gist.concepts
            and len(text) <= _SHORT
            and bool(gist.concepts.keys() & _REACHABLE)
        )


def category_of(gist: Gist) -> str:
    """The label of the topic with most phrases in the message; the first of equals in the order of `TOPICS`."""
    topics = [topic for topic in TOPICS if topic in gist.concepts]
    return CATEGORIES[max(topics, key=lambda topic: gist.concepts[topic])] if topics else OTHER


QUICK = "q"
"""Feature of the quick look's bias; with a colon and a word behind it, of that word."""
_MOSTLY = 2
"""Where half of the words are unknown, somebody hides them or writes in another language."""
_LOOKED_AT = frozenset({"text", "title", "description"})
_OFFICE = frozenset({"official", "prevention", "festive"})
_REACHABLE = frozenset({"contact", "price", "link", "phone"})
_EXCERPT = 80
_SHORT = 140
"""An offer is short; a story that quotes offers is not."""
