"""Is a message Vietnamese without its diacritics? A quick check for most messages, a trained model for the rest.

The quick check looks at each word and its two neighbours; it may say "fine", never "violation". Everything else is read
as a lattice of possible words (`lattice.py`), whose features (`evidence.py`) go to the trained decision trees
(`forest.py`). Their score is the log-odds that diacritics are missing.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise
from math import inf
from typing import NamedTuple

from zalo_governor.text.diacritics.evidence import Cut, Evidence, cut, gather
from zalo_governor.text.diacritics.expressions import Expressions
from zalo_governor.text.diacritics.keystrokes import read_telex
from zalo_governor.text.diacritics.lattice import Reader
from zalo_governor.text.diacritics.model import Model
from zalo_governor.text.diacritics.shorthand import unstretched
from zalo_governor.text.diacritics.spellings import Word
from zalo_governor.text.diacritics.syllables import only_with_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import Normalised
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
    evidence: Evidence | None = None
    """What it was read from, where there was anything to read."""


class Thresholds(NamedTuple):
    """Scores from which a message is a violation, and from which it is suspect."""

    violation: float
    """Of one without any mark."""
    partial: float
    """Of one with some marks, in which likely at least two words lack theirs, and one word in five."""
    brief: float
    """Of one of a few words with some marks: one missing is much of it, and little shows that it is missing."""
    slip: float
    """Of a longer one with some marks, in which likely fewer words lack them."""
    suspect: float


class Words:
    """What an office writes that no model knows. All words given are in small letters.

    Args:
        model: gives the shipped model, or another one; asked at the first use, as it takes half a second.
        acknowledgements: whole messages, without marks, that pass as they are: "ok", "vang a".
        abbreviations: short forms that have no marks: "ubnd", "ko", "sdt".
        names: names that are written without marks, of one word or more: "pa u", "voffice".
        expressions: what is taken for meant before any word is guessed at.
    """

    def __init__(
        self,
        model: Callable[[], Model],
        *,
        acknowledgements: frozenset[str],
        abbreviations: frozenset[str],
        names: frozenset[str],
        expressions: Expressions,
    ) -> None:
        self._load = model
        self.expressions = expressions
        self.abbreviations = abbreviations
        self._acknowledgements = acknowledgements
        self._longest_acknowledgement = max(map(len, acknowledgements), default=0) + _MOST_DECORATION
        self._names = frozenset(tuple(name.split()) for name in names)
        first = frozenset(name[0] for name in self._names)
        self._begins_a_name = lru_cache(maxsize=2_048)(lambda text: fold(text) in first)

    @cached_property
    def model(self) -> Model:
        """What is known of Vietnamese."""
        return self._load()

    @cached_property
    def reader(self) -> Reader:
        """Reads with it."""
        return Reader(self.model.language)

    def acknowledges(self, text: str) -> bool:
        """Whether the whole message is one of those that pass as they are, whatever signs and stickers adorn it."""
        if len(text) > self._longest_acknowledgement:
            return False
        said = unstretched(_STICKERS.sub(" ", fold(text)))
        return " ".join(_SAID.findall(said)) in self._acknowledgements

    def cut(self, normalised: Normalised) -> Cut:
        """A text cut into words; of an absurdly long one, how it begins."""
        head = normalised.text[:_HEAD]
        return cut(self.reader, head, self._without_names(tokens(head)))

    def at_a_glance_fine(self, typed: Cut) -> bool:
        """Whether the message is plainly fine; False decides nothing.

        Enough words bear all their marks, and hardly any would be likelier with a mark, between its neighbours.
        """
        words, begins = typed.words, typed.begins
        marked = 0
        for word, token in zip(words, typed.prose, strict=True):
            if word.marked:
                marked += 1
            if not word.syllable and (word.marked or not token.text.isascii() or read_telex(token.text)):
                return False
        count = len(words)
        if marked < count * _ENOUGH_MARKED:
            return False
        # One word out of many that may lack a mark is a slip at most, and a slip is nobody's business.
        room = _DOUBT if count >= _MANY else _LITTLE_DOUBT
        before: Word | None = None
        for at, word in enumerate(words):
            if word.places:
                following = at + 1 < count and not begins[at + 1]
                room -= 1.0 - self.reader.share_as_typed(
                    None if begins[at] else before, word, words[at + 1] if following else None
                )
                if room < 0:
                    return False
            before = word
        return True

    def look(self, typed: Cut) -> Evidence:
        """What the message shows."""
        return gather(self.reader, typed, self.abbreviations)

    def _without_names(self, found: list[Token]) -> list[Token]:
        """The tokens, with those of known names taken for codes."""
        if not self._names:
            return found
        out = list(found)
        for at, token in enumerate(found):
            if not self._begins_a_name(token.text):
                continue
            lowers = tuple(fold(following.text) for following in found[at : at + _LONGEST_NAME])
            for length in range(_LONGEST_NAME, 0, -1):
                if lowers[:length] in self._names:
                    out[at : at + length] = [t._replace(kind=TokenKind.FILE) for t in found[at : at + length]]
                    break
        return out


def read_marks(normalised: Normalised, typed: Cut, words: Words, limits: Thresholds) -> Reading:
    """The reading of one message, cut into words."""
    if words.acknowledges(normalised.text):
        return Reading(Marks.OK)
    evidence = words.look(typed)
    if not evidence.vietnamese:
        return Reading(Marks.OK)
    score = words.model.forest.score(evidence.figures)
    marks = Marks.PARTIAL if evidence.marked else Marks.NO_DIACRITICS
    limit = _limit(evidence, normalised.text, limits)
    if score < min(limit, limits.suspect):
        return Reading(Marks.OK)
    return Reading(marks, score >= limit, _spans(normalised, evidence), evidence)


def _limit(evidence: Evidence, text: str, limits: Thresholds) -> float:
    if evidence.marked:
        if len(evidence.words) <= _BRIEF:
            return limits.brief
        many = evidence.several >= _LIKELY and evidence.share_lost >= _MORE_THAN_A_SLIP
        return limits.partial if many else limits.slip
    if _calls_somebody(evidence) or _lists_names(evidence, text):
        return inf
    vague = max(evidence.lost, default=0.0) < _POINTED_AT
    return limits.violation + (_MORE_IN_DOUBT if vague or _may_be_a_name(evidence) else 0.0)


def _calls_somebody(evidence: Evidence) -> bool:
    """Whether the whole message calls a person by one name ("bac Nam"): nobody can tell how the name is written."""
    words = [token.text for token in evidence.words]
    return len(words) == 2 and words[0].lower() in _CALLS and words[1][0].isupper() and not words[1].isupper()


def _lists_names(evidence: Evidence, text: str) -> bool:
    """Whether the whole message is a list of single names ("Nam, Long, Giang"): the same holds of each of them."""
    words = evidence.words
    apart = all(text[before.end : after.start].strip() for before, after in pairwise(words))
    return len(words) > 1 and apart and all(map(_may_be_a_given_name, words))


def _may_be_a_given_name(token: Token) -> bool:
    word = token.text
    return token.kind is TokenKind.WORD and word[0].isupper() and not word.isupper() and not only_with_marks(word)


def _may_be_a_name(evidence: Evidence) -> bool:
    """Whether the whole message may be a name or a place, or call somebody: many names have no marks."""
    words = [token.text for token in evidence.words]
    capitals = [word[0].isupper() and (len(word) == 1 or not word.isupper()) for word in words]
    if any(map(only_with_marks, words)) or (words and words[0].lower() in _FAMILIES):
        return False
    if words and words[0].lower() in _CALLS:
        capitals[0] = True
    return not evidence.marked and 1 < len(capitals) <= _LONGEST_NAME_ALONE and all(capitals)


def _spans(normalised: Normalised, evidence: Evidence) -> tuple[tuple[int, int], ...]:
    least = min(_LOST, max(evidence.lost, default=0.0))
    return tuple(
        normalised.span(token.start, token.end)
        for token, lost in zip(evidence.words, evidence.lost, strict=True)
        if lost >= least and lost > 0 and token.kind is TokenKind.WORD
    )


_HEAD = 5_000
_MOST_DECORATION = 60
_STICKERS = re.compile(r"/-[a-z]+|[:;=]-?[a-z](?!\w)")
"""As the sender's client writes them where it draws a face."""
_SAID = re.compile(r"[^\W_]+")
_ENOUGH_MARKED = 0.4
_MANY = 8
_DOUBT, _LITTLE_DOUBT = 1.0, 0.5
_LOST = 0.5
_BRIEF = 4
_LIKELY = 0.5
_MORE_THAN_A_SLIP = 0.2
_LONGEST_NAME = 5
_LONGEST_NAME_ALONE = 4
_CALLS = frozenset({"anh", "em", "chi", "co", "chu", "bac", "di", "cau", "ong", "ba"})
"""What people are called by, without its marks."""
_FAMILIES = frozenset({"tran", "pham", "huynh"})
"""Family names that are nobody's as they stand."""
_POINTED_AT = 0.4
"""Below this chance for each word there is none to show that lacks its marks."""
_MORE_IN_DOUBT = 2.0
