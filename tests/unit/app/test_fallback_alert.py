"""The second channel really mails and really posts, and its trouble stops nobody."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.config.sections import AlarmSettings, SmtpSettings

mails: list[str] = []
posts: list[Any] = []


class MailServer(socketserver.StreamRequestHandler):
    """Just enough of SMTP (RFC 5321) to take one message."""

    def handle(self) -> None:
        self.wfile.write(b"220 mail.test ready\r\n")
        data = False
        for line in self.rfile:
            if data:
                if line == b".\r\n":
                    data = False
                    self.wfile.write(b"250 taken\r\n")
                else:
                    mails.append(line.decode())
            elif line.upper().startswith(b"DATA"):
                data = True
                self.wfile.write(b"354 go on\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


class Hook(BaseHTTPRequestHandler):
    """Takes a POST."""

    posts = posts

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/moved":
            self.do_GET()
            return
        self.posts.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/moved" else 204)
        self.send_header("Location", "/login")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's own name
        """Nothing."""


def serve(server: socketserver.BaseServer) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mail_server() -> Iterator[Any]:
    server = socketserver.TCPServer(("127.0.0.1", 0), MailServer)
    mails.clear()
    yield from serve(server)


@pytest.fixture
def hook() -> Iterator[Any]:
    server = HTTPServer(("127.0.0.1", 0), Hook)
    posts.clear()
    yield from serve(server)


def send(settings: AlarmSettings) -> None:
    before = set(threading.enumerate())
    FallbackAlert(settings).send("mất kết nối", "Từ 08:00 Hệ thống không nhận được tin.")
    for thread in set(threading.enumerate()) - before:
        thread.join(60)


def smtp(port: int) -> SmtpSettings:
    return SmtpSettings(host="127.0.0.1", port=port, starttls=False, sender="bot@mau.test", recipients=("it@mau.test",))


def test_a_mail_arrives(mail_server: Any) -> None:
    send(AlarmSettings(smtp=smtp(mail_server.server_address[1])))
    mail = "".join(mails)
    assert "To: it@mau.test" in mail
    assert "Subject: =?utf-8?" in mail


def test_a_webhook_is_called(hook: Any) -> None:
    send(AlarmSettings(webhook=f"http://127.0.0.1:{hook.server_address[1]}/alarm"))
    assert posts == [{"subject": "mất kết nối", "text": "Từ 08:00 Hệ thống không nhận được tin."}]


def test_a_webhook_that_leads_elsewhere_where_the_alert_would_be_lost_has_not_taken_it(hook: Any) -> None:
    alert = FallbackAlert(AlarmSettings(webhook=f"http://127.0.0.1:{hook.server_address[1]}/moved"))
    assert not alert.deliver("mất kết nối", "Từ 08:00 Hệ thống không nhận được tin.")
    [way] = alert.ways
    with pytest.raises(requests.HTTPError):
        way.reach()


def test_when_one_channel_fails_the_other_is_still_used(hook: Any) -> None:
    nobody = smtp(1)
    send(AlarmSettings(smtp=nobody, webhook=f"http://127.0.0.1:{hook.server_address[1]}/alarm"))
    assert len(posts) == 1
