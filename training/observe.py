"""The figures of one message, as the program itself gathers them."""

from pathlib import Path

from training.shipped import lines_of
from zalo_governor.text.diacritics.evidence import cut, gather
from zalo_governor.text.diacritics.lattice import Reader
from zalo_governor.text.normalise import normalise
from zalo_governor.text.tokens import tokens

_LEXICONS = Path(__file__).parent.parent / "config/lexicons"
ABBREVIATIONS = frozenset(lines_of(_LEXICONS / "abbreviations.txt"))


def observe(reader: Reader, text: str) -> tuple[float, ...]:
    """The figures of `text.evidence.gather`."""
    plain = normalise(text).text
    return gather(reader, cut(reader, plain, tokens(plain)), ABBREVIATIONS).figures
