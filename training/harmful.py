"""Train the table of clause 4.2 (harmful content) from the project's own messages: `python -m training.harmful`.

Reads the messages of several writers (`training/writers/`), `training/lines/` (one file per category; file names that
begin with `clean` hold clean ones) and ordinary chat (`training/corpus/`, all clean). Each message is learnt with and
without diacritics. Writes `zalo_governor/text/harmful.classes`; `training/measure_harmful.py` measures it on writers
excluded from training. `config/content/harmful.tsv` is only for measuring and is never read here.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from training import writers
from training.classes import Example, Settings, fit
from training.patterns import SEED, drawn
from zalo_governor.rules.checks.harmful import CLEAN
from zalo_governor.rules.loader import read_lines
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.normalise import normalise
from zalo_governor.text.topics import features_of, unmarked_features_of, ways_to_read

COMMAND = "python -m training.harmful"
SETTINGS = Settings()
_HERE = Path(__file__).parent
MADE_FROM = _HERE / "harmful.sum"
"""File with the fingerprint of the examples from which the shipped table was trained."""
_TABLE = _HERE.parent / "zalo_governor" / "text" / "harmful.classes"
_MAX_DRAWS = 4
_WEIGHT_OF_PATTERN = 0.15
_WEIGHT_OF_CHAT = 0.15
_BROAD_STEP = 4
"""Every n-th line of the broad corpus is used."""


class Line(NamedTuple):
    """A message for training or measuring."""

    group: str
    label: str
    """A category of clause 4.2, or `clean`."""
    kind: str
    """The category of a harmful message or that a clean one resembles, or `chat`."""
    text: str
    weight: float = 1.0


def main() -> None:
    """Train the table; write it and the fingerprint of its examples."""
    seen = list(examples(lines()))
    _TABLE.write_bytes(fit(seen, SETTINGS))
    MADE_FROM.write_text(fingerprint(seen) + "\n", encoding="ascii")


def fingerprint(seen: Iterable[Example]) -> str:
    """Return the SHA-256 of the examples, which shows whether the shipped table was trained from them."""
    whole = hashlib.sha256()
    for group, label, facts, weight in seen:
        whole.update(repr((group, label, sorted(facts), weight)).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def lines() -> Iterator[Line]:
    """Generate all training messages."""
    yield from of_writers()
    for path in sorted((_HERE / "lines").glob("*.txt")):
        dice = random.Random(f"{SEED} {path.stem}")
        label = CLEAN if path.stem.startswith(CLEAN) else path.stem
        for pattern in read_lines(path):
            for text in drawn(pattern, dice, _MAX_DRAWS):
                yield Line("", label, path.stem, text, _WEIGHT_OF_PATTERN)
    for path in sorted((_HERE / "corpus").rglob("*.txt")):
        step = _BROAD_STEP if path.parent.name == "broad" else 1
        for text in read_lines(path)[::step]:
            yield Line("", CLEAN, "chat", text, _WEIGHT_OF_CHAT)


def of_writers() -> Iterator[Line]:
    """Read the writers' messages."""
    for line in writers.read_lines("harmful.txt"):
        yield Line(line.writer, CLEAN if line.label == CLEAN else line.kind, line.kind, line.text)


def examples(known: Iterable[Line]) -> Iterator[Example]:
    """Generate the examples: the facts that the model extracts from each message, with and without its diacritics."""
    for line in known:
        matter = ways_to_read(normalise(line.text).text)[0]
        yield Example(line.group, line.label, frozenset(features_of(matter)), line.weight)
        if has_marks(matter.lower()):
            yield Example(line.group, line.label, frozenset(unmarked_features_of(matter)), line.weight)


if __name__ == "__main__":
    main()
