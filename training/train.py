"""Train `zalo_governor/text/vietnamese.model` from the shipped inputs: `python -m training.train`, or `make model`.

Training is deterministic: the same inputs and the same versions of the locked requirements give the same bytes.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import lightgbm
import numpy as np

from training.counting import Counts, count, inventory
from training.observe import ABBREVIATIONS, observe
from training.samples import Sample, samples_of
from training.shipped import (
    FOLDS,
    FOREIGN,
    fold_of,
    lines_of,
    own_lines,
    read_counts,
    read_english,
    read_figures,
    with_own_lines,
)
from zalo_governor.text.diacritics.evidence import RISING
from zalo_governor.text.diacritics.forest import Node
from zalo_governor.text.diacritics.lattice import Reader
from zalo_governor.text.diacritics.model import dump_model

MODEL = Path(__file__).parent.parent / "zalo_governor/text/vietnamese.model"


def main() -> None:
    """Read the inputs, train the decision trees and write the model."""
    counts, english, own = read_counts(), read_english(), own_lines()
    rows, answers, weights = read_figures()
    for row, sample in _own_figures(counts, english, own):
        rows.append(row)
        answers.append(sample.violates)
        weights.append(sample.weight * _WEIGHT_OF_OWN)
    trees = _train(rows, answers, weights)
    whole = inventory(with_own_lines(counts, count(own)), english)
    MODEL.write_bytes(dump_model(*whole, trees))


def _own_figures(
    counts: Counts, english: dict[str, float], own: list[str]
) -> Iterator[tuple[tuple[float, ...], Sample]]:
    """Generate (features, sample) of the project's own messages, using language models trained without them."""
    rng = Random(_SEED)
    for fold in range(FOLDS):
        others = count(line for line in own if fold_of(line) != fold)
        reader = Reader(inventory(with_own_lines(counts, others), english).language())
        for line in own:
            if fold_of(line) == fold:
                for sample in _samples(line, rng):
                    yield observe(reader, sample.text), sample
        if fold == FOLDS - 1:
            for text in [*lines_of(FOREIGN), *_strings_of_abbreviations(rng)]:
                yield observe(reader, text), Sample(text, False)


def _samples(line: str, rng: Random) -> Iterator[Sample]:
    yield Sample(line, False)
    for _ in range(_ROUNDS):
        yield from samples_of(line, rng, formal=False)


def _strings_of_abbreviations(rng: Random) -> Iterator[str]:
    known = [word.upper() for word in sorted(ABBREVIATIONS) if len(word) > 1] + _MORE_ABBREVIATIONS
    for _ in range(600):
        yield rng.choice((", ", " ", " - ")).join(rng.sample(known, rng.randrange(1, 5)))


def _train(rows: list[tuple[float, ...]], answers: list[bool], weights: list[float]) -> list[Node]:
    data = lightgbm.Dataset(np.array(rows, np.float32), label=np.array(answers, np.float32), weight=np.array(weights))
    booster = lightgbm.train(
        {
            "objective": "binary",
            "num_leaves": 31,
            "learning_rate": 0.08,
            "min_data_in_leaf": 30,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "feature_fraction": 0.6,
            "lambda_l2": 5,
            # More evidence of missing diacritics must never lower the score, whatever the samples happen to hold.
            "monotone_constraints": [int(figure in RISING) for figure in range(len(rows[0]))],
            "seed": _SEED,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "verbose": -1,
        },
        data,
        num_boost_round=_TREES,
    )
    return [_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def _tree(node: dict[str, Any]) -> Node:
    if "leaf_value" in node:
        return float(node["leaf_value"])
    return node["split_feature"], node["threshold"], _tree(node["left_child"]), _tree(node["right_child"])


_MORE_ABBREVIATIONS = ["CAT", "TU", "CAN", "TAND", "HU", "BQL", "BCH", "TTHC", "SNN", "VP", "CAN", "BAN"]
"""Abbreviations that look like words without diacritics."""
_SEED = 2026
_TREES = 350
_ROUNDS = 2
_WEIGHT_OF_OWN = 1.5


if __name__ == "__main__":
    main()
