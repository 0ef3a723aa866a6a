"""Train the tables of clause 4.1 from lines of our own: `python -m training.secrecy`.

Reads the lines of many hands (`training/writers/`), `training/secrecy/` (`posting.txt` is passed on, the others are
not), the tuned lines of `config/content/classified.tsv`, and what a province chats (`training/corpus/`). Each line is
learnt in several harmless changes and in disguise. Writes `zalo_governor/text/secrecy*.ngrams`; what they are worth on
writers who were left out, `training/measure_secrecy.py` measures.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training import writers
from training.changes import changed
from training.content_sets import CLASSIFIED, shipped_classified
from training.disguises import LEVEL, ON_LINE, ON_WORD, hidden
from training.ngrams import Example, Settings, fit
from training.patterns import SEED, drawn
from zalo_governor.config import shipped_config
from zalo_governor.rules.checks.classified import ClassifiedRule
from zalo_governor.rules.loader import load_rulebook, read_lines
from zalo_governor.rules.secrecy.features import glanced
from zalo_governor.text.fold import fold
from zalo_governor.text.ngrams import NgramModel
from zalo_governor.text.normalise import normalise
from zalo_governor.text.secrecy.level_words import may_speak_of_secrets

COMMAND = "python -m training.secrecy"
VERDICT = Settings(bits=20, hold_runs=0.7, hold_names=1.0)
GLANCE = Settings(bits=16, hold_names=1.0, rounds=40)
_HERE = Path(__file__).parent
MADE_FROM = _HERE / "secrecy.sum"
"""Of which lines the shipped tables were made."""
_TABLES = _HERE.parent / "zalo_governor" / "text"


class Line(NamedTuple):
    """One text to learn from or to measure."""

    group: str
    label: str
    kind: str
    text: str
    weight: float = 1.0

    @property
    def leaks(self) -> bool:
        """Whether it discloses something."""
        return self.label == "leak"


def main() -> None:
    """Write the tables."""
    config = shipped_config()
    rule = shipped_rule(config)
    known = lines(config)
    glance = fit(list(glances(known)), GLANCE)
    (_TABLES / "secrecy-glance.ngrams").write_bytes(glance)
    (_TABLES / "secrecy.ngrams").write_bytes(fit(list(examples(rule, known, NgramModel(glance))), VERDICT))
    MADE_FROM.write_text(fingerprint(known) + "\n", encoding="ascii")


def fingerprint(known: list[Line]) -> str:
    """Tells whether the tables were made from these lines."""
    return hashlib.sha256(repr([*map(tuple, known)]).encode("utf-8", "surrogatepass")).hexdigest()


def shipped_rule(config: Path) -> ClassifiedRule:
    """The rule as its file has it."""
    [rule] = [rule for rule in load_rulebook(config).engine.rules if isinstance(rule, ClassifiedRule)]
    return rule


def lines(config: Path) -> list[Line]:
    """All that is learnt from."""
    return [*of_writers(), *_patterns(), *_shipped(config), *_chat(config)]


def of_writers() -> Iterator[Line]:
    """The lines of many hands; of those about clause 4.2, which leak nothing, the clean ones count as chat."""
    for line in writers.read_lines("secrecy.txt"):
        yield Line(line.writer, line.label, line.kind, line.text)
    for line in writers.read_lines("harmful.txt"):
        yield Line(line.writer, "other", line.label, line.text, 0.5)


def _patterns() -> Iterator[Line]:
    for path in sorted((_HERE / "secrecy").glob("*.txt")):
        dice = random.Random(f"{SEED} {path.stem}")
        for pattern in read_lines(path):
            draws = drawn(pattern, dice, _MOST_DRAWS)
            for text in draws:
                label = "leak" if path.stem == _PASSED_ON else "talk"
                yield Line("", label, path.stem, _filled(text, dice), _WEIGHT_OF_PATTERN / len(draws))


def _shipped(config: Path) -> Iterator[Line]:
    for sample in shipped_classified(config):
        if sample.part == "tuned":
            label = "leak" if sample.expected == CLASSIFIED else "talk"
            yield Line("", label, sample.kind, sample.text.replace("GIẢ ĐỊNH", ""), _WEIGHT_OF_SHIPPED)


def _chat(config: Path) -> Iterator[Line]:
    for path in sorted((_HERE / "corpus").rglob("*.txt")):
        for text in read_lines(path):
            yield Line("", "other", "chat", text, 0.5)
    for text in read_lines(config / "benign" / "messages.vi.txt")[::2]:
        yield Line("", "other", "chat", text)


def examples(rule: ClassifiedRule, known: list[Line], glance: NgramModel) -> Iterator[Example]:
    """What the verdict is learnt from; of what people chat, the lines that the first look lets in."""
    for line in known:
        dice = random.Random(f"{SEED} {line.text}")
        if line.label == "other":
            plain = normalise(line.text).text
            if may_speak_of_secrets(plain) or glance.score(glanced(plain)) > rule.parameters.glance - _MARGIN:
                yield Example(line.group, False, rule.view(line.text), line.weight)
                yield Example(line.group, False, rule.view(fold(line.text)), line.weight)
            continue
        for form in dict.fromkeys((line.text, *_dressed(line, dice))):
            yield Example(line.group, line.leaks, rule.view(form), line.weight * _WEIGHT_OF_FORM)


def glances(known: list[Line]) -> Iterator[Example]:
    """What the first look is learnt from: leaks, and everything that people chat."""
    for line in known:
        for form in dict.fromkeys((line.text, fold(line.text))):
            yield Example(line.group, line.leaks, glanced(form), line.weight)


def _dressed(line: Line, dice: random.Random) -> Iterator[str]:
    """The line as others would type it, and in disguise."""
    yield fold(line.text)
    for _ in range(_CHANGES):
        yield changed(line.text, dice)
    if line.kind == "disguised" or line.kind.startswith("evasion"):
        return
    if LEVEL.search(line.text):
        for name in dice.sample(sorted(ON_WORD), _DISGUISES if line.leaks else 1):
            dressed = hidden(line.text, ON_WORD[name])
            yield changed(dressed, dice) if dice.random() < _BOTH else dressed
        for name in dice.sample(sorted(ON_LINE), _DISGUISES if line.leaks else 1):
            yield ON_LINE[name](line.text)


def _filled(text: str, dice: random.Random) -> str:
    while "{D}" in text:
        text = text.replace("{D}", dice.choice(_PAPERS), 1)
    while "{L}" in text:
        text = text.replace("{L}", dice.choice(_LEVELS), 1)
    return text.replace("GIẢ ĐỊNH", "").replace("\\n", "\n")


_PASSED_ON = "posting"
_PAPERS = (
    "văn bản", "công văn", "tài liệu", "báo cáo", "kế hoạch", "tờ trình", "quyết định", "chỉ thị", "kết luận", "hồ sơ",
    "phương án", "danh sách", "công điện", "biên bản", "nghị quyết", "thông báo", "thông tin", "nội dung", "số liệu",
)  # fmt: skip
_LEVELS = ("mật", "mật", "mật", "mật", "mật", "tối mật", "tuyệt mật", "TỐI MẬT", "Mật")
_MOST_DRAWS = 4
_WEIGHT_OF_PATTERN = 1.0
_WEIGHT_OF_SHIPPED = 3.0
_WEIGHT_OF_FORM = 0.4
_CHANGES = 2
_DISGUISES = 2
_BOTH = 0.3
_MARGIN = 1.0
"""The verdict also learns from what the first look nearly lets in."""


if __name__ == "__main__":
    main()
