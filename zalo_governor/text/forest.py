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
        """The logarithm of the odds that the answer is yes; where the first trees leave no doubt, theirs alone."""
        trees = self._trees
        total = _sum(trees[:_FIRST], figures)
        return total if total < _SURELY_NOT or total > _SURELY else total + _sum(trees[_FIRST:], figures)

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


_FIRST = 60
_SURELY_NOT, _SURELY = -3.0, 4.0
"""Beyond these, the rest of the trees turned no message of the training data into its opposite."""
