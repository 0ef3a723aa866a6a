"""A linear model over the runs of two to five letters of a text and over named facts about it.

Runs and names are numbered by a checksum, so that the model is a table of small numbers and needs no list of words.
`training/ngrams.py` makes it; what a text is reduced to here is the same when it is trained and when it judges.
"""

import math
import struct
import zlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Features(NamedTuple):
    """What the model sees of one text."""

    text: str
    """Its runs of letters are weighed together: a long text has no more say than a short one."""
    names: frozenset[str] = frozenset()
    """Facts about it, words or places of words, each of which counts as a whole."""


class NgramModel:
    """Log-odds of what it was trained for."""

    def __init__(self, packed: bytes) -> None:
        """`packed` is what `pack` made.

        Raises:
            ValueError: it is something else.
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
        """The logarithm of the odds."""
        weight = self._table.__getitem__
        runs = run_places(features.text, self._bits)
        names = name_places(features.names, self._bits)
        whole = sum(map(weight, names)) + (sum(map(weight, runs)) * run_share(len(runs)) if runs else 0)
        return self._bias + self._unit * whole


@cache
def shipped_ngrams(name: str) -> NgramModel:
    """The model of that name that came with the program; read once.

    Raises:
        ValueError: the file is not a model of this version.
    """
    return NgramModel(files("zalo_governor.text").joinpath(f"{name}.ngrams").read_bytes())


def pack(bits: int, bias: float, unit: float, table: bytes) -> bytes:
    """The file of a model: `table` holds 2**bits signed bytes, each to be multiplied by `unit`."""
    return _MAGIC + _HEAD.pack(bits, bias, unit) + zlib.compress(table, 9)


def run_places(text: str, bits: int) -> set[int]:
    """Where the weights of the runs of letters stand in the table of 2**bits: in its lower half."""
    mask = (1 << (bits - 1)) - 1
    data = f" {text} ".encode("utf-16-le", "surrogatepass")
    return {
        zlib.crc32(data[at : at + size]) & mask
        for size in _SIZES
        for at in range(0, len(data) - size + _BYTES, _BYTES)
    }  # fmt: skip


def name_places(names: Iterable[str], bits: int) -> set[int]:
    """Where the weights of the names stand in the table of 2**bits: in its upper half."""
    half = 1 << (bits - 1)
    return {half | (zlib.crc32(name.encode("utf-8", "surrogatepass")) & (half - 1)) for name in names}


def run_share(runs: int) -> float:
    """How much each of so many runs counts."""
    return 1.0 / math.sqrt(runs)


_MAGIC = b"zalo-governor ngrams 1\n"
_HEAD = struct.Struct("<Bdd")
_BYTES = 2
_SIZES = tuple(letters * _BYTES for letters in range(2, 6))
