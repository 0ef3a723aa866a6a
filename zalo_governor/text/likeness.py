"""How much of one text stands in another, whatever was cut, re-ordered, edited or stripped of marks on the way."""

from collections import Counter
from collections.abc import Iterable
from math import log

from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise


def words_of(text: str) -> list[str]:
    """The words in order, without marks, capitals and punctuation; disguises are not undone (see `Leak`)."""
    return text.translate(_FOLDED_WORDS).split()


class Leak:
    """A text of which the source is looked for among many.

    A word that most messages have says little and a rare one much, so the whole crowd is weighed before any is.
    """

    def __init__(self, text: str) -> None:
        self._words = frozenset(words_of(normalise(text).text))

    @property
    def empty(self) -> bool:
        """It has no word to look for."""
        return not self._words

    def likest(self, texts: Iterable[str], count: int) -> list[tuple[float, int]]:
        """(share of the leak's weight that the text holds, place of the text), at most `count`, the likest first.

        A text that is much longer than what it shares with the leak gives way to one that is not.
        """
        shared: list[tuple[int, int, frozenset[str]]] = []
        seen: Counter[str] = Counter()
        total = 0
        for place, text in enumerate(texts):
            total += 1
            words = words_of(text)
            common = self._words.intersection(words)
            if common:
                shared.append((place, len(words), common))
                seen.update(common)
        weight = {word: log(1 + total / (1 + seen[word])) for word in self._words}
        whole = sum(weight.values())
        mean = whole / max(len(weight), 1)
        scored = [
            (held / (whole + _SURPLUS * mean * max(0, length - len(common))), place)
            for place, length, common in shared
            for held in (sum(weight[word] for word in common),)
        ]
        scored.sort(key=_likest_first)
        return scored[:count]


def _likest_first(scored: tuple[float, int]) -> tuple[float, int]:
    return -scored[0], scored[1]


class _FoldedWords(dict[int, str]):
    """Folds letters and makes a blank of whatever is neither letter nor digit, in one pass over the text."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = fold(letter) if letter.isalnum() else " "
        return self[code]


_FOLDED_WORDS = _FoldedWords()
_SURPLUS = 0.1
"""What a word of a text costs that the leak has not, as a share of a word that it has."""
