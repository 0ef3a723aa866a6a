"""Benchmark of the time from a member's message to the notice to the admin, at an even rate of messages."""

import sqlite3
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.bench.figures import Figures
from tests.bench.store import sync_ms
from tests.rig import ADMIN, Rig, rig

RATE = 200
COUNT = 4_000
VIOLATION_EVERY = 40
ALERTS = COUNT // VIOLATION_EVERY
SENDERS = [str(7_100_000_000_000_000_000 + number) for number in range(ALERTS + 1)]
"""uids of the senders. Each violation has a different sender, so that each causes a notice of its own.

Their number has no common divisor with `VIOLATION_EVERY`.
"""


def latency(folder: Path) -> Figures:
    """Return median and 99th percentile of the ms from writing the frame to the admin's notice at the simulator."""
    place = folder / "latency"
    place.mkdir()
    with rig(place) as made:
        made.start_bot()
        made.control("flood", count=COUNT, rate=RATE, every_violation=VIOLATION_EVERY, senders=SENDERS)
        made.until(lambda: len(alerts(made)) == ALERTS, "every alert has come")
        cuts = quantiles(latencies(made), n=100)
    return {"sync_ms": sync_ms(folder), "dm_latency_ms_p50": cuts[49], "dm_latency_ms_p99": cuts[98]}


def latencies(made: Rig) -> list[float]:
    """Return the ms from each message with a violation to its alert at the admin."""
    came = [alert["at_ms"] for alert in alerts(made)]
    with closing(sqlite3.connect(made.database)) as connection:
        said = connection.execute("SELECT key FROM inbox JOIN findings ON event_id = inbox.id ORDER BY inbox.id")
        # The simulator's msgId is its clock in microseconds.
        return [at_ms - int(key) / 1000 for at_ms, (key,) in zip(came, said, strict=True)]


def alerts(made: Rig) -> list[dict[str, Any]]:
    """Return what the admin has got."""
    return [sent for sent in made.sent() if sent["thread"] == ADMIN]
