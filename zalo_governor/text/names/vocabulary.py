"""Word lists of job titles, agencies and personal names, and look-ups in them."""

import re
from collections.abc import Sequence

from zalo_governor.text.alphabet import has_marks, split_tone
from zalo_governor.text.fold import fold

Phrase = tuple[str, ...]
NAME_LISTS = (
    "titles", "short_titles", "foreign_titles", "agencies", "honorifics", "address", "nicknames",
    "nickname_parts", "surnames", "plain_names", "marked_names", "trade",
)  # fmt: skip
"""Names of the word lists: the arguments of `NameWords`, and (with "-" for "_") the names of their files."""


class NameWords:
    """Word lists (job titles, agencies, parts of personal names …) in correct spelling, for checking display names.

    Look-ups ignore case and on which vowel the tone mark is written (ủy, uỷ).
    """

    def __init__(
        self, *, titles: Sequence[str], short_titles: Sequence[str], foreign_titles: Sequence[str],
        agencies: Sequence[str], honorifics: Sequence[str], address: Sequence[str], nicknames: Sequence[str],
        nickname_parts: Sequence[str], surnames: Sequence[str], plain_names: Sequence[str],
        marked_names: Sequence[str], trade: Sequence[str],
    ) -> None:  # fmt: skip
        self._titles = frozenset(map(phrase, titles))
        self._bare_titles: dict[Phrase, list[Phrase]] = {}
        for title in titles:
            self._bare_titles.setdefault(_bare(title), []).append(phrase(title))
        self._short_titles = frozenset(map(str.upper, short_titles))
        self._foreign_titles = frozenset(map(str.lower, foreign_titles))
        self._agencies = frozenset(map(phrase, agencies))
        # A single word without diacritics is ambiguous: "Phong Thổ" is a place, not a "phòng" (office).
        self._bare_agencies = frozenset(_bare(agency) for agency in agencies if " " in agency) - self._agencies
        self._honorifics = frozenset(map(phrase, honorifics))
        self._address = frozenset(map(canonical, address))
        self._nicknames = frozenset(map(phrase, nicknames))
        self._nickname_parts = frozenset(map(phrase, nickname_parts))
        self._surnames = frozenset(map(canonical, surnames))
        self._stripped_surnames = frozenset(map(fold, surnames)) - self._surnames
        self._plain_names = frozenset(plain_names)
        self._stripped_names = frozenset(map(fold, marked_names))
        self._trade = frozenset(map(phrase, trade))

    def title(self, text: str) -> bool:
        """Return whether the text, or a part of it after a separator, begins with a job title or its abbreviation."""
        return any(self._begins_with_title(part) for part in _PARTS.split(text))

    def bare_title(self, text: str) -> bool:
        """Return whether the text begins with a job title that lacks diacritics."""
        bare, typed = _bare(text), phrase(text)
        return not self.title(text) and any(
            all(word in {right, bare_word} for word, right, bare_word in zip(typed, title, bare, strict=False))
            for size in range(1, min(len(bare), _LONGEST_PHRASE) + 1)
            for title in self._bare_titles.get(bare[:size], ())
        )

    def any_title(self, text: str) -> bool:
        """Return whether `title` or `bare_title` finds a job title, that is, one with or without its diacritics."""
        return self.title(text) or self.bare_title(text)

    def foreign_title(self, text: str) -> bool:
        """Return whether the text contains a job title in a foreign language, such as "manager"."""
        return not self._foreign_titles.isdisjoint(text.lower().split())

    def agency(self, text: str) -> bool:
        """Return whether the text begins with the name of an agency.

        "Đoàn" is an agency (the youth union) and a family name: followed by a capitalised word it is the family name.
        """
        words = phrase(_OFFICE.sub("phòng ", text))
        if _has_prefix(words, self._agencies, least=2) or _has_prefix(
            tuple(map(fold, text.split())), self._bare_agencies
        ):
            return True
        if words[:1] not in self._agencies:
            return False
        second = text.split()[1:2]
        return not (words[0] in self._surnames and second and second[0].istitle())

    def bare_agency(self, text: str) -> bool:
        """Return whether an agency's name that lacks diacritics occurs anywhere in the text."""
        words = _bare(text, keep_marks=True)
        return any(_has_prefix(words[start:], self._bare_agencies) for start in range(len(words)))

    def trade(self, text: str) -> bool:
        """Return whether the text contains a word of commerce, as names of shops do."""
        words = phrase(text)
        return any(words[start : start + size] in self._trade for start in range(len(words)) for size in (1, 2))

    def surname(self, word: str) -> bool:
        """Return whether the word is a family name in correct spelling."""
        return canonical(word) in self._surnames

    def nickname(self, name: str) -> bool:
        """Return whether a person's name is a nickname: "Sóng Biển" (sea wave), or a name with "Cute" behind it.

        A family name or a middle name ("Thị") shows that the other words are a given name, except words that none has.
        """
        words = phrase(name)
        named = words[0] in self._surnames or words[1:2] in _MIDDLE_NAMES
        return (not named and _has_prefix(words, self._nicknames)) or any(
            _has_prefix(words[at:], self._nickname_parts) for at in range(1, len(words))
        )

    def address(self, word: str) -> bool:
        """Return whether the word is a form of address, such as "Anh" (elder brother) or "Mr."."""
        return canonical(word.rstrip(".")) in self._address

    def stripped_name(self, name: str) -> bool:
        """Return whether a person's name (without rank and degrees) certainly lacks diacritics.

        Many names of ethnic groups have no diacritics, so only these count: a family name that exists solely with
        diacritics, a middle name "Van", or a part of a name that Vietnamese cannot write without diacritics.
        """
        words = name.lower().split()
        if not words:
            return False
        middle = words[1] if len(words) > _TWO else ""
        family = words[0] in self._stripped_surnames and (words[0] not in self._plain_names or middle in _MIDDLES)
        return family or middle == "van" or any(word in self._stripped_names for word in words[1:] if word.isascii())

    def vietnamese(self, name: str) -> bool:
        """Return whether a personal name may be a Vietnamese one, with or without its diacritics."""
        first = name.split(maxsplit=1)[0]
        return has_marks(name) or self.surname(first) or first.lower() in self._stripped_surnames

    def split_rank(self, name: str) -> tuple[str, str]:
        """Split a personal name into (rank and degrees, the name itself); "Đại tá" (colonel) or "ThS.BS" come first."""
        words = name.split()
        at = 0
        while at < len(words) - 1:
            for size in (2, 1):
                piece = " ".join(words[at : at + size])
                if at + size < len(words) and self._is_honorific(piece):
                    at += size
                    break
            else:
                break
        return " ".join(words[:at]), " ".join(words[at:])

    def _is_honorific(self, piece: str) -> bool:
        if phrase(piece) in self._honorifics:
            return True
        parts = [part for part in piece.strip(".,").split(".") if part]
        return len(parts) > 1 and all(phrase(part) in self._honorifics for part in parts)

    def _begins_with_title(self, part: str) -> bool:
        part = part.strip()
        words = part.split()
        if not words:
            return False
        if self._is_short_title(words[0].replace(".", "")) or _has_prefix(phrase(part), self._titles):
            return True
        deputy = _DEPUTY.match(part)
        rest = part[deputy.end() :] if deputy else ""
        if rest and (self._is_short_title(rest.split()[0].replace(".", "")) or _has_prefix(phrase(rest), self._titles)):
            return True
        head = _HEAD_OF.match(part)
        return bool(head) and self.agency(part[head.end() :] if head else "")

    def _is_short_title(self, token: str) -> bool:
        upper = token.upper()
        if upper in self._short_titles:
            # In lower case it must not be readable as a word: "gđ" is a title, "cu" is not.
            return token == upper or _VOWELS.isdisjoint(fold(token))
        return token == upper and any(
            upper[:cut] in self._short_titles and (upper[cut:].lower(),) in self._agencies
            for cut in range(_TWO, len(upper))
        )


