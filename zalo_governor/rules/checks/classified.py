"""Rule for clauses 4.1 and 4.3: no content at the secrecy levels Mật, Tối mật or Tuyệt mật (secret to top secret).

The word alone proves nothing: "mật" also occurs in the words for honey, password and density. A trained model scores
whether a text discloses a secret, from where the level word stands, what is done with the document, and the words
around. Labels: `classified` is a near-certain disclosure; `look` is a possible one, which an admin checks while the
member is told nothing; `borderline` is talk about secrecy, only counted. Article 5 of Law 117/2025/QH15 forbids storing
the content of what is found here.
"""

import math
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from zalo_governor.domain.cases import UNSURE_LABEL
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.rules.base import Parameters, RuleContext, SealingRule
from zalo_governor.rules.secrecy.evidence import Grammar, Weighed
from zalo_governor.rules.secrecy.features import features_of, glanced
from zalo_governor.rules.secrecy.phrases import SecrecyParameters
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.ngrams import Features, NgramModel, shipped_ngrams
from zalo_governor.text.normalise import Normalised, normalise, with_single_blanks
from zalo_governor.text.secrecy.level_words import Level, hints_of_secrets, may_speak_of_secrets
from zalo_governor.text.secrecy.readings import other_readings, undressed


class ClassifiedRule(SealingRule[SecrecyParameters]):
    """Rule on disclosed state secrets, which checks all strings of every event.

    The secret gate (the check before anything is stored) uses the rule too, on single strings.
    """

    id: ClassVar[str] = "4.1-noi-dung-mat"
    parameters_type: ClassVar[type[Parameters]] = SecrecyParameters

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._grammar = Grammar(self.parameters)

    def prepare(self) -> None:
        self.tables  # noqa: B018 - the property loads on first access

    @cached_property
    def tables(self) -> "Tables":
        """Return the trained models, loaded on first access."""
        return Tables(verdict=shipped_ngrams("secrecy"), glance=shipped_ngrams("secrecy-glance"))

    def check(self, event: EventBase, context: RuleContext) -> Iterable[Finding]:
        """Yield one finding per suspicious string of the event.

        A secret in a quoted message is sealed (not stored) as well, but its severity is only SUSPECT: the quoter did
        not write it.
        """
        if context.passed_gate:
            return
        for field, text in event.strings():
            finding = self.inspect(text)
            if finding:
                more = {"severity": Severity.SUSPECT} if field.startswith("quote") else {}
                yield finding.model_copy(update={"field": field, **more})

    def look(self, text: str, least: float = 0.0) -> Finding | None:
        """Return the finding on one string, None if it is clean. Takes time linear in the length of the text.

        With a probability of a disclosure under `least`, the finding is not `classified`.
        """
        normalised = with_single_blanks(normalise(text))
        if len(normalised.text) > WINDOW and hints_of_secrets(normalised.text) > _MOST_HINTS:
            # No real text has so many; scoring each would block all other messages for minutes.
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
        score, view = max(scored, key=lambda one: one[0])
        finding = self._classify(score, view, least)
        if least or len(text) > _LONGEST_UNDRESSED or (finding is not None and finding.seals):
            return finding
        levels = {word.level for word in view.weighed.words}
        # A text that names all levels explains them, perhaps one on each line.
        return (0 < len(levels) < len(Level) and self._look_at_sentences(text)) or finding

    def _look_at_sentences(self, text: str) -> Finding | None:
        """Return the first finding on a sentence that, read alone, surely discloses a secret; None if none does."""
        stops = [stop.end() for stop in _STOP.finditer(text)]
        start = 0
        for end in (*stops, len(text)) if stops else ():
            sentence = text[start:end].rstrip()
            finding = self.look(sentence, _SURE_ALONE) if len(sentence.split()) >= _FEWEST_WORDS else None
            if finding is not None and finding.seals and finding.level:
                spans = tuple((start + first, start + last) for first, last in finding.spans)
                return finding.model_copy(update={"spans": spans})
            start = end
        return None

    def may_speak(self, text: str) -> bool:
        """Return whether the quick checks (words, small model) suspect the text, so that `look` uses the full model."""
        return next(self._views(text, with_single_blanks(normalise(text)), always=False), None) is not None

    def view(self, text: str) -> Features:
        """Return the features (model input) of a short text for the full model; the training of the model uses them."""
        view = max(self._views(text, with_single_blanks(normalise(text)), always=True), key=_tells)
        return features_of(view.weighed, hides=view.hides)

    def _views(self, text: str, normalised: Normalised, *, always: bool) -> Iterator["View"]:
        """Yield the evidence that the text discloses a secret, for each window (600 characters) that may do so.

        Decoded variants of the text are read as well. Words further apart than one window are not evidence for each
        other. `always` skips the quick check, which else decides whether the text is analysed.
        """
        worth = always or may_speak_of_secrets(normalised.text)
        if not worth:
            # The small model, of single words only, finds most texts not suspicious.
            worth = self.tables.glance.score(glanced(normalised.text[:WINDOW])) > self.parameters.glance
        if worth:
            for start in _windows(normalised.text):
                # Only the first window was checked, and windows without a level word need no scoring.
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

    def _classify(self, score: float, view: "View", least: float) -> Finding | None:
        weighed = view.weighed
        # The model knows "mat.pdf" from names of secret files; it may be of eyes or faces (mắt, mặt) as well.
        unclear = not (weighed.named or weighed.hinted) and _NAME_WITH_MAT.search(weighed.folded) is not None
        probability = 1 / (1 + math.exp(-max(-_SCORE_LIMIT, min(_SCORE_LIMIT, score))))
        level = weighed.level.name.lower() if weighed.level else None
        more: dict[str, Any] = {"level": level, "spans": view.spans, "reason": _reason_codes(weighed, view.hides)}
        surely, maybe = self._thresholds(weighed)
        if unclear and not weighed.words:
            if not has_marks(weighed.text.lower()):
                return None
            # Beside words with diacritics, such as a mention's, a bare "mat" is not read as a level: the admin looks.
            maybe = surely
        if probability >= max(surely, least) and not unclear:
            clause = (weighed.work and self.topics.get(ClauseTopic.CLASSIFIED_WORK)) or self.clause
            return self.finding("classified", clause=clause, seals=True, **more)
        if probability >= maybe or self._has_prominent_level(probability, weighed):
            return self.finding(UNSURE_LABEL, severity=Severity.TRIAGE, **more)
        talked_about = weighed.words and (weighed.talk or weighed.best.points >= _LEAST_POINTS)
        if (talked_about or weighed.of_state_secrets) and not weighed.elsewhere:
            return self.finding("borderline", severity=Severity.SUSPECT, **more)
        return None

    def _thresholds(self, weighed: Weighed) -> tuple[float, float]:
        """Return the probabilities from which a text is labelled `classified` and `look`."""
        limits = self.parameters
        surely, maybe = limits.classified_from, limits.look_from
        if weighed.denied or weighed.elsewhere or not (weighed.named or weighed.hinted):
            surely, maybe = limits.unnamed_classified_from, limits.unnamed_look_from
        elif not weighed.named:
            surely = limits.hinted_classified_from
        if not weighed.named and len(weighed.text) > _LONGEST_HINT:
            surely = limits.long_unnamed_classified_from
        return surely, maybe

    def _has_prominent_level(self, probability: float, weighed: Weighed) -> bool:
        """Return whether an admin must check the text because it bears a level as a label, or names a high level.

        High levels are Tối mật and Tuyệt mật (highly secret, top secret). False for a text that is only about the rules
        of secrecy. `probability` (0-1) is that of a disclosure, by the full model.
        """
        if weighed.elsewhere or weighed.several or weighed.of_state_secrets or probability < self.parameters.talk_below:
            return False
        return weighed.label or any(word.level > Level.MAT and word.marked for word in weighed.words)


