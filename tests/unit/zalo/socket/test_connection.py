"""What the connection does that the websockets package by itself would not."""

import base64
import hashlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from zalo_governor.domain.clock import system_clock
from zalo_governor.zalo.socket.connection import ZaloConnection

SESSION: Any = SimpleNamespace(
    client_version=1, timeout=5.0, browser_headers={"User-Agent": "test"}, cookie_header=lambda host: "zpw_sek=x"
)


@contextmanager
def listening(answer: Callable[[socket.socket, bytes], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each handshake so; gives its address and the handshakes that it got."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                asked.append(line.recv(65536))
                answer(line, asked[-1])

        threading.Thread(target=serve, daemon=True).start()
        yield f"ws://127.0.0.1:{server.getsockname()[1]}/", asked


def accept(line: socket.socket, asked: bytes) -> None:
    key = asked.lower().index(b"sec-websocket-key: ") + len("sec-websocket-key: ")
    said = asked[key:].split(b"\r\n")[0] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    token = base64.b64encode(hashlib.sha1(said, usedforsecurity=False).digest())
    line.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
    )


def test_a_redirect_takes_the_cookies_nowhere_and_tells_its_status() -> None:
    with listening(accept) as (elsewhere, asked_there):

        def redirect(line: socket.socket, asked: bytes) -> None:
            line.sendall(f"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n".encode())

        with listening(redirect) as (here, asked), pytest.raises(InvalidStatus) as failed:
            ZaloConnection(SESSION, here, clock=system_clock)
    assert failed.value.response.status_code == 302
    assert b"zpw_sek=x" in asked[0]
    assert asked_there == []


def test_a_send_that_hangs_does_not_delay_the_end() -> None:
    with listening(accept) as (here, _):  # It never reads what is sent.
        connection = ZaloConnection(SESSION, here, clock=system_clock)
        sending = threading.Thread(target=connection.send, args=[bytes(64 * 1024 * 1024)], daemon=True)
        sending.start()
        time.sleep(0.3)
        assert sending.is_alive()
        began = time.monotonic()
        connection.close()
        assert time.monotonic() - began < 10
        sending.join(60)
        assert not sending.is_alive()


@pytest.mark.parametrize(("error", "told"), [(EOFError("stream ended"), []), (ValueError("a bug"), ["unexpected"])])
def test_the_end_of_a_line_that_is_noted_twice_is_no_fault_in_the_log(
    error: Exception, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("zalo_governor.wire").error("unexpected", exc_info=error)
    assert [record.message for record in caplog.records] == told
