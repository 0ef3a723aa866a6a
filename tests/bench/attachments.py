"""Benchmark of files: alerts about texts while files are scanned, and files of 10 MB from message to verdict."""

import base64
import io
import random
import re
import time
import zipfile
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from PIL import Image

from tests.bench.figures import Figures
from tests.bench.latency import ALERTS, COUNT, RATE, SENDERS, VIOLATION_EVERY
from tests.distinct_files import marked
from tests.rig import ADMIN, Rig, rig
from zalo_governor.simulator.samples import SAMPLES

FILES_EVERY = 1.0
"""Seconds between two files among the texts."""
FILES = int(COUNT / RATE / FILES_EVERY)
POSTER = "7500000000000000001"
_PHOTO_BYTES = 300_000
_LARGE_BYTES = 10 << 20
_PAGES = 10
_PATIENCE = 180.0
_PAGE_SIZE = (2480, 3508)
"""Size in pixels of an A4 page at 300 dpi."""


def attachments(folder: Path) -> Figures:
    """Return the ms from a text to the admin's notice while files are scanned, and the seconds for large files."""
    place = folder / "attachments"
    place.mkdir()
    with rig(place) as made:
        made.start_bot()
        return {**_texts_beside_files(made), **_large_files(made)}


def _texts_beside_files(made: Rig) -> Figures:
    kinds = (("photo", _photo(_PHOTO_BYTES)), ("file", SAMPLES["stamped_scan"]()), ("file", SAMPLES["eicar_archive"]()))
    distinct = (
        (kind, marked(content, f"GIA DINH {number}".encode())) for number, (kind, content) in enumerate(cycle(kinds))
    )
    # Served before the texts begin, as the simulator is busy with a file while it takes it in.
    frames = [_serve(made, kind, content) for kind, content in islice(distinct, FILES)]
    before = _scanned(made)
    made.control("flood", background=True, count=COUNT, rate=RATE, every_violation=VIOLATION_EVERY, senders=SENDERS)
    for frame in frames:
        made.control("push", frames=[frame])
        time.sleep(FILES_EVERY)
    made.until(lambda: not made.state("flood")["running"], "every text was sent")
    scanned = _scanned(made) - before
    made.until(lambda: len(_latencies(made)) == ALERTS, "every alert has come")
    made.until(lambda: _scanned(made) - before == FILES, "every file is scanned", timeout=_PATIENCE)
    cuts = quantiles(_latencies(made), n=100)
    return {
        "dm_latency_beside_files_ms_p50": cuts[49],
        "dm_latency_beside_files_ms_p99": cuts[98],
        "files_scanned_beside_texts": scanned,
    }


def _large_files(made: Rig) -> Figures:
    page = Image.open(io.BytesIO(_photo(_LARGE_BYTES // _PAGES)))
    scan = io.BytesIO()
    page.save(scan, "PDF", save_all=True, append_images=[page] * (_PAGES - 1), quality=75)
    figures: Figures = {}
    for name, kind, content in (
        ("photo", "photo", _photo(_LARGE_BYTES, quality=98)),
        ("scan", "file", scan.getvalue()),
        ("archive", "file", _archive(_LARGE_BYTES)),
    ):
        frame, before = _serve(made, kind, content), _scanned(made)
        began = time.monotonic()
        made.control("push", frames=[frame])
        while _scanned(made) == before:
            time.sleep(0.05)
        figures[f"large_{name}_mb"] = len(content) / (1 << 20)
        figures[f"large_{name}_seconds"] = time.monotonic() - began
    return figures


def _serve(made: Rig, kind: str, content: bytes) -> dict[str, Any]:
    """Put a file on the simulated file server; return the frame of the message with it."""
    name = "anh.jpg" if kind == "photo" else "tep"
    order = {"name": name, "kind": kind, "content": base64.b64encode(content).decode()}
    [put] = made.control("put", files=[order])["files"]
    return {"data": {"groupMsgs": [{"_text": "", **put["message"], "uidFrom": POSTER}]}}


def _scanned(made: Rig) -> int:
    [(count,)] = made.query("SELECT count(*) FROM file_scans")
    return int(count)


def _latencies(made: Rig) -> list[float]:
    """Return the ms from each text that opened a case to the notice to the admin."""
    texts = made.query(
        "SELECT c.id, e.message_key FROM cases c JOIN case_events e ON e.case_id = c.id WHERE clause = '3.1'"
    )
    came = {}
    for sent in made.sent():
        if sent["thread"] == ADMIN and (code := re.search(r"\bVP(\d+)\b", sent["text"])):
            came[int(code[1])] = sent["at_ms"]
    # The simulator's msgId is its clock in microseconds.
    return [came[case] - int(key) / 1000 for case, key in texts if case in came]


def _photo(size: int, quality: int = 75) -> bytes:
    """Return a JPEG photo of a written page, with so much noise that it has about `size` bytes."""
    page = Image.open(io.BytesIO(SAMPLES["clean_picture"]())).resize(_PAGE_SIZE)
    noise = Image.effect_noise(_PAGE_SIZE, 100).convert("RGB")
    least, most = 0.0, 0.6
    made = b""
    for _ in range(6):
        share = (least + most) / 2
        file = io.BytesIO()
        Image.blend(page, noise, share).save(file, "JPEG", quality=quality)
        made = file.getvalue()
        least, most = (share, most) if len(made) < size else (least, share)
    return made


def _archive(size: int) -> bytes:
    """Return a Word document with so many bytes behind it as a second part that compression makes no smaller."""
    packed = io.BytesIO(SAMPLES["clean_document"]())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("word/media/anh.bin", random.Random(21).randbytes(size))  # noqa: S311 - ballast
    return packed.getvalue()
