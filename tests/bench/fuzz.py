"""Scans broken files by the sandboxed process, as a stranger may send them: `python -m tests.bench fuzz --minutes 10`.

Files of the zoo and documents are changed at random: bytes flipped, pieces cut out, doubled, put into one another. Each
is read by the real process in a child of its own. An outcome is good if the answer comes in time, the child neither
crashed nor ran into its limit, and the process that serves is still the same.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.zoo import everyday, marks
from tests.zoo.files import files
from tests.zoo.scanning import CONFIG
from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.client import AttachmentScanner, ScannerUnavailableError, command

SECONDS = 20.0
"""Time for a file by its reader's own clock; the child is killed 10 s later."""
_SPARE = 15.0
_MOST_BYTES = 1 << 20
_INTERESTING = (
    b"\0" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x80\0\0\0",
    b"PK\x03\x04",
    b"%PDF-",
)


@dataclass
class Fuzzed:
    """What became of the files."""

    files: int = 0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[str, bytes]] = field(default_factory=list)
    """(what went wrong and with which file, content)."""


def corpus() -> list[tuple[str, bytes]]:
    """Return (name, content) of the whole files."""
    found = [(file.name, file.content) for file in files()]
    found += [(file.name, file.content) for file in marks.ROWS]
    found += list(everyday.close_documents())[:6]
    return [(name, content) for name, content in found if 0 < len(content) <= _MOST_BYTES]


def mutate(rng: random.Random, content: bytes, other: bytes) -> bytes:
    """Return a file broken in up to eight places."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        if not changed:
            break
        at = rng.randrange(len(changed))
        size = min(rng.choice((1, 2, 4, 16, 256, 4096)), len(changed) - at)
        match rng.randrange(8):
            case 0:
                changed[at] ^= 1 << rng.randrange(8)
            case 1:
                changed[at : at + size] = rng.randbytes(size)
            case 2:
                del changed[at:]
            case 3:
                del changed[at : at + size]
            case 4:
                changed[at:at] = changed[at : at + size] * rng.choice((1, 2, 50))
            case 5:
                start = rng.randrange(len(other))
                changed[at : at + size] = other[start : start + size]
            case 6:
                piece = rng.choice(_INTERESTING)
                changed[at : at + len(piece)] = piece
            case _:
                changed += other
    return bytes(changed[: 2 * _MOST_BYTES])


def fuzz(scanner: AttachmentScanner, *, seconds: float, seed: int, least: int = 1) -> Fuzzed:
    """Scan changed files for so many seconds, but at least so many files."""
    rng = random.Random(seed)  # noqa: S311 - chance for tests
    whole, fuzzed = corpus(), Fuzzed()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or fuzzed.files < least:
        name, content = rng.choice(whole)
        broken = mutate(rng, content, rng.choice(whole)[1])
        if rng.random() < 0.2:
            name = rng.choice(whole)[0]
        fuzzed.files += 1
        began = time.monotonic()
        try:
            result = scanner.scan(broken, name)
        except ScannerUnavailableError:
            fuzzed.bad.append((f"the process was lost over {name!a}", broken))
            continue
        took = time.monotonic() - began
        fuzzed.slowest = max(fuzzed.slowest, took)
        fuzzed.outcomes.update([code.value for code in result.not_checked] or ["read"])
        for reason in {NotChecked.CRASHED, NotChecked.TIMED_OUT} & set(result.not_checked):
            fuzzed.bad.append((f"{reason} over {name!a}", broken))
        if took > SECONDS + _SPARE:
            fuzzed.bad.append((f"{took:.0f} s over {name!a}", broken))
    return fuzzed


def main(arguments: Sequence[str]) -> None:
    """Scan changed files and print what became of them; exit with 1 if an outcome was bad."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench fuzz")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    scanner = AttachmentScanner(command(CONFIG, SECONDS))
    try:
        fuzzed = fuzz(scanner, seconds=options.minutes * 60, seed=options.seed)
    finally:
        scanner.close()
    print(f"seed {options.seed}: {fuzzed.files} files, slowest {fuzzed.slowest:.1f} s, {dict(fuzzed.outcomes)}")
    if fuzzed.bad:
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        for number, (told, content) in enumerate(fuzzed.bad):
            (folder / str(number)).write_bytes(content)
            print(f"{folder / str(number)}: {told}")
        sys.exit(1)
