"""Benchmark of the panel: pages beside a million messages and 2,000 cases, memory, and a flood of requests."""

import gzip
import http.client
import re
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from tests.bench.count import memory_mb
from tests.bench.figures import Figures
from tests.bench.latency import ALERTS, COUNT, RATE, SENDERS, VIOLATION_EVERY, alerts, latencies
from tests.bench.years import fill
from tests.rig import ADMIN, Rig, rig
from tests.unit.app.monitoring.test_server import free_port
from zalo_governor.cli.demo.processes import Program, ask

PAGES = (
    "/viec", "/chi-dao", "/thanh-vien", "/bao-cao", "/quy-tac", "/tin-da-gui", "/suc-khoe", "/nhat-ky", "/vu-viec/7",
)  # fmt: skip
_EACH = 40
_DAYS = 365
_PAUSE = 0.06
"""Seconds between two requests: the panel takes 20 a second from one address."""
_FLOOD_PER_SECOND = 500
_ATTACKERS = 16
_CASES = """
INSERT INTO cases (group_id, rule_id, clause, severity, label, sealed, person_id, state, opened_ms, event_ms,
                   last_event_ms, count, first_event_id, message_key, late, state_ms)
SELECT group_id, '3.1-tieng-viet-co-dau', '3.1', 'minor', 'no_diacritics', 0, person_id,
       CASE WHEN id % 3 THEN 'reminded' ELSE 'confirmed' END, at_ms, at_ms, at_ms, 1, id, id, 0, at_ms + 600000
FROM events ORDER BY id DESC LIMIT 2000
"""


def panel(folder: Path) -> Figures:
    """Return the panel's figures.

    They are the 95th percentile of the ms that each page takes, the largest page as it is sent, the memory, and the
    99th percentile of the ms from a message to its alert while the panel gets 500 requests a second.
    """
    place = folder / "panel"
    place.mkdir()
    with rig(place) as made:
        made.configure("panel", enabled=True, port=free_port())
        made.start_bot()
        fill(made.database, over=_DAYS)
        with closing(sqlite3.connect(made.database)) as connection, connection:
            connection.execute(_CASES)
        served = Program(["panel", "--config", str(made.config)], place / "panel.log")
        try:
            address = served.wait_for("Bảng điều khiển: ")
            cookie = _enter(made)
            figures = _pages(address, cookie)
            figures["panel_rss_mb"] = memory_mb(str(served.pid), "VmRSS")
            return figures | _flooded(made, address, cookie)
        finally:
            served.stop()


def _enter(made: Rig) -> str:
    link = ask(["panel", "link", ADMIN, "--config", str(made.config)]).strip()
    parts = urlsplit(link)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as line:
        line.request("POST", parts.path, headers={"Origin": f"http://{parts.netloc}"})
        found = re.search(r"__Host-bang=([^;]+)", line.getresponse().headers["Set-Cookie"] or "")
    assert found is not None
    return found[1]


def _pages(address: str, cookie: str) -> Figures:
    took: list[float] = []
    largest = 0
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)) as line:
        for path in PAGES * _EACH:
            time.sleep(_PAUSE)
            began = time.perf_counter()
            line.request("GET", path, headers={"Cookie": f"__Host-bang={cookie}"})
            answer = line.getresponse()
            page = answer.read()
            took.append(1000 * (time.perf_counter() - began))
            assert answer.status == 200, path
            largest = max(largest, len(gzip.compress(page)))
    by_page = {path: took[place :: len(PAGES)] for place, path in enumerate(PAGES)}
    figures: Figures = {
        f"panel_ms_p95{path.replace('/', '_')}": quantiles(times, n=20)[18] for path, times in by_page.items()
    }
    return {**figures, "panel_ms_p95": quantiles(took, n=20)[18], "panel_page_kb": largest / 1000}


def _flooded(made: Rig, address: str, cookie: str) -> Figures:
    over = threading.Event()
    answered = [0]

    def flood() -> None:
        began = time.monotonic()
        while not over.is_set():
            with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)) as line:
                for _ in range(100):
                    if over.is_set():
                        break
                    line.request("GET", "/viec", headers={"Cookie": f"__Host-bang={cookie}"})
                    line.getresponse().read()
                    answered[0] += 1
                    ahead = answered[0] / _FLOOD_PER_SECOND - (time.monotonic() - began)
                    if ahead > 0:
                        time.sleep(ahead)

    attackers = [threading.Thread(target=flood, daemon=True) for _ in range(_ATTACKERS)]
    began = time.monotonic()
    for attacker in attackers:
        attacker.start()
    made.control("flood", count=COUNT, rate=RATE, every_violation=VIOLATION_EVERY, senders=SENDERS)
    made.until(lambda: len(alerts(made)) >= ALERTS, "every alert has come", 180)
    seconds = time.monotonic() - began
    over.set()
    for attacker in attackers:
        attacker.join()
    cuts = quantiles(latencies(made), n=100)
    return {"panel_flood_per_s": answered[0] / seconds, "panel_flood_alert_ms_p99": cuts[98]}
