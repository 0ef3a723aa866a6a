"""Statistics of written Vietnamese: how often each syllable, each pair and each triple of syllables occurs.

The numbers come from the shipped file `vietnamese.model`, made by `training/`. Words are sorted by their letters
without diacritics, so that words equal without diacritics, or without tone, are one range of indexes, and the followers
of a word that fall in this range are neighbours as well.
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
"""Special words: the beginning of a clause, any word that is no syllable, any number."""

NO_PAIR = -1
"""Index used for a pair of words that was not counted."""

Range = tuple[int, int]
"""Range [first, last) of indexes in `Language.words`."""

Seen = tuple[int, float, int]
"""A word counted after another: its position among the words asked for, its share (0-1), the index of the pair."""


Link = tuple[float, int, float, float, list[Seen]]
"""Probabilities of what follows a word.

Share (0-1) of the next word as typed; index of the pair of both; share left for words never counted after the first;
total share of the counted words asked for; list of these words.
"""


class Followers(NamedTuple):
    """Counts of the words that follow each word, or each pair of words."""

    rows: Sequence[int]
    """Index in `words` of each one's first follower, with an end mark: one entry more than there are words or pairs."""
    words: Sequence[int]
    often: Sequence[int]


class Language:
    """Frequencies of words, pairs and triples.

    Args:
        words: all words, sorted by `order_of`, with the three special words.
        singles: count of each word.
        pairs: counts of the stored pairs.
        triples: counts of the words after each stored pair; pairs are numbered as in `pairs`.
        english: share of each English word, in lower case.
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
        """Share (0-1) of each word in running text."""
        self._rows, self._followers = array("I", pairs.rows), array("H", pairs.words)
        self._left, self._shares = _shared(pairs, singles)
        self._next_rows, self._next = array("I", triples.rows), array("H", triples.words)
        self._next_left, self._next_shares = _shared(triples, pairs.often)

    def follow(self, before: int, word: int) -> float:
        """Return the probability (0-1) that `word` follows `before`, both given by index."""
        end = self._rows[before + 1]
        at = bisect_left(self._followers, word, self._rows[before], end)
        share = self._left[before] * self.common[word]
        return share + self._shares[at] if at < end and self._followers[at] == word else share

    def after(self, pair: int, before: int, typed: int, apart: bool, meant: Sequence[Range]) -> Link:
        """Return the probabilities of what follows a word.

        Args:
            pair: index of the pair that ends with `before`, or NO_PAIR.
            before: index of the word before.
            typed: index of the next word as typed.
            apart: whether `typed` is in none of the ranges `meant`.
            meant: ranges of the words that the next word may stand for.
        """
        [link] = self.after_each([(pair, before)], typed, apart, meant)
        return link

    def after_each(
        self, sources: Sequence[tuple[int, int]], typed: int, apart: bool, meant: Sequence[Range]
    ) -> list[Link]:
        """Return what `after` returns for each (pair, before) of `sources`; faster, as a message needs thousands."""
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
        """Return the link after a counted pair: shares from its triples, the rest distributed as in `after_one`."""
        kept, ends, left, total, seen = after_one
        start, end = self._next_rows[pair], self._next_rows[pair + 1]
        part = self._next_left[pair]
        following, shares = self._next, self._next_shares
        kept *= part
        at = bisect_left(following, typed, start, end)
        if at < end and following[at] == typed:
            kept += shares[at]
        if not seen:
            # The last two words of every stored triple are a stored pair too.
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
    """Return, per word or pair, the share left for followers not stored; and the share of each stored follower.

    Args:
        runs: the stored followers.
        often: count of each word or pair.
    """
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
    """Return the sort key of a word: its letters without diacritics, its letters without tone, the word."""
    return fold(word), split_tone(word)[0], word


@lru_cache(maxsize=2_048)
def canonical(lower: str) -> str:
    """Return the lower-case word with its tone mark in the traditional place: "hòa" for "hoà"."""
    if lower.isascii() or lower.startswith("q") or lower[-2:-1] not in {"o", "u"}:
        return lower
    bare, tone = split_tone(lower[-1])
    if not tone or lower[-2] + bare not in {"oa", "oe", "uy"}:
        return lower
    return lower[:-2] + unicodedata.normalize("NFC", lower[-2] + tone) + bare


def units(text: str) -> list[str]:
    """Split running text (NFC) into the words that are counted."""
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
