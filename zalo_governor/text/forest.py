"""A trained decision: many small trees, each a few comparisons of figures, whose leaves add up to one score."""

from collections.abc import Callable, Sequence
from functools import cached_property

Node = tuple[int, float, "Node", "Node"] | float
"""One comparison: a figure by its number, a limit, and where to go on, first if the figure is at most the limit; or the
value of a leaf. Plain tuples, as a message takes thousands of them apart."""


class Forest:
    """Trees that were trained by `training/`.

    Args:
        plant: gives them; asked at the first score, as a process that only hands messages on never needs one.
    """

    def __init__(self, plant: Callable[[], Sequence[Node]]) -> None:
        self._plant = plant

    def score(self, figures: Sequence[float]) -> float:
        """The logarithm of the odds that the answer is yes; ±10 where the first trees leave no doubt."""
        trees = self._trees
        total = 0.0
        at = 0
        for until, surely_not, surely in _STAGES:
            total += _sum(trees[at:until], figures)
            if total < surely_not:
                return -_SURE
            if total > surely:
                return _SURE
            at = until
        return total + _sum(trees[at:], figures)

    @cached_property
    def _trees(self) -> Sequence[Node]:
        return self._plant()


def _sum(trees: Sequence[Node], figures: Sequence[float]) -> float:
    total = 0.0
    for tree in trees:
        node: Node = tree
        while isinstance(node, tuple):
            figure, limit, low, high = node
            node = low if figures[figure] <= limit else high
        total += node
    return total


_SURE = 10.0
_STAGES = ((30, -3.2, 3.4), (100, -3.0, 4.6), (180, -2.0, 4.2))
"""After so many trees, scores beyond which the rest took one of 40,000 samples of the training data across a
threshold between -1 and 2.65."""
