"""A trained decision: many small trees, each a few comparisons of figures, whose leaves add up to one score."""

from collections.abc import Sequence
from typing import NamedTuple


class Branch(NamedTuple):
    """One comparison: `low` where the figure is at most the limit, `high` otherwise; a float is a leaf."""

    figure: int
    limit: float
    low: "Branch | float"
    high: "Branch | float"


class Forest:
    """Trees that were trained by `training/`."""

    def __init__(self, trees: Sequence[Branch | float]) -> None:
        self._first = trees[:_FIRST]
        self._rest = trees[_FIRST:]

    def score(self, figures: Sequence[float]) -> float:
        """The logarithm of the odds that the answer is yes; where the first trees leave no doubt, theirs alone."""
        total = _sum(self._first, figures)
        return total if total < _SURELY_NOT or total > _SURELY else total + _sum(self._rest, figures)


def _sum(trees: Sequence[Branch | float], figures: Sequence[float]) -> float:
    total = 0.0
    for tree in trees:
        node = tree
        while isinstance(node, tuple):
            figure, limit, low, high = node
            node = low if figures[figure] <= limit else high
        total += node
    return total


_FIRST = 60
_SURELY_NOT, _SURELY = -3.0, 4.0
"""Beyond these, the rest of the trees turned no message of the training data into its opposite."""
