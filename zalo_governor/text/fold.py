"""Converts text to lower case without Vietnamese diacritics, one character for one, so that offsets stay valid."""

import unicodedata

from zalo_governor.text.normalise import normalise


def fold(text: str) -> str:
    """Return the text in lower case without diacritics (tone and vowel marks), at the same length.

    The text is expected in NFC; combining marks in it stay.
    """
    return text.lower() if text.isascii() else text.translate(_TABLE)


def skeleton(text: str) -> str:
    """Return a key for comparing texts: only letters and digits, in lower case, without diacritics and look-alikes.

    The key is equal for two texts that differ only in case, diacritics, punctuation or look-alike letters.
    """
    return "".join(filter(str.isalnum, fold(normalise(text).text)))


class _Folding(dict[int, str]):
    """Table for str.translate that computes and caches the lower-case plain form of each character on first use."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        lower = letter.lower()
        base = {"đ": "d"}.get(lower) or unicodedata.normalize("NFD", lower)[:1]
        self[code] = base if base.isascii() and base.isalpha() else (lower if len(lower) == 1 else letter)
        return self[code]


_TABLE = _Folding()
