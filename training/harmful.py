"""Train the weights of clause 4.2 from lines of our own: `python -m training.harmful`.

Reads `training/lines/` (one file for each category; what begins with `clean` is clean), `training/corpus/` (daily
business of a province, all clean) without its folder `broad/`, every second line of `config/benign/messages.vi.txt`
and the tuned lines of `config/content/classified.tsv` (clean in the sense of this clause), each also without marks. The
measuring lines of `config/content/harmful.tsv` are never read.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from training.logistic import SEED, Example, drawn, train, write_weights
from zalo_governor.cli.content_sets import shipped_classified
from zalo_governor.rulebook import read_lines
from zalo_governor.rules.harmful import QUICK
from zalo_governor.settings import shipped_config
from zalo_governor.text.fold import fold
from zalo_governor.text.gist import Lexicon, words_of
from zalo_governor.text.linear import BIAS

_LINES, _CORPUS = (Path(__file__).with_name(name) for name in ("lines", "corpus"))
_MOST_DRAWS = 24
_L2 = {"w": 4e-3, "n": 4e-3, "b": 8e-3, QUICK: 2e-3}
_L2_CONCEPTS = 4e-4
_LEAST_WEIGHT = 0.04


COMMAND = "python -m training.harmful"


def main() -> None:
    """Write `config/lexicons/harmful-weights.tsv`."""
    config = shipped_config()
    write_weights(trained(config), config / "lexicons" / "harmful-weights.tsv", COMMAND)


def trained(config: Path) -> dict[str, float]:
    """The weights of both models by feature: the whole one, and the quick one over words alone."""
    lexicon = Lexicon(read_lines(config / "lexicons" / "harmful.tsv"))
    whole, quick = [], []
    for text, harmful in sorted(set(_texts(config))):
        for form in dict.fromkeys((text, fold(text))):
            whole.append(Example((BIAS, *sorted(lexicon.read(form).features)), harmful))
            words = sorted(set(words_of(form.lower())))
            quick.append(Example((QUICK, *(f"{QUICK}:{word}" for word in words)), harmful))
    weights = train(whole, _L2, _L2_CONCEPTS) | train(quick, _L2, _L2_CONCEPTS)
    return {feature: round(weight, 2) for feature, weight in weights.items() if _says_something(feature, weight)}


def _texts(config: Path) -> Iterator[tuple[str, bool]]:
    for path in sorted(_LINES.glob("*.txt")):
        dice = random.Random(f"{SEED} {path.stem}")
        for pattern in read_lines(path):
            for text in drawn(pattern, dice, _MOST_DRAWS):
                yield text, not path.stem.startswith("clean")
    for path in sorted(_CORPUS.glob("*.txt")):
        yield from ((line, False) for line in read_lines(path))
    for line in read_lines(config / "benign" / "messages.vi.txt")[::2]:
        yield line, False
    for sample in shipped_classified(config):
        if sample.part == "tuned" and not sample.kind.startswith("evasion_"):
            yield sample.text, False


def _says_something(feature: str, weight: float) -> bool:
    # A word without weight is kept among the quick ones: that it is known says that nothing hides in it.
    return abs(weight) >= _LEAST_WEIGHT or feature.startswith(QUICK)


if __name__ == "__main__":
    main()
