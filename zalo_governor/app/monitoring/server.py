"""HTTP server for /healthz and /metrics; from other machines it is reachable only if the settings say so."""

import ipaddress
import json
import socket
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import structlog

from zalo_governor.app.monitoring.health import Health
from zalo_governor.config.monitoring import LOOPBACK

log = structlog.get_logger(__name__)

_HOST_NAMES = (LOOPBACK, "localhost")
"""Host names that a request's Host header may contain."""
_RETRY_SECONDS = 30.0
"""Seconds until the server tries again to listen on a port that another program uses."""


class Pages(NamedTuple):
    """The functions that return the content of the served pages, called at each request."""

    health: Callable[[], tuple[Health, dict[str, Any]]]
    """Returns the bot's health, and further fields to show on /healthz."""
    metrics: Callable[[], bytes]
    """Returns the content of /metrics."""


class HealthServer:
    """HTTP server for /healthz and /metrics, in a thread of its own. A port in use does not stop the bot.

    Args:
        port: the port to listen on.
        pages: what is served.
        listen: IP address to listen on; another than 127.0.0.1 may open the pages to other machines.
    """

    def __init__(self, port: int, pages: Pages, listen: str = LOOPBACK) -> None:
        self._port = port
        self._listen = listen
        self._pages = pages
        self._stopping = threading.Event()
        self._server: _Server | None = None

    def run(self) -> None:
        """Answer requests, one at a time, until stopped; if the port is in use, log that once and try again."""
        told = False
        while not self._stopping.is_set():
            try:
                self._serve()
            except OSError as error:
                if not told:
                    log.error("health_port_taken", port=self._port, error=error)
                told = True
                self._stopping.wait(_RETRY_SECONDS)

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()

    def _serve(self) -> None:
        """Listen on the port and answer requests until stopped; raise OSError if another program uses the port."""
        with _Server((self._listen, self._port), self._pages) as server:
            log.info("health_served", port=server.server_address[1])
            while not self._stopping.is_set():
                server.handle_request()


class _Server(socketserver.TCPServer):
    """The listening server; gives its request handlers the pages to show."""

    allow_reuse_address = True
    timeout = 0.5
    """Seconds that `handle_request` waits for a request, so that a stop is noticed."""

    def __init__(self, address: tuple[str, int], pages: Pages) -> None:
        self.pages = pages
        listen = ipaddress.ip_address(address[0])
        self.address_family = socket.AF_INET if listen.version == 4 else socket.AF_INET6
        self.open_to_others = not listen.is_loopback
        super().__init__(address, _Handler)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Ignore an error during a request, such as the client's disconnecting."""


class _Handler(BaseHTTPRequestHandler):
    """Handler of one HTTP request: answers GET /healthz and GET /metrics."""

    server: _Server
    timeout = 5.0
    """Seconds after which a client that sends nothing is disconnected, so that other clients are not blocked."""
    server_version = "zalo-governor"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the page /healthz or /metrics; else 404, or 421 if the Host header names another machine."""
        if not self._has_known_host():
            self._respond(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"Host: 127.0.0.1\n")
        elif self.path == "/healthz":
            found, beside = self.server.pages.health()
            told = {"status": found.condition.value, "reasons": [reason.value for reason in found.reasons], **beside}
            status = HTTPStatus.OK if found.good else HTTPStatus.SERVICE_UNAVAILABLE
            self._respond(status, "application/json", json.dumps(told).encode() + b"\n")
        elif self.path == "/metrics":
            self._respond(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", self.server.pages.metrics())
        else:
            self._respond(HTTPStatus.NOT_FOUND, "text/plain", b"/healthz, /metrics\n")

    def log_message(self, *_arguments: object) -> None:
        """Log nothing; overridden, as the base class would log every request."""

    def _has_known_host(self) -> bool:
        """Return whether the Host header names this machine; otherwise a web page may be attacking by DNS rebinding.

        Such a page has a name of its own, so that an IP address is never its; where other machines may ask, this
        machine's own name is accepted too.
        """
        try:
            name = urlsplit(f"//{self.headers.get('Host', LOOPBACK)}").hostname
        except ValueError:
            return False
        if not name or not self.server.open_to_others:
            return name in _HOST_NAMES
        return name in {*_HOST_NAMES, socket.gethostname().lower()} or _is_ip_address(name)

    def _respond(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        """Send a response with content of the media type `kind`."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
