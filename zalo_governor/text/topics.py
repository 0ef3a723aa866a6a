"""Features of a message for the topic model: words, word pairs and their positions; and phrases of a lexicon.

The words feed a linear model, the same in training and judging. The lexicon phrases explain its result.
"""

import itertools
import re
from collections.abc import Iterable
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.courtesy import sentences, without_courtesy
from zalo_governor.text.fold import fold

TOPICS = (
    "drugs", "gambling", "prostitution", "obscenity", "violence", "crime", "order", "state", "religion",
    "superstition", "insult", "custom", "scam", "advert", "rumour",
)  # fmt: skip
"""Concepts that are topics of messages; all other concepts are stances of the writer, such as "offer" or "threat"."""


class Gist(NamedTuple):
    """The lexicon concepts that occur in a message."""

    concepts: dict[str, int]
    """Number of different phrases found, by concept."""


class Lexicon:
    """Concepts and their phrases, searched for with and without diacritics."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Parse lines of the form: a concept, a tab, phrases separated by commas.

        Raises:
            ValueError: a line has no tab.
        """
        self._marked: _Phrases = {}
        self._bare: _Phrases = {}
        for line in lines:
            concept, tab, phrases = line.partition("\t")
            if not tab:
                raise ValueError(
                    f"mỗi dòng phải gồm một ý, một dấu tab, các cụm từ cách nhau bằng dấu phẩy; dòng sai: {line[:40]}"
                )
            for phrase in filter(None, map(str.strip, phrases.lower().split(","))):
                _add(self._marked, phrase, concept)
                bare = fold(phrase)
                # "ban" alone may mean bán, bạn or bản; two words or a long one are rarely ambiguous.
                if " " in bare or len(bare) > _AMBIGUOUS or (phrase == bare and len(bare) == _AMBIGUOUS):
                    _add(self._bare, bare, concept)

    def read(self, text: str) -> Gist:
        """Return the concepts in a normalised text; only its first 1,500 characters are read, which bounds the time."""
        text = text[:_READ]
        lower = text.lower()
        marked = has_marks(lower)
        found = _concepts(_words_of(lower if marked else fold(text)), self._marked if marked else self._bare)
        if _LINK.search(lower):
            found["link"] = 1
        if _PHONE.search(lower):
            found["phone"] = 1
        return Gist(found)


def ways_to_read(text: str) -> list[str]:
    """Return the text without polite phrases: the whole first, then its sentences; only its beginning is read."""
    matter = without_courtesy(text[:_READ])
    return [matter, *sentences(matter)[:_MOST_SENTENCES]]


def features_of(text: str) -> set[str]:
    """Return the model's features: words and pairs (as typed and folded), first and last words, signs, length.

    A "ban" typed in a text without diacritics is another feature than a "ban" in a text with diacritics.
    """
    lower = text.lower()
    words = _words_of(lower)
    bare = fold(" ".join(words)).split(" ")
    found = _shape(lower, bare)
    found.update(_pairs("b", bare))
    found.update(_pairs("m", words) if has_marks(lower) else _pairs("n", bare))
    return found


def unmarked_features_of(text: str) -> set[str]:
    """Return the features that only the text's form without diacritics has; lets a model learn from both forms."""
    bare = fold(" ".join(_words_of(text.lower()))).split(" ")
    return _shape(fold(text), bare).union(_pairs("n", bare))


def _pairs(kind: str, words: list[str]) -> Iterable[str]:
    yield from [kind + word for word in words]
    yield from [f"{kind}{first} {second}" for first, second in itertools.pairwise(words)]


def _shape(lower: str, bare: list[str]) -> set[str]:
    found = {f"^{at}{word}" for at, word in enumerate(bare[:_AT_THE_ENDS])}
    found.update(f"${at}{word}" for at, word in enumerate(bare[: -_AT_THE_ENDS - 1 : -1]))
    found.update(("^" + " ".join(bare[:2]), "$" + " ".join(bare[-2:]), f"l{min(len(lower) // 20, 8)}"))
    found.update("p" + _ALIKE.get(sign, sign) for sign in _SIGNS.findall(lower))
    if _LINK.search(lower):
        found.add("link")
    if _PHONE.search(lower):
        found.add("phone")
    return found


def _words_of(lower: str) -> list[str]:
    return [_plain(word) for word in _WORDS.findall(lower)]


_Phrases = dict[str, list[tuple[tuple[str, ...], list[str]]]]
"""Phrases with their concepts, by the first word of the phrase."""


def _add(phrases: _Phrases, phrase: str, concept: str) -> None:
    words = tuple(phrase.split())
    of_first = phrases.setdefault(words[0], [])
    for known, concepts in of_first:
        if known == words:
            concepts.append(concept)
            return
    of_first.append((words, [concept]))


def _concepts(words: list[str], phrases: _Phrases) -> dict[str, int]:
    found: dict[str, int] = {}
    seen: set[tuple[str, ...]] = set()
    for at, word in enumerate(words):
        for phrase, concepts in phrases.get(word, ()):
            if phrase not in seen and tuple(words[at : at + len(phrase)]) == phrase:
                seen.add(phrase)
                for concept in concepts:
                    found[concept] = found.get(concept, 0) + 1
    return found


def _plain(word: str) -> str:
    """Return the word with digits that stand for letters replaced by them; numbers become "#"."""
    if word.isalpha():
        return word
    if _NUMBER.match(word):
        return "#" + word.lstrip("0123456789")
    return word.translate(_LEET) if _LETTER.search(word) else "#"


_READ = 1500
_MOST_SENTENCES = 8
_AMBIGUOUS = 4
_AT_THE_ENDS = 3
_SIGNS = re.compile(r"[^\w\s]")
_ALIKE = {"“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-"}
_WORDS = re.compile(r"[\w@$]+")
_NUMBER = re.compile(r"\d+[a-zđ]{0,3}$")
_LETTER = re.compile(r"[^\W\d_]|@")
_LEET = str.maketrans("4@3017$", "aaeoits")
_LINK = re.compile(
    r"://(?![\w.-]*\.gov\.vn)|www\.|(?<![\w@.-])[a-z0-9-]{2,30}\.(?:com|net|xyz|top|vip|club|me|cc|info|win|test|example)\b"
)
_PHONE = re.compile(r"(?<!\d)0\d{2,3}[ .]?\d{3}[ .]?\d{3,4}(?!\d)")
