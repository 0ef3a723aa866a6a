"""The service manager is told over its socket, and fed only while the bot works."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from zalo_governor.app.monitoring.watchdog import Watchdog


class Manager:
    """Stands in for systemd."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self._socket.settimeout(30)

    def hears(self) -> str:
        return self._socket.recv(4096).decode()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify") if request.param == "file" else f"@zalo-governor-test-{os.getpid()}")
    yield made
    made.close()


@contextmanager
def running(watchdog: Watchdog) -> Iterator[None]:
    thread = threading.Thread(target=watchdog.run)
    thread.start()
    try:
        yield
    finally:
        watchdog.stop()
        thread.join(30)
    assert not thread.is_alive()


def test_it_says_ready_feeds_while_the_bot_works_and_says_when_it_ends(manager: Manager) -> None:
    works = threading.Event()
    works.set()
    environment = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "300000", "WATCHDOG_PID": str(os.getpid())}
    watchdog = Watchdog(environment, works=works.is_set, status=lambda: "hearing")
    with running(watchdog):
        assert [manager.hears() for _ in range(5)] == ["READY=1", *["WATCHDOG=1", "STATUS=hearing"] * 2]
        works.clear()
        while manager.hears() == "WATCHDOG=1":
            pass  # What was on its way when it stopped working.
        heard = [manager.hears() for _ in range(6)]
        assert heard.count("WATCHDOG=1") <= 1, "at most the one that was being sent"
        assert "WATCHDOG=1" not in heard[2:]
        works.set()
        while manager.hears() != "WATCHDOG=1":
            pass
    while (last := manager.hears()) != "STOPPING=1":
        assert last in {"STATUS=hearing", "WATCHDOG=1"}


def test_a_status_that_does_not_come_for_a_silent_database_keeps_no_food_back(manager: Manager) -> None:
    database = threading.Event()

    def status() -> str:
        database.wait(30)
        return "hearing"

    environment = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "20000"}
    with running(Watchdog(environment, works=lambda: True, status=status)):
        assert [manager.hears() for _ in range(5)] == ["READY=1", *["WATCHDOG=1"] * 4]
        database.set()
        while manager.hears() != "STATUS=hearing":
            pass


def test_a_watchdog_of_another_process_is_not_fed(manager: Manager) -> None:
    environment = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}
    with running(Watchdog(environment, works=lambda: True, status=lambda: "hearing")):
        assert [manager.hears() for _ in range(2)] == ["READY=1", "STATUS=hearing"]
    assert manager.hears() == "STOPPING=1"


def test_without_a_service_manager_it_waits_for_its_end() -> None:
    """A part that ends by itself ends the program."""
    watchdog = Watchdog({}, works=lambda: True, status=lambda: "hearing")
    thread = threading.Thread(target=watchdog.run)
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    watchdog.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_a_service_manager_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    with running(Watchdog({"NOTIFY_SOCKET": str(tmp_path / "gone")}, works=lambda: True, status=lambda: "hearing")):
        pass
