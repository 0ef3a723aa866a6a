"""Shipped training inputs: word counts, English words, features of sample sentences, and the project's own messages."""

import lzma
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from zlib import crc32

from training.counting import Counts

HERE = Path(__file__).parent
COUNTS = HERE / "counts.tsv.xz"
TRIPLES = HERE / "triples.tsv.xz"
ENGLISH = HERE / "english.tsv.xz"
FIGURES = HERE / "figures.bin.xz"
CORPUS = HERE / "corpus"
FOREIGN = CORPUS / "foreign.txt"
FOLDS = 5
OWN_WEIGHT = 20
"""How often each of the project's own messages counts relative to a line of the corpora."""
OWN_WEIGHT_OF_TRIPLES = 7
"""As `OWN_WEIGHT`, for three-word sequences; lower, because a single message does not show a habit."""


def write_counts(counts: Counts) -> None:
    """Write a line per word with its count and its followers (`word:count`); then the same for word pairs."""
    after = _gathered((before, follower, often) for (before, follower), often in counts.pairs.items())
    _write(COUNTS, ([word, str(often), *after.get(word, [])] for word, often in sorted(counts.singles.items())))
    after = _gathered((f"{a} {b}", follower, often) for (a, b, follower), often in counts.triples.items())
    _write(TRIPLES, ([pair, *followers] for pair, followers in after.items()))


def read_counts() -> Counts:
    """Read the counts that `write_counts` wrote."""
    counts = Counts(Counter(), Counter(), Counter())
    for word, often, *followers in _read(COUNTS):
        counts.singles[word] = int(often)
        counts.pairs.update({(word, after): times for after, times in _counted(followers)})
    for pair, *followers in _read(TRIPLES):
        before, word = pair.split(" ")
        counts.triples.update({(before, word, after): times for after, times in _counted(followers)})
    return counts


def with_own_lines(counts: Counts, own: Counts) -> Counts:
    """Return the sum of the corpora's counts and the weighted counts of the project's own messages."""
    return counts.plus(own, OWN_WEIGHT, OWN_WEIGHT_OF_TRIPLES)


def _gathered(runs: Iterable[tuple[str, str, int]]) -> dict[str, list[str]]:
    return {
        before: [f"{follower}:{often}" for _, follower, often in group]
        for before, group in groupby(sorted(runs), key=lambda run: run[0])
    }


def _counted(followers: Iterable[str]) -> Iterator[tuple[str, int]]:
    for follower in followers:
        word, often = follower.rsplit(":", 1)
        yield word, int(often)


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.write_bytes(lzma.compress("\n".join(map("\t".join, rows)).encode(), preset=9))


def _read(path: Path) -> Iterator[list[str]]:
    for line in lzma.decompress(path.read_bytes()).decode().split("\n"):
        yield line.split("\t")


def write_english(shares: Mapping[str, float]) -> None:
    """Write one line per English word, with its share in parts per 10^9."""
    _write(ENGLISH, ([word, str(round(share * 1e9))] for word, share in sorted(shares.items())))


def read_english() -> dict[str, float]:
    """Return the share (0-1) of each English word."""
    return {word: int(parts) / 1e9 for word, parts in _read(ENGLISH)}


def own_lines() -> list[str]:
    """Return the office's and the project's own correct Vietnamese messages, without those in foreign languages."""
    paths = sorted(CORPUS.rglob("*.txt"), key=lambda path: (path.name, path))
    return [line for path in paths if path != FOREIGN for line in lines_of(path)]


def lines_of(path: Path) -> Iterator[str]:
    """Return the lines of a corpus file, without empty ones and comments (#)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def fold_of(line: str) -> int:
    """Return which of the `FOLDS` cross-validation parts a message is in, so that a model can be trained without it."""
    return crc32(line.encode()) % FOLDS


def write_figures(rows: Sequence[Sequence[float]], answers: Sequence[bool], weights: Sequence[float]) -> None:
    """Write the features of samples, each column rounded to the nearest of at most 256 values that occur in it."""
    raw = bytearray()
    raw += array("I", [len(rows), len(rows[0])]).tobytes()
    for column in zip(*rows, strict=True):
        values = _levels(column)
        nearest = {}
        raw += array("I", [len(values)]).tobytes() + array("f", values).tobytes()
        at = 0
        for figure in sorted(set(column)):
            while at + 1 < len(values) and abs(values[at + 1] - figure) <= abs(values[at] - figure):
                at += 1
            nearest[figure] = at
        raw += bytes(nearest[figure] for figure in column)
    raw += bytes(answers)
    raw += bytes(round(weight * 10) for weight in weights)
    FIGURES.write_bytes(lzma.compress(bytes(raw), preset=9))


def read_figures() -> tuple[list[tuple[float, ...]], list[bool], list[float]]:
    """Return the features of each sample, whether it is a violation, and its weight."""
    raw = lzma.decompress(FIGURES.read_bytes())
    many, wide = array("I", raw[:8])
    at = 8
    columns: list[list[float]] = []
    for _ in range(wide):
        (levels,) = array("I", raw[at : at + 4])
        values = array("f", raw[at + 4 : at + 4 + 4 * levels])
        at += 4 + 4 * levels
        columns.append([values[code] for code in raw[at : at + many]])
        at += many
    answers = list(map(bool, raw[at : at + many]))
    return list(zip(*columns, strict=True)), answers, [code / 10 for code in raw[at + many :]]


def _levels(column: Iterable[float]) -> list[float]:
    ordered = sorted(column)
    distinct = sorted(set(ordered))
    if len(distinct) <= _MOST_LEVELS:
        return distinct
    step = (len(ordered) - 1) / (_MOST_LEVELS - 1)
    return sorted({ordered[round(step * at)] for at in range(_MOST_LEVELS)})


_MOST_LEVELS = 256
