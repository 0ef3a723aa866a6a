"""Benchmark of the panel: pages beside a million messages and 2,000 cases, memory, and a flood of requests."""

import asyncio
import gzip
import http.client
import re
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from tests.bench.count import memory_mb
from tests.bench.figures import Figures
from tests.bench.latency import RATE, VIOLATION_EVERY, alerts, latencies
from tests.bench.years import fill
from tests.rig import ADMIN, Rig, rig
from tests.unit.app.monitoring.test_server import free_port
from zalo_governor.cli.demo.processes import Program, ask

PAGES = (
    "/viec", "/chi-dao", "/thanh-vien", "/bao-cao", "/quy-tac", "/tin-da-gui", "/suc-khoe", "/nhat-ky", "/vu-viec/7",
)  # fmt: skip
_EACH = 30
_DAYS = 365
_PAUSE = 0.11
"""Seconds between two requests: the panel takes 10 a second from one address."""
_FLOOD_PER_SECOND, _FLOOD_SECONDS = 500, 60
_ATTACKERS = 16
_CASES = """
INSERT INTO cases (group_id, rule_id, clause, severity, label, sealed, person_id, state, opened_ms, event_ms,
                   last_event_ms, count, first_event_id, message_key, late, state_ms)
SELECT group_id, '3.1-tieng-viet-co-dau', '3.1', 'minor', 'no_diacritics', 0, person_id,
       CASE WHEN row_number() OVER (ORDER BY id) % 3 THEN 'reminded' ELSE 'confirmed' END,
       at_ms, at_ms, at_ms, 1, id, id, 0, at_ms + 600000
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
    """Let an attacker ask 500 times a second, without waiting for answers, while the bot hears messages."""
    flood = _Flood(urlsplit(address).netloc, cookie)
    attacker = threading.Thread(target=lambda: asyncio.run(flood.run()), daemon=True)
    began = time.monotonic()
    attacker.start()
    count = RATE * _FLOOD_SECONDS
    expected = count // VIOLATION_EVERY
    senders = [str(7_100_000_000_000_000_000 + number) for number in range(expected + 1)]
    made.control("flood", count=count, rate=RATE, every_violation=VIOLATION_EVERY, senders=senders)
    time.sleep(_FLOOD_SECONDS)  # Asking the simulator what has come would disturb it.
    made.until(lambda: len(alerts(made)) >= expected, "every alert has come", 180)
    seconds = time.monotonic() - began
    flood.over.set()
    attacker.join()
    cuts = quantiles(latencies(made), n=100)
    return {
        "panel_flood_asked_per_s": flood.asked / seconds,
        "panel_flood_answered_per_s": flood.answered / seconds,
        "panel_flood_alert_ms_p99": cuts[98],
    }


class _Flood:
    """Requests of a page over the bare socket: an attacker is another machine, whose cost this one does not bear."""

    def __init__(self, host: str, cookie: str) -> None:
        self._host = host
        self._request = f"GET /viec HTTP/1.1\r\nHost: {host}\r\nCookie: __Host-bang={cookie}\r\n\r\n".encode()
        self.over = threading.Event()
        self.asked = self.answered = 0

    async def run(self) -> None:
        """Ask over all connections until it is over."""
        await asyncio.gather(*(self._connection() for _ in range(_ATTACKERS)))

    async def _connection(self) -> None:
        host, port = self._host.split(":")
        while not self.over.is_set():
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(host, int(port))
                reading = asyncio.create_task(self._read(reader))
                while not self.over.is_set() and not reading.done():
                    writer.write(self._request)
                    self.asked += 1
                    await asyncio.sleep(_ATTACKERS / _FLOOD_PER_SECOND)
                reading.cancel()
                writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while piece := await reader.read(1 << 16):
            self.answered += piece.count(b"HTTP/1.1 ")
