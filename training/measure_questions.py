"""Measure the reading of questions: `python -m training.measure_questions [FILE.jsonl ...]`.

Without files: for each writer, the figures of a table that learnt from the others and the project's own lines only.
With files: for each of them, the figures of the shipped table.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from training.classes import fit
from training.questions import OWN, SETTINGS, Question, examples, questions, questions_in
from zalo_governor.text.linear_classes import ClassModel
from zalo_governor.text.questions import Intent, read_question

FIGURES = ("questions", "right", "answered", "right of these", "in the menu", "none answered")
_MENU = 3


def main() -> None:
    """Print the figures of each writer, and of all their lines together."""
    sys.stdout.write(f"{'writer':8}" + "".join(f"{name:>18}" for name in FIGURES) + "\n")
    whole: list[tuple[int, ...]] = []
    for writer, lines, model in _parts(sys.argv[1:]):
        whole.append(count(lines, model))
        _print(writer, whole[-1])
    _print("all", [sum(column) for column in zip(*whole, strict=True)])


def _parts(files: Sequence[str]) -> Iterable[tuple[str, list[Question], ClassModel | None]]:
    for file in files:
        yield Path(file).parent.name, questions_in(Path(file)), None
    known = [] if files else questions()
    for writer in sorted({line.writer for line in known} - {OWN}):
        others = [line for line in known if line.writer != writer]
        own = [line for line in known if line.writer == writer]
        yield writer, own, ClassModel(fit(list(examples(others)), SETTINGS))


def count(lines: Iterable[Question], model: ClassModel | None) -> tuple[int, ...]:
    """Count lines; those with the right intent; answered ones, right among these; the menu; "none" that is answered.

    A line is answered if the reader is sure of an intent other than "none". Unsure, the menu has to hold the right one.
    """
    read = [(line.intent, read_question(line.text, model)) for line in lines]
    answered = [(intent, by) for intent, (by, sure) in read if sure and by[0] is not Intent.NONE]
    asked = [(intent, by) for intent, (by, sure) in read if intent != Intent.NONE and not sure]
    return (
        len(read),
        sum(intent == by[0] for intent, (by, _) in read),
        len(answered),
        sum(intent == by[0] for intent, by in answered),
        len(asked),
        sum(intent in [one for one in by if one is not Intent.NONE][:_MENU] for intent, by in asked),
        sum(intent == Intent.NONE for intent, _ in answered),
    )


def _print(name: str, counts: Sequence[int]) -> None:
    lines, right, answered, well, asked, listed, wrong = counts
    row = (
        f"{lines}", f"{right / max(1, lines):.3f}", f"{answered}", f"{well / max(1, answered):.3f}",
        f"{listed} of {asked}", f"{wrong}",
    )  # fmt: skip
    sys.stdout.write(f"{name:8}" + "".join(f"{figure:>18}" for figure in row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
