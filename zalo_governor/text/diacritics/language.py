"""Statistics of written Vietnamese: how often each syllable, each pair and each triple of syllables occurs.

The numbers come from the shipped file `vietnamese.model`, made by `training/`. A *word* here is one syllable, as
Vietnamese writes a space after each. Words are sorted by their letters without diacritics, so that words equal without
diacritics, or without tone, are one range of indexes, and so are the followers of a word that fall in this range.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from zalo_governor.text.alphabet import split_tone
from zalo_governor.text.diacritics.shorthand import STANDS_FOR, unstretched
from zalo_governor.text.fold import fold
from zalo_governor.text.syllables import is_syllable

BEGIN, UNKNOWN, NUMBER = "<", "?", "#"
"""Stand-ins in the list of words: for the beginning of a clause, for any word that is no syllable, for any number."""

NO_PAIR = -1
"""Index used for a pair of words that was never counted."""

Range = tuple[int, int]
"""Range [first, last) of indexes in `Language.words`."""

Seen = tuple[int, float, int]
"""A candidate (a word that the next typed word may stand for) that was counted after a given word.

The fields: its position among all candidates, its share (0-1) of what follows the given word, index of the pair of
both.
"""


Link = tuple[float, int, float, float, list[Seen]]
"""Which words may follow a given word, and how often: the result of `Language.after`.

