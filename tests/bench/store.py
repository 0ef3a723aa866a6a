"""What the disk itself takes."""

import os
import time
from pathlib import Path
from statistics import median

_TRIES = 200


def sync_ms(folder: Path) -> float:
    """Median milliseconds of one 4 KiB write with fsync on this disk."""
    path = folder / "sync"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_TRIES):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    path.unlink()
    return median(times) * 1000
