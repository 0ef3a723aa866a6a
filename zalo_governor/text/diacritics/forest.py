"""Scores the figures of a message (numbers on its diacritics) with trained decision trees."""

from collections.abc import Callable, Sequence
from functools import cached_property

Node = tuple[int, float, "Node", "Node"] | float
"""A decision tree: either a leaf's value, or the tuple of a branch.

The tuple is (index of a figure, limit, subtree for figures of at most the limit, subtree for greater figures).
"""


class Forest:
    """Decision trees, trained by `training/`, that score whether a message lacks diacritics.

    Args:
        plant: function that returns the trees; called when the first message is scored, as a process that scores none
            does not need them.
    """

    def __init__(self, plant: Callable[[], Sequence[Node]]) -> None:
        self._plant = plant

    def score(self, figures: Sequence[float]) -> float:
        """Return the log-odds that a message lacks diacritics, from its figures (numbers computed in `evidence.py`).

        As soon as the sum of the first trees is certain enough, the result is +10 or -10 and the other trees are
        skipped.
        """
        total = 0.0
        *stages, rest = self._sums
        for (_, surely_not, surely), added in zip(_STAGES, stages, strict=True):
            total += added(*figures)
            if total < surely_not:
                return -_SURE
            if total > surely:
                return _SURE
        return total + rest(*figures)

    @cached_property
    def _sums(self) -> list[Callable[..., float]]:
        """Return the compiled trees: a function per stage of `_STAGES` (scoring may end after each), and one more.

        Each function takes the figures of a message and returns the sum of its trees; the last one is for all trees
        after the stages.
        """
        trees = self._plant()
        ends = [until for until, _, _ in _STAGES]
        return [_grown(trees[start:end]) for start, end in zip([0, *ends], [*ends, None], strict=True)]


def _grown(trees: Sequence[Node]) -> Callable[..., float]:
    """Compile decision trees to one Python function, which takes a message's figures and returns the trees' sum.

    The function is three times as fast as walking the trees.
    """
    figures = [f"f{number}" for number in range(1 + max(map(_last_figure, trees), default=-1))]
    leaves = "".join(f"{_expression(tree)}, " for tree in trees)
    made: Callable[..., float] = eval(f"lambda {', '.join([*figures, '*_'])}: sum(({leaves}))")  # noqa: S307 - of numbers only
    return made


def _expression(node: Node) -> str:
    if not isinstance(node, tuple):
        return repr(node)
    figure, limit, low, high = node
    return f"({_expression(low)} if f{figure} <= {limit!r} else {_expression(high)})"


def _last_figure(node: Node) -> int:
    return max(node[0], _last_figure(node[2]), _last_figure(node[3])) if isinstance(node, tuple) else -1


_SURE = 10.0
_STAGES = ((30, -3.2, 3.4), (100, -3.0, 4.6), (180, -2.0, 4.2))
"""Where scoring stops early: (number of trees, score below which the answer is no, score above which it is yes).

If scoring went on beyond these scores, only one of 40,000 training samples would cross a threshold between -1 and 2.65.
"""
