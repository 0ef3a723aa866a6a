"""Decides whether a message is Vietnamese without its diacritics: a quick check for most, a trained model for the rest.

The quick check looks at each word and its two neighbours; it can accept a message, but never report one. For every
other message, all words that each typed word may stand for are scored (`lattice.py`); numbers computed from these
scores (`evidence.py`) go to trained decision trees (`forest.py`). The score of the trees is the log-odds that
diacritics are missing.
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
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import Normalised
from zalo_governor.text.syllables import is_syllable, only_with_marks
from zalo_governor.text.tokens import Token, TokenKind, tokens


class Marks(StrEnum):
    """Verdict on a message's diacritics (marks): none is missing (OK), all are, or some words lack theirs (PARTIAL)."""

    OK = "ok"
    NO_DIACRITICS = "no_diacritics"
    PARTIAL = "partial"


class Reading(NamedTuple):
    """Result of checking the diacritics of a message."""

    marks: Marks
    sure: bool = True
    """False if the verdict is likely but not certain."""
    spans: tuple[tuple[int, int], ...] = ()
    """Ranges [start, end) of the words that lack diacritics, in the original text."""
    evidence: Evidence | None = None
    """The word probabilities behind the verdict; None if the message is fine."""


class Thresholds(NamedTuple):
    """Scores (log-odds that diacritics are missing) from which a message is a violation, or at least suspect."""

    violation: float
    """Score from which a message without any diacritics is a violation."""
    partial: float
    """Score from which a message with some diacritics is a violation, if likely at least two words and a fifth of
    all words lack theirs.
    """
    brief: float
    """Score from which a message of at most four words, some with diacritics, is a violation."""
    slip: float
    """Score from which a longer message with some diacritics is a violation, if likely fewer words lack theirs than
    `partial` requires.
    """
    suspect: float
    """Score from which a message that is no violation is suspect: counted, but told to nobody at once."""


class Words:
    """Checker of words for missing diacritics, by an organisation's word lists and a statistical language model.

    All words given are in lower case.

    Args:
        model: function that loads the language model; called at the first use, as loading takes half a second.
        acknowledgements: whole messages, without diacritics, that are always accepted: "ok", "vang a" (yes).
        abbreviations: short forms that are correct without diacritics: "ubnd", "ko", "sdt".
        names: names that are correct without diacritics, of one or more words: "pa u", "voffice".
        expressions: fixed expressions, whose diacritics are restored before any other word is guessed.
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
        """Return the language model with its decision trees, loaded on first access."""
        return self._load()

    @cached_property
    def reader(self) -> Reader:
        """Return the `Reader`, which computes how likely each word lacks its diacritics; created on first access."""
        return Reader(self.model.language)

    def acknowledges(self, text: str) -> bool:
        """Return whether the whole message is an accepted acknowledgement ("ok"), ignoring punctuation and stickers."""
        if len(text) > self._longest_acknowledgement:
            return False
        said = unstretched(_STICKERS.sub(" ", fold(text)))
        return " ".join(_SAID.findall(said)) in self._acknowledgements

    def cut(self, normalised: Normalised) -> Cut:
        """Split the first 5,000 characters of a message into words, and look up what each word may stand for."""
        head = normalised.text[:_LONGEST_READ]
        return cut(self.reader, head, self._without_names(tokens(head)))

    def at_a_glance_fine(self, typed: Cut) -> bool:
        """Return True if the message certainly has its diacritics; False means that the full analysis has to decide.

        A message is fine if enough words have diacritics and, given their neighbours, hardly any other word lacks them.
        `typed` is the message split by `cut`.
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
        # One word of many that may lack diacritics is a typing error at most, and not reported.
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
        """Run the full analysis: compute the evidence for missing diacritics in a message that `cut` has split."""
        return gather(self.reader, typed, self.abbreviations)

    def _without_names(self, found: list[Token]) -> list[Token]:
        """Return a message's tokens with known names turned into tokens of kind FILE, whose spelling is not checked."""
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
    """Check one message for missing diacritics, with the trained model.

    Args:
        normalised: the message.
        typed: the message split by `Words.cut`.
        words: the word lists and the language model.
        limits: scores from which the message is a violation or suspect.
    """
    if words.acknowledges(normalised.text):
        return Reading(Marks.OK)
    evidence = words.look(typed)
    if not evidence.vietnamese:
        return Reading(Marks.OK)
    score = words.model.forest.score(evidence.figures)
    marks = Marks.PARTIAL if evidence.marked else Marks.NO_DIACRITICS
    limit = _violation_threshold(evidence, normalised.text, limits)
    if score < min(limit, limits.suspect):
        return Reading(Marks.OK)
    return Reading(marks, score >= limit, _spans(normalised, evidence), evidence)


