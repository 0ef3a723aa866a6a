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

COMMAND = "python -m training.questions"
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


def questions() -> list[Question]:
    """Read the lines of all writers."""
    return [line for path in sorted(LINES.glob("*.jsonl")) for line in questions_in(path)]


def questions_in(path: Path) -> list[Question]:
    """Read the lines of a file, a JSON object each; one without a text describes the writer."""
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    return [Question(path.stem, row["text"], row["intent"]) for row in rows if "text" in row]


def examples(known: Iterable[Question]) -> Iterator[Example]:
    """Generate the examples, with and without diacritics."""
    for writer, text, intent in known:
        yield Example(writer, intent, features_of_question(text))
        if has_marks(text.lower()):
            yield Example(writer, intent, features_of_question(fold(text)), _WEIGHT_WITHOUT_MARKS)


if __name__ == "__main__":
    main()
