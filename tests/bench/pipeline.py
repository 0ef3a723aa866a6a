"""The whole program as a process, fed by the simulator."""

import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.rig import ADMIN, Rig, rig

BURST = 50_000
PATIENCE = 120
VIOLATION_EVERY = 500
RATE = 20
ALERTS = 100
BARE = "Kinh gui cac dong chi, de nghi cac don vi gui bao cao truoc ngay mai"


def burst(folder: Path) -> tuple[float, float]:
    """(messages a second from the first frame to the last message judged, RSS in MB after them)."""
    folder.mkdir()
    with rig(folder) as made:
        made.start_bot()
        order = made.control("flood", count=BURST, every_violation=VIOLATION_EVERY)
        fed = time.monotonic()
        while made.judged() < BURST:
            time.sleep(0.1)  # Counting takes the second core's time, too.
            assert time.monotonic() - fed < PATIENCE
        seconds = time.monotonic() - fed + order["feed_seconds"]
        return BURST / seconds, _rss_mb(made)


def alert_latency_ms(folder: Path) -> tuple[float, float]:
    """(median, 99th percentile) milliseconds from the frame's write to the admin's message at the simulator.

    At 20 messages a second; every fourth breaks a rule, each by another member, so that each alerts.
    """
    folder.mkdir()
    with rig(folder) as made:
        made.start_bot()
        said_ms = []
        turn = time.monotonic()
        for number in range(ALERTS * 4):
            if number % 4:
                made.push("Kính gửi các đồng chí, Văn phòng đã nhận đủ báo cáo của các đơn vị.")
            else:
                [key] = made.push(BARE, uidFrom=str(7_100_000_000_000_000_000 + number), dName="Thành viên")
                said_ms.append(int(key) / 1000)
            turn += 1 / RATE
            time.sleep(max(turn - time.monotonic(), 0))
        made.until(lambda: len(_alerts(made)) == ALERTS, "every alert has come")
        latencies = [came["at_ms"] - said for came, said in zip(_alerts(made), said_ms, strict=True)]
        cuts = quantiles(latencies, n=100)
        return cuts[49], cuts[98]


def _alerts(made: Rig) -> list[dict[str, Any]]:
    return [sent for sent in made.sent() if sent["thread"] == ADMIN]


def _rss_mb(made: Rig) -> float:
    assert made.bot
    status = Path(f"/proc/{made.bot.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
