"""What is known of Vietnamese as people write it: how often each syllable stands, and each run of two and of three.

The figures come from the shipped file `vietnamese.model`, made by `training/`. Words stand in the order of their bare
letters, so that everything that looks alike without marks, or without tone, is one range, and a search for what
follows a word finds all of it at one place.
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
from zalo_governor.text.diacritics.syllables import is_syllable
from zalo_governor.text.fold import fold

BEGIN, UNKNOWN, NUMBER = "<", "?", "#"
"""Stand-ins among the words: a beginning, any word that is no syllable, any number."""

NO_PAIR = -1
"""In the place of a pair that was not counted."""

Range = tuple[int, int]
"""[first, last) places in the order of the words."""

Seen = tuple[int, float, int]
"""A word that was seen to follow: its number among those asked for, its share (0-1), and the pair that it ends."""


Link = tuple[float, int, float, float, list[Seen]]
"""From a word to another one: the share (0-1) of that one as typed and the pair that the two are; the part that is left
to words at large; the share of all that were seen; and these."""


class Followers(NamedTuple):
    """What was counted after each word, or after each pair: in order, and how often."""

    rows: Sequence[int]
    """Where the followers of each begin; one more than there are words, or pairs."""
    words: Sequence[int]
    often: Sequence[int]


class Language:
    """Frequencies of words, and of runs of two and three.

    Args:
        words: in the order of `order_of`, with the three stand-ins.
        singles: how often each word stands.
        pairs: the pairs that were kept.
        triples: what was kept of the words after each pair, the pairs numbered as in `pairs`.
        english: natural logarithm of the share of each English word, in small letters.
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
        # A word that follows many others is the likelier in new company.
        company = Counter(pairs.words)
        whole, met = sum(singles), max(len(pairs.words), 1)
        blended = [(1 - _SOCIABLE) * often + _SOCIABLE * whole * company[at] / met for at, often in enumerate(singles)]
        total = sum(blended)
        self.common = array("d", (often / total for often in blended))
        """The share (0-1) of each word in running text."""
        self._rows, self._followers = array("I", pairs.rows), array("H", pairs.words)
        self._left, self._shares = _shared(pairs, singles)
        self._next_rows, self._next = array("I", triples.rows), array("H", triples.words)
        self._next_left, self._next_shares = _shared(triples, pairs.often)

    def follow(self, before: int, word: int) -> float:
        """Share (0-1) of a word among what follows another one, each by its place."""
        end = self._rows[before + 1]
        at = bisect_left(self._followers, word, self._rows[before], end)
        share = self._left[before] * self.common[word]
        return share + self._shares[at] if at < end and self._followers[at] == word else share

    def after(self, pair: int, before: int, typed: int, apart: bool, meant: Sequence[Range]) -> Link:
        """What leads from a word, which ended a pair, to a word as typed and to all words in the ranges `meant`.

        `apart` says that the word as typed is in none of the ranges.
        """
        [link] = self.after_each([(pair, before)], typed, apart, meant)
        return link

    def after_each(
        self, sources: Sequence[tuple[int, int]], typed: int, apart: bool, meant: Sequence[Range]
    ) -> list[Link]:
        """The same from each of these (pair, word): a message asks thousands of times."""
        rows, followers, shares, next_rows = self._rows, self._followers, self._shares, self._next_rows
        common = self.common[typed]
        links: list[Link] = []
        for pair, before in sources:
            start, end = rows[before], rows[before + 1]
            left = self._left[before]
            kept = left * common
            ends = NO_PAIR
            seen: list[Seen] = []
            total = 0.0
            offset = 0
            for first, last in meant:
                at = bisect_left(followers, first, start, end)
                while at < end and (word := followers[at]) < last:
                    share = shares[at]
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
                    kept += shares[at]
                    ends = at
            link = kept, ends, left, total, seen
            if pair >= 0 and next_rows[pair] < next_rows[pair + 1]:
                link = self._after_two(pair, typed, meant, link)
            links.append(link)
        return links

    def _after_two(self, pair: int, typed: int, meant: Sequence[Range], after_one: Link) -> Link:
        """The same after two words, of which something was counted; what that leaves goes by the last of them."""
        kept, ends, left, total, seen = after_one
        start, end = self._next_rows[pair], self._next_rows[pair + 1]
        part = self._next_left[pair]
        following, shares = self._next, self._next_shares
        kept *= part
        at = bisect_left(following, typed, start, end)
        if at < end and following[at] == typed:
            kept += shares[at]
        if not seen:
            # Whatever ends a triple that was kept ends a pair that was.
            return kept, ends, left * part, 0.0, seen
        extra: dict[int, float] = {}
        offset = 0
        for first, last in meant:
            at = bisect_left(following, first, start, end)
            while at < end and (word := following[at]) < last:
                extra[offset + word - first] = shares[at]
                at += 1
            offset += last - first
        total *= part
        if not extra:
            return kept, ends, left * part, total, [(spot, share * part, ended) for spot, share, ended in seen]
        seen = [(spot, share * part + extra.get(spot, 0.0), ended) for spot, share, ended in seen]
        return kept, ends, left * part, total + sum(extra.values()), seen


def _shared(runs: Followers, often: Sequence[int]) -> "tuple[array[float], array[float]]":
    """What the kept runs leave over to others, and the share of each run, of all that follows."""
    left, shares = array("f"), array("f")
    for start, end, whole in zip(runs.rows, runs.rows[1:], often, strict=False):
        if start == end:
            left.append(1.0)
            continue
        kept = [times - _DISCOUNT for times in runs.often[start:end]]
        over = max(whole - sum(kept), 0.5)
        total = over + sum(kept)
        left.append(over / total)
        shares.extend(one / total for one in kept)
    return left, shares


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
