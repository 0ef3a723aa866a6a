"""A stand-in for Zalo's HTTP servers on this machine, whose answers a test writes itself."""

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.unit.zalo.wiring import ACCOUNT
from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import read_params, sealed_answer

SECRET = bytes(range(16))
LOGIN = "/api/login/getLoginInfo"


class Call(NamedTuple):
    """A call as it arrived; `params` are decrypted where there are any."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    params: RawDict
    upload: bytes = b""
    """The body of a multipart call."""


class Answer(NamedTuple):
    """What to answer: `body` as JSON unless it is bytes, after `hang` seconds."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    hang: float = 0.0


def login_answer(**given: object) -> Answer:
    """A login that succeeds, with other data where given."""
    data: RawDict = {
        "uid": ACCOUNT,
        "phone_number": "84900000000",
        "zpw_enk": base64.b64encode(SECRET).decode(),
        "zpw_ws": ["ws://127.0.0.1:9/ws/"],
    }
    return Answer({"error_code": 0, "error_message": "", "data": data | given})


def inner(data: object, code: int = 0, message: str = "") -> Answer:
    """An encrypted answer."""
    return Answer(sealed_answer(data, SECRET, code, message))


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that gave up waiting is what some tests are about."""


class StandIn:
    """Answers from `answers`: a path leads to an answer, or to what makes one of a call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: dict[str, Answer | Callable[[Call], Answer]] = {LOGIN: login_answer()}
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def paths(self) -> list[str]:
        """The paths called so far."""
        return [call.path for call in self.calls]

    def stop(self) -> None:
        """End, and refuse further connections."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upload = self.headers.get("Content-Type", "").startswith("multipart/")
                self._serve({} if upload else parse_qs(body.decode()), body if upload else b"")

            def log_message(self, *_args: Any) -> None:
                pass

            def _serve(self, form: dict[str, list[str]], upload: bytes = b"") -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                sealed = (form | query).get("params")
                # The encrypted login is under a key of its own.
                params = read_params(sealed[0], SECRET) if sealed and "zcid" not in query else {}
                call = Call(parts.path, query, dict(self.headers), params, upload)
                stand_in.calls.append(call)
                given = stand_in.answers.get(parts.path, Answer({"error_code": 404}, 404))
                answer = given if isinstance(given, Answer) else given(call)
                time.sleep(answer.hang)
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler
