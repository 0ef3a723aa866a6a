"""Finds known personal names in display names, even if they are not written exactly alike.

Two names are taken for the same if they are equal except for diacritics, case, spaces, look-alike letters or one typing
error.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from zalo_governor.text.edit_distance import deletions, slips
from zalo_governor.text.fold import fold
from zalo_governor.text.normalise import normalise

T = TypeVar("T")


class Likeness(NamedTuple, Generic[T]):
    """A known name found in a display name; `of` is what the caller stored with this name, such as a person."""

    of: T
    same: bool
    """True if the names are equal letter for letter with diacritics, False if they only look alike."""


class Namesakes(Generic[T]):
    """Index of known full names, which finds them in display names such as `Chủ tịch NGUYEN VAN A` (chairman …).

    Known names of one word are too common and are ignored.
    """

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        self._longest = 0
        self._by_form: defaultdict[str, list[_Known[T]]] = defaultdict(list)
        for name, of in names:
            words = _words(name)
            if len(words) < _FEWEST_WORDS:
                continue
            self._longest = max(self._longest, len(words))
            known = _Known(_key(words), " ".join(words), of)
            for stump in deletions(known.key):
                self._by_form[stump].append(known)

    def find(self, shown: str) -> list[Likeness[T]]:
        """Return the known names that occur in the display name `shown`, exactly or nearly; the exactly equal first."""
        words = _words(shown)[:_MOST_WORDS]
        found: dict[int, Likeness[T]] = {}
        for first in range(len(words)):
            for last in range(first + 1, min(len(words), first + self._longest + 1) + 1):
                part = words[first:last]
                for known in self._find_similar(_key(part)):
                    same = " ".join(part) == known.written
                    if same or id(known) not in found:
                        found[id(known)] = Likeness(known.of, same)
        return sorted(found.values(), key=lambda one: not one.same)

    def _find_similar(self, key: str) -> Iterator["_Known[T]"]:
        for stump in deletions(key):
            for known in self._by_form.get(stump, ()):
                if slips(key, known.key, 1) <= 1:
                    yield known


class _Known(NamedTuple, Generic[T]):
    key: str
    written: str
    of: T


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case with diacritics; disguised and look-alike letters become plain ones."""
    return "".join(letter if letter.isalnum() else " " for letter in normalise(name).text.lower()).split()


def _key(words: list[str]) -> str:
    return fold("".join(words)).translate(_LOOK_ALIKE).replace("rn", "m").replace("vv", "w")


_LOOK_ALIKE = str.maketrans("01l|", "oiii")
_FEWEST_WORDS = 2
_MOST_WORDS = 20
