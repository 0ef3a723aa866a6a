"""What is known of Vietnamese as people write it: how often each syllable, and each pair of syllables, stands.

The figures come from the shipped file `vietnamese.model`, made by `training/`. Words stand in the order of their bare
letters, so that everything that looks alike without marks, or without tone, is one range; a range of words after a
range of words is then a sum over a few slices.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple

from zalo_governor.text.alphabet import split_tone
from zalo_governor.text.fold import fold
from zalo_governor.text.shorthand import STANDS_FOR, unstretched
from zalo_governor.text.syllables import is_syllable

BEGIN, UNKNOWN, NUMBER = "<", "?", "#"
"""Stand-ins among the words: a beginning, any word that is no syllable, any number."""

Range = tuple[int, int]
"""[first, last) places in the order of the words."""


class Pairs(NamedTuple):
    """Counted pairs: for each word, in order, its followers in order, and how often each follows."""

    rows: Sequence[int]
    """Where each word's followers begin; one more than there are words."""
    followers: Sequence[int]
    often: Sequence[int]


class Language:
    """Frequencies of words and pairs.

    Args:
        words: in the order of `order_of`, with the three stand-ins.
        singles: how often each word stands.
        pairs: the pairs that were kept.
        english: natural logarithm of the share of each English word, in small letters.
    """

    def __init__(
        self, words: Sequence[str], singles: Sequence[int], pairs: Pairs, english: Mapping[str, float]
    ) -> None:
        self.words = words
        self.english = english
        self.places = {word: place for place, word in enumerate(words)}
        self.skeletons = _ranges([fold(word) for word in words])
        self.toneless = _ranges([split_tone(word)[0] for word in words])
        self.unknown = self._one(UNKNOWN)
        self.number = self._one(NUMBER)
        self.begin = self._one(BEGIN)
        # A word that follows many others is the likelier in new company.
        company = Counter(pairs.followers)
        whole, met = sum(singles), max(len(pairs.followers), 1)
        blended = [(1 - _SOCIABLE) * often + _SOCIABLE * whole * company[at] / met for at, often in enumerate(singles)]
        self._singles = array("d", accumulate(blended, initial=0.0))
        self._rows = array("I", pairs.rows)
        self._followers = array("H", pairs.followers)
        self._often = array("I", accumulate(pairs.often, initial=0))
        kept = (
            self._often[end] - self._often[start] - _DISCOUNT * (end - start)
            for start, end in zip(pairs.rows, pairs.rows[1:], strict=False)
        )
        # What a word's kept pairs leave over goes to the words at large.
        self._over = array("d", accumulate((max(n - k, 0.5) for n, k in zip(singles, kept, strict=True)), initial=0.0))
        self._chance = array("d", (often / self._singles[-1] for often in blended))
        totals = [(self._over[at + 1] - self._over[at]) + self._kept(at, at + 1) for at in range(len(words))]
        self._parts = array("d", (1.0 / total for total in totals))
        self._back = array("d", ((self._over[at + 1] - self._over[at]) / totals[at] for at in range(len(words))))
        self.share = lru_cache(maxsize=4_096)(self._share)

    def _one(self, word: str) -> Range:
        return self.places[word], self.places[word] + 1

    def single(self, words: Range) -> float:
        """Share (0-1) of these words in running text."""
        return (self._singles[words[1]] - self._singles[words[0]]) / self._singles[-1]

    def _share(self, before: Range, after: Range) -> float:
        """Share (0-1) of the words `after` among what follows the words `before`."""
        first, last = after
        rows, followers, often = self._rows, self._followers, self._often
        found = 0.0
        for word in range(*before):
            start, end = rows[word], rows[word + 1]
            low = bisect_left(followers, first, start, end)
            high = bisect_left(followers, last, low, end)
            found += often[high] - often[low] - _DISCOUNT * (high - low)
        over = self._over[before[1]] - self._over[before[0]]
        return (found + over * self.single(after)) / (over + self._kept(*before))

    def _kept(self, first: int, last: int) -> float:
        start, end = self._rows[first], self._rows[last]
        return self._often[end] - self._often[start] - _DISCOUNT * (end - start)

    def follow(self, before: int, word: int) -> float:
        """Share (0-1) of a word among what follows another one, each by its place."""
        start, end = self._rows[before], self._rows[before + 1]
        low = bisect_left(self._followers, word, start, end)
        share = self._back[before] * self._chance[word]
        if low < end and self._followers[low] == word:
            share += (self._often[low + 1] - self._often[low] - _DISCOUNT) * self._parts[before]
        return share

    def follows(self, before: int, words: Sequence[Range]) -> tuple[float, list[tuple[int, float]]]:
        """The part (0-1) that is left to words at large after a word; and of the words in the ranges, those that were
        counted after it, numbered through the ranges, with the share of each beyond its share of that part.
        """
        followers, often = self._followers, self._often
        start, end = self._rows[before], self._rows[before + 1]
        part = self._parts[before]
        found: list[tuple[int, float]] = []
        offset = 0
        for first, last in words:
            low = bisect_left(followers, first, start, end)
            while low < end and (word := followers[low]) < last:
                found.append((offset + word - first, part * (often[low + 1] - often[low] - _DISCOUNT)))
                low += 1
            offset += last - first
        return self._back[before], found


def order_of(word: str) -> tuple[str, str, str]:
    """What words are put in order by: bare letters, letters without tone, the word."""
    return fold(word), split_tone(word)[0], word


@lru_cache(maxsize=2_048)
def canonical(lower: str) -> str:
    """A word in small letters with its tone mark in the old place: "hoà" as "hòa"; others as they are."""
    if lower.isascii() or lower.startswith("q") or lower[-2:-1] not in {"o", "u"}:
        return lower
    bare, tone = split_tone(lower[-1])
    if not tone or lower[-2] + bare not in {"oa", "oe", "uy"}:
        return lower
    return lower[:-2] + unicodedata.normalize("NFC", lower[-2] + tone) + bare


def units(text: str) -> list[str]:
    """Running text, in NFC, as the words that are counted."""
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
_SOCIABLE = 0.5
_PIECES = re.compile(r"[^\W\d_]+|\d[\d.,/:]*|[.,;:!?()\[\]{}\"“”…–\n]|-(?=\s)")
