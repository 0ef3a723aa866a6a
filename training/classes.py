"""Train the tables of `zalo_governor/text/linear_classes.py`: one class against all others, with squared hinge loss.

Training is deterministic: the same examples in the same order give the same table on the same machine.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from training.ngrams import Numbers, Places, Sums, descend, dot, parts_of, used_by
from zalo_governor.text.linear_classes import NO_WEIGHT, ClassModel, pack, places


class Example(NamedTuple):
    """A training example."""

    group: str
    """The writer; "" for texts without a writer (such as official ones), which cross-validation never leaves out."""
    label: str
    facts: frozenset[str]
    weight: float = 1.0


class Settings(NamedTuple):
    """Hyperparameters of the training."""

    bits: int = 18
    loose: float = 0.3
    """Weight of the loss of wrongly classified examples relative to the penalty on large weights."""
    least_groups: int = 2
    """Facts used by fewer groups (writers) than this are ignored as personal habits."""
    rounds: int = 40


def fit(examples: Sequence[Example], settings: Settings = Settings()) -> bytes:  # noqa: B008 - a tuple of constants
    """Train a model from the examples and return it in packed form."""
    matrix = _Matrix(examples, settings)
    labels = sorted({example.label for example in examples})
    table = np.full((1 << settings.bits, len(labels)), NO_WEIGHT, np.uint8)
    biases, units = [], []
    for number, label in enumerate(labels):
        side = np.array([1.0 if example.label == label else -1.0 for example in examples])
        weights = descend(matrix.slope_for(side), len(matrix.columns) + 1, settings.rounds)
        whole = weights[1:] * matrix.rarity
        uow = float(np.abs(whole).max()) / _MAX_WEIGHT or 1.0
        table[matrix.columns, number] = NO_WEIGHT + np.rint(whole / uow).astype(np.int16)
        biases.append(round(float(weights[0]), 6))
        units.append(round(uow, 9))
    return pack(labels, biases, units, settings.bits, table.tobytes())


def left_out(
    examples: Sequence[Example],
    folds: int,
    settings: Settings = Settings(),  # noqa: B008 - a tuple of constants
) -> Iterator[tuple[frozenset[str], ClassModel]]:
    """Cross-validate by group: for each part of the groups, yield it with a model trained on the other groups."""
    for part in parts_of({example.group for example in examples} - {""}, folds):
        yield part, ClassModel(fit([example for example in examples if example.group not in part], settings))


class _Matrix:
    """The examples as a sparse matrix: one row per example, one column per fact, rarer facts with higher values."""

    def __init__(self, examples: Sequence[Example], settings: Settings) -> None:
        found = [_numbers(sorted(places(example.facts, settings.bits))) for example in examples]
        of_row = np.repeat(np.arange(len(examples), dtype=np.int32), [len(row) for row in found])
        at = np.concatenate(found)
        groups = [example.group for example in examples]
        known = used_by(of_row, at, groups, 1 << settings.bits)[at] >= settings.least_groups
        self.columns, column = np.unique(at[known], return_inverse=True)
        rows = of_row[known]
        self.rarity: Numbers = 1 + np.log((1 + len(examples)) / (1 + np.bincount(column)))
        size = np.bincount(rows, minlength=len(examples))
        value = (self.rarity[column] / np.sqrt(size[rows])).astype(np.float32)
        # Stored twice, sorted by row and by column, because summing adjacent entries is fast.
        self._by_row = Sums(rows, column, value, len(examples))
        order = np.argsort(column, kind="stable")
        self._by_column = Sums(column[order], rows[order], value[order], len(self.columns))
        self._weight = settings.loose * np.array([example.weight for example in examples], np.float64)

    def slope_for(self, side: Numbers) -> "_Slope":
        """Return the loss function of one class; `side` is 1 for examples of the class and -1 for others."""
        return _Slope(side, self._by_row, self._by_column, self._weight)


class _Slope:
    def __init__(self, side: Numbers, by_row: Sums, by_column: Sums, weight: Numbers) -> None:
        self._side, self._by_row, self._by_column, self._weight = side, by_row, by_column, weight

    def __call__(self, weights: Numbers) -> tuple[float, Numbers]:
        """Return the loss for these weights and its gradient."""
        short = np.maximum(0.0, 1.0 - self._side * (weights[0] + self._by_row.of(weights[1:])))
        missed = dot(self._weight * short, short) + 0.5 * dot(weights[1:], weights[1:])
        faults = -2.0 * self._weight * short * self._side
        return missed, np.concatenate([[faults.sum()], self._by_column.of(faults) + weights[1:]])


def _numbers(row: Iterable[int]) -> Places:
    return np.array(list(row), np.int32)


_MAX_WEIGHT = 127
