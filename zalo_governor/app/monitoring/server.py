"""/healthz and /metrics over HTTP, on this machine alone."""

import json
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

import structlog

from zalo_governor.app.monitoring.health import Health

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
_NAMES = (HOST, "localhost")
_AGAIN_SECONDS = 30.0


class Pages(NamedTuple):
    """What is shown, made anew for each who asks."""

    health: Callable[[], tuple[Health, dict[str, Any]]]
    """And what is told beside it."""
    metrics: Callable[[], bytes]


class HealthServer:
    """Answers one after the other until stopped. The bot works on where its port is taken: it hears all the same."""

    def __init__(self, port: int, pages: Pages) -> None:
        self._port = port
        self._pages = pages
        self._stopping = threading.Event()
        self._server: _Server | None = None

    def run(self) -> None:
        """Serve; where the port is taken, say so and try again."""
        told = False
        while not self._stopping.is_set():
            try:
                self._serve()
            except OSError as error:
                if not told:
                    log.error("health_port_taken", port=self._port, error=error)
                told = True
                self._stopping.wait(_AGAIN_SECONDS)

    def stop(self) -> None:
        """Let `run` end."""
        self._stopping.set()

    def _serve(self) -> None:
        with _Server(self._port, self._pages) as server:
            log.info("health_served", port=server.server_address[1])
            while not self._stopping.is_set():
                server.handle_request()


class _Server(socketserver.TCPServer):
    allow_reuse_address = True
    timeout = 0.5
    """How soon a stop is noticed."""

    def __init__(self, port: int, pages: Pages) -> None:
        self.pages = pages
        super().__init__((HOST, port), _Answer)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Whoever asked went away in the middle: nobody needs to know."""


class _Answer(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0
    """Nobody may hold the next one up by saying nothing."""
    server_version = "zalo-governor"
    sys_version = ""

    def do_GET(self) -> None:
        """/healthz, /metrics, and nothing else."""
        if not self._is_meant():
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"Host: 127.0.0.1\n")
        elif self.path == "/healthz":
            found, beside = self.server.pages.health()
            told = {"status": found.condition.value, "reasons": [reason.value for reason in found.reasons], **beside}
            status = HTTPStatus.OK if found.good else HTTPStatus.SERVICE_UNAVAILABLE
            self._answer(status, "application/json", json.dumps(told).encode() + b"\n")
        elif self.path == "/metrics":
            self._answer(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", self.server.pages.metrics())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"/healthz, /metrics\n")

    def log_message(self, *_arguments: object) -> None:
        """A scrape is no event."""

    def _is_meant(self) -> bool:
        """A page of somebody else's, whose name was made to lead here, asks under that name (DNS rebinding)."""
        port = self.server.server_address[1]
        return self.headers.get("Host", HOST) in {name + end for name in _NAMES for end in ("", f":{port}")}

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
