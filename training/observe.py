"""Compute the numeric features of a message as the program itself does."""

from pathlib import Path

from training.shipped import lines_of
from zalo_governor.text.diacritics.evidence import cut, gather
from zalo_governor.text.diacritics.lattice import Reader
from zalo_governor.text.normalise import normalise
from zalo_governor.text.tokens import tokens

_LEXICONS = Path(__file__).parent.parent / "config/lexicons"
ABBREVIATIONS = frozenset(lines_of(_LEXICONS / "abbreviations.txt"))


def observe(reader: Reader, text: str) -> tuple[float, ...]:
    """Return the features that `text.evidence.gather` computes for the text."""
    plain = normalise(text).text
    return gather(reader, cut(reader, plain, tokens(plain)), ABBREVIATIONS).figures
