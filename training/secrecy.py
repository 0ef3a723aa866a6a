"""Train the tables of clause 4.1 (state secrets) from the project's own messages: `python -m training.secrecy`.

Reads the messages of several writers (`training/writers/`), `training/secrecy/` (`posting.txt` holds leaks, the other
files do not), the tuned lines of `config/content/classified.tsv`, and ordinary chat (`training/corpus/`). Each message
is also learnt with harmless changes and in disguise. Writes `zalo_governor/text/secrecy*.ngrams`;
`training/measure_secrecy.py` measures the tables on writers excluded from training.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training import writers
from training.changes import KINDS, changed
from training.content_sets import CLASSIFIED, shipped_classified
from training.disguises import LEVEL, ON_LINE, ON_WORD, hidden
from training.ngrams import Example, Settings, fit
from training.patterns import SEED, drawn
from zalo_governor.config.shipped import shipped_config
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
"""File with the fingerprint of the messages from which the shipped tables were trained."""
_TABLES = _HERE.parent / "zalo_governor" / "text"


class Line(NamedTuple):
    """A message for training or measuring."""

    group: str
    label: str
    kind: str
    text: str
    weight: float = 1.0

    @property
    def leaks(self) -> bool:
        """Return whether the message discloses a secret."""
        return self.label == "leak"


def main() -> None:
    """Train both tables; write them and the fingerprint of their training messages."""
    config = shipped_config()
    rule = shipped_rule(config)
    known = lines(config)
    glance = fit(list(glances(known)), GLANCE)
    (_TABLES / "secrecy-glance.ngrams").write_bytes(glance)
    (_TABLES / "secrecy.ngrams").write_bytes(fit(list(examples(rule, known, NgramModel(glance))), VERDICT))
    MADE_FROM.write_text(fingerprint(known) + "\n", encoding="ascii")


def fingerprint(known: list[Line]) -> str:
    """Return the SHA-256 of the messages, which shows whether the shipped tables were trained from them."""
    return hashlib.sha256(repr([*map(tuple, known)]).encode("utf-8", "surrogatepass")).hexdigest()


def shipped_rule(config: Path) -> ClassifiedRule:
    """Return the rule of clause 4.1 as configured."""
    [rule] = [rule for rule in load_rulebook(config).engine.rules if isinstance(rule, ClassifiedRule)]
    return rule


def lines(config: Path) -> list[Line]:
    """Return all training messages."""
    return [*of_writers(), *_patterns(), *_shipped(config), *_chat(config)]


def of_writers() -> Iterator[Line]:
    """Read the writers' messages; those for clause 4.2 disclose nothing and are labelled `other`, as chat is."""
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
                label = "leak" if path.stem == _LEAKS_FILE else "talk"
                yield Line("", label, path.stem, _fill_placeholders(text, dice), _WEIGHT_OF_PATTERN / len(draws))


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
    """Generate the examples for the verdict table; of chat, only lines that (nearly) pass the preselection."""
    for line in known:
        dice = random.Random(f"{SEED} {line.text}")
        if line.label == "other":
            plain = normalise(line.text).text
            if may_speak_of_secrets(plain) or glance.score(glanced(plain)) > rule.parameters.glance - _MARGIN:
                yield Example(line.group, False, rule.view(line.text), line.weight)
                yield Example(line.group, False, rule.view(fold(line.text)), line.weight)
            continue
        for form in dict.fromkeys((line.text, *_variants(line, dice))):
            yield Example(line.group, line.leaks, rule.view(form), line.weight * _WEIGHT_OF_FORM)


def glances(known: list[Line]) -> Iterator[Example]:
    """Generate the examples for the preselection table, with and without diacritics: leaks and all other messages."""
    for line in known:
        for form in dict.fromkeys((line.text, fold(line.text))):
            yield Example(line.group, line.leaks, glanced(form), line.weight)


def _variants(line: Line, dice: random.Random) -> Iterator[str]:
    """Generate variants of the message: without diacritics (once behind a mention), harmlessly changed, disguised."""
    yield fold(line.text)
    for _ in range(_CHANGES):
        yield changed(line.text, dice)
    yield dice.choice((*KINDS["mention"], *KINDS["greeting"]))(fold(line.text))
    if line.kind == "disguised" or line.kind.startswith("evasion"):
        return
    if LEVEL.search(line.text):
        for name in dice.sample(sorted(ON_WORD), _DISGUISES if line.leaks else 1):
            dressed = hidden(line.text, ON_WORD[name])
            yield changed(dressed, dice) if dice.random() < _SHARE_WITH_BOTH else dressed
        for name in dice.sample(sorted(ON_LINE), _DISGUISES if line.leaks else 1):
            yield ON_LINE[name](line.text)


def _fill_placeholders(text: str, dice: random.Random) -> str:
    while "{D}" in text:
        text = text.replace("{D}", dice.choice(_PAPERS), 1)
    while "{L}" in text:
        text = text.replace("{L}", dice.choice(_LEVELS), 1)
    return text.replace("GIẢ ĐỊNH", "").replace("\\n", "\n")


_LEAKS_FILE = "posting"
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
_SHARE_WITH_BOTH = 0.3
_MARGIN = 1.0
"""Margin below the preselection threshold within which chat still becomes an example for the verdict table."""


if __name__ == "__main__":
    main()
