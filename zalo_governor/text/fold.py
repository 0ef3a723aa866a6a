"""Removes Vietnamese diacritics and capitals, one code point for one, so that offsets stay valid."""

import unicodedata

from zalo_governor.text.normalise import normalise


def fold(text: str) -> str:
    """Return the text in lower case without diacritics, at the same length. Expects NFC; combining marks stay."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


def skeleton(text: str) -> str:
    """Return only the letters and digits, folded and with disguises undone.

    Equal for two messages that differ only in case, diacritics, punctuation or look-alike letters.
    """
    return "".join(filter(str.isalnum, fold(normalise(text).text)))


class _Folding(dict[int, str]):
    """Table for str.translate that computes and caches the folded form of each code point on first use."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        lower = letter.lower()
        base = {"đ": "d"}.get(lower) or unicodedata.normalize("NFD", lower)[:1]
        self[code] = base if base.isascii() and base.isalpha() else (lower if len(lower) == 1 else letter)
        return self[code]


_TABLE = _Folding()
