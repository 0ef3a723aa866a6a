"""Reading commands as people type them on a phone: with or without marks, capitals, blanks, slash, and with slips."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from zalo_governor.text.edit_distance import slips
from zalo_governor.text.fold import fold, skeleton
from zalo_governor.text.normalise import normalise, unpasted


class Typed(NamedTuple):
    """A line that begins like a command."""

    word: str
    """`baocao`; "" where none is meant without doubt."""
    rest: str
    """What follows, as typed, each run of blanks as one."""
    slash: bool
    near: tuple[str, ...] = ()
    """Where `word` is "": the words that there are, the likest first."""
    close: bool = False
    """Where `word` is "": whether the likest is so close that hardly anything else can be meant."""
    bare: bool = False
    """No word was typed, but the code of a case alone."""


def begins_with_slash(text: str) -> bool:
    """Whether the first sign that anybody sees is a slash."""
    return unpasted(text[:_LONGEST]).text.lstrip()[:1] in _SLASHES


def read(text: str, words: Mapping[str, bool]) -> Typed | None:
    """The command that a line begins with; None for a line without a slash and without anything like a word.

    Args:
        words: the words that there are, and of each whether a slip in it is forgiven.
    """
    line = unpasted(text[:_LONGEST]).text.strip().replace("／", "/")
    slash = line.startswith("/")
    if slash:
        line = _GLUED.sub(r"\1 \2", line, count=1)
    tokens = line.lstrip("/").split()
    heads = list(_heads(tokens))
    for length, head in heads:
        if head in words:
            return Typed(head, " ".join(tokens[length:]), slash)
    return _slipped(tokens, heads, words, slash=slash)


def folded(text: str) -> str:
    """Small letters without marks, blanks made single; punctuation stays."""
    return " ".join(fold(normalise(text).text).split())


def case_number(text: str) -> tuple[int, str] | None:
    """The number of the case that the text begins with (`VP12`, `#12`, `ca 12`, `12`), and what follows as typed."""
    return numbered(text, _CODE)


def bare_case(text: str) -> str | None:
    """What is nothing but the whole code of a case, `VP12` or `/vp 12`, as code; None for anything else."""
    found = _BARE_CASE.fullmatch(text[:_LONGEST].replace("／", "/"))
    return f"VP{int(found[1])}" if found else None


def names_case(text: str) -> bool:
    """Whether the text begins with a whole code of a case or a member (`VP12`, `tv 3`), and not with a bare number."""
    return _WHOLE_CODE.match(unpasted(text).text) is not None


def numbered(text: str, code: re.Pattern[str]) -> tuple[int, str] | None:
    """The number that `code` finds at the beginning, marks and capitals aside, and what follows as typed."""
    composed = unicodedata.normalize("NFC", unpasted(text).text)
    found = code.match(fold(composed))  # Folding keeps the length, so the rest is cut out of what was typed.
    return (int(found[1]), composed[found.end() :].strip(" .,:;-–")) if found else None


def code_pattern(prefix: str) -> re.Pattern[str]:
    """A pattern for `numbered`: the number with that prefix or another one, or bare. `prefix` is folded."""
    return re.compile(rf"\s*(?:{prefix})?[\s\-#.]*0*([1-9][0-9]{{0,17}})(?![0-9a-z])")


def _heads(tokens: list[str]) -> Iterator[tuple[int, str]]:
    for length in (2, 1):  # "/xem lại VP1" is /xemlai, not /xem.
        if len(tokens) >= length and (head := skeleton("".join(tokens[:length]))):
            yield length, head


def _slipped(
    tokens: list[str], heads: list[tuple[int, str]], words: Mapping[str, bool], *, slash: bool
) -> Typed | None:
    if not slash and not any(len(head) >= _LONG_ENOUGH for _, head in heads):
        return None
    ranked = sorted((min((slips(head, word, _FAR), length) for length, head in heads), word) for word in words if heads)
    if not ranked:
        return Typed("", "", slash=True) if slash else None
    (far, length), word = ranked[0]
    allowed = _slips_in(word, slash=slash)
    near = tuple(word for _, word in ranked)
    doubtful = len(ranked) > 1 and ranked[1][0][0] == far
    if far <= allowed and words[word] and not doubtful:
        return Typed(word, " ".join(tokens[length:]), slash)
    close = far <= allowed
    return Typed("", "", slash, near, close) if slash or close else None


def _slips_in(word: str, *, slash: bool) -> int:
    """How many slips may be in a word. Without the slash it may be talk that happens to begin so."""
    if not slash:
        return int(len(word) >= _LONG_ENOUGH)
    return 2 if len(word) > _LONG_ENOUGH + 1 else 1


_SLASHES = ("/", "／")
_LONGEST = 3000
_LONG_ENOUGH = 5
"""Letters of a word that is told from talk in spite of a slip."""
_FAR = 6
_GLUED = re.compile(r"^(/+\s*[^\W\d_]+?)((?:vp|tv|sc|gy)?#?[0-9])", re.IGNORECASE)
"""`/xemVP12`, `/quyche4.1`: the blank that a thumb leaves out."""
_CODE = code_pattern(r"vp|ca|case|vu(?: viec)?(?: so)?|ma(?: so)?(?: vp)?|so")
_BARE_CASE = re.compile(r"\s*/?\s*vp[\s\-#]*0*([1-9][0-9]{0,17})[\s.]*", re.IGNORECASE | re.ASCII)
_WHOLE_CODE = re.compile(r"\s*(?:vp|tv)[\s\-#]*0*[1-9][0-9]{0,17}(?![0-9A-Za-z])", re.IGNORECASE)
