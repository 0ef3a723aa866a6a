"""Is a message Vietnamese without its marks? Decided by how seldom its bare words stand bare in proper prose.

Every word that bears no mark brings evidence -log(share), where share says how often that form is meant as it is
written ("cho" nearly always, "khong" never). A sentence may by chance hold only words that need no marks; it brings
hardly any evidence, however long it is.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from functools import lru_cache
from math import log
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks, has_tone
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import Normalised
from zalo_governor.text.syllables import SKELETONS, is_skeleton, is_syllable
from zalo_governor.text.tokens import Token, TokenKind, tokens


class Marks(StrEnum):
    """What a message is."""

    OK = "ok"
    NO_DIACRITICS = "no_diacritics"
    PARTIAL = "partial"


class Reading(NamedTuple):
    """What was read, and where the marks are missing."""

    marks: Marks
    sure: bool = True
    """False where it is likely but not certain."""
    spans: tuple[tuple[int, int], ...] = ()
    """[start, end) of the words without marks, in the original text."""


class _Glance(Enum):
    """What a piece of text between blanks says by itself."""

    MARKED = auto()
    """A word with all its marks."""
    LIGHT = auto()
    """No word, or one that is often meant without marks."""
    DOUBTFUL = auto()
    """A word that may lack marks, or more than one word."""


class Words:
    """What is known of words. All words given are in small letters.

    Args:
        as_typed: share (0-1) of a form without tone mark that is meant as it is written.
        foreign: words of other languages that people use.
        acknowledgements: whole messages, without marks, that pass as they are: "ok", "vang a".
        abbreviations: short forms that have no marks: "ubnd", "ko", "sdt".
    """

    def __init__(
        self,
        *,
        as_typed: Mapping[str, float],
        foreign: frozenset[str],
        acknowledgements: frozenset[str],
        abbreviations: frozenset[str],
    ) -> None:
        self.as_typed = as_typed
        self.foreign = foreign
        self.acknowledgements = acknowledgements
        self._longest_acknowledgement = max(map(len, acknowledgements), default=0) + _MOST_PUNCTUATION
        self.abbreviations = abbreviations
        # The same few thousand words make up nearly everything that is said.
        self.properly_marked = lru_cache(maxsize=16_384)(self._properly_marked)
        self._glance = lru_cache(maxsize=16_384)(self._glance_at)

    def acknowledges(self, text: str) -> bool:
        """Whether the whole message is one of those that pass as they are."""
        return len(text) <= self._longest_acknowledgement and fold(text).strip(_END) in self.acknowledgements

    def at_a_glance_ok(self, text: str) -> bool:
        """Whether the message is certainly fine, judged piece by piece; False decides nothing.

        The full reading gives OK for all of these: enough of its words are properly marked, and fewer words than a
        message partly without marks has bring any evidence.
        """
        glances = list(map(self._glance, text.split()))
        return (
            glances.count(_Glance.MARKED) > len(glances) * _FEW_MARKED
            and glances.count(_Glance.DOUBTFUL) < _FEWEST_MISSING
        )

    def _glance_at(self, chunk: str) -> "_Glance":
        pieces = [token for token in tokens(chunk) if token.kind is TokenKind.WORD]
        bare = [token.text.lower() for token in pieces if not self._properly_marked(token.text)]
        if any(_evidence(lower, self) > _MISSING_AMONG_MARKED for lower in bare) or len(pieces) > 1:
            return _Glance.DOUBTFUL
        return _Glance.MARKED if pieces and not bare else _Glance.LIGHT

    def _properly_marked(self, word: str) -> bool:
        """Whether a word that has marks has all of them: "tiếng", "tôi"; but not "tiêng"."""
        if not has_marks(word):
            return False
        lower = word.lower()
        if has_tone(lower):
            return True
        return is_syllable(lower) and self.as_typed.get(lower, 1.0) >= _LIKELY_AS_TYPED


class Thresholds(NamedTuple):
    """Where the lines are drawn; evidence is in natural logarithms."""

    violation: float
    suspect: float
    partial: float
    partial_share: float
    """Share of the Vietnamese words that must lack marks for `partial`."""
    foreign_weight: float
    """Evidence that each foreign word takes away from a message without any mark."""


def read_marks(normalised: Normalised, words: Words, limits: Thresholds) -> Reading:
    """The reading of one message, in time linear in its length."""
    if words.acknowledges(normalised.text):
        return Reading(Marks.OK)
    if words.at_a_glance_ok(normalised.text):
        return Reading(Marks.OK)
    prose = [token for token in tokens(normalised.text) if token.kind is TokenKind.WORD]
    bare = [token for token in prose if not words.properly_marked(token.text)]
    if len(prose) - len(bare) > len(prose) * _FEW_MARKED:
        return _read_mixed(normalised, prose, bare, words, limits) if bare else Reading(Marks.OK)
    reading = _read_bare(normalised, bare, words, limits)
    if reading.marks is Marks.NO_DIACRITICS and len(bare) < len(prose):
        return reading._replace(marks=Marks.PARTIAL)
    return reading


def _read_bare(normalised: Normalised, prose: list[Token], words: Words, limits: Thresholds) -> Reading:
    # Three words in capitals are abbreviations; a sentence in capitals is a sentence.
    shouted = normalised.text.isupper() and len(prose) > _MOST_ABBREVIATIONS
    evidence = 0.0
    missing: list[Token] = []
    foreign = vietnamese = 0
    named = 0
    most = 0.0
    for token in prose:
        lower = token.text.lower()
        if lower in words.abbreviations or (token.text.isupper() and not shouted and len(lower) > 1):
            continue
        if lower in words.foreign or not (is_skeleton(lower) or lower in words.as_typed):
            # "to", "can", "on" are words of both languages: neither side gains.
            foreign += lower not in SKELETONS
            continue
        vietnamese += 1
        weight = _evidence(lower, words)
        if token.text[0].isupper() and not shouted and token is not prose[0]:
            named += 1
            weight *= _WEIGHT_OF_A_NAME
        evidence += weight
        most = max(most, weight)
        if weight > _MISSING:
            missing.append(token)
    evidence -= limits.foreign_weight * foreign
    if vietnamese <= foreign or not missing:
        return Reading(Marks.OK)
    spans = tuple(normalised.span(token.start, token.end) for token in missing)
    if evidence >= limits.violation and named < vietnamese - 1 and most >= _TELLING:
        return Reading(Marks.NO_DIACRITICS, True, spans)
    if evidence >= limits.suspect and most >= _HINTING:
        return Reading(Marks.NO_DIACRITICS, False, spans)
    return Reading(Marks.OK)


def _read_mixed(
    normalised: Normalised, prose: list[Token], bare: list[Token], words: Words, limits: Thresholds
) -> Reading:
    def counts(token: Token) -> bool:
        lower = token.text.lower()
        if lower in words.abbreviations or lower in words.foreign or len(lower) < _SHORTEST_PARTIAL:
            return False
        return token is prose[0] or not token.text[0].isupper()

    evidence = 0.0
    missing: list[Token] = []
    vietnamese = 0
    for token in bare:
        lower = token.text.lower()
        if not counts(token) or not (is_skeleton(lower) or lower in words.as_typed):
            continue
        vietnamese += 1
        weight = _evidence(lower, words)
        if weight > _MISSING_AMONG_MARKED:
            evidence += weight
            missing.append(token)
    if len(missing) < _FEWEST_MISSING:
        return Reading(Marks.OK)
    vietnamese += sum(1 for token in prose if words.properly_marked(token.text) and counts(token))
    share = len(missing) / vietnamese
    spans = tuple(normalised.span(token.start, token.end) for token in missing)
    if evidence >= limits.partial and share >= limits.partial_share:
        return Reading(Marks.PARTIAL, True, spans)
    if evidence >= limits.partial * _SUSPECT_PART and share >= limits.partial_share * _SUSPECT_PART:
        return Reading(Marks.PARTIAL, False, spans)
    return Reading(Marks.OK)


def _evidence(lower: str, words: Words) -> float:
    """How surprising the form is in proper prose; a skeleton that prose never shows bears little either way."""
    share = words.as_typed.get(lower)
    if share is None:
        return _EVIDENCE_OF_A_RARE_FORM
    return -log(max(share, _LEAST_SHARE))


_MOST_PUNCTUATION = 10
_END = " .,;:!?…~"
_LEAST_SHARE = 0.01
_EVIDENCE_OF_A_RARE_FORM = 0.7
_LIKELY_AS_TYPED = 0.3
_FEW_MARKED = 0.15
"""Up to this share of words with marks, a message is read as one without any."""
_MISSING = 1.6
_MISSING_AMONG_MARKED = 2.8
_WEIGHT_OF_A_NAME = 0.35
_SUSPECT_PART = 0.8
"""A message is suspect of being partly without marks from this part of the thresholds on."""
_FEWEST_MISSING = 2
_SHORTEST_PARTIAL = 2
_MOST_ABBREVIATIONS = 3
_TELLING, _HINTING = 3.4, 2.3
"""Evidence that one word at least must bring for a violation, for a suspicion: many words that need a mark now and then
prove nothing together."""
