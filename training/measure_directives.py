"""Measure the reading of directives on writers left out of the training: `python -m training.measure_directives`.

The writers are divided into six parts; each part is read by tables that learnt from the other five only. Prints the
figures of each writer, then their mean and worst. Takes twenty minutes.
"""

import sys
from collections.abc import Collection, Sequence
from math import isnan, nan

from training.classes import fit
from training.directives import (
    SETTINGS,
    Line,
    Reply,
    fit_spans,
    lines,
    order_examples,
    reply_examples,
    reply_lines,
    time_examples,
)
from training.ngrams import parts_of
from zalo_governor.text.directives.addressees import SpanModel
from zalo_governor.text.directives.reader import DirectiveReader
from zalo_governor.text.linear_classes import ClassModel

_PARTS = 6
FIGURES = ("recorded", "precision", "rec.or.asked", "asked", "addressees", "deadlines", "replies")


def main() -> None:
    """Print the figures of each writer left out, their mean and the worst."""
    known, answered = lines(), reply_lines()
    _print(f"{'writer':8}" + "".join(f"{name:>15}" for name in FIGURES))
    rows = []
    for part in parts_of({line.writer for line in known}, _PARTS):
        reader = reader_without(part, known, answered)
        for writer in sorted(part):
            row = figures(
                reader,
                [line for line in known if line.writer == writer],
                [line for line in answered if line.writer == writer],
            )
            rows.append(row)
            _print(f"{writer:8}" + "".join(f"{figure:15.3f}" for figure in row))
    columns = [[figure for figure in column if not isnan(figure)] for column in zip(*rows, strict=True)]
    _print(f"{'mean':8}" + "".join(f"{sum(column) / len(column):15.3f}" for column in columns))
    _print(f"{'worst':8}" + "".join(f"{min(column):15.3f}" for column in columns))


def _print(row: str) -> None:
    sys.stdout.write(row + "\n")
    sys.stdout.flush()


def reader_without(writers: Collection[str], known: Sequence[Line], answered: Sequence[Reply]) -> DirectiveReader:
    """Return a reader whose tables learnt nothing from the writers."""
    others = [line for line in known if line.writer not in writers]
    replies = [one for one in answered if one.writer not in writers]
    return DirectiveReader(
        orders=ClassModel(fit(list(order_examples(others)), SETTINGS)),
        times=ClassModel(fit(list(time_examples(others)), SETTINGS)),
        replies=ClassModel(fit(list(reply_examples(replies)), SETTINGS)),
        spans=SpanModel(fit_spans(others)),
    )


def figures(reader: DirectiveReader, messages: Sequence[Line], answers: Sequence[Reply]) -> list[float]:
    """Return the figures named in `FIGURES`: shares from 0 to 1.

    "recorded" and "rec.or.asked" are shares of the true directives, "precision" of the recorded messages, "asked" of
    all messages. Addressees and deadlines are judged on true directives, each as a whole: the same set of addressees,
    the same moment or none.
    """
    readings = [(line, reader.read(line.text, line.role, line.sent_at)) for line in messages]
    true = [(line, reading) for line, reading in readings if line.directive]
    said = [line.directive for line, reading in readings if reading.directive is True]
    whom = sum(set(reader.addressees(line.text)) == set(line.addressees) for line, _ in true)
    when = sum(reading.deadline == line.deadline for line, reading in true)
    replies = sum(reader.reply(one.reply, one.directive) == one.label for one in answers)
    return [
        sum(said) / max(1, len(true)), sum(said) / max(1, len(said)),
        sum(reading.directive is not False for _, reading in true) / max(1, len(true)),
        sum(reading.directive is None for _, reading in readings) / max(1, len(messages)),
        whom / max(1, len(true)), when / max(1, len(true)), replies / len(answers) if answers else nan,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
