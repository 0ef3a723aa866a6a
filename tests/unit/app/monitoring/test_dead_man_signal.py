"""The dead-man signal as its receiver gets it: a real server, a health that changes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from zalo_governor.app.monitoring.dead_man_signal import DeadManSignal
from zalo_governor.app.monitoring.health import Condition, Health
from zalo_governor.config.monitoring import HeartbeatSettings, is_plain_http
from zalo_governor.domain.clock import system_clock

GOOD = Health(Condition.HEARING, ())
BLIND = Health(Condition.BLIND, (Condition.BLIND,))
OFTEN = 0.002
"""Minutes between two signals in these tests: 0.12 s."""


class Receiver(ThreadingHTTPServer):
    """Takes signals, and answers with `status`, after `delay` seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, bytes]] = []
        self.status, self.delay = 200, 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/uuid"

    def paths(self) -> list[str]:
        return [path.removeprefix("/ping/uuid") for path, _ in list(self.calls)]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sleep(self.server.delay)
        self.server.calls.append((self.path, body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's own name
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Sending:
    """A signal that is being sent, and what changes under it."""

    def __init__(self, url: str | None, **settings: float) -> None:
        self.health = GOOD
        self.settings = HeartbeatSettings.model_validate(
            {"url": url, "every_minutes": OFTEN, "fail_after_minutes": 0} | settings
        )
        self.outcomes: list[str] = []
        self.signal = DeadManSignal(
            lambda: self.settings, lambda: self.health, count=self.outcomes.append, clock=system_clock
        )


@contextmanager
def sending(url: str | None, **settings: float) -> Iterator[Sending]:
    made = Sending(url, **settings)
    thread = threading.Thread(target=made.signal.run)
    thread.start()
    try:
        yield made
    finally:
        started = monotonic()
        made.signal.stop()
        thread.join(30)
        assert monotonic() - started < 15, "a stop waits for no call"


def until(holds: Any) -> None:
    deadline = monotonic() + 20
    while not holds():
        assert monotonic() < deadline
        sleep(0.01)


def test_it_tells_of_the_start_then_that_all_is_well_then_of_a_problem_by_name_only(receiver: Receiver) -> None:
    with sending(receiver.url) as made:
        until(lambda: len(receiver.calls) >= 4)
        assert receiver.paths()[:3] == ["/start", "", ""]
        made.health = BLIND
        until(lambda: receiver.paths()[-1] == "/fail")
        assert receiver.calls[-1] == ("/ping/uuid/fail", b"blind")
        made.health = GOOD
        until(lambda: receiver.paths()[-1] == "")
    assert set(made.outcomes) == {"sent"}
    assert {body for _, body in receiver.calls} == {b"", b"blind"}


def test_a_short_problem_is_none(receiver: Receiver) -> None:
    with sending(receiver.url, fail_after_minutes=60) as made:
        until(lambda: "" in receiver.paths())
        made.health = BLIND
        sleep(0.5)
        before = len(receiver.calls)
        sleep(0.5)
        assert len(receiver.calls) == before, "while it lasts, nothing is said at all"
        made.health = GOOD
        until(lambda: len(receiver.calls) > before)
        assert "/fail" not in receiver.paths()


def test_what_cannot_be_sent_is_counted_logged_once_without_the_address_and_sent_later(receiver: Receiver) -> None:
    receiver.status = 503
    with capture_logs() as logged, sending(receiver.url) as made:
        until(lambda: made.outcomes.count("failed") >= 3)
        assert made.signal.failing_since
        assert [line["event"] for line in logged] == ["dead_man_signal_not_sent"]
        assert logged[0]["code"] == 503
        receiver.status = 302
        until(lambda: made.outcomes.count("failed") >= 5)
        receiver.status = 200
        until(lambda: "sent" in made.outcomes)
        until(lambda: made.signal.failing_since is None)
    assert "uuid" not in str(logged)
    assert "/elsewhere" not in receiver.paths()


def test_a_receiver_that_does_not_answer_holds_nobody_up(receiver: Receiver) -> None:
    receiver.delay = 20
    with sending(receiver.url) as made:
        until(lambda: made.signal._call)
        # `sending` measures how long the stop takes.


def test_the_address_may_be_given_and_taken_while_the_bot_runs(receiver: Receiver) -> None:
    with sending(None) as made:
        sleep(0.3)
        assert not made.outcomes
        made.settings = HeartbeatSettings.model_validate({"url": receiver.url, "every_minutes": OFTEN})
        until(lambda: "" in receiver.paths())
        made.settings = HeartbeatSettings()
        sleep(0.3)
        before = len(receiver.calls)
        sleep(0.3)
        assert len(receiver.calls) == before


@pytest.mark.parametrize(
    "wrong", ["hc-ping.com/x", "ftp://a/b", "https:///x", "https://a/b?status=up", "http://a:99999/", "http://a:0/"]
)
def test_what_is_no_address_is_refused_without_quoting_it(wrong: str) -> None:
    with pytest.raises(ValidationError, match="phải là địa chỉ đầy đủ") as error:
        HeartbeatSettings.model_validate({"url": wrong})
    assert wrong not in error.value.errors(include_input=False)[0]["msg"]


@pytest.mark.parametrize(
    ("url", "plain"),
    [("https://a.vn/x", False), ("http://a.vn/x", True), ("http://10.1.1.1", True), ("http://127.0.0.1:1/x", False)],
)
def test_which_addresses_are_called_unencrypted(url: str, plain: bool) -> None:
    assert is_plain_http(url) is plain
