"""Counting words and pairs of words in running Vietnamese, and the language that the counts make.

The program's own cutting serves here too (`text.language.units`): small letters, tone marks in the old places, every
word that is no syllable as one unknown, every number as one number, a new beginning at each mark of punctuation.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from zalo_governor.text.language import BEGIN, NUMBER, UNKNOWN, Language, Pairs, order_of, units


class Counts(NamedTuple):
    """How often each word, and each pair of neighbours, stands in some text."""

    singles: Counter[str]
    pairs: Counter[tuple[str, str]]

    def plus(self, more: "Counts", weight: int) -> "Counts":
        """These counts and `weight` times the others; neither is changed."""
        singles, pairs = self.singles.copy(), self.pairs.copy()
        for word, often in more.singles.items():
            singles[word] += weight * often
        for pair, often in more.pairs.items():
            pairs[pair] += weight * often
        return Counts(singles, pairs)

    def without_pairs_below(self, least: int) -> "Counts":
        """These counts without the pairs that stand less than `least` times."""
        return Counts(self.singles, Counter({pair: often for pair, often in self.pairs.items() if often >= least}))


class Inventory(NamedTuple):
    """The parts of a language as the model file holds them."""

    words: list[str]
    singles: list[int]
    pairs: Pairs
    english: Mapping[str, float]

    def language(self) -> Language:
        """The language as the program sees it."""
        return Language(*self)


def count(lines: Iterable[str]) -> Counts:
    """The counts of the lines; what is no beginning of a sentence but a mark of punctuation counts for nothing."""
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for line in lines:
        words = units(unicodedata.normalize("NFC", line))
        singles.update(words)
        pairs.update((before, after) for before, after in zip([BEGIN, *words], words, strict=False) if after != BEGIN)
    return Counts(singles, pairs)


def inventory(counts: Counts, english: Mapping[str, float]) -> Inventory:
    """Words that stand at least three times, in the program's order, with all their pairs."""
    words = sorted(
        (w for w, often in counts.singles.items() if often >= _SELDOM or w in {BEGIN, NUMBER, UNKNOWN}), key=order_of
    )
    places = {word: place for place, word in enumerate(words)}
    rows: list[list[tuple[int, int]]] = [[] for _ in words]
    for (before, after), often in counts.pairs.items():
        if before in places and after in places:
            rows[places[before]].append((places[after], often))
    starts, followers, oftens = [0], [], []
    for row in rows:
        for follower, often in sorted(row):
            followers.append(follower)
            oftens.append(often)
        starts.append(len(followers))
    return Inventory(words, [counts.singles[word] for word in words], Pairs(starts, followers, oftens), english)


_SELDOM = 3
