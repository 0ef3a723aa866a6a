"""Vietnamese without marks and capitals, code point for code point, so that offsets stay."""

import unicodedata

from zalo_governor.text.normalise import normalise


def fold(text: str) -> str:
    """The text without marks and in small letters, exactly as long as it was. Expects NFC; stray marks stay."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


def skeleton(text: str) -> str:
    """The letters and digits alone, disguises undone: equal for two messages that say the same in another dress."""
    return "".join(filter(str.isalnum, fold(normalise(text).text)))


class _Folding(dict[int, str]):
    """Fills itself with what it is asked for; there are only as many keys as code points."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        lower = letter.lower()
        base = {"đ": "d"}.get(lower) or unicodedata.normalize("NFD", lower)[:1]
        self[code] = base if base.isascii() and base.isalpha() else (lower if len(lower) == 1 else letter)
        return self[code]


_TABLE = _Folding()
