"""`python -m tests.bench directives`: how well directives, their addressees and deadlines, and replies are read."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from tests.bench.texts.measuring import share
from zalo_governor.text.directives.reader import DirectiveReader
from zalo_governor.text.normalise import normalise

_NOON = datetime.fromisoformat("2025-11-10T12:00")  # the sets of directives name no time of sending


def directives(
    data: Annotated[Path, typer.Option(help="Folder with directives*.jsonl, deadlines*.jsonl and acks*.jsonl.")],
    list_wrong: Annotated[bool, typer.Option("--list", help="List what is read wrongly.")] = False,
) -> None:
    """Measure the reading of directives on the labelled sets of a folder, with 95 % intervals.

    Lines are {"text", "sender_role", "label", "addressees"}, {"text", "sent_at", "deadline"} and
    {"directive", "reply", "label"}. What the reader is unsure of counts as no directive.
    """
    reader = DirectiveReader()
    wrong: list[str] = []
    for path in sorted(data.glob("*.jsonl")):
        rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
        measure = next((m for kind, m in _KINDS.items() if path.name.startswith(kind)), None)
        if measure is not None:
            typer.echo(f"== {path.name}: {len(rows)} lines")
            for line in measure(reader, rows, wrong):
                typer.echo(line)
    for line in wrong if list_wrong else ():
        typer.echo(line)


def _messages(reader: DirectiveReader, rows: list[dict[str, Any]], wrong: list[str]) -> list[str]:
    began = time.process_time()
    readings = [reader.read(row["text"], row["sender_role"], _NOON) for row in rows]
    took = (time.process_time() - began) / len(rows)
    right = found = meant = unsure = whom = 0
    for row, reading in zip(rows, readings, strict=True):
        is_one, said = row["label"] == "directive", reading.directive is True
        right, found, meant = right + (is_one and said), found + said, meant + is_one
        unsure += reading.directive is None
        if is_one:
            names = reader.addressees(normalise(row["text"]).text)
            whom += set(names) == set(row["addressees"])
            if set(names) != set(row["addressees"]):
                wrong.append(f"addressees {names} for {row['addressees']}: {row['text'][:120]}")
        if is_one is not said:
            wrong.append(f"{row['label']} read as {reading.directive}: {row['text'][:120]}")
    return [
        f"directives F1              {2 * right / max(1, found + meant):.3f}",
        f"  precision                {share(right, found)}",
        f"  recall                   {share(right, meant)}",
        f"unsure                     {share(unsure, len(rows))}",
        f"exact set of addressees    {share(whom, meant)}",
        f"time                       {took * 1e6:.0f} µs a message",
    ]


def _deadlines(reader: DirectiveReader, rows: list[dict[str, Any]], wrong: list[str]) -> list[str]:
    right = 0
    for row in rows:
        sent_at = datetime.fromisoformat(row["sent_at"])
        meant = datetime.fromisoformat(row["deadline"]) if row["deadline"] else None
        found = next((moment for _, moment in reader.deadlines(normalise(row["text"]).text, sent_at)), None)
        right += found == meant
        if found != meant:
            wrong.append(f"deadline {found} for {meant}, sent {sent_at}: {row['text'][:120]}")
    return [f"deadlines right            {share(right, len(rows))}"]


def _replies(reader: DirectiveReader, rows: list[dict[str, Any]], wrong: list[str]) -> list[str]:
    right = 0
    for row in rows:
        found = reader.reply(row["reply"], row["directive"])
        right += found == row["label"]
        if found != row["label"]:
            wrong.append(f"reply {found} for {row['label']}: {row['directive'][:60]} | {row['reply'][:100]}")
    return [f"replies right              {share(right, len(rows))}"]


_KINDS = {"directives": _messages, "deadlines": _deadlines, "acks": _replies, "replies": _replies}
