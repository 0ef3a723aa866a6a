"""Is a message Vietnamese without its marks? A glance for what is plainly right, the trained reading for the rest.

The glance looks at each piece of the text and its two neighbours alone, and remembers them; it may say "fine", never
"violation". Everything else is read as a lattice (`text.lattice`), whose figures (`text.evidence`) go to the trained
decision (`text.forest`). Its score is the logarithm of the odds that marks are missing.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from zalo_governor.text.evidence import Evidence, gather
from zalo_governor.text.fold import fold
from zalo_governor.text.keystrokes import read_telex
from zalo_governor.text.lattice import Reader, Word
from zalo_governor.text.model import Model
from zalo_governor.text.normalise import Normalised, normalise
from zalo_governor.text.shorthand import unstretched
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
    slip: float
    """Of one with some marks, in which likely fewer words lack them."""
    suspect: float


class Words:
    """What an office writes that no model knows. All words given are in small letters.

    Args:
        model: the shipped model, or another one.
        acknowledgements: whole messages, without marks, that pass as they are: "ok", "vang a".
        abbreviations: short forms that have no marks: "ubnd", "ko", "sdt".
        names: names that are written without marks, of one word or more: "pa u", "voffice".
    """

    def __init__(
        self,
        model: Model,
        *,
        acknowledgements: frozenset[str],
        abbreviations: frozenset[str],
        names: frozenset[str],
    ) -> None:
        self.model = model
        self.reader = Reader(model.language)
        self.abbreviations = abbreviations
        self._acknowledgements = acknowledgements
        self._longest_acknowledgement = max(map(len, acknowledgements), default=0) + _MOST_DECORATION
        self._names = frozenset(tuple(name.split()) for name in names)
        self._first_of_names = frozenset(name[0] for name in self._names)
        # The same few thousand words and pairs make up nearly everything that is said.
        self._piece = lru_cache(maxsize=2_048)(self._look_at_piece)
        self._doubt = lru_cache(maxsize=4_096)(self._doubt_of)

    def acknowledges(self, text: str) -> bool:
        """Whether the whole message is one of those that pass as they are, whatever signs and stickers adorn it."""
        if len(text) > self._longest_acknowledgement:
            return False
        said = unstretched(_STICKERS.sub(" ", fold(text)))
        return " ".join(_SAID.findall(said)) in self._acknowledgements

    def at_a_glance_fine(self, text: str) -> bool:
        """Whether the message, as it was typed, is plainly fine; False decides nothing.

        Enough pieces bear all their marks, and hardly any would be likelier with a mark, between its neighbours.
        """
        pieces = text.split()
        marked = 0
        for piece in pieces:
            kind = self._piece(piece)
            if kind is None:
                return False
            marked += kind
        if marked < len(pieces) * _ENOUGH_MARKED:
            return False
        # One word out of many that may lack a mark is a slip at most, and a slip is nobody's business.
        doubts = map(self._doubt, pieces, ["", *pieces], [*pieces[1:], ""])
        return sum(doubts) <= (_DOUBT if len(pieces) >= _MANY else _LITTLE_DOUBT)

    def _look_at_piece(self, piece: str) -> bool | None:
        """Whether a piece bears marks, None where it has to be read in full."""
        plain = normalise(piece)
        if plain.offsets is not None:
            return None
        words = tokens(piece)
        marked = False
        for token in words:
            if token.kind is not TokenKind.WORD:
                continue
            word = self.reader.word(token.text)
            if not word.syllable and (not token.text.isascii() or read_telex(token.text)):
                return None
            marked |= word.marked
        return marked

    def _doubt_of(self, piece: str, before: str, after: str) -> float:
        """How many words of the piece one should expect to lack a mark, between its neighbours."""
        last = self._neighbour(before, -1) if before and before[-1] not in _ENDING else None
        words = [self.reader.word(token.text) for token in tokens(piece)]
        follower = self._neighbour(after, 0) if after and piece[-1] not in _ENDING else None
        doubt = 0.0
        for at, word in enumerate(words):
            if word.meant:
                following = words[at + 1] if at + 1 < len(words) else follower
                doubt += 1.0 - min(self.reader.share_as_typed(last, word, following), 1.0)
            last = word
        return doubt

    def _neighbour(self, piece: str, at: int) -> Word | None:
        found = tokens(piece)
        return self.reader.word(found[at].text) if found else None

    def without_names(self, found: list[Token]) -> list[Token]:
        """The tokens, with those of known names taken for codes."""
        if not self._names:
            return found
        lowers = [fold(token.text) for token in found]
        out = list(found)
        for at, lower in enumerate(lowers):
            if lower not in self._first_of_names:
                continue
            for length in range(_LONGEST_NAME, 0, -1):
                if tuple(lowers[at : at + length]) in self._names:
                    out[at : at + length] = [t._replace(kind=TokenKind.FILE) for t in found[at : at + length]]
                    break
        return out


def read_marks(normalised: Normalised, words: Words, limits: Thresholds) -> Reading:
    """The reading of one message."""
    if words.acknowledges(normalised.text):
        return Reading(Marks.OK)
    evidence = look(normalised, words)
    if not evidence.vietnamese:
        return Reading(Marks.OK)
    score = words.model.forest.score(evidence.figures)
    marks = Marks.PARTIAL if evidence.marked else Marks.NO_DIACRITICS
    limit = _limit(evidence, limits)
    if score < min(limit, limits.suspect):
        return Reading(Marks.OK)
    return Reading(marks, score >= limit, _spans(normalised, evidence), evidence)


def _limit(evidence: Evidence, limits: Thresholds) -> float:
    if evidence.marked:
        many = evidence.several >= _LIKELY and evidence.share_lost >= _MORE_THAN_A_SLIP
        return limits.partial if many else limits.slip
    return limits.violation + (_MORE_FOR_A_NAME if _may_be_a_name(evidence) else 0.0)


def _may_be_a_name(evidence: Evidence) -> bool:
    """Whether the whole message may be a name or a place, or call somebody: many names have no marks."""
    words = [token.text for token in evidence.words]
    capitals = [word[0].isupper() and (len(word) == 1 or not word.isupper()) for word in words]
    if words and words[0].lower() in _CALLS:
        capitals[0] = True
    return not evidence.marked and 1 < len(capitals) <= _LONGEST_NAME_ALONE and all(capitals)


def look(normalised: Normalised, words: Words) -> Evidence:
    """The evidence of one message; of an absurdly long one, of how it begins."""
    head = normalised.text[:_HEAD]
    return gather(words.reader, head, words.without_names(tokens(head)), words.abbreviations)


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
_ENDING = '.,;:!?…()[]"“”–'
_ENOUGH_MARKED = 0.4
_MANY = 8
_DOUBT, _LITTLE_DOUBT = 1.0, 0.5
_LOST = 0.5
_LIKELY = 0.5
_MORE_THAN_A_SLIP = 0.2
_LONGEST_NAME = 5
_LONGEST_NAME_ALONE = 4
_CALLS = frozenset({"chi", "co", "chu", "bac", "di", "cau", "ong", "ba"})
"""What people are called by, without its marks."""
_MORE_FOR_A_NAME = 1.7
