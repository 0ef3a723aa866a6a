"""Scores the figures of a message (numbers on its diacritics) with trained decision trees."""

from collections.abc import Sequence

Node = tuple[int, float, "Node", "Node"] | float
"""A decision tree: either a leaf's value, or the tuple of a branch.

The tuple is (index of a figure, limit, subtree for figures of at most the limit, subtree for greater figures).
"""


class Forest:
    """Decision trees, trained by `training/`, that score whether a message lacks diacritics."""

    def __init__(self, trees: Sequence[Node]) -> None:
        ends = [until for until, _, _ in _STAGES]
        self._stages = [trees[start:end] for start, end in zip([0, *ends], ends, strict=False)]
        self._rest = trees[ends[-1] :]

    def score(self, figures: Sequence[float]) -> float:
        """Return the log-odds that a message lacks diacritics, from its figures (numbers computed in `evidence.py`).

        As soon as the sum of the first trees is certain enough, the result is +10 or -10 and the other trees are
        skipped.
        """
        total = 0.0
        for (_, surely_not, surely), trees in zip(_STAGES, self._stages, strict=True):
            total += _sum_of(trees, figures)
            if total < surely_not:
                return -_SURE
            if total > surely:
                return _SURE
        return total + _sum_of(self._rest, figures)


def _sum_of(trees: Sequence[Node], figures: Sequence[float]) -> float:
    """Return the sum of the leaves that the figures lead to, one in each tree."""
    total = 0.0
    for tree in trees:
        node = tree
        while isinstance(node, tuple):
            figure, limit, low, high = node
            node = low if figures[figure] <= limit else high
        total += node
    return total


_SURE = 10.0
_STAGES = ((30, -3.2, 3.4), (100, -3.0, 4.6), (180, -2.0, 4.2))
"""Where scoring stops early: (number of trees, score below which the answer is no, score above which it is yes).

If scoring went on beyond these scores, only one of 40,000 training samples would cross a threshold between -1 and 2.65.
"""
