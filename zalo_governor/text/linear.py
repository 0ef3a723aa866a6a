"""A small linear model: a weight for each feature, as the training wrote them down."""

from collections.abc import Iterable


class LinearModel:
    """Log-odds of what it was trained for."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Lines are a feature, a tab, its weight.

        Raises:
            ValueError: a line is not of that form.
        """
        numbers: dict[str, float] = {}  # a few hundred for many thousands of features: each is kept once
        self._weights = {
            feature: numbers.setdefault(weight, float(weight))
            for feature, _, weight in (line.rpartition("\t") for line in lines)
        }

    def score(self, features: Iterable[str]) -> float:
        """The sum of the weights, always added in the same order."""
        weights = self._weights
        return weights.get(BIAS, 0.0) + sum(weights.get(feature, 0.0) for feature in sorted(features))

    def of_kind(self, kind: str) -> dict[str, float]:
        """The weights of the features `kind:…`, by what stands behind the colon."""
        start = f"{kind}:"
        return {feature[len(start) :]: w for feature, w in self._weights.items() if feature.startswith(start)}

    def bias(self, kind: str) -> float:
        """The weight of the feature that is the kind alone."""
        return self._weights.get(kind, 0.0)


BIAS = "bias"
