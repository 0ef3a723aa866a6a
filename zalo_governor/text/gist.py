"""What a message is about and what its writer does with it: concepts of a lexicon, word pairs, and features of both.

The features feed a small linear model; they are the same when it is trained and when it judges.
"""

import itertools
import re
from collections.abc import Iterable
from typing import NamedTuple

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold

TOPICS = (
    "drugs", "gambling", "prostitution", "obscenity", "violence", "crime", "order", "state", "religion",
    "superstition", "insult", "custom", "scam", "advert", "rumour",
)  # fmt: skip
"""Concepts that a message can be about; all others say what stance its writer takes."""


class Gist(NamedTuple):
    """One message, read."""

    concepts: dict[str, int]
    """Concept: how many different phrases of it occur."""
    features: frozenset[str]


class Lexicon:
    """Concepts and their phrases, in proper spelling and without marks."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Lines are a concept, a tab, phrases with commas between.

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
                # "ban" alone may be bán, bạn, bản; two words or a long one are seldom anything else.
                if " " in bare or len(bare) > _AMBIGUOUS or (phrase == bare and len(bare) == _AMBIGUOUS):
                    _add(self._bare, bare, concept)

    def read(self, text: str) -> Gist:
        """The gist of a normalised text; only its first 1,500 characters are read, which bounds the time."""
        text = text[:_READ]
        lower = text.lower()
        marked = has_marks(lower)
        words = [_plain(word) for word in words_of(lower if marked else fold(text))]
        found = _concepts(words, self._marked if marked else self._bare)
        if names_link(lower):
            found["link"] = 1
        if _PHONE.search(lower):
            found["phone"] = 1
        if len(_BROKEN.findall(lower)) > _MOST_BROKEN:
            found["broken"] = 1
        return Gist(found, frozenset(_features(found, words, marked)))


def words_of(lower: str) -> list[str]:
    """The words of a text in small letters, digits and signs that stand for letters with them."""
    return _WORDS.findall(lower[:_READ])


def names_link(lower: str) -> bool:
    """Whether a text in small letters names an address outside of the state's own."""
    return _LINK.search(lower) is not None


_Phrases = dict[str, list[tuple[tuple[str, ...], list[str]]]]
"""First word: the phrases that begin with it, each with its concepts."""


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


def _features(found: dict[str, int], words: list[str], marked: bool) -> Iterable[str]:
    topics = [concept for concept in found if concept in TOPICS]
    stances = [concept for concept in found if concept not in TOPICS]
    for concept, count in found.items():
        yield f"c:{concept}"
        if count > 1:
            yield f"c2:{concept}"
    for topic in topics:
        for stance in stances:
            yield f"x:{topic}+{stance}"
        if not stances:
            yield f"x:{topic}+nothing"
    for stance in stances:
        yield f"t:{stance}+{bool(topics)}"
    yield f"l:{min(len(words) // 6, 6)}"
    names = sum(map(_NAME.__contains__, words))
    if names:
        yield f"told:{min(names, 3)}"
    kind = "w" if marked else "n"
    for word in words:
        yield f"{kind}:{word}"
    bare = [fold(word) for word in words] if marked else words
    for first, second in itertools.pairwise(bare):
        yield f"b:{first} {second}"


def _plain(word: str) -> str:
    """Digits that stand for letters as letters; numbers all alike."""
    if word.isalpha():
        return word
    if _NUMBER.match(word):
        return "#" + word.lstrip("0123456789")
    return word.translate(_LEET) if _LETTER.search(word) else "#"


_NAME = frozenset("ông bà anh ấy cô chị người họ đã từng khi rằng được những sau trước năm trong của".split())  # noqa: SIM905
"""Words of those who tell what happened."""
_READ = 1500
_AMBIGUOUS = 4
_WORDS = re.compile(r"[\w@$]+")
_NUMBER = re.compile(r"\d+[a-zđ]{0,3}$")
_LETTER = re.compile(r"[^\W\d_]|@")
_LEET = str.maketrans("4@3017$", "aaeoits")
_LINK = re.compile(
    r"://(?![\w.-]*\.gov\.vn)|www\.|(?<![\w@.-])[a-z0-9-]{2,30}\.(?:com|net|xyz|top|vip|club|me|cc|info|win|test|example)\b"
)
_PHONE = re.compile(r"(?<!\d)0\d{2,3}[ .]?\d{3}[ .]?\d{3,4}(?!\d)")
_BROKEN = re.compile(r"[^\W\d_][.,;:'\"_*-](?=[^\W\d_])")
_MOST_BROKEN = 4
