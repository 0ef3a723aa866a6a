"""Rule for clause 4.2 and related ones: nothing harmful or illegal is posted.

The topic alone proves nothing: a provincial office discusses drugs, religion and riots every day. A linear model over
the words of a message, trained on lines by many writers, scores how much more the message resembles one harmful
category than harmless text. Likely breaches go to an admin; only a plain offer with a price, link or phone number is
reported to the member without a human in between.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import Field

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, Rule, RuleContext
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.courtesy import is_only_courtesy
from zalo_governor.text.linear_classes import ClassModel, shipped_classes
from zalo_governor.text.normalise import normalise
from zalo_governor.text.secrecy.readings import other_typings
from zalo_governor.text.topics import Lexicon, features_of, ways_to_read
from zalo_governor.text.wrong_line import WrongLineError

CLEAN = "clean"
"""The model's label for harmless text; each other label is a harmful category, and the label of its findings."""


class HarmfulParameters(Parameters):
    """Score thresholds and categories of the rule on harmful content.

    A message's score is the model's score of the likeliest harmful category minus that of harmless text (`clean`).
    """

    triage: float
    """Score from which a message is shown to an admin."""
    strict: float
    """Score from which a plain offer (at most 140 characters, with a price, link or number) is told to the member."""
    strict_categories: frozenset[str]
    """Categories in which a plain offer is reported to the member without an admin in between."""
    categories: frozenset[str] = Field(min_length=1)
    """Categories that are reported; the regulation of another organisation may leave some out."""


class HarmfulRule(Rule[HarmfulParameters]):
    """Rule on harmful content in typed text and captions; quotes are skipped, as quoting is no offence."""

    id: ClassVar[str] = "4.2-noi-dung-xau"
    parameters_type: ClassVar[type[Parameters]] = HarmfulParameters
    lexicon_names: ClassVar[tuple[str, ...]] = ("harmful.tsv", "harmful-own.tsv")

    def __init__(self, *, model: ClassModel | None = None, **given: Any) -> None:
        """Create the rule.

        `model` replaces the shipped model when the rule is measured: models are then trained without some writers'
        lines. `given` are the arguments of `Rule`.
        """
        super().__init__(**given)
        self._lexicon = Lexicon(self.lexicons["harmful.tsv"])
        self._own = Lexicon(self.lexicons["harmful-own.tsv"])
        if unknown := self._own.concepts - self.parameters.categories:
            line = next(line for line in self.lexicons["harmful-own.tsv"] if line.partition("\t")[0] in unknown)
            known = ", ".join(sorted(self.parameters.categories))
            raise WrongLineError(line, f"không có loại nội dung này; các loại dùng được: {known}")
        self._given = model

    @property
    def labels(self) -> frozenset[str]:
        return self.parameters.categories

    def prepare(self) -> None:
        self._model()

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield at most one finding per string that the sender typed; commands to the bot in private are skipped."""
        for field, text in event.strings():
            # In a group "/" also begins Zalo's codes for emoji ("/-heart").
            if field in _CHECKED_FIELDS and (event.is_group or not text.startswith("/")):
                finding = self.inspect(text)
                if finding:
                    yield finding.model_copy(update={"field": field})

    def inspect(self, text: str) -> Finding | None:
        """Return the finding on one string, None if it is clean."""
        normalised = normalise(text)
        if is_only_courtesy(normalised.text):
            return None
        changed = normalised.offsets is not None
        readings = [normalised.text, *other_typings(text, normalised.text, changed=changed)]
        score, category, reading = max(self._score_variant(reading) for reading in readings)
        named, concepts = self._find_own_terms(readings)
        if named:
            category = named
        elif score >= self.parameters.triage and category in self.parameters.categories:
            concepts = self._lexicon.read(reading)
        else:
            return None
        reason = "+".join(sorted(concepts)) or "words"
        severity = self.severity if self._is_plain_offer(concepts, score, category, text) else Severity.TRIAGE
        return self.finding(category, severity=severity, reason=reason, excerpt=text[:_EXCERPT])

    def _score_variant(self, reading: str) -> tuple[float, str, str]:
        """Return the highest score for harmful content of a variant of a message, as a whole or of one sentence.

        `reading` is the message as sent or decoded. Return (score, harmful category, `reading`).
        """
        model = self._model()
        whole, *parts = ways_to_read(reading)
        leads: list[tuple[float, str, str]] = []
        for way, handicap in ((whole, 0.0), *((part, _SENTENCE_PENALTY) for part in parts)):
            if leads and leads[0][0] < _CLEARLY_CLEAN and len(whole) <= _SHORT_ENOUGH:
                break
            said = dict(zip(model.labels, model.scores(features_of(way)), strict=True))
            clean = said.pop(CLEAN)
            category = max(said, key=said.__getitem__)
            doubt = 0.0 if has_marks(way) else _NO_DIACRITICS_PENALTY
            leads.append((said[category] - clean - handicap - doubt, category, reading))
        return max(leads)

    def _find_own_terms(self, readings: list[str]) -> tuple[str, set[str]]:
        """Find a phrase of the organisation's own list `harmful-own.tsv` in a message.

        `readings` are the message and its decoded variants. Return (the phrase's category, the lexicon concepts of the
        variant); ("", no concepts) if there is no such phrase, or the text does not also offer, urge, threaten or
        spread something.
        """
        for reading in readings if self.lexicons["harmful-own.tsv"] else ():
            named = sorted(self._own.read(reading) & self.parameters.categories)
            concepts = self._lexicon.read(reading) if named else set()
            if concepts & _STANCE_CONCEPTS and not concepts & _OFFICIAL_CONCEPTS:
                return named[0], concepts
        return "", set()

    def _is_plain_offer(self, concepts: set[str], score: float, category: str, text: str) -> bool:
        return (
            score >= self.parameters.strict
            and category in self.parameters.strict_categories
            and not concepts & _OFFICIAL_CONCEPTS
            and "offer" in concepts
            and len(text) <= _LONGEST_OFFER
            and bool(concepts & _CONTACT_CONCEPTS)
        )

    def _model(self) -> ClassModel:
        return self._given or shipped_classes("harmful")


_CLEARLY_CLEAN, _SHORT_ENOUGH = -1.0, 300
"""A text of at most 300 characters that scores below -1.0 as a whole is clean; its sentences are not scored singly.

The lowest such score of a harmful text by writers left out of the training was -0.54.
"""
_SENTENCE_PENALTY = 0.5
"""Deducted from the score of a single sentence, so that it must be more harmful than a whole message."""
_NO_DIACRITICS_PENALTY = 0.3
"""Deducted from the score of a text without diacritics, because its words are ambiguous."""
_CHECKED_FIELDS = frozenset({"text", "title", "description"})
_OFFICIAL_CONCEPTS = frozenset({"official", "prevention", "festive"})
_STANCE_CONCEPTS = frozenset({"offer", "contact", "price", "incite", "threat", "spread", "link", "phone"})
_CONTACT_CONCEPTS = frozenset({"contact", "price", "link", "phone"})
_EXCERPT = 80
_LONGEST_OFFER = 140
"""Longest plain offer, in characters; a longer text is rather a story that quotes offers."""
