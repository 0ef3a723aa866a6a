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
    {"directive", "reply", "label"}. A deadline counts only where the message is read as a leader's directive, or asked
    about.
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
    readings = [(row, reader.read(row["text"], row["sender_role"], _NOON)) for row in rows]
    took = (time.process_time() - began) / len(rows)
    meant = [(row, reading) for row, reading in readings if row["label"] == "directive"]
    said = [row["label"] == "directive" for row, reading in readings if reading.directive is True]
    named = [(row, set(reader.addressees(normalise(row["text"]).text))) for row, _ in meant if "addressees" in row]
    wrong += [
        f"addressees {names} for {row['addressees']}: {row['text'][:120]}"
        for row, names in named
        if names != set(row["addressees"])
    ]
    wrong += [
        f"{row['label']} read as {reading.directive}: {row['text'][:120]}"
        for row, reading in readings
        if (row["label"] == "directive") is not (reading.directive is True)
    ]
    return [
        f"directives recorded        {share(sum(said), len(meant))}",
        f"  precision                {share(sum(said), len(said))}",
        f"recorded or asked          {share(sum(reading.directive is not False for _, reading in meant), len(meant))}",
        f"asked, of all messages     {share(sum(reading.directive is None for _, reading in readings), len(rows))}",
        f"exact set of addressees    {share(sum(names == set(row['addressees']) for row, names in named), len(named))}",
        f"time                       {took * 1e6:.0f} µs a message",
    ]


def _deadlines(reader: DirectiveReader, rows: list[dict[str, Any]], wrong: list[str]) -> list[str]:
    right = 0
    for row in rows:
        sent_at = datetime.fromisoformat(row["sent_at"])
        meant = datetime.fromisoformat(row["deadline"]) if row["deadline"] else None
        reading = reader.read(row["text"], "leader", sent_at)
        right += reading.deadline == meant
        if reading.deadline != meant:
            wrong.append(f"deadline {reading.deadline} for {meant}, sent {sent_at}: {row['text'][:120]}")
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
