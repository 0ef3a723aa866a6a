"""A trained decision: many small trees, each a few comparisons of figures, whose leaves add up to one score."""

import ast
from collections.abc import Callable, Sequence
from functools import cached_property

Node = tuple[int, float, "Node", "Node"] | float
"""One comparison: a figure by its number, a limit, and where to go on, first if the figure is at most the limit; or the
value of a leaf."""


class Forest:
    """Trees that were trained by `training/`.

    Args:
        plant: gives them; asked at the first score, as a process that only hands messages on never needs one.
    """

    def __init__(self, plant: Callable[[], Sequence[Node]]) -> None:
        self._plant = plant

    def score(self, figures: Sequence[float]) -> float:
        """The logarithm of the odds that the answer is yes; ±10 where the first trees leave no doubt."""
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
        """Of the figures, what the trees of each stage give together, and those after the last."""
        trees = self._plant()
        ends = [until for until, _, _ in _STAGES]
        return [_grown(trees[start:end]) for start, end in zip([0, *ends], [*ends, None], strict=True)]


def _grown(trees: Sequence[Node]) -> Callable[..., float]:
    """The trees as one function of Python: walked as data, they would take three times as long for each message."""
    figures = [ast.arg(f"f{number}") for number in range(1 + max(map(_last_figure, trees), default=-1))]
    leaves = ast.Tuple([_expression(tree) for tree in trees], ast.Load())
    added = ast.Call(ast.Name("sum", ast.Load()), [leaves], [])
    function = ast.Lambda(ast.arguments([], figures, ast.arg("_"), [], [], None, []), added)
    whole = ast.fix_missing_locations(ast.Expression(function))
    made: Callable[..., float] = eval(compile(whole, "<forest>", "eval"))  # noqa: S307 - of numbers alone
    return made


def _expression(node: Node) -> ast.expr:
    if not isinstance(node, tuple):
        return ast.Constant(node)
    figure, limit, low, high = node
    is_low = ast.Compare(ast.Name(f"f{figure}", ast.Load()), [ast.LtE()], [ast.Constant(limit)])
    return ast.IfExp(is_low, _expression(low), _expression(high))


def _last_figure(node: Node) -> int:
    return max(node[0], _last_figure(node[2]), _last_figure(node[3])) if isinstance(node, tuple) else -1


_SURE = 10.0
_STAGES = ((30, -3.2, 3.4), (100, -3.0, 4.6), (180, -2.0, 4.2))
"""After so many trees, scores beyond which the rest took one of 40,000 samples of the training data across a
threshold between -1 and 2.65."""
