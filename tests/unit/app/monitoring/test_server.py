"""/healthz and /metrics as whoever watches gets them."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from time import monotonic, sleep

import pytest
from structlog.testing import capture_logs

from zalo_governor.app.monitoring.health import Condition, Health
from zalo_governor.app.monitoring.server import HealthServer, Pages
from zalo_governor.config.monitoring import LOOPBACK, HealthSettings

GOOD = Health(Condition.HEARING, ())
BLIND = Health(Condition.BLIND, (Condition.BLIND,))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(port: int, found: list[Health], listen: str = LOOPBACK) -> Iterator[None]:
    server = HealthServer(port, Pages(lambda: (found[-1], {"waiting": 3}), lambda: b"zalo_governor_up 1\n"), listen)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join(30)
    assert not thread.is_alive()


def ask(port: int, path: str, host: str = LOOPBACK) -> tuple[int, str]:
    deadline = monotonic() + 30
    while True:
        connection = HTTPConnection(LOOPBACK, port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except ConnectionRefusedError:
            assert monotonic() < deadline
            sleep(0.02)
        finally:
            connection.close()


def test_health_is_200_while_the_bot_hears_and_503_with_the_reasons_when_not() -> None:
    port, found = free_port(), [GOOD]
    with serving(port, found):
        status, body = ask(port, "/healthz")
        assert (status, json.loads(body)) == (200, {"status": "hearing", "reasons": [], "waiting": 3})
        found.append(BLIND)
        status, body = ask(port, "/healthz")
        assert (status, json.loads(body)) == (503, {"status": "blind", "reasons": ["blind"], "waiting": 3})
        assert ask(port, "/metrics") == (200, "zalo_governor_up 1\n")
        assert ask(port, "/governor.db")[0] == 404


def test_under_another_name_nothing_is_shown() -> None:
    port = free_port()
    with serving(port, [GOOD]):
        for host in ("tinhmau.example", f"tinhmau.example:{port}", "10.0.0.5", "[", "127.0.0.1.tinhmau.example"):
            assert ask(port, "/metrics", host)[0] == 421
            assert ask(port, "/healthz", host)[0] == 421
        # Another port than the own one is that of a tunnel from another machine.
        for host in (LOOPBACK, "localhost", f"{LOOPBACK}:{port}", f"localhost:{port}", f"{LOOPBACK}:1"):
            assert ask(port, "/healthz", host)[0] == 200


def test_where_the_settings_open_it_other_machines_may_ask_by_address_and_by_this_machines_name() -> None:
    port = free_port()
    with serving(port, [GOOD], "0.0.0.0"):  # noqa: S104  what the settings may say
        for host in (LOOPBACK, f"10.0.0.5:{port}", "[fe80::1]:80", socket.gethostname()):
            assert ask(port, "/healthz", host)[0] == 200
        assert ask(port, "/healthz", "tinhmau.example")[0] == 421


@pytest.mark.parametrize(
    ("listen", "own", "url"),
    [
        ("127.0.0.1", True, "http://127.0.0.1:8377"),
        ("0.0.0.0", False, "http://127.0.0.1:8377"),  # noqa: S104  only read
        ("10.0.0.5", False, "http://10.0.0.5:8377"),
        ("::", False, "http://[::1]:8377"),
    ],
)
def test_the_settings_say_where_it_listens_and_where_this_machine_asks(listen: str, own: bool, url: str) -> None:
    settings = HealthSettings(listen=listen)
    assert (settings.on_this_machine_only, settings.url) == (own, url)


def test_somebody_who_says_nothing_holds_nobody_up_for_long() -> None:
    port = free_port()
    with serving(port, [GOOD]):
        ask(port, "/healthz")
        with socket.create_connection((LOOPBACK, port)), socket.create_connection((LOOPBACK, port)) as other:
            other.sendall(b"GET /hea")
            assert ask(port, "/healthz")[0] == 200


def test_a_taken_port_is_told_and_ends_nothing() -> None:
    with socket.socket() as taken, capture_logs() as logged:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(port, [GOOD]):
            deadline = monotonic() + 30
            while not logged:
                assert monotonic() < deadline
                sleep(0.02)
    assert [(line["event"], line["port"]) for line in logged] == [("health_port_taken", port)]