def phrase(text: str) -> Phrase:
    """Return the words of the text in the form in which words are compared (see `canonical`)."""
    return tuple(canonical(word) for word in _WORD.findall(text))


def canonical(word: str) -> str:
    """Return the word for comparing: lower case, the tone mark as a digit at the end; "ủy" and "uỷ" are equal."""
    toneless, tone = split_tone(word.lower())
    return toneless + (str(ord(tone) % 10) if tone else "")


def _bare(text: str, *, keep_marks: bool = False) -> Phrase:
    """Return the words of the text in lower case without diacritics.

    With `keep_marks`, words that have diacritics keep them, so that they are found in no list of words without.
    """
    return tuple(word.lower() if keep_marks and has_marks(word) else fold(word) for word in _WORD.findall(text))


def _has_prefix(words: Phrase, known: frozenset[Phrase], least: int = 1) -> bool:
    return any(words[:size] in known for size in range(min(len(words), _LONGEST_PHRASE), least - 1, -1))


_LONGEST_PHRASE = 6
_TWO = 2
_VOWELS = frozenset("aeiouy")
_MIDDLES = frozenset({"van", "thi", "a"})
_WORD = re.compile(r"[^\W_]+(?:[&][^\W_]+)*")
_PARTS = re.compile(r"[,;+(\[/]| [-–—] ")
_MIDDLE_NAMES = frozenset({phrase("văn"), phrase("thị")})
_OFFICE = re.compile(r"^[Pp]\.\s*(?=\w)")
_DEPUTY = re.compile(r"(?:[pq]\.\s*|(?:phó|quyền|nguyên)\s+)(?=\w)", re.IGNORECASE)
_HEAD_OF = re.compile(r"(?:phó\s+|p\.\s*)?(?:(?:trưởng|phó)\s+|tr\.\s*)(?=\w)", re.IGNORECASE)
