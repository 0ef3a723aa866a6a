"""Measures how much of a text occurs in other texts, even if it was cut, reordered, edited or lost its diacritics."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from heapq import nsmallest
from math import log

from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise


def words_of(text: str) -> list[str]:
    """Return the words of the text in order, in lower case without diacritics and punctuation.

    Look-alike letters are not replaced; `Leak` normalises its text first.
    """
    return text.translate(_FOLDED_WORDS).split()


class Leak:
    """A leaked text whose source is searched for: it finds the most similar of many messages.

    Rare words weigh more than words that most messages contain, so all messages are read before any is scored.
    """

    def __init__(self, text: str) -> None:
        self._words = frozenset(words_of(normalise(text).text))

    @property
    def empty(self) -> bool:
        """Return whether the leaked text has no words to search for."""
        return not self._words

    def likest(self, texts: Iterable[str], count: int) -> list[tuple[float, int]]:
        """Return the texts most similar to the leak, at most `count`, as (similarity, index of the text), best first.

        The similarity (0-1) is the weighted share of the leak's words that the text contains, lowered for a text that
        is much longer than what it shares with the leak.
        """
        known = _Known(self._words)
        sharing: defaultdict[frozenset[str], list[tuple[int, int]]] = defaultdict(list)
        total = 0
        for place, text in enumerate(texts):
            total += 1
            parts = text.split()
            sharing[_NONE.union(*map(known.__getitem__, parts))].append((len(parts), place))
        sharing.pop(_NONE, None)
        having: Counter[str] = Counter()
        for common, those in sharing.items():
            having.update(dict.fromkeys(common, len(those)))
        weight = {word: log(1 + total / (1 + having[word])) for word in self._words}
        whole = sum(weight.values())
        surplus = _SURPLUS * whole / max(len(weight), 1)
        scored = (
            (-held / (whole + surplus * max(0, length - len(common))), place)
            for common, those in sharing.items()
            for held in (sum(map(weight.__getitem__, common)),)
            for length, place in those
        )
        return [(-share, place) for share, place in nsmallest(count, scored)]


class _Known(dict[str, frozenset[str]]):
    """Cache: for each piece of text between spaces, which of the `wanted` words are in it; filled on first use.

    Messages repeat a few thousand words, so each is converted once and not once per message.
    """

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self._wanted = wanted

    def __missing__(self, part: str) -> frozenset[str]:
        self[part] = self._wanted.intersection(words_of(part)) or _NONE
        return self[part]


class _FoldedWords(dict[int, str]):
    """Table for str.translate: letters and digits in lower case without diacritics, a space for any other character."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = fold(letter) if letter.isalnum() else " "
        return self[code]


_FOLDED_WORDS = _FoldedWords()
_NONE: frozenset[str] = frozenset()
_SURPLUS = 0.1
"""Penalty for each word of a message that the leak lacks, as a share of the average weight of a word of the leak."""