The fields: share (0-1) of the next word as typed; index of the pair of both; share left for words never counted after
the given one; total share of the counted candidates (words that the next one may stand for); list of them.
"""


class Followers(NamedTuple):
    """Counts of the words seen after each word, or after each pair of words, as the flat lists of a sparse matrix."""

    rows: Sequence[int]
    """For each word or pair, the index in `words` of its first follower; the last entry is the length of `words`."""
    words: Sequence[int]
    """The followers of all words or pairs, one after the other, as indexes in `Language.words`."""
    often: Sequence[int]
    """The count of each of `words`."""


class Language:
    """Frequencies of Vietnamese words (syllables), of word pairs and triples, and probabilities computed from them.

    Args:
        words: all words and the stand-ins BEGIN, UNKNOWN and NUMBER, sorted by `order_of`.
        singles: count of each of `words`.
        pairs: the words counted after each word.
        triples: the words counted after each pair; pairs are numbered by their positions in `pairs.words`.
        english: share (0-1) of each English word in English text; words in lower case.
    """

    def __init__(
        self,
        words: Sequence[str],
        singles: Sequence[int],
        pairs: Followers,
        triples: Followers,
        english: Mapping[str, float],
    ) -> None:
        self.words = words
        self.english = english
        self.places = {word: place for place, word in enumerate(words)}
        self.skeletons = _ranges([fold(word) for word in words])
        self.toneless = _ranges([split_tone(word)[0] for word in words])
        self.unknown = self.places[UNKNOWN]
        self.number = self.places[NUMBER]
        self.begin = self.places[BEGIN]
        # A word that follows many different words is likelier to follow a new one.
        company = Counter(pairs.words)
        whole, met = sum(singles), max(len(pairs.words), 1)
        blended = [(1 - _SOCIABLE) * often + _SOCIABLE * whole * company[at] / met for at, often in enumerate(singles)]
        total = sum(blended)
        self.common = array("d", (often / total for often in blended))
        """Share (0-1) of each of `words` in running text."""
        self._rows, self._followers = array("I", pairs.rows), array("H", pairs.words)
        self._next_rows, self._next = array("I", triples.rows), array("H", triples.words)
        # Shares of followers are computed when they are looked up: most of them never are.
        self._next_often, self._pair_often = triples.often, pairs.often
        self._wholes, self._left = array("d"), array("d")
        for start, end, often in zip(pairs.rows, pairs.rows[1:], singles, strict=False):
            seen = sum(pairs.often[start:end]) - _DISCOUNT * (end - start)
            self._wholes.append(max(often, seen + _LEFT))
            self._left.append(1.0 - seen / self._wholes[-1])

    def follow(self, before: int, word: int) -> float:
        """Return the probability (0-1) that `word` follows `before`; both are indexes in `words`."""
        end = self._rows[before + 1]
        at = bisect_left(self._followers, word, self._rows[before], end)
        share = self._left[before] * self.common[word]
        counted = at < end and self._followers[at] == word
        return share + (self._pair_often[at] - _DISCOUNT) / self._wholes[before] if counted else share

    def after(self, pair: int, before: int, typed: int, apart: bool, meant: Sequence[Range]) -> Link:
        """Return how probable a typed word is after the word `before`: as typed, and as each word it may stand for.

        Args:
            pair: index of the pair of words that ends with `before`, so that counts of triples are used too; NO_PAIR
                for none.
            before: index in `words` of the word before.
            typed: index in `words` of the typed word.
            apart: whether `typed` is in none of the ranges `meant`.
            meant: index ranges of the words that the typed one may stand for, if its diacritics were left out.
        """
        [link] = self.after_each([(pair, before)], typed, apart, meant)
        return link

    def after_each(
        self, sources: Sequence[tuple[int, int]], typed: int, apart: bool, meant: Sequence[Range]
    ) -> list[Link]:
        """Return what `after` returns, for each of several words before the typed one; a message needs thousands of
        results.

        `sources` holds the arguments `pair` and `before` of `after` for each of them.
        """
        rows, followers, often, next_rows = self._rows, self._followers, self._pair_often, self._next_rows
        common = self.common[typed]
        links: list[Link] = []
        for pair, before in sources:
            start, end = rows[before], rows[before + 1]
            whole, left = self._wholes[before], self._left[before]
            kept = left * common
            ends = NO_PAIR
            seen: list[Seen] = []
            total = 0.0
            offset = 0
            for first, last in meant:
                at = bisect_left(followers, first, start, end)
                while at < end and (word := followers[at]) < last:
                    share = (often[at] - _DISCOUNT) / whole
                    total += share
                    seen.append((offset + word - first, share, at))
                    if word == typed:
                        kept += share
                        ends = at
                    at += 1
                offset += last - first
            if apart:
                at = bisect_left(followers, typed, start, end)
                if at < end and followers[at] == typed:
                    kept += (often[at] - _DISCOUNT) / whole
                    ends = at
            link = kept, ends, left, total, seen
            if pair >= 0 and next_rows[pair] < next_rows[pair + 1]:
                link = self._after_two(pair, typed, meant, link)
            links.append(link)
        return links

    def _after_two(self, pair: int, typed: int, meant: Sequence[Range], after_one: Link) -> Link:
        """Refine `after_one`, the probabilities of a typed word after one word, by the counts after a pair of words.

        The triples counted for `pair` give part of the probability; the rest is distributed as in `after_one`. `typed`
        and `meant` are as for `after`.
        """
        kept, ends, left, total, seen = after_one
        start, end = self._next_rows[pair], self._next_rows[pair + 1]
        following, often = self._next, self._next_often
        seen_after = sum(often[start:end]) - _DISCOUNT * (end - start)
        whole = max(self._pair_often[pair], seen_after + _LEFT)
        part = 1.0 - seen_after / whole
        kept *= part
        at = bisect_left(following, typed, start, end)
        if at < end and following[at] == typed:
            kept += (often[at] - _DISCOUNT) / whole
        if not seen:
            # The last two words of every stored triple are a stored pair too.
            return kept, ends, left * part, 0.0, seen
        extra: dict[int, float] = {}
        offset = 0
        for first, last in meant:
            at = bisect_left(following, first, start, end)
            while at < end and (word := following[at]) < last:
                extra[offset + word - first] = (often[at] - _DISCOUNT) / whole
                at += 1
            offset += last - first
        total *= part
        if not extra:
            return kept, ends, left * part, total, [(spot, share * part, ended) for spot, share, ended in seen]
        seen = [(spot, share * part + extra.get(spot, 0.0), ended) for spot, share, ended in seen]
        return kept, ends, left * part, total + sum(extra.values()), seen


def order_of(word: str) -> tuple[str, str, str]:
    """Return the sort key of `Language.words`: (letters without diacritics, letters without the tone, the word)."""
    return fold(word), split_tone(word)[0], word


@lru_cache(maxsize=2_048)
def canonical(lower: str) -> str:
    """Return the lower-case word with its tone mark on the vowel where traditional spelling has it: "hòa" for "hoà"."""
    if lower.isascii() or lower.startswith("q") or lower[-2:-1] not in {"o", "u"}:
        return lower
    bare, tone = split_tone(lower[-1])
    if not tone or lower[-2] + bare not in {"oa", "oe", "uy"}:
        return lower
    return lower[:-2] + unicodedata.normalize("NFC", lower[-2] + tone) + bare


def units(text: str) -> list[str]:
    """Split running text (NFC) into the units whose frequencies the training counts.

    A unit is a Vietnamese syllable in lower case (for a chat abbreviation such as "ko", the syllable that it stands
    for: "không"), or the stand-in for a number, for a punctuation mark or for any other word.
    """
    return [_unit(piece) for piece in _PIECES.findall(text)]


@lru_cache(maxsize=4_096)
def _unit(piece: str) -> str:
    if piece[0].isdigit():
        return NUMBER
    if not piece[0].isalpha():
        return BEGIN
    word = canonical(piece.lower())
    if is_syllable(word):
        return word
    plain = canonical(unstretched(word))
    return plain if is_syllable(plain) else STANDS_FOR.get(word, UNKNOWN)


def _ranges(keys: Sequence[str]) -> dict[str, Range]:
    ranges: dict[str, Range] = {}
    for key, group in groupby(range(len(keys)), key=keys.__getitem__):
        places = list(group)
        ranges[key] = places[0], places[-1] + 1
    return ranges


_DISCOUNT = 0.6
"""Part of each count that is kept back for followers that were never counted."""
_LEFT = 0.5
"""What is kept back at least, as a count."""
_SOCIABLE = 0.5
_PIECES = re.compile(r"[^\W\d_]+|\d[\d.,/:]*|[.,;:!?()\[\]{}\"“”…–\n]|-(?=\s)")
