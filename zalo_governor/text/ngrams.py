"""A linear model that scores a text by its character n-grams (2 to 5 characters) and by named features.

N-grams and names are hashed with CRC-32, so the model is a table of small weights and needs no list of words.
`training/ngrams.py` makes it; training and scoring use the same features.
"""

import math
import struct
import zlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Features(NamedTuple):
    """What an n-gram model reads of one text: a string whose character n-grams are scored, and named features."""

    text: str
    """Text whose character n-grams are scored; their weights are scaled, so that a long text weighs no more."""
    names: frozenset[str] = frozenset()
    """Named features, such as words with their positions; each has its full weight, regardless of the text's length."""


class NgramModel:
    """A trained model that scores whether a text belongs to one class, such as texts that disclose a secret."""

    def __init__(self, packed: bytes) -> None:
        """Unpack a model.

        Args:
            packed: bytes made by `pack`.

        Raises:
            ValueError: the bytes are not a model of this version.
        """
        if not packed.startswith(_MAGIC):
            raise ValueError("not a table of n-grams of this version; make it anew with training/")
        head = _HEAD.unpack_from(packed, len(_MAGIC))
        self._bits, self._bias, self._unit = int(head[0]), float(head[1]), float(head[2])
        table = zlib.decompress(packed[len(_MAGIC) + _HEAD.size :])
        if len(table) != 1 << self._bits:
            raise ValueError("the table of n-grams is cut off; copy it again")
        self._table = memoryview(table).cast("b")

    def score(self, features: Features) -> float:
        """Return the log-odds (natural logarithm) that the text belongs to the class the model was trained for."""
        weight = self._table.__getitem__
        runs = run_places(features.text, self._bits)
        names = name_places(features.names, self._bits)
        whole = sum(map(weight, names)) + (sum(map(weight, runs)) * run_share(len(runs)) if runs else 0)
        return self._bias + self._unit * whole


@cache
def shipped_ngrams(name: str) -> NgramModel:
    """Return the model in the shipped file `NAME.ngrams`; the file is read once per process.

    Raises:
        ValueError: the file is not a model of this version.
    """
    return NgramModel(files("zalo_governor.text").joinpath(f"{name}.ngrams").read_bytes())


def pack(bits: int, bias: float, unit: float, table: bytes) -> bytes:
    """Return the bytes of a model file, which `NgramModel` reads.

    Args:
        bits: the table has 2**bits weights.
        bias: constant part of the score.
        unit: factor that turns a sum of weights into a score.
        table: the weights, each a signed byte.
    """
    return _MAGIC + _HEAD.pack(bits, bias, unit) + zlib.compress(table, 9)


def run_places(text: str, bits: int) -> set[int]:
    """Return the positions of a text's character n-grams in a table of 2**bits weights, computed by hashing.

    All are in the lower half of the table; the upper half is for named features.
    """
    mask = (1 << (bits - 1)) - 1
    data = f" {text} ".encode("utf-16-le", "surrogatepass")
    return {
        zlib.crc32(data[at : at + size]) & mask
        for size in _SIZES
        for at in range(0, len(data) - size + _BYTES, _BYTES)
    }  # fmt: skip


def name_places(names: Iterable[str], bits: int) -> set[int]:
    """Return the positions of named features in a table of 2**bits weights, computed by hashing.

    All are in the upper half of the table; the lower half is for character n-grams.
    """
    half = 1 << (bits - 1)
    return {half | (zlib.crc32(name.encode("utf-8", "surrogatepass")) & (half - 1)) for name in names}


def run_share(runs: int) -> float:
    """Return the factor for the weight of each of a text's `runs` n-grams, so that long texts weigh no more."""
    return 1.0 / math.sqrt(runs)


_MAGIC = b"zalo-governor ngrams 1\n"
_HEAD = struct.Struct("<Bdd")
_BYTES = 2
_SIZES = tuple(letters * _BYTES for letters in range(2, 6))
