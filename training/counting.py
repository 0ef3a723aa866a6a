"""Count Vietnamese words and sequences of two and three words, and build the program's language model from the counts.

The text is split as by the program (`text.language.units`): lower case, tone marks in the traditional position, every
word that is no syllable as one unknown word, every number as one number, a new beginning at each punctuation mark.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple, TypeVar

import numpy as np

from zalo_governor.text.diacritics.language import BEGIN, NUMBER, UNKNOWN, Followers, Language, order_of, units

Pair = tuple[str, str]
Triple = tuple[str, str, str]
Key = TypeVar("Key")


class Counts(NamedTuple):
    """Counts of words, of pairs of neighbouring words and of three-word sequences in a text."""

    singles: Counter[str]
    pairs: Counter[Pair]
    triples: Counter[Triple]

    def plus(self, more: "Counts", weight: int, weight_of_triples: int) -> "Counts":
        """Return these counts plus `more` times its weight; both operands stay unchanged."""
        return Counts(
            _plus(self.singles, more.singles, weight),
            _plus(self.pairs, more.pairs, weight),
            _plus(self.triples, more.triples, weight_of_triples),
        )

    def without_pairs_below(self, least: int) -> "Counts":
        """Return a copy of the counts without pairs that occur less than `least` times."""
        return self._replace(pairs=Counter({pair: often for pair, often in self.pairs.items() if often >= least}))


class Inventory(NamedTuple):
    """The parts of the language model as the model file stores them."""

    words: list[str]
    singles: list[int]
    pairs: Followers
    triples: Followers
    english: Mapping[str, float]

    def language(self) -> Language:
        """Return the language model in the form that the program uses."""
        return Language(*self)


def count(lines: Iterable[str], least_triple: int = 1) -> Counts:
    """Count words, pairs and triples of the lines; triples that occur less than `least_triple` times are dropped.

    Pairs and triples that contain a punctuation mark, other than at their beginning, are not counted.
    """
    singles: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    numbered: dict[str, int] = {BEGIN: 0}
    running: list[int] = []
    for line in lines:
        words = units(unicodedata.normalize("NFC", line))
        singles.update(words)
        pairs.update((before, after) for before, after in pairwise([BEGIN, *words]) if after != BEGIN)
        running += [0, *(numbered.setdefault(word, len(numbered)) for word in words)]
    names = list(numbered)
    triples = Counter(
        {
            (names[first], names[second], names[third]): often
            for first, second, third, often in _triples(running, len(names), least_triple)
        }
    )
    return Counts(singles, pairs, triples)


def inventory(counts: Counts, english: Mapping[str, float]) -> Inventory:
    """Select words and pairs that occur at least three times, in model order, and the most informative triples."""
    words = sorted(
        (w for w, often in counts.singles.items() if often >= _MIN_COUNT or w in {BEGIN, NUMBER, UNKNOWN}), key=order_of
    )
    places = {word: place for place, word in enumerate(words)}
    pairs = sorted(
        ((places[before], places[after]), often)
        for (before, after), often in counts.pairs.items()
        if often >= _MIN_COUNT and before in places and after in places
    )
    numbers = {pair: number for number, (pair, _) in enumerate(pairs)}
    triples = sorted(
        ((numbers[places[a], places[b]], places[c]), often)
        for (a, b, c), often in _most_informative(counts, places, numbers)
    )
    return Inventory(
        words,
        [counts.singles[word] for word in words],
        _followers(pairs, len(words)),
        _followers(triples, len(pairs)),
        english,
    )


def _plus(counts: Counter[Key], more: Counter[Key], weight: int) -> Counter[Key]:
    total = counts.copy()
    for key, often in more.items():
        total[key] += weight * often
    return total


def _triples(running: Sequence[int], many: int, least: int) -> Iterator[tuple[int, int, int, int]]:
    """Count sequences of three words that occur at least `least` times and have a beginning only at their first place.

    `running` holds the words' numbers below `many`, 0 for a beginning. Yields (first, second, third, count).
    """
    words = np.array(running, np.int64)
    first, second, third = words[:-2], words[1:-1], words[2:]
    whole = (second != 0) & (third != 0)
    runs, often = np.unique((first[whole] * many + second[whole]) * many + third[whole], return_counts=True)
    for run, times in zip(runs[often >= least].tolist(), often[often >= least].tolist(), strict=True):
        yield run // (many * many), run // many % many, run % many, times


def _most_informative(
    counts: Counts, places: Mapping[str, int], numbers: Mapping[tuple[int, int], int]
) -> list[tuple[Triple, int]]:
    """Select the triples that add most information to what their pairs say."""
    told: list[tuple[float, Triple, int]] = []
    for (a, b, c), often in counts.triples.items():
        if often < _MIN_COUNT_OF_TRIPLES or not (a in places and b in places and c in places):
            continue
        if (places[a], places[b]) in numbers and (places[b], places[c]) in numbers:
            by_pair = counts.pairs[b, c] / counts.singles[b]
            gain = log(often / counts.pairs[a, b] / by_pair)
            told.append((-often * abs(gain), (a, b, c), often))
    told.sort()
    room = Counter[Pair]()
    best: list[tuple[Triple, int]] = []
    for _, triple, often in told:
        if room[triple[:2]] < _MAX_AFTER_A_PAIR:
            room[triple[:2]] += 1
            best.append((triple, often))
    return best[:_MAX_TRIPLES]


def _followers(runs: Sequence[tuple[tuple[int, int], int]], many: int) -> Followers:
    """Group sorted runs by their beginning. A run is ((number of its beginning, place of its last word), count)."""
    lengths = Counter(start for (start, _), _ in runs)
    rows = [0]
    for start in range(many):
        rows.append(rows[-1] + lengths[start])
    return Followers(rows, [last for (_, last), _ in runs], [often for _, often in runs])


_MIN_COUNT = 3
_MIN_COUNT_OF_TRIPLES = 4
_MAX_AFTER_A_PAIR = 255
_MAX_TRIPLES = 325_000
"""Maximum number of triples, so that the model file stays below three million bytes."""
