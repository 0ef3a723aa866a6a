"""Features of a message for the topic model (words, word pairs, their positions), and a lexicon of phrases.

The linear model for clause 4.2 (harmful content) is trained and scores with the same features. The lexicon phrases
explain its result to people.
"""

import re
from collections.abc import Iterable

from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.courtesy import sentences, without_courtesy
from zalo_governor.text.fold import fold
from zalo_governor.text.wrong_line import WrongLineError


class Lexicon:
    """List of concepts (topics and writers' stances) and the phrases that express them, with and without diacritics."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Parse the lines of a lexicon: a concept, a tab, phrases separated by commas.

        Raises:
            WrongLineError: a line has no tab.
        """
        self._marked: _Phrases = {}
        self._bare: _Phrases = {}
        self.concepts: set[str] = set()
        """The concepts that the lines name."""
        for line in lines:
            concept, tab, phrases = line.partition("\t")
            if not tab:
                raise WrongLineError(line, "phải gồm một ý, một dấu tab, rồi các cụm từ cách nhau bằng dấu phẩy")
            self.concepts.add(concept)
            for phrase in filter(None, map(str.strip, phrases.lower().split(","))):
                _add(self._marked, phrase, concept)
                bare = fold(phrase)
                # "ban" alone may mean bán, bạn or bản; two words or a long one are rarely ambiguous.
                if " " in bare or len(bare) > _AMBIGUOUS or (phrase == bare and len(bare) == _AMBIGUOUS):
                    _add(self._bare, bare, concept)

    def read(self, text: str) -> set[str]:
        """Return the concepts of a normalised text, such as "drugs" or "offer"; its first 1,500 characters are read."""
        text = text[:_READ]
        lower = text.lower()
        marked = has_marks(lower)
        found = _concepts(_words_of(lower if marked else fold(text)), self._marked if marked else self._bare)
        return found | _ways_of_contact(lower)


def ways_to_read(text: str) -> list[str]:
    """Return the parts of a text to score for harmful content: the whole without polite phrases, then its sentences.

    Only the first 1,500 characters of the text are read, and at most eight sentences returned.
    """
    matter = without_courtesy(text[:_READ])
    return [matter, *sentences(matter)[:_MOST_SENTENCES]]


def features_of(text: str) -> set[str]:
    """Return the topic model's features of a text: words and pairs of words, first and last words, punctuation, length.

    Words count twice, as typed and without diacritics. A text without any diacritics gives features of its own kind, as
    its words are ambiguous: "ban" may mean bán, bạn or bản (sell, friend, village).
    """
    lower = text.lower()
    words = _words_of(lower)
    bare = fold(" ".join(words)).split(" ")
    found = _shape(lower, bare)
    found.update(_pairs("b", bare))
    found.update(_pairs("m", words) if has_marks(lower) else _pairs("n", bare))
    return found


def unmarked_features_of(text: str) -> set[str]:
    """Return the features that arise only if the text is typed without diacritics.

    The training uses them as a second example of each text, so that the model learns both ways of typing.
    """
    bare = fold(" ".join(_words_of(text.lower()))).split(" ")
    return _shape(fold(text), bare).union(_pairs("n", bare))


def _pairs(kind: str, words: list[str]) -> list[str]:
    marked = [kind + word for word in words]
    return [*marked, *[f"{first} {second}" for first, second in zip(marked, words[1:], strict=False)]]


def _shape(lower: str, bare: list[str]) -> set[str]:
    found = {f"^{at}{word}" for at, word in enumerate(bare[:_AT_THE_ENDS])}
    found.update(f"${at}{word}" for at, word in enumerate(bare[: -_AT_THE_ENDS - 1 : -1]))
    found.update(("^" + " ".join(bare[:2]), "$" + " ".join(bare[-2:]), f"l{min(len(lower) // 20, 8)}"))
    found.update(["p" + _ALIKE.get(sign, sign) for sign in set(_SIGNS.findall(lower))])
    return found | _ways_of_contact(lower)


def _ways_of_contact(lower: str) -> set[str]:
    # The quick search spares most texts the slow one, whose expression begins with any letter.
    linked = _LIKE_A_LINK.search(lower) is not None and _LINK.search(lower) is not None
    return {way for way, named in (("link", linked), ("phone", _PHONE.search(lower))) if named}


def _words_of(lower: str) -> list[str]:
    return [word if word.isalpha() else _plain(word) for word in _WORDS.findall(lower)]


_Phrases = dict[str, list[tuple[tuple[str, ...], str]]]
"""By first word: the phrases that begin with this word, each as (its words, a concept that it expresses)."""


def _add(phrases: _Phrases, phrase: str, concept: str) -> None:
    words = tuple(phrase.split())
    phrases.setdefault(words[0], []).append((words, concept))


def _concepts(words: list[str], phrases: _Phrases) -> set[str]:
    return {
        concept
        for at, word in enumerate(words)
        for phrase, concept in phrases.get(word, ())
        if tuple(words[at : at + len(phrase)]) == phrase
    }


def _plain(word: str) -> str:
    """Return the word with digits replaced by the letters they stand for ("b4n" as "ban"); numbers become "#"."""
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
_DOMAIN_END = r"\.(?:com|net|xyz|top|vip|club|me|cc|info|win|test|example)\b"
_LIKE_A_LINK = re.compile(rf"://|www\.|{_DOMAIN_END}")
_LINK = re.compile(rf"://(?![\w.-]*\.gov\.vn)|www\.|(?<![\w@.-])[a-z0-9-]{{2,30}}{_DOMAIN_END}")
_PHONE = re.compile(r"0(?<!\d0)\d{2,3}[ .]?\d{3}[ .]?\d{3,4}(?!\d)")
