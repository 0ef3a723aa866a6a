"""What the doctor makes of the running bot's own word."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from zalo_governor.doctor import running
from zalo_governor.doctor.check import Level, Result
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.running import health
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.engine.lock_owner import LockOwner

Doctor = Callable[[dict[str, Any]], list[Result]]


@contextmanager
def _served(told: dict[str, Any]) -> Iterator[int]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    def ask(told: dict[str, Any]) -> list[Result]:
        monkeypatch.setattr(DoctorContext, "occupant", LockOwner(7))
        with _served(told) as port:
            return list(health(_asking(port, tmp_path)))

    return ask


def _asking(port: int, folder: Path) -> DoctorContext:
    file = folder / "governor.yaml"
    file.write_text(f"health: {{port: {port}}}\n")
    return DoctorContext(file, system_clock, offline=False, send_test=False)


@pytest.mark.parametrize(("line", "why"), [("duplicate", "3000"), ("kicked", "3003")])
def test_an_account_used_elsewhere_is_said_with_the_end_of_the_pause(doctor: Doctor, line: str, why: str) -> None:
    [found] = doctor({"reasons": ["blind"], "line": line, "resumes_at": "2026-11-24T07:35:00+00:00"})
    assert found.level is Level.ERROR
    assert "tạm dừng đến 14:35 24/11/2026" in found.says
    assert why in found.says
    assert "Đăng xuất Zalo" in found.mend


def test_a_refused_session_is_not_called_a_broken_network(doctor: Doctor) -> None:
    [found] = doctor({"reasons": ["blind"], "line": "refused", "resumes_at": None})
    assert "không nhận phiên đăng nhập" in found.says
    assert "zalo-governor login" in found.mend


def test_the_bot_is_asked_past_the_proxy_of_the_network(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    [found, *_] = doctor({"reasons": [], "waiting": 0})
    assert (found.level, "Đang nhận tin" in found.says) == (Level.GOOD, True)


def test_a_broken_line_is(doctor: Doctor) -> None:
    [found] = doctor({"reasons": ["blind"], "line": "down", "resumes_at": None})
    assert "Kiểm tra mạng" in found.mend


@pytest.mark.parametrize(
    ("bot", "says"),
    [(LockOwner(7), "Hệ thống đang chạy nhưng cổng giám sát {} không trả lời"), (None, "{} do chương trình khác giữ")],
)
def test_a_port_that_answers_too_slowly_is_another_programs_only_while_the_bot_is_not_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bot: LockOwner | None, says: str
) -> None:
    monkeypatch.setattr(DoctorContext, "occupant", bot)
    monkeypatch.setattr(running, "_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        [found] = health(_asking(port, tmp_path))
    assert found.level is Level.WARNING
    assert found.says.endswith(says.format(port))
