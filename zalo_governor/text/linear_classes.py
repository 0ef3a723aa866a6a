"""A linear model that gives a text, described by features (strings), a score for each of several classes.

Features are hashed with CRC-32, so the model is a table of one-byte weights, with a row per hash and a column per
class, and needs no list of words. `training/classes.py` makes it.
"""

import json
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
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
        self._rows = rows
        # The same few thousand words make up nearly all messages.
        self._row = lru_cache(maxsize=_ROWS_REMEMBERED)(self._find_row)

    def scores(self, facts: Iterable[str]) -> list[float]:
        """Return the score of each class, in the order of `labels`, for a text's features; unknown ones are ignored."""
        rows = [row for row in set(map(self._row, facts)) if row]
        if not rows:
            return list(self._biases)
        share, none = 1.0 / math.sqrt(len(rows)), NO_WEIGHT * len(rows)
        width, weights = 2 * len(self.labels), (1 << 16 * len(self.labels)) - 1
        sums = [0] * len(self.labels)
        for start in range(0, len(rows), _ROWS_IN_A_SUM):
            total = sum(rows[start : start + _ROWS_IN_A_SUM]) & weights
            parts = struct.unpack(f"<{len(self.labels)}H", total.to_bytes(width, "little"))
            sums = [whole + part for whole, part in zip(sums, parts, strict=True)]
        return [
            bias + unit * share * (column - none)
            for bias, unit, column in zip(self._biases, self._units, sums, strict=True)
        ]

    def _find_row(self, fact: str) -> int:
        """Return the row of a feature as a whole number, so that rows can be added; 0 for a feature without weights.

        Its lower part has two bytes for each weight; above them is the row number, as equal rows are not the same row.
        """
        place, width = _place(fact, self._bits), len(self.labels)
        row = self._rows[place * width : (place + 1) * width]
        if row.count(NO_WEIGHT) == width:
            return 0
        return place << 16 * width | int.from_bytes(row.decode("latin-1").encode("utf-16-le"), "little")


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
    return {_place(fact, bits) for fact in facts}


def _place(fact: str, bits: int) -> int:
    return zlib.crc32(fact.encode("utf-8", "surrogatepass")) & ((1 << bits) - 1)


NO_WEIGHT = 128
"""Byte of the table that means the weight 0."""
_ROWS_IN_A_SUM = 257
"""How many one-byte weights can be added without the sum exceeding two bytes."""
_ROWS_REMEMBERED = 16_384
_MAGIC = b"zalo-governor classes 1\n"
