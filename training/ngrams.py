"""Train the tables of `zalo_governor/text/ngrams.py` by logistic regression, also with some writers left out.

Training is deterministic: the same examples in the same order give the same table on the same machine.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zalo_governor.text.ngrams import Features, NgramModel, name_places, pack, run_places, run_share

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.integer]


class Example(NamedTuple):
    """A training example."""

    group: str
    """The writer; "" for texts without a writer (such as official ones), which cross-validation never leaves out."""
    told: bool
    """Whether the model should give a positive answer for the text."""
    features: Features
    weight: float = 1.0


class Settings(NamedTuple):
    """Hyperparameters of the training."""

    bits: int = 20
    hold_runs: float = 2.0
    hold_names: float = 1.0
    """`hold_runs` and `hold_names`: L2 regularisation of the weights of n-grams and of named features."""
    least_groups: int = 2
    """Features used by fewer groups (writers) than this are ignored as personal habits."""
    rounds: int = 80


def fit(examples: Sequence[Example], settings: Settings = Settings()) -> bytes:  # noqa: B008 - a tuple of constants
    """Train a model from the examples and return it in packed form."""
    matrix = _Matrix(examples, settings)
    weights = descend(matrix.slope, len(matrix.columns) + 1, settings.rounds)
    unit = float(np.abs(weights[1:]).max()) / _MAX_WEIGHT or 1.0
    table = np.zeros(1 << settings.bits, np.int8)
    table[matrix.columns] = np.rint(weights[1:] / unit).astype(np.int8)
    return pack(settings.bits, float(weights[0]), unit, table.tobytes())


def left_out(
    examples: Sequence[Example],
    folds: int,
    settings: Settings = Settings(),  # noqa: B008 - a tuple of constants
) -> Iterator[tuple[frozenset[str], NgramModel]]:
    """Cross-validate by group: for each part of the groups, yield it with a model trained on the other groups."""
    for part in parts_of({example.group for example in examples} - {""}, folds):
        others = [example for example in examples if example.group not in part]
        yield part, NgramModel(fit(others, settings))


def parts_of(groups: set[str], folds: int) -> list[frozenset[str]]:
    """Split the groups into `folds` parts, deterministically."""
    ordered = sorted(groups)
    return [frozenset(ordered[at::folds]) for at in range(min(folds, len(ordered)))]


class _Matrix:
    """The examples as a sparse matrix: one row per example, one column per feature."""

    def __init__(self, examples: Sequence[Example], settings: Settings) -> None:
        half = 1 << (settings.bits - 1)
        rows, places, values = [], [], []
        for row, (_, _, features, _) in enumerate(examples):
            runs = sorted(run_places(features.text, settings.bits)) if features.text else []
            names = sorted(name_places(features.names, settings.bits))
            share = run_share(len(runs)) if runs else 0.0
            rows.append(np.full(len(runs) + len(names), row, np.int32))
            places.append(np.array([*runs, *names], np.int32))
            values.append(np.concatenate([np.full(len(runs), share), np.ones(len(names))]).astype(np.float32))
        of_row, at, value = np.concatenate(rows), np.concatenate(places), np.concatenate(values)
        shared = used_by(of_row, at, [example.group for example in examples], 1 << settings.bits)
        known = shared[at] >= settings.least_groups
        self.columns, column = np.unique(at[known], return_inverse=True)
        rows_known, value_known = of_row[known], value[known]
        # Stored twice, sorted by row and by column, because summing adjacent entries is fast.
        self._by_row = Sums(rows_known, column, value_known, len(examples))
        order = np.argsort(column, kind="stable")
        self._by_column = Sums(column[order], rows_known[order], value_known[order], len(self.columns))
        self._told = np.array([example.told for example in examples], np.float64)
        self._weight = np.array([example.weight for example in examples], np.float64)
        hold = np.where(self.columns < half, settings.hold_runs, settings.hold_names)
        self._hold = np.concatenate([[0.0], hold])

    def slope(self, weights: Numbers) -> tuple[float, Numbers]:
        """Return the loss for these weights and its gradient."""
        scores = weights[0] + self._by_row.of(weights[1:])
        signed = np.where(self._told > 0, scores, -scores)
        missed = dot(self._weight, np.logaddexp(0, -signed)) + 0.5 * dot(self._hold * weights, weights)
        faults = self._weight * (1 / (1 + np.exp(-np.clip(scores, -_MAX_SCORE, _MAX_SCORE))) - self._told)
        down = np.concatenate([[faults.sum()], self._by_column.of(faults)])
        return missed, down + self._hold * weights


class Sums:
    """A sparse matrix given as triples (key, other index, value), sorted by key, for multiplying with vectors."""

    def __init__(self, keys: Places, others: Places, values: npt.NDArray[np.float32], size: int) -> None:
        self._keys, self._starts = np.unique(keys, return_index=True)
        self._others, self._values, self._size = others.astype(np.int32), values, size

    def of(self, numbers: Numbers) -> Numbers:
        """Return the matrix-vector product: per key, the sum of its values times `numbers` at their indices."""
        sums = np.zeros(self._size)
        if len(self._keys):
            sums[self._keys] = np.add.reduceat(numbers[self._others] * self._values, self._starts)
        return sums


def used_by(rows: Places, at: Places, groups: list[str], size: int) -> Places:
    """Return for every place how many groups use it; rows without a group count as one group per hundred rows."""
    names: dict[str, int] = {}
    numbered = [
        names.setdefault(group or f"\0{row // _ROWS_PER_GROUP}", len(names)) for row, group in enumerate(groups)
    ]
    of_group = np.array(numbered, np.int64)[rows]
    pairs = np.unique(of_group * size + at)
    return np.bincount(pairs % size, minlength=size).astype(np.int32)


def descend(slope: Callable[[Numbers], tuple[float, Numbers]], size: int, rounds: int) -> Numbers:
    """Minimise a loss by L-BFGS and return the weights; `slope` returns loss and gradient for given weights."""
    weights = np.zeros(size)
    missed, down = slope(weights)
    moves: list[tuple[Numbers, Numbers]] = []
    for _ in range(rounds):
        step = -_inverse_hessian_product(down, moves)
        length = 1.0 if moves else 1.0 / max(1.0, float(np.abs(down).sum()) ** 0.5)
        for _ in range(_MAX_HALVINGS):
            after, then = slope(weights + length * step)
            if after <= missed + _SUFFICIENT_DECREASE * length * dot(step, down):
                break
            length /= 2
        else:
            break
        move, turned = length * step, then - down
        if dot(move, turned) > 0:
            moves = [*moves[-_HISTORY + 1 :], (move, turned)]
        done = missed - after < _TOLERANCE * abs(missed)
        weights, missed, down = weights + move, after, then
        if done:
            break
    return weights


def _inverse_hessian_product(down: Numbers, moves: list[tuple[Numbers, Numbers]]) -> Numbers:
    """Multiply the gradient by L-BFGS's approximate inverse Hessian, computed from the last steps."""
    way = down.copy()
    shares = []
    for move, turned in reversed(moves):
        share = dot(move, way) / dot(move, turned)
        shares.append(share)
        way -= share * turned
    if moves:
        move, turned = moves[-1]
        way *= dot(move, turned) / dot(turned, turned)
    for (move, turned), share in zip(moves, reversed(shares), strict=True):
        way += (share - dot(turned, way) / dot(move, turned)) * move
    return way


def dot(one: Numbers, other: Numbers) -> float:
    """Return the dot product without BLAS, whose order of addition varies and whose threads wait on busy processors."""
    return float((one * other).sum())


_MAX_WEIGHT = 127
_MAX_SCORE = 30.0
_ROWS_PER_GROUP = 100
_MAX_HALVINGS = 20
_SUFFICIENT_DECREASE = 1e-4
_TOLERANCE = 1e-6
_HISTORY = 8
