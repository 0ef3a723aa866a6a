"""What both trainings share: lines drawn from patterns, logistic regression by AdaGrad, the file of weights.

The same inputs give the same file, byte for byte: the seed is fixed, and nothing depends on the order of a set.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

SEED = 893
_EPOCHS = 10
_RATE = 0.25
_LEAST_COUNT = 4
_CHOICE = re.compile(r"\[([^\]]+)\]")


class Example(NamedTuple):
    """One line as the training sees it."""

    features: tuple[str, ...]
    told: bool
    """Whether it is what the model shall tell."""


def drawn(pattern: str, dice: random.Random, most: int) -> list[str]:
    """Different lines that the pattern makes, in which [a|b] are alternatives; at most as many as asked for."""
    ways = math.prod(choice.count("|") + 1 for choice in _CHOICE.findall(pattern))
    draws = [_CHOICE.sub(lambda match: dice.choice(match[1].split("|")), pattern) for _ in range(2 * ways)]
    return list(dict.fromkeys(draws))[:most]


def train(examples: Iterable[Example], l2: Mapping[str, float], l2_else: float) -> dict[str, float]:
    """Weights by feature; `l2` is how strongly those of a kind (what stands before the colon) are held near zero."""
    examples = list(examples)
    counts = Counter(feature for example in examples for feature in example.features)
    weights = {feature: 0.0 for feature, count in counts.items() if count >= _LEAST_COUNT}
    held = {feature: l2.get(feature.partition(":")[0], l2_else) for feature in weights}
    known = [(tuple(filter(weights.__contains__, example.features)), example.told) for example in examples]
    squares = dict.fromkeys(weights, 1e-6)
    dice = random.Random(SEED)
    for _ in range(_EPOCHS):
        dice.shuffle(known)
        for features, told in known:
            score = sum(weights[feature] for feature in features)
            fault = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - told
            for feature in features:
                slope = fault + held[feature] * weights[feature]
                squares[feature] += slope * slope
                weights[feature] -= _RATE * slope / math.sqrt(squares[feature])
    return weights


def write_weights(weights: Mapping[str, float], path: Path, command: str) -> None:
    """One feature and its weight a line, sorted."""
    header = f"# Made by `{command}`; do not edit. A feature, a tab, its weight (log-odds).\n"
    lines = (f"{feature}\t{weights[feature]}\n" for feature in sorted(weights))
    path.write_text(header + "".join(lines), encoding="utf-8")
