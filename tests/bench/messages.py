"""The longest message of each kind that the demonstration sent, beside the limit of its kind."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from zalo_governor.app.context import open_records
from zalo_governor.cli.demo.command import demo
from zalo_governor.config import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import GovernorError
from zalo_governor.pipeline.outbox import TEXT_BYTES
from zalo_governor.services.messaging.catalogue import Catalogue
from zalo_governor.services.messaging.limits import LIMITS
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.storage.schema import outbox

_ADDRESS = re.compile("đồng chí|ông/bà", re.IGNORECASE)
_LEAST_FIXED = 12
"""Templates with fewer fixed letters are parts of messages, not messages."""


def messages(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of a finished demo; the latest in build/demo if not given")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="run the demo first")] = False,
    show: Annotated[bool, typer.Option("--show", help="print each of these messages in full")] = False,
) -> None:
    """Print the longest message of each kind in the demo, with its limit; exit 1 if one is over."""
    if fresh or (folder is None and not _finished()):
        demo(keep=None, speed=None)
    chosen = folder or _finished()[-1]
    catalogue, texts = _sent(chosen)
    longest: dict[str, str] = {}
    for text in texts:
        kind = kind_of(catalogue, text)
        key = kind.key if kind else _PART
        longest[key] = max(longest.get(key, ""), text, key=len)
    table, over = Table("kind", "longest", "limit", ""), []
    for key, text in sorted(longest.items(), key=lambda item: -len(item[1])):
        limit = LIMITS.get(_BY_KEY[key], _PART_LETTERS) if key in _BY_KEY else _PART_LETTERS
        table.add_row(key, str(len(text)), str(limit), "" if len(text) <= limit else "OVER")
        over += [key] if len(text) > limit else []
    console = Console(soft_wrap=True)
    console.print(table)
    if show:
        for key, text in longest.items():
            console.print(f"--- {key} ({len(text)})\n{text}\n", markup=False, highlight=False)
    console.print(f"{len(texts)} messages of {len(longest)} kinds in {chosen}; over their limit: {len(over)}")
    raise typer.Exit(1 if over else 0)


def kind_of(catalogue: Catalogue, text: str) -> MessageId | None:
    """Return the message id whose template gives the text; None for a part of a message.

    Of several, it is one that begins with fixed letters, and has most of them.
    """
    plain = _ADDRESS.sub("đồng chí", text)
    fits = [(rank, kind) for kind, rank, fixed in _templates(catalogue) if _made_of(plain, fixed)]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


_PART = "(part of a longer message)"
_PART_LETTERS = TEXT_BYTES
_BY_KEY = {kind.key: kind for kind in MessageId}


def _templates(catalogue: Catalogue) -> Iterator[tuple[MessageId, tuple[bool, int], list[str]]]:
    """Yield each message id with its rank and the fixed parts of its template, between the fields."""
    for kind in MessageId:
        template = _ADDRESS.sub("đồng chí", catalogue.template(kind))
        parts = list(Formatter().parse(template))
        # Sentences that were left out take the blanks around them with them.
        fixed = [part[0].strip() for part in parts] + ([""] if parts[-1][1] else [])
        letters = sum(map(len, fixed))
        if letters >= _LEAST_FIXED:
            yield kind, (bool(fixed[0]), letters), fixed


def _made_of(text: str, fixed: list[str]) -> bool:
    """Return whether the text begins and ends with the first and last fixed part, with the others between in order."""
    if not (text.startswith(fixed[0]) and text.endswith(fixed[-1])) or (len(fixed) == 1 and text != fixed[0]):
        return False
    place, end = len(fixed[0]), len(text) - len(fixed[-1])
    for part in fixed[1:-1]:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return place <= end


def _finished() -> list[Path]:
    return sorted(folder for folder in Path("build/demo").glob("*") if (folder / "data" / "governor.db").exists())


def _sent(folder: Path) -> tuple[Catalogue, list[str]]:
    """Return the message catalogue and the texts in the outbox of the demo that left its files in the folder."""
    try:
        records = open_records(load_settings(folder / "governor.yaml"), system_clock)
    except GovernorError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        with records.database.read() as connection:
            rows = connection.execute(select(outbox.c.body, outbox.c.account, outbox.c.thread_id)).all()
        keys = records.database.keys
        return records.catalogue, [keys.open_text(row.body, "outbox", row.account, row.thread_id) for row in rows]
    finally:
        records.close()
