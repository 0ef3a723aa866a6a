"""The longest message of each kind that the demonstration sent, beside its limit; and what alerts tell their reader."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from tests.bench.alerts import alerts
from tests.bench.kinds import kind_of
from zalo_governor.app.context import open_records
from zalo_governor.cli.demo.command import demo
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import GovernorError
from zalo_governor.messaging.catalogue import Catalogue
from zalo_governor.messaging.templates import TextId
from zalo_governor.pipeline.outbox import TEXT_BYTES
from zalo_governor.storage.schema import outbox


def messages(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of a finished demo; the latest in build/demo if not given")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="run the demo first")] = False,
    show: Annotated[bool, typer.Option("--show", help="print each of these messages in full")] = False,
) -> None:
    """Print the longest message of each kind in the demo, with its limit, and the alerts that lack something.

    The exit code is 1 if a message is over its limit, or an alert lacks kind, group, deadline or answers.
    """
    if fresh or (folder is None and not _finished()):
        demo(keep=None, speed=None)
    chosen = folder or _finished()[-1]
    catalogue, texts = _sent(chosen)
    longest: dict[str, str] = {}
    for text in texts:
        kind = kind_of(catalogue, text)
        key = kind or _PART
        longest[key] = max(longest.get(key, ""), text, key=len)
    table, over = Table("kind", "longest", "limit", ""), []
    for key, text in sorted(longest.items(), key=lambda item: -len(item[1])):
        limit = (key != _PART and catalogue.template(TextId(key)).limit) or _PART_LETTERS
        table.add_row(key, str(len(text)), str(limit), "" if len(text) <= limit else "OVER")
        over += [key] if len(text) > limit else []
    console = Console(soft_wrap=True)
    console.print(table)
    if show:
        for key, text in longest.items():
            console.print(f"--- {key} ({len(text)})\n{text}\n", markup=False, highlight=False)
    console.print(f"{len(texts)} messages of {len(longest)} kinds in {chosen}; over their limit: {len(over)}")
    raise typer.Exit(1 if _lacking(console) or over else 0)


def _lacking(console: Console) -> int:
    """Print what the alerts of all kinds lack, and return how many lack something."""
    counts, lacking = Counter[str](), 0
    for alert in alerts():
        counts[alert.head] += 1
        if alert.lacks:
            lacking += 1
            console.print(f"{alert.place}: {', '.join(alert.lacks)}\n{alert.text}\n", markup=False, highlight=False)
    heads = ", ".join(f"{head}: {count}" for head, count in counts.most_common())
    console.print(
        f"{counts.total()} alerts in 1 and 3 groups, on trial and live ({heads}); lacking something: {lacking}"
    )
    return lacking


_PART = "(part of a longer message)"
_PART_LETTERS = TEXT_BYTES


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