def _violation_threshold(evidence: Evidence, text: str, limits: Thresholds) -> float:
    if evidence.marked:
        if _lists_full_names(evidence, text):
            return inf
        if len(evidence.words) <= _BRIEF:
            return limits.brief
        many = evidence.several >= _LIKELY and evidence.share_lost >= _MORE_THAN_A_SLIP
        return limits.partial if many else limits.slip
    if _addresses_somebody(evidence) or _lists_names(evidence, text):
        return inf
    # A word alone, such as "Ngay" or "Lan", may be meant as typed: nothing beside it tells.
    vague = len(evidence.words) == 1 or max(evidence.lost, default=0.0) < _LOCATABLE
    return limits.violation + (_EXTRA_IF_DOUBTFUL if vague or _may_be_a_name(evidence) else 0.0)


def _addresses_somebody(evidence: Evidence) -> bool:
    """Return whether the whole message addresses a person by one name, such as "bac Nam" (uncle Nam).

    Such a message is never a certain violation, as nobody can know which diacritics the name should have.
    """
    words = [token.text for token in evidence.words]
    return len(words) == 2 and words[0].lower() in _CALLS and words[1][0].isupper() and not words[1].isupper()


def _lists_names(evidence: Evidence, text: str) -> bool:
    """Return whether the whole message lists single names, such as "Nam, Long, Giang".

    Such a message is never a certain violation, as nobody can know which diacritics the names should have.
    """
    words = evidence.words
    apart = all(text[before.end : after.start].strip() for before, after in pairwise(words))
    return len(words) > 1 and apart and all(map(_may_be_a_given_name, words))


def _lists_full_names(evidence: Evidence, text: str) -> bool:
    """Return whether a message lacks diacritics, if at all, in a list of full names such as "Ma Văn Kha, Vi Thị Mai".

    Such a message is never a certain violation, as many such names have none. A word that is no syllable as typed
    ("Nguyen"), or a middle name ("Van"), shows that diacritics are missing.
    """
    words = evidence.words
    runs: list[list[int]] = []
    for at in [at for at, named in enumerate(evidence.named) if named]:
        if runs and runs[-1][-1] == at - 1 and text[words[at - 1].end : words[at].start] == " ":
            runs[-1].append(at)
        else:
            runs.append([at])
    full = [run for run in runs if 1 < len(run) <= _LONGEST_NAME]
    within = {at for run in full for at in run if is_syllable(words[at].text)}
    lost = {at for at, chance in enumerate(evidence.lost) if chance >= _LOST}
    return len(full) > 1 and lost <= within and not any(words[at].text.lower() in _MIDDLE_NAMES for at in lost)


def _may_be_a_given_name(token: Token) -> bool:
    word = token.text
    return token.kind is TokenKind.WORD and word[0].isupper() and not word.isupper() and not only_with_marks(word)


def _may_be_a_name(evidence: Evidence) -> bool:
    """Return whether the whole message may be one name of a person or place, or a form of address with a name.

    Such a message consists of two to four capitalised words, and needs a higher score to be a violation, as many names
    are correct without diacritics.
    """
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


_LONGEST_READ = 5_000
_MOST_DECORATION = 60
_STICKERS = re.compile(r"/-[a-z]+|[:;=]-?[a-z](?!\w)")
"""Text codes of stickers and emoticons, as Zalo's clients write them into a message."""
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
"""Forms of address (elder brother, aunt …), as typed without diacritics."""
_FAMILIES = frozenset({"tran", "pham", "huynh"})
"""Family names that are only correct with diacritics (Trần, Phạm, Huỳnh), as typed without them."""
_MIDDLE_NAMES = frozenset({"van", "thi"})
_LOCATABLE = 0.4
"""If no word reaches this probability of lacking diacritics, a message needs a higher score to be a violation."""
_EXTRA_IF_DOUBTFUL = 2.0
