"""The real bot as monitoring, the service manager and whoever reads its log see it."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.rig import GROUP, MEMBER, Rig, rig
from tests.unit.app.monitoring.test_server import free_port

LOGIN = "/api/login/getLoginInfo"
UNMARKED = "De nghi cac dong chi gui bao cao truoc 10 gio sang mai"


class Watched:
    """A bot with a port for monitoring, under a service manager that only listens."""

    def __init__(self, bot: Rig, port: int, manager: socket.socket) -> None:
        self.bot = bot
        self._url = f"http://127.0.0.1:{port}"
        self._manager = manager
        self.told: list[str] = []

    def health(self) -> tuple[int, dict[str, Any]]:
        """(0, {}) where nobody answers."""
        try:
            answer = requests.get(f"{self._url}/healthz", timeout=30)
        except requests.ConnectionError:
            return 0, {}
        return answer.status_code, answer.json()

    def metric(self, name: str, **labels: str) -> float | None:
        page = requests.get(f"{self._url}/metrics", timeout=30).text
        assert MEMBER not in page
        assert GROUP not in page
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        return None

    def manager_heard(self, message: str) -> bool:
        with suppress(BlockingIOError):
            while True:
                self.told.append(self._manager.recv(4096).decode())
        return message in self.told


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    with manager, rig(tmp_path) as bot:
        port = free_port()
        bot.configure("health", port=port)
        yield Watched(bot, port, manager)


def test_monitoring_sees_the_bot_hear_go_blind_and_hear_again(watched: Watched) -> None:
    bot = watched.bot
    bot.control("config", status={LOGIN: 503})
    bot.launch_bot()
    bot.until(lambda: watched.health()[0] == 503, "it cannot log in, and says so")
    assert watched.health()[1]["status"] == "starting"
    assert watched.manager_heard("READY=1"), "the service manager must not take a missing network for a broken program"
    bot.control("config", status={})
    bot.until(lambda: watched.health()[0] == 200, "it hears")

    bot.say(UNMARKED)
    rule = {"rule": "3.1-tieng-viet-co-dau", "severity": "minor"}
    bot.until(lambda: watched.metric("zalo_governor_findings_total", **rule) == 1, "the finding is counted")
    assert (watched.metric("zalo_governor_heard_total", source="live") or 0) >= 1
    bot.until(
        lambda: watched.metric("zalo_governor_open_cases", state="reminded") == 1, "the request to the member arrives"
    )
    bot.until(lambda: (watched.metric("zalo_governor_sends_total", outcome="sent") or 0) >= 1, "a notice is counted")
    assert watched.metric("zalo_governor_line", state="up") == 1
    assert watched.metric("zalo_governor_database_up") == 1
    assert (watched.metric("zalo_governor_commit_seconds_sum") or 0) > 0
    assert (watched.metric("process_resident_memory_bytes") or 0) > 50_000_000

    bot.control("config", handshake=503)
    bot.control("abort")
    bot.until(lambda: watched.health()[1].get("status") == "blind", "it is blind")
    status, told = watched.health()
    assert (status, told["reasons"], told["line"]) == (503, ["blind"], "down")
    bot.control("config", handshake=None)
    bot.until(lambda: watched.health()[0] == 200, "it hears again")
    bot.until(lambda: watched.manager_heard("WATCHDOG=1"), "the watchdog is fed")
    bot.until(lambda: watched.manager_heard("STATUS=hearing"), "and told how the bot stands")
    assert bot.stop_bot() == 0
    assert watched.manager_heard("STOPPING=1")


def test_the_log_on_disk_tells_of_everything_and_quotes_nothing(watched: Watched) -> None:
    bot = watched.bot
    bot.start_bot()
    bot.say(UNMARKED)
    bot.case_of(MEMBER)
    bot.until(lambda: bot.logged("case") == 1, "the case is logged")
    assert bot.stop_bot() == 0
    path = bot.folder / "data" / "logs" / "governor.log"
    text = path.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"started", "judged", "case", "sent", "stopped"} <= {line["event"] for line in lines}
    assert "(masked)" not in text
    assert "De nghi" not in text
    assert path.stat().st_mode & 0o777 == 0o600
