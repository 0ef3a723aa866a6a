"""Clauses 4.1 and 4.3: nothing Mật, Tối mật or Tuyệt mật is posted.

A word alone accuses nobody: "mật" stands in honey, passwords and density. A trained model weighs what makes a sentence
a disclosure: where the level stands, what is done with the paper, the words around. What is surely one is `classified`;
what may be one is `look`: a person looks at it, the member is told nothing. Talk about the rule is `borderline`:
counted, nobody is told. Article 5 of Law 117/2025/QH15 forbids to keep what is found here.
"""

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.rules.base import Parameters, RuleContext, SealingRule
from zalo_governor.rules.secrecy.evidence import Grammar, Weighed
from zalo_governor.rules.secrecy.features import features_of, glanced
from zalo_governor.rules.secrecy.phrases import SecrecyParameters
from zalo_governor.text.ngrams import Features, NgramModel, shipped_ngrams
from zalo_governor.text.normalise import Normalised, even, normalise
from zalo_governor.text.secrecy.level_words import Level, hints_of_secrets, may_speak_of_secrets
from zalo_governor.text.secrecy.readings import other_readings, undressed


class ClassifiedRule(SealingRule[SecrecyParameters]):
    """Looks at every string of every event, and at any string at the door."""

    id: ClassVar[str] = "4.1-noi-dung-mat"
    parameters_type: ClassVar[type[Parameters]] = SecrecyParameters

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._grammar = Grammar(self.parameters)

    def prepare(self) -> None:
        """Read the tables."""
        self.tables  # noqa: B018 - reading it is the point

    @cached_property
    def tables(self) -> "Tables":
        """What was learnt; read when the first message is judged."""
        return Tables(verdict=shipped_ngrams("secrecy"), glance=shipped_ngrams("secrecy-glance"))

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """One finding for each string that is more than clean; what is quoted is sealed and accuses nobody."""
        for field, text in event.strings():
            finding = self.inspect(text)
            if finding:
                more = {"severity": Severity.SUSPECT} if field.startswith("quote") else {}
                yield finding.model_copy(update={"field": field, **more})

    def look(self, text: str) -> Finding | None:
        """The finding on one string, None where it is clean. Takes time linear in the length of the text."""
        normalised = even(normalise(text))
        if len(normalised.text) > WINDOW and hints_of_secrets(normalised.text) > _MOST_HINTS:
            # Nobody writes so; to weigh each of them would take minutes, in which nobody else is heard.
            return self.finding("unchecked", spans=((0, len(text)),), reason="too_many", seals=True)
        views = list(self._views(text, normalised, always=False))
        if not views:
            return None
        if len(normalised.text) <= WINDOW:
            views = [max(views, key=_tells)]
        scored = [
            (self.tables.verdict.score(features_of(view.weighed, hides=view.hides)), view)
            for view in views[:_MOST_VIEWS]
        ]
        return self._outcome(*max(scored, key=lambda one: one[0]))

    def may_speak(self, text: str) -> bool:
        """Whether a text is read in full."""
        return next(self._views(text, even(normalise(text)), always=False), None) is not None

    def view(self, text: str) -> Features:
        """What the model sees of a short text: for training it."""
        view = max(self._views(text, even(normalise(text)), always=True), key=_tells)
        return features_of(view.weighed, hides=view.hides)

    def _views(self, text: str, normalised: Normalised, *, always: bool) -> Iterator["View"]:
        """The readings of the text that may speak of secrets, in windows, as what stands far apart is not one."""
        speaks = may_speak_of_secrets(normalised.text)
        worth = always or speaks or self._worth_reading(normalised.text)
        if worth:
            for start in _windows(normalised.text):
                # The quick look at the words reads the first window alone, and nothing is weighed for nothing.
                if start and not may_speak_of_secrets(normalised.text[start : start + WINDOW]):
                    continue
                weighed = self._grammar.weigh(normalised, text, start, start + WINDOW)
                spans = tuple(normalised.span(start + word.start, start + word.end) for word in weighed.words)
                yield View(weighed, False, spans)
        for decoded, hides in _readings(text, normalised, worth):
            if may_speak_of_secrets(decoded):
                reading = Normalised(decoded, None)
                for start in _windows(decoded):
                    if start and not may_speak_of_secrets(decoded[start : start + WINDOW]):
                        continue
                    typed = normalised.text if hides else decoded
                    weighed = self._grammar.weigh(reading, typed, start, start + WINDOW)
                    yield View(weighed, True, ((0, len(text)),))

    def _worth_reading(self, text: str) -> bool:
        """A quick look at the words alone, which lets nearly every message go; True decides nothing."""
        return self.tables.glance.score(glanced(text[:WINDOW])) > self.parameters.glance

    def _outcome(self, score: float, view: "View") -> Finding | None:
        weighed = view.weighed
        probability = 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, score))))
        level = weighed.level.name.lower() if weighed.level else None
        more: dict[str, Any] = {"level": level, "spans": view.spans, "reason": _reason(weighed, view.hides)}
        surely, maybe = self.parameters.classified_from, self.parameters.look_from
        if weighed.denied or weighed.elsewhere or not (weighed.named or weighed.hinted):
            surely, maybe = self.parameters.unnamed_classified_from, self.parameters.unnamed_look_from
        if probability >= surely:
            clause = DIRECTIVE_CLAUSE if weighed.work else self.clause
            return self.finding("classified", clause=clause, seals=True, **more)
        if probability >= maybe or self._stands_out(probability, weighed):
            return self.finding("look", severity=Severity.TRIAGE, **more)
        talked_about = weighed.words and (weighed.talk or weighed.best.points >= _LEAST)
        if (talked_about or weighed.of_state_secrets) and not weighed.elsewhere:
            return self.finding("borderline", severity=Severity.SUSPECT, **more)
        return None

    def _stands_out(self, probability: float, weighed: Weighed) -> bool:
        """Whether a level stands there as a label, or is too high to pass over, and the text is not about the rule."""
        if weighed.elsewhere or weighed.several or weighed.of_state_secrets or probability < self.parameters.talk_below:
            return False
        return weighed.label or any(word.level > Level.MAT and word.marked for word in weighed.words)


