"""Reading commands as people type them: with or without marks, capitals, blanks and, in private, the slash."""

import re
from typing import NamedTuple

from zalo_governor.text.fold import fold, skeleton
from zalo_governor.text.normalise import normalise


class Typed(NamedTuple):
    """A line that begins like a command."""

    word: str
    """`baocao`; "" where the line has a slash but no known command after it."""
    rest: str
    """What follows, as typed."""
    slash: bool


def read(text: str, words: frozenset[str]) -> Typed | None:
    """The command that a line begins with; None for a line without a slash and without one of the words."""
    line = text[:_LONGEST].strip().replace("／", "/")
    slash = line.startswith("/")
    tokens = line.lstrip("/").split()
    for length in (1, 2):
        word = skeleton("".join(tokens[:length]))
        if word in words and len(tokens) >= length:
            return Typed(word, " ".join(tokens[length:]), slash)
    return Typed("", "", slash) if slash else None


def folded(text: str) -> str:
    """Small letters without marks, blanks made single; punctuation stays."""
    return " ".join(fold(normalise(text).text).split())


def case_number(text: str) -> tuple[int, str] | None:
    """The number of the case that the text begins with (`VP12`, `vp 12`, `#12`, `12`), and what follows."""
    found = _CODE.match(text)
    return (int(found[1]), text[found.end() :].strip(" .,:;-–")) if found else None


def names_case(text: str) -> bool:
    """Whether the text begins with a whole code of a case or a member (`VP12`, `tv 3`), and not with a bare number."""
    return _WHOLE_CODE.match(text) is not None


_LONGEST = 1000
_CODE = re.compile(r"\s*(?:vp)?[\s\-#]*0*([1-9][0-9]{0,17})(?![0-9A-Za-z])", re.IGNORECASE)
_WHOLE_CODE = re.compile(r"\s*(?:vp|tv)[\s\-#]*0*[1-9][0-9]{0,17}(?![0-9A-Za-z])", re.IGNORECASE)