class Tables(NamedTuple):
    """The two trained models of this rule, made by `training/secrecy.py`."""

    verdict: NgramModel
    """Full model: scores whether a text discloses a secret."""
    glance: NgramModel
    """Small model for the quick check: scores from the words alone whether the full model is needed."""


class View(NamedTuple):
    """The evidence of a disclosure in one window (part) of a text, or of a decoded variant of the text."""

    weighed: Weighed
    hides: bool
    """Whether the evidence appears only after decoding (old font, backwards, split letters …), a sign of hiding."""
    spans: tuple[tuple[int, int], ...]
    """Ranges [start, end) of the level words in the text as received; the whole text for a decoded variant."""


def _tells(view: View) -> tuple[int, int]:
    return view.weighed.best.points, len(view.weighed.words)


def _windows(text: str) -> range:
    return range(0, max(len(text) - _OVERLAP, 1), WINDOW - _OVERLAP)


def _readings(text: str, normalised: Normalised, speaks: bool) -> Iterable[tuple[str, bool]]:
    """Yield (a decoded variant of the text, whether the decoding suggests that the writer hides something).

    `speaks` says that the text is suspicious as it is; only then are disguises of single words undone.
    """
    for decoded in other_readings(text, normalised.text, changed=normalised.offsets is not None):
        yield decoded, True
    if speaks and len(text) <= _LONGEST_UNDRESSED:
        yield from undressed(normalised.text)


def _reason_codes(weighed: Weighed, hides: bool) -> str:
    """Return codes of the patterns found, joined by "+"; never words of the message."""
    told = {
        weighed.best.reason or "words": True,
        "transmitting": weighed.transmitted,
        "number": weighed.numbered,
        "disguise": hides or any(word.disguised for word in weighed.words),
    }
    return "+".join(sorted(code for code, found in told.items() if found))


_NAME_WITH_MAT = re.compile(r"^[^\n]{0,80}(?<![a-z])mat(?![a-z])[^\n]{0,80}\.(?:[a-z]{3,4})$")
"""Matches a file name in which "mat" is a word of its own."""
WINDOW = 600
"""Size of a window, in characters: the most text that is scored together."""
_OVERLAP = 150
_MOST_HINTS = 5_000
_MOST_VIEWS = 400
_LONGEST_UNDRESSED = 2_000
_SCORE_LIMIT = 30.0
_STOP = re.compile(r"(?<=[.!?…])\s+|\n+")
_FEWEST_WORDS = 5
"""Fewest words of a sentence that is scored alone; shorter ones are items of a list, or the name of a film."""
_SURE_ALONE = 0.9
"""Probability from which a single sentence is `classified`; below it, the text as a whole decides."""
_LONGEST_HINT = 130
"""Longest text, in characters, that may well be a hint; longer ones without a level word are mostly news."""
_LEAST_POINTS = 2
"""Points of evidence from which talk about a level is counted; a mere "tuyệt mật" somewhere has only one."""
