"""Train the stance of clause 4.1 (passed on, or talked about) from lines of our own: `python -m training.secrecy`.

Reads `training/secrecy/`: `posting.txt` is passed on, the others are not; and the tuned lines of
`config/content/classified.tsv` that bear a level; each also without marks. The half of that file that is held back is
never read.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from training.logistic import SEED, Example, drawn, train, write_weights
from zalo_governor.cli.content_sets import CLASSIFIED, shipped_classified
from zalo_governor.rulebook import load_rulebook, read_lines
from zalo_governor.rules.classified import ClassifiedRule
from zalo_governor.settings import shipped_config
from zalo_governor.text.fold import fold
from zalo_governor.text.linear import BIAS

_LINES = Path(__file__).with_name("secrecy")
_PASSED_ON = "posting"
_PAPERS = (
    "văn bản", "công văn", "tài liệu", "báo cáo", "kế hoạch", "tờ trình", "quyết định", "chỉ thị", "kết luận", "hồ sơ",
    "phương án", "danh sách", "công điện", "biên bản", "nghị quyết", "thông báo", "thông tin", "nội dung", "số liệu",
)  # fmt: skip
_LEVELS = ("mật", "mật", "mật", "mật", "mật", "tối mật", "tuyệt mật", "TỐI MẬT", "Mật")
_MOST_DRAWS = 16
_WEIGHT_OF_TUNED = 4
_L2 = {"u": 4e-3, "p": 6e-3}
_L2_PLACES = 5e-3
_LEAST_WEIGHT = 0.04


COMMAND = "python -m training.secrecy"


def main() -> None:
    """Write `config/lexicons/secrecy-weights.tsv`."""
    config = shipped_config()
    write_weights(trained(config), config / "lexicons" / "secrecy-weights.tsv", COMMAND)


def trained(config: Path) -> dict[str, float]:
    """The weights by feature."""
    [rule] = [rule for rule in load_rulebook(config).engine.rules if isinstance(rule, ClassifiedRule)]
    examples = [
        Example((BIAS, *sorted(rule.stance_features(form))), passed_on)
        for text, passed_on in _texts(config)
        for form in dict.fromkeys((text, fold(text)))
    ]
    weights = train(examples, _L2, _L2_PLACES)
    return {feature: round(weight, 2) for feature, weight in weights.items() if abs(weight) >= _LEAST_WEIGHT}


def _texts(config: Path) -> Iterator[tuple[str, bool]]:
    for path in sorted(_LINES.glob("*.txt")):
        dice = random.Random(f"{SEED} {path.stem}")
        for pattern in read_lines(path):
            for text in drawn(pattern, dice, _MOST_DRAWS):
                yield _filled(text, dice), path.stem == _PASSED_ON
    for sample in shipped_classified(config):
        if sample.part == "tuned" and not sample.kind.startswith("evasion_") and "mật" in sample.text.lower():
            for _ in range(_WEIGHT_OF_TUNED):
                yield _without_invented(sample.text), sample.expected == CLASSIFIED


def _filled(text: str, dice: random.Random) -> str:
    while "{D}" in text:
        text = text.replace("{D}", dice.choice(_PAPERS), 1)
    while "{L}" in text:
        text = text.replace("{L}", dice.choice(_LEVELS), 1)
    return _without_invented(text)


def _without_invented(text: str) -> str:
    return text.replace("GIẢ ĐỊNH", "")


if __name__ == "__main__":
    main()
