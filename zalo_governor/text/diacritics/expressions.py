"""Restores the diacritics of fixed administrative expressions, agency names and job titles, by lists of them."""

import re
from collections.abc import Iterable, Sequence

from zalo_governor.text.diacritics.language import NUMBER, canonical
from zalo_governor.text.fold import fold
from zalo_governor.text.tokens import Token, TokenKind

Phrase = tuple[str, ...]


class Expressions:
    """List of fixed expressions in correct spelling, with a search for them in text that lacks diacritics.

    Punctuation and case are ignored. Typed words that could be two different expressions are taken for neither.

    Args:
        lines: expressions of two or more words (others are ignored); a number in a line matches any number.
        abbreviations: short forms that are written with diacritics: "hđnd", "đ/c".
    """

    def __init__(self, lines: Iterable[str], abbreviations: Iterable[str]) -> None:
        self._known: dict[Phrase, Phrase | None] = {}
        for line in lines:
            words = tuple(
                NUMBER if word[0].isdecimal() else canonical(word)
                for word in line.lower().replace(",", " ").replace(" - ", " ").split()
            )
            if len(words) > 1:
                bare = tuple(map(fold, words))
                self._known[bare] = words if self._known.get(bare, words) == words else None
        self._begins = frozenset(bare[:2] for bare in self._known)
        self._longest = max(map(len, self._known), default=0)
        self._abbreviations = {fold(short): short for short in abbreviations}

    def abbreviation(self, typed: str) -> str | None:
        """Return the typed abbreviation with its diacritics, "hđnd" for "HDND"; None if it is not in the list."""
        return self._abbreviations.get(typed.lower())

    def meant(self, words: Sequence[Token], text: str) -> dict[int, tuple[str, float]]:
        """Find the words of a message whose correct spelling follows from a fixed expression or from their position.

        Return, by index in `words`, (the correct spelling, by which factor the expression or position makes it
        likelier). Other words are not in the result. Where several expressions fit, the longest is used. `words` are
        the tokens of the message `text`.
        """
        found: dict[int, tuple[str, float]] = {}
        lower = [NUMBER if token.text[0].isdecimal() else canonical(token.text.lower()) for token in words]
        bare = [fold(word) for word in lower]
        at = 0
        while at < len(words):
            phrase = self._phrase_at(at, words, bare, lower, text)
            likelier = _LIKELIER_IN_TWO if len(phrase) == _PAIR else _LIKELIER_IN_MORE
            found.update({at + spot: (word, likelier) for spot, word in enumerate(phrase) if word != NUMBER})
            if not phrase and (habit := _habit(at, words, text)):
                found[at] = habit, _LIKELIER_BY_PLACE
            at += len(phrase) or 1
        return found

    def _phrase_at(self, at: int, words: Sequence[Token], bare: list[str], lower: list[str], text: str) -> Phrase:
        if tuple(bare[at : at + 2]) not in self._begins:
            return ()
        end = at + 1
        while end < min(at + self._longest, len(words)) and _goes_on(words[end - 1], words[end], text):
            end += 1
        for last in range(end, at + 1, -1):
            key = tuple(bare[at:last])
            meant = self._known.get(key)
            # Words typed with diacritics must match exactly.
            if meant and all(
                typed in {plain, word} for typed, plain, word in zip(lower[at:last], key, meant, strict=True)
            ):
                return meant
        return ()


def _habit(at: int, words: Sequence[Token], text: str) -> str | None:
    """Return the spelling with diacritics that the position of `words[at]` in the message suggests; None if none.

    A final "a" is "ạ" (a polite particle), "thu" before 2-7 is "thứ" (a weekday), "xa" before a name is "xã" (commune).
    """
    token = words[at]
    if at and token.text in _LAST and _ENDS.match(text, token.end):
        return _LAST[token.text]
    after = words[at + 1] if at + 1 < len(words) else None
    if after is None or text[token.end : after.start] != " ":
        return None
    if token.text.lower() == "thu" and _DAY_OF_WEEK.fullmatch(after.text):
        return "thứ"
    named = after.text[0].isupper() and not after.text.isupper()
    return _BEFORE_NAMES.get(token.text) if named else None


def _goes_on(before: Token, token: Token, text: str) -> bool:
    between = text[before.end : token.start].strip()
    return token.kind in {TokenKind.WORD, TokenKind.CODE} and between in _WITHIN


_WITHIN = frozenset({"", ",", "-", "–"})
_ENDS = re.compile(r"\s*(?:[^\w\s]|$)")
_DAY_OF_WEEK = re.compile("[2-7]")
_LAST = {"a": "ạ", "nhe": "nhé"}
_BEFORE_NAMES = {
    "xa": "xã", "ban": "bản", "phuong": "phường", "thon": "thôn", "huyen": "huyện", "tinh": "tỉnh", "suoi": "suối",
    "deo": "đèo", "doc": "dốc", "song": "sông", "cau": "cầu", "luat": "luật", "thi": "thị",
}  # fmt: skip
_PAIR = 2
_LIKELIER_IN_TWO, _LIKELIER_IN_MORE, _LIKELIER_BY_PLACE = 30.0, 300.0, 1e5
