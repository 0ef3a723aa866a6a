"""Reads and writes the file `vietnamese.model`: the language statistics and the decision trees. Made by `training/`.

The file is a sequence of uncompressed sections, each after its length (uint32, little-endian), so that the same inputs
give the same bytes on every machine: words, their counts; for pairs of words and then for triples the number of
followers of each, the followers, their counts as levels (rounded logarithms); English words, levels of their shares;
trees (figures, then limits and leaves).
"""

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import exp, log
from typing import NamedTuple

from zalo_governor.text.diacritics.forest import Forest, Node
from zalo_governor.text.diacritics.language import Followers, Language


class Model(NamedTuple):
    """Content of the model file: statistics of Vietnamese, and trees that score a message's missing diacritics."""

    language: Language
    forest: Forest


@cache
def shipped_model() -> Model:
    """Return the model that is shipped with the program; the file is read once per process.

    Raises:
        ValueError: the file is not a model of this version.
    """
    return load_model(files("zalo_governor.text").joinpath("vietnamese.model").read_bytes())


def load_model(raw: bytes) -> Model:
    """Return the model stored in the bytes of a model file.

    Raises:
        ValueError: the bytes are not a model of this version.
    """
    if not raw.startswith(_MAGIC):
        raise ValueError("not a model of this version; make it anew with training/train.py")
    parts = list(_sections(raw[len(_MAGIC) :]))
    words, singles, *runs, english, english_levels, figures, values = parts
    lengths, followers, levels, next_lengths, next_followers, next_levels = runs
    pairs = _followers(_numbers("H", lengths), followers, levels)
    triples = _followers(next_lengths, next_followers, next_levels)
    of_level = [exp(-level / _ENGLISH_LEVELS) for level in range(256)]
    shares = dict(zip(english.decode().split("\n"), map(of_level.__getitem__, english_levels), strict=True))
    language = Language(words.decode().split("\n"), _numbers("I", singles), pairs, triples, shares)
    return Model(language, Forest(_unpack_trees(figures, values)))


def _followers(lengths: Sequence[int], words: bytes, levels: bytes) -> Followers:
    # Arrays, because lists would be the largest objects in the process at start-up.
    rows = array("I", accumulate(lengths, initial=0))
    return Followers(rows, _numbers("H", words), array("I", map(_COUNTS.__getitem__, levels)))


def dump_model(
    words: Sequence[str], singles: Sequence[int], pairs: Followers, triples: Followers, english: Mapping[str, float],
    trees: Sequence[Node],
) -> bytes:  # fmt: skip
    """Return the bytes of the model file for missing diacritics: counts of words and decision trees on their figures.

    `words`, `singles`, `pairs`, `triples` and `english` are what the attributes of `Language` of these names hold.
    The counts of pairs and triples are rounded to the nearest of 256 levels.

    Raises:
        ValueError: a pair has more than 255 followers.
    """
    parts = [
        "\n".join(words).encode(),
        _bytes("I", singles),
        _bytes("H", _lengths(pairs)),
        _bytes("H", pairs.words),
        _levels(pairs),
        bytes(_lengths(triples)),
        _bytes("H", triples.words),
        _levels(triples),
        "\n".join(english).encode(),
        bytes(min(255, round(-log(share) * _ENGLISH_LEVELS)) for share in english.values()),
        *_pack_trees(trees),
    ]
    return _MAGIC + b"".join(struct.pack("<I", len(part)) + part for part in parts)


def _lengths(runs: Followers) -> list[int]:
    return [end - start for start, end in zip(runs.rows, runs.rows[1:], strict=False)]


def _levels(runs: Followers) -> bytes:
    return bytes(min(255, round(log(often) * _LEVELS)) for often in runs.often)


def _sections(raw: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        (length,) = struct.unpack_from("<I", raw, at)
        yield raw[at + 4 : at + 4 + length]
        at += 4 + length


def _numbers(kind: str, raw: bytes) -> "array[int]":
    numbers = array(kind, raw)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _bytes(kind: str, numbers: Sequence[int]) -> bytes:
    packed = array(kind, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _pack_trees(trees: Sequence[Node]) -> tuple[bytes, bytes]:
    """Serialise decision trees as two byte strings: a byte per node, and a float32 per node.

    A branch has the index of the figure (input number) that it compares, and its limit; a leaf has the index 255, and
    its value. A node comes before its lower subtree, the lower before the upper.
    """
    figures = bytearray()
    values: list[float] = []

    def fell(node: Node) -> None:
        if isinstance(node, tuple):
            figure, limit, low, high = node
            figures.append(figure)
            values.append(limit)
            fell(low)
            fell(high)
        else:
            figures.append(_LEAF)
            values.append(node)

    for tree in trees:
        fell(tree)
    return bytes(figures), struct.pack(f"<{len(values)}f", *values)


def _unpack_trees(figures: bytes, values: bytes) -> list[Node]:
    nodes = iter(zip(figures, struct.unpack(f"<{len(figures)}f", values), strict=True))

    def plant(figure: int, value: float) -> Node:
        if figure == _LEAF:
            return value
        low = plant(*next(nodes))
        return figure, value, low, plant(*next(nodes))

    return [plant(*node) for node in nodes]


_MAGIC = b"zalo-governor vietnamese 2\n"
_LEVELS = 16
"""A count is stored as the level 16 · ln(count): 256 levels in steps of six per cent, up to 8 million."""
_COUNTS = [max(1, round(exp(level / _LEVELS))) for level in range(256)]
_ENGLISH_LEVELS = 12
_LEAF = 255
