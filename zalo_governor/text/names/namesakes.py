"""Names taken for one another: marks, capitals, blanks, look-alike letters and one slip of the finger aside."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from zalo_governor.text.edit_distance import slips
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

T = TypeVar("T")


class Likeness(NamedTuple, Generic[T]):
    """A known name that stands in a shown one."""

    of: T
    same: bool
    """Letter for letter, with its marks; else it only looks like it."""


class Namesakes(Generic[T]):
    """Full names, found again in display names such as `Chủ tịch NGUYEN VAN A`.

    A name of one word is nobody's alone and is left out.
    """

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        self._longest = 0
        self._by_stump: defaultdict[str, list[_Known[T]]] = defaultdict(list)
        for name, of in names:
            words = _words(name)
            if len(words) < _FEWEST_WORDS:
                continue
            self._longest = max(self._longest, len(words))
            known = _Known(_key(words), " ".join(words), of)
            for stump in _stumps(known.key):
                self._by_stump[stump].append(known)

    def find(self, shown: str) -> list[Likeness[T]]:
        """Those whose names stand in the shown one, the same names first."""
        words = _words(shown)[:_MOST_WORDS]
        found: dict[int, Likeness[T]] = {}
        for first in range(len(words)):
            for last in range(first + 1, min(len(words), first + self._longest + 1) + 1):
                part = words[first:last]
                for known in self._near(_key(part)):
                    same = " ".join(part) == known.written
                    if same or id(known) not in found:
                        found[id(known)] = Likeness(known.of, same)
        return sorted(found.values(), key=lambda one: not one.same)

    def _near(self, key: str) -> Iterator["_Known[T]"]:
        for stump in _stumps(key):
            for known in self._by_stump.get(stump, ()):
                if slips(key, known.key, 1) <= 1:
                    yield known


class _Known(NamedTuple, Generic[T]):
    key: str
    written: str
    of: T


def _words(name: str) -> list[str]:
    """Small letters with their marks; what hides or imitates letters is undone."""
    return "".join(letter if letter.isalnum() else " " for letter in normalise(name).text.lower()).split()


def _key(words: list[str]) -> str:
    return fold("".join(words)).translate(_LOOK_ALIKE).replace("rn", "m").replace("vv", "w")


def _stumps(key: str) -> Iterator[str]:
    """The key, and it with one letter left out: two keys that share none of these are more than a slip apart."""
    yield key
    for place in range(len(key)):
        yield key[:place] + key[place + 1 :]


_LOOK_ALIKE = str.maketrans("01l|", "oiii")
_FEWEST_WORDS = 2
_MOST_WORDS = 20