class Tables(NamedTuple):
    """What `training/secrecy.py` made."""

    verdict: NgramModel
    """Whether a text discloses something."""
    glance: NgramModel
    """Whether its words alone are a reason to read it."""


class View(NamedTuple):
    """One window of one reading of a text."""

    weighed: Weighed
    hides: bool
    """Whether the text had to be read another way than it was typed."""
    spans: tuple[tuple[int, int], ...]


def _tells(view: View) -> tuple[int, int]:
    return view.weighed.best.points, len(view.weighed.words)


def _windows(text: str) -> range:
    return range(0, max(len(text) - _OVERLAP, 1), WINDOW - _OVERLAP)


def _readings(text: str, normalised: Normalised, speaks: bool) -> Iterable[tuple[str, bool]]:
    """The other readings of a text, each with whether something in it was hidden."""
    for decoded in other_readings(text, normalised.text, changed=normalised.offsets is not None):
        yield decoded, True
    if speaks and len(text) <= _LONGEST_UNDRESSED:
        yield from undressed(normalised.text)


def _reason(weighed: Weighed, hides: bool) -> str:
    """Codes of the patterns that were found, never words of the message."""
    told = {
        weighed.best.reason or "words": True,
        "transmitting": weighed.transmitted,
        "number": weighed.numbered,
        "disguise": hides or any(word.disguised for word in weighed.words),
    }
    return "+".join(sorted(code for code, found in told.items() if found))


DIRECTIVE_CLAUSE = "4.3"
WINDOW = 600
"""Characters that are read together."""
_OVERLAP = 150
_MOST_HINTS = 5_000
_MOST_VIEWS = 400
_LONGEST_UNDRESSED = 2_000
_STEEPEST = 30.0
_LEAST = 2
"""Points; one alone, such as "tuyệt mật" somewhere, is not worth counting."""
