"""Train the weights of clause 4.2 from lines of our own: `python -m training.harmful`.

Reads `training/lines/` (one file for each category; what begins with `clean` is clean), `training/corpus/` (daily
business of a province, all clean), every second line of `config/benign/messages.vi.txt` and the tuned lines of
`config/content/classified.tsv` (clean in the sense of this clause), each also without marks. Logistic regression by
AdaGrad with a fixed seed; the same inputs give the same file, byte for byte. The measuring lines of
`config/content/harmful.tsv` are never read.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from zalo_governor.cli.content_sets import shipped_classified
from zalo_governor.rulebook import read_lines
from zalo_governor.rules.harmful import BIAS, QUICK
from zalo_governor.settings import shipped_config
from zalo_governor.text.fold import fold
from zalo_governor.text.gist import Lexicon, words_of

SEED = 893
_LINES, _CORPUS = (Path(__file__).with_name(name) for name in ("lines", "corpus"))
_MOST_DRAWS = 24
"""How often a line with alternatives is drawn, at most; no two draws are equal."""
_EPOCHS = 10
_RATE = 0.25
_L2 = {"w": 4e-3, "n": 4e-3, "b": 8e-3, QUICK: 2e-3}
_L2_CONCEPTS = 4e-4
_LEAST_COUNT = 4
_LEAST_WEIGHT = 0.04
_CHOICE = re.compile(r"\[([^\]]+)\]")
_HEADER = (
    "# Made by `python -m training.harmful`; do not edit. A feature of text/gist.py, a tab, its weight (log-odds).\n"
)


class Line(NamedTuple):
    """One example."""

    features: tuple[str, ...]
    harmful: bool


def main() -> None:
    """Write `config/lexicons/harmful-weights.tsv` and say from how many lines."""
    config = shipped_config()
    lexicon = Lexicon(read_lines(config / "lexicons" / "harmful.tsv"))
    texts = sorted(set(training_texts(config)))
    kept = trained(texts, lexicon)
    out = config / "lexicons" / "harmful-weights.tsv"
    out.write_text(_HEADER + "".join(f"{key}\t{kept[key]}\n" for key in sorted(kept)), encoding="utf-8")
    harmful = sum(harm for _, harm in texts)
    print(f"{len(texts)} lines ({harmful} harmful), {len(kept)} weights")  # noqa: T201


def training_texts(config: Path) -> Iterator[tuple[str, bool]]:
    """Every line that the training sees, with whether it is harmful."""
    for path in sorted(_LINES.glob("*.txt")):
        dice = random.Random(f"{SEED} {path.stem}")  # noqa: S311
        for pattern in read_lines(path):
            for text in _drawn(pattern, dice):
                yield text, not path.stem.startswith("clean")
    for path in sorted(_CORPUS.glob("*.txt")):
        yield from ((line, False) for line in read_lines(path))
    for line in read_lines(config / "benign" / "messages.vi.txt")[::2]:
        yield line, False
    for sample in shipped_classified(config):
        if sample.part == "tuned" and not sample.kind.startswith("evasion_"):
            yield sample.text, False


def trained(texts: list[tuple[str, bool]], lexicon: Lexicon) -> dict[str, float]:
    """The weights of both models, by feature: the whole one, and the quick one over words alone."""
    whole, quick = [], []
    for text, harmful in texts:
        for form in dict.fromkeys((text, fold(text))):
            whole.append(Line((BIAS, *sorted(lexicon.read(form).features)), harmful))
            words = sorted(set(words_of(form.lower())))
            quick.append(Line((QUICK, *(f"{QUICK}:{word}" for word in words)), harmful))
    weights = _trained(whole) | _trained(quick)
    return {feature: round(weight, 2) for feature, weight in weights.items() if _says_something(feature, weight)}


def _says_something(feature: str, weight: float) -> bool:
    # A word without weight is kept among the quick ones: that it is known says that nothing hides in it.
    return abs(weight) >= _LEAST_WEIGHT or feature.startswith(QUICK)


def _drawn(pattern: str, dice: random.Random) -> list[str]:
    ways = math.prod(choice.count("|") + 1 for choice in _CHOICE.findall(pattern))
    draws = [_CHOICE.sub(lambda match: dice.choice(match[1].split("|")), pattern) for _ in range(2 * ways)]
    return list(dict.fromkeys(draws))[:_MOST_DRAWS]


def _trained(lines: list[Line]) -> dict[str, float]:
    counts = Counter(feature for line in lines for feature in line.features)
    known = [
        (tuple(feature for feature in line.features if counts[feature] >= _LEAST_COUNT), line.harmful) for line in lines
    ]
    weights = {feature: 0.0 for feature, count in counts.items() if count >= _LEAST_COUNT}
    squares = dict.fromkeys(weights, 1e-6)
    dice = random.Random(SEED)  # noqa: S311
    for _ in range(_EPOCHS):
        dice.shuffle(known)
        for features, harmful in known:
            score = sum(weights[feature] for feature in features)
            fault = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - harmful
            for feature in features:
                slope = fault + _L2.get(feature.partition(":")[0], _L2_CONCEPTS) * weights[feature]
                squares[feature] += slope * slope
                weights[feature] -= _RATE * slope / math.sqrt(squares[feature])
    return weights


if __name__ == "__main__":
    main()
