"""A linear model that tells several classes apart by named facts about a text.

The facts are numbered by a checksum, so that the model is a table of small numbers, a row for each fact and in it a
weight for each class, and needs no list of words. `training/classes.py` makes it.
"""

import json
import math
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files


class ClassModel:
    """For each class, how much speaks for it against all others."""

    def __init__(self, packed: bytes) -> None:
        """`packed` is what `pack` made.

        Raises:
            ValueError: it is something else.
        """
        if not packed.startswith(_MAGIC):
            raise ValueError("not a table of classes of this version; make it anew with training/")
        head, _, table = packed[len(_MAGIC) :].partition(b"\n")
        said = json.loads(head)
        self.labels: tuple[str, ...] = tuple(said["labels"])
        self._biases: list[float] = said["biases"]
        self._units: list[float] = said["units"]
        self._bits: int = said["bits"]
        self._table = zlib.decompress(table)
        if len(self._table) != len(self.labels) << self._bits:
            raise ValueError("the table of classes is cut off; copy it again")

    def scores(self, facts: Iterable[str]) -> list[float]:
        """In the order of `labels`; facts that the model does not know count for nothing."""
        table, width = self._table, len(self.labels)
        starts = [place * width for place in places(facts, self._bits)]
        nothing = bytes([NO_WEIGHT]) * width
        rows = [row for start in starts if (row := table[start : start + width]) != nothing]
        if not rows:
            return list(self._biases)
        share, none = 1.0 / math.sqrt(len(rows)), NO_WEIGHT * len(rows)
        return [
            bias + unit * share * (sum(column) - none)
            for bias, unit, column in zip(self._biases, self._units, zip(*rows, strict=True), strict=True)
        ]


@cache
def shipped_classes(name: str) -> ClassModel:
    """The model of that name that came with the program; read once.

    Raises:
        ValueError: the file is not a model of this version.
    """
    return ClassModel(files("zalo_governor.text").joinpath(f"{name}.classes").read_bytes())


def pack(labels: Sequence[str], biases: Sequence[float], units: Sequence[float], bits: int, table: bytes) -> bytes:
    """The file of a model: `table` holds 2**bits rows, in each a byte for each label: `NO_WEIGHT` and so many units."""
    head = json.dumps({"labels": list(labels), "biases": list(biases), "units": list(units), "bits": bits})
    return _MAGIC + head.encode("ascii") + b"\n" + zlib.compress(table, 9)


def places(facts: Iterable[str], bits: int) -> set[int]:
    """The rows of the facts in a table of 2**bits."""
    mask = (1 << bits) - 1
    return {zlib.crc32(fact.encode("utf-8", "surrogatepass")) & mask for fact in facts}


NO_WEIGHT = 128
_MAGIC = b"zalo-governor classes 1\n"
