"""Train the table of clause 4.2 from lines of our own: `python -m training.harmful`.

Reads the lines of many hands (`training/writers/`), `training/lines/` (one file for each category; what begins with
`clean` is clean) and what a province chats (`training/corpus/`, all clean). Each line is learnt with its marks and
without. Writes `zalo_governor/text/harmful.classes`; what it is worth on writers who were left out,
`training/measure_harmful.py` measures. `config/content/harmful.tsv` measures, and is never read here.
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
"""Of which lines, and of which facts about them, the shipped table was made."""
_TABLE = _HERE.parent / "zalo_governor" / "text" / "harmful.classes"
_MOST_DRAWS = 4
_WEIGHT_OF_PATTERN = 0.15
_WEIGHT_OF_CHAT = 0.15
_SOME = 4
"""Of the broad corpus, every so-manieth line."""


class Line(NamedTuple):
    """One text to learn from or to measure."""

    group: str
    label: str
    """A category, or `clean`."""
    kind: str
    """The category that a clean line comes near, or `chat`."""
    text: str
    weight: float = 1.0


def main() -> None:
    """Write the table."""
    seen = list(examples(lines()))
    _TABLE.write_bytes(fit(seen, SETTINGS))
    MADE_FROM.write_text(fingerprint(seen) + "\n", encoding="ascii")


def fingerprint(seen: Iterable[Example]) -> str:
    """Tells whether the table was made from these lines, and of these facts about them."""
    whole = hashlib.sha256()
    for group, label, facts, weight in seen:
        whole.update(repr((group, label, sorted(facts), weight)).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def lines() -> Iterator[Line]:
    """All that is learnt from."""
    yield from of_writers()
    for path in sorted((_HERE / "lines").glob("*.txt")):
        dice = random.Random(f"{SEED} {path.stem}")
        label = CLEAN if path.stem.startswith(CLEAN) else path.stem
        for pattern in read_lines(path):
            for text in drawn(pattern, dice, _MOST_DRAWS):
                yield Line("", label, path.stem, text, _WEIGHT_OF_PATTERN)
    for path in sorted((_HERE / "corpus").rglob("*.txt")):
        step = _SOME if path.parent.name == "broad" else 1
        for text in read_lines(path)[::step]:
            yield Line("", CLEAN, "chat", text, _WEIGHT_OF_CHAT)


def of_writers() -> Iterator[Line]:
    """The lines of many hands."""
    for line in writers.read_lines("harmful.txt"):
        yield Line(line.writer, CLEAN if line.label == CLEAN else line.kind, line.kind, line.text)


def examples(known: Iterable[Line]) -> Iterator[Example]:
    """What the model sees of the matter of each line, as it is and as it would be without marks."""
    for line in known:
        matter = ways_to_read(normalise(line.text).text)[0]
        yield Example(line.group, line.label, frozenset(features_of(matter)), line.weight)
        if has_marks(matter.lower()):
            yield Example(line.group, line.label, frozenset(unmarked_features_of(matter)), line.weight)


if __name__ == "__main__":
    main()
