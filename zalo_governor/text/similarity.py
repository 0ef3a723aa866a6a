"""How much of one text stands in another, whatever was cut, re-ordered, edited or stripped of marks on the way."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from heapq import nsmallest
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
    """What stands between two blanks, and which of the wanted words it holds.

    People say the same few thousand words again and again: each is folded once, and not once in each message.
    """

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self._wanted = wanted

    def __missing__(self, part: str) -> frozenset[str]:
        self[part] = self._wanted.intersection(words_of(part)) or _NONE
        return self[part]


class _FoldedWords(dict[int, str]):
    """Folds letters and makes a blank of whatever is neither letter nor digit, in one pass over the text."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = fold(letter) if letter.isalnum() else " "
        return self[code]


_FOLDED_WORDS = _FoldedWords()
_NONE: frozenset[str] = frozenset()
_SURPLUS = 0.1
"""What a word of a text costs that the leak has not, as a share of a word that it has."""
