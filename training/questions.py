"""Train the table that reads people's questions to the program: `python -m training.questions`.

Reads the lines of the writers in `training/questions/` (`d00` holds the project's own) and writes
`zalo_governor/text/question.classes`. `python -m training.measure_questions` measures it on writers left out.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from training.classes import Example, Settings, fit
from zalo_governor.text.alphabet import has_marks
from zalo_governor.text.fold import fold
from zalo_governor.text.questions import features_of_question

SETTINGS = Settings(bits=16, least_groups=1)
"""What only one writer uses is learnt too: there are few lines, and most are short."""
LINES = Path(__file__).parent / "questions"
MADE_FROM = Path(__file__).parent / "questions.sum"
"""File with the fingerprint of the examples from which the shipped table was trained."""
OWN = "d00"
"""The project's own lines, which are no writer's and so never left out."""
_TABLE = Path(__file__).parent.parent / "zalo_governor" / "text" / "question.classes"
_WEIGHT_WITHOUT_MARKS = 0.4


class Question(NamedTuple):
    """A labelled message to the program."""

    writer: str
    text: str
    intent: str


def main() -> None:
    """Train the table; write it and the fingerprint of its examples."""
    known = questions()
    _TABLE.write_bytes(fit(list(examples(known)), SETTINGS))
    MADE_FROM.write_text(fingerprint(known) + "\n", encoding="ascii")


def fingerprint(known: Iterable[Question]) -> str:
    """Return the SHA-256 of all examples, which shows whether the shipped table was trained from them."""
    whole = hashlib.sha256()
    for group, label, facts, weight in examples(known):
        whole.update(repr((group, label, sorted(facts), weight)).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def questions(folder: Path = LINES) -> list[Question]:
    """Read the writers' lines: one JSON object a line; those without a text describe the writer."""
    rows = [
        (path.stem, json.loads(row)) for path in sorted(folder.glob("*.jsonl")) for row in path.open(encoding="utf-8")
    ]
    return [Question(writer, row["text"], row["intent"]) for writer, row in rows if "text" in row]


def examples(known: Iterable[Question]) -> Iterator[Example]:
    """Generate the examples, with and without diacritics."""
    for writer, text, intent in known:
        yield Example(writer, intent, features_of_question(text))
        if has_marks(text.lower()):
            yield Example(writer, intent, features_of_question(fold(text)), _WEIGHT_WITHOUT_MARKS)


if __name__ == "__main__":
    main()
