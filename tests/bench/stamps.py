"""Measurement of the search for secrecy stamps: pages found with the right level, false finds, seconds, memory.

The pages are those of a folder with a manifest, or those made by `tests/pages` in the style that nothing was tuned on.
"""

import io
import json
import multiprocessing
import resource
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from tests.pages.catalogue import LEVELS, Page, clean_pages, stamped_pages
from zalo_governor.sandbox.attachments.stamps import find_stamp, preload

HELD_OUT = 5_000
"""Number of the first page to measure with; the search was developed on lower numbers."""


class Measured(NamedTuple):
    """Figures of the pages that were looked at."""

    stamped: int
    found: int
    """Stamped pages whose level is right."""
    clean: int
    false: int
    """Pages without a stamp on which one was seen."""
    seconds: float
    """Mean of the processor time a page."""
    longest: float
    megabytes: int
    """Most memory of the process that looked at them."""
    wrong: list[str]


def stamps(
    data: Annotated[Path | None, typer.Option(help="folder with manifest.json and pictures")] = None,
    pages: Annotated[int, typer.Option(help="made pages with a stamp, and as many without")] = 120,
    first: Annotated[int, typer.Option(help="number of the first made page")] = HELD_OUT,
) -> None:
    """Search made pages, or a folder's, for secrecy stamps, and print how many were right."""
    made = read_folder(data) if data else make_pages(pages, first)
    measured = measure_stamps(made)
    table = Table("figure", "measured", "goal")
    table.add_row("found with the right level", f"{measured.found} of {measured.stamped}", "≥ .92")
    table.add_row("false", f"{measured.false} of {measured.clean}", "≤ .01")
    table.add_row("seconds a page", f"{measured.seconds:.2f} (longest {measured.longest:.2f})", "≤ 1.5")
    table.add_row("memory in MB", str(measured.megabytes), "≤ 450")
    console = Console()
    console.print(table)
    for line in measured.wrong:
        console.print(line)


def make_pages(count: int, first: int) -> Iterator[Page]:
    """Yield `count` pages with a stamp and `count` without, in the style that was held out."""
    yield from stamped_pages(count, "held_out", first)
    yield from clean_pages(count, "held_out", first)


def read_folder(folder: Path) -> Iterator[Page]:
    """Yield the pictures that `manifest.json` names: a list of objects with `file` and `stamp` (MẬT … or null)."""
    for row in json.loads((folder / "manifest.json").read_text(encoding="utf-8")):
        with Image.open(folder / row["file"]) as picture:
            yield Page(picture.convert("RGB"), LEVELS.get(row["stamp"]), row["file"])


def measure_stamps(pages: Iterable[Page]) -> Measured:
    """Look at each page in a process of its own, so that the memory is that of the search alone."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=search_pages, args=(theirs,))
    process.start()
    counts = {"stamped": 0, "found": 0, "clean": 0, "false": 0}
    seconds: list[float] = []
    wrong: list[str] = []
    for number, page in enumerate(pages):
        held = io.BytesIO()
        page.picture.save(held, "PNG", compress_level=1)
        ours.send_bytes(held.getvalue())
        level, took = ours.recv()
        seconds.append(took)
        counts["stamped" if page.level else "clean"] += 1
        counts["found"] += page.level is not None and level == page.level
        counts["false"] += page.level is None and level is not None
        if level != page.level:
            wrong.append(f"page {number} ({page.kind}): {page.level} read as {level}")
    ours.send_bytes(b"")
    megabytes = int(ours.recv())
    process.join()
    return Measured(
        **counts, seconds=sum(seconds) / len(seconds), longest=max(seconds), megabytes=megabytes, wrong=wrong
    )


def search_pages(pipe: Connection) -> None:
    """Answer each picture with the level and the seconds, and the end (no bytes) with the most memory in MB."""
    preload()
    while content := pipe.recv_bytes():
        picture = Image.open(io.BytesIO(content))
        picture.load()
        began = time.process_time()
        stamp = find_stamp(picture)
        pipe.send((stamp.level if stamp else None, time.process_time() - began))
    pipe.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
