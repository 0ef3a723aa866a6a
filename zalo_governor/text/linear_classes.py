"""A linear model that gives a text, described by features (strings), a score for each of several classes.

Features are hashed with CRC-32, so the model is a table of one-byte weights, with a row per hash and a column per
class, and needs no list of words. `training/classes.py` makes it.
"""

import json
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files


class ClassModel:
    """A trained linear classifier, which gives a text a score for each class; the highest is the likeliest class."""

    def __init__(self, packed: bytes) -> None:
        """Unpack a model.

        Args:
            packed: bytes made by `pack`.

        Raises:
            ValueError: the bytes are not a model of this version.
        """
        if not packed.startswith(_MAGIC):
            raise ValueError("not a table of classes of this version; make it anew with training/")
        head, _, table = packed[len(_MAGIC) :].partition(b"\n")
        said = json.loads(head)
        self.labels: tuple[str, ...] = tuple(said["labels"])
        self._biases: list[float] = said["biases"]
        self._units: list[float] = said["units"]
        self._bits: int = said["bits"]
        rows = zlib.decompress(table)
        if len(rows) != len(self.labels) << self._bits:
            raise ValueError("the table of classes is cut off; copy it again")
        # With two bytes for each weight, rows can be added as whole numbers, all classes at once.
        wide = bytearray(2 * len(rows))
        wide[::2] = rows
        self._table = bytes(wide)

    def scores(self, facts: Iterable[str]) -> list[float]:
        """Return the score of each class, in the order of `labels`, for a text's features; unknown ones are ignored."""
        table, width = self._table, 2 * len(self.labels)
        nothing = bytes([NO_WEIGHT, 0]) * len(self.labels)
        starts = [place * width for place in places(facts, self._bits)]
        rows = [row for start in starts if (row := table[start : start + width]) != nothing]
        if not rows:
            return list(self._biases)
        share, none = 1.0 / math.sqrt(len(rows)), NO_WEIGHT * len(rows)
        sums = [0] * len(self.labels)
        for start in range(0, len(rows), _ROWS_IN_A_SUM):
            total = sum([int.from_bytes(row, "little") for row in rows[start : start + _ROWS_IN_A_SUM]])
            parts = struct.unpack(f"<{len(self.labels)}H", total.to_bytes(width, "little"))
            sums = [whole + part for whole, part in zip(sums, parts, strict=True)]
        return [
            bias + unit * share * (column - none)
            for bias, unit, column in zip(self._biases, self._units, sums, strict=True)
        ]


@cache
def shipped_classes(name: str) -> ClassModel:
    """Return the text classifier in the shipped file `NAME.classes` ("harmful"); the file is read once per process.

    Raises:
        ValueError: the file is not a model of this version.
    """
    return ClassModel(files("zalo_governor.text").joinpath(f"{name}.classes").read_bytes())


def pack(labels: Sequence[str], biases: Sequence[float], units: Sequence[float], bits: int, table: bytes) -> bytes:
    """Return the bytes of a model file, which `ClassModel` reads.

    Args:
        labels: names of the classes.
        biases: constant part of the score of each class.
        units: for each class, the factor that turns a sum of weights into a score.
        bits: the table has 2**bits rows.
        table: the rows one after another, a byte per class: its weight plus `NO_WEIGHT`.
    """
    head = json.dumps({"labels": list(labels), "biases": list(biases), "units": list(units), "bits": bits})
    return _MAGIC + head.encode("ascii") + b"\n" + zlib.compress(table, 9)


def places(facts: Iterable[str], bits: int) -> set[int]:
    """Return the row numbers of the features `facts` in a model's table of 2**bits rows, computed by hashing."""
    mask = (1 << bits) - 1
    return {zlib.crc32(fact.encode("utf-8", "surrogatepass")) & mask for fact in facts}


NO_WEIGHT = 128
"""Byte of the table that means the weight 0."""
_ROWS_IN_A_SUM = 257
"""How many one-byte weights can be added without the sum exceeding two bytes."""
_MAGIC = b"zalo-governor classes 1\n"
