"""`watch` as another machine runs it: the bot is killed, mail and webhook tell of it, and of its coming back."""

import re
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.acceptance.processes import Lines
from tests.rig import GROUP, MEMBER, rig
from tests.unit.app.monitoring.test_server import free_port
from tests.unit.app.test_fallback_alert import hook, mail_server, mails, posts
from tests.unit.app.test_fallback_alert import serve as serving

__all__ = ["hook", "mail_server"]

TOKEN = "mot-phan-bi-mat-0123"


class Watch:
    """The settings of a watcher, and the watcher as a process."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "giam-sat.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True))
        self.process = self._begin()

    def _begin(self) -> Lines:
        command = [sys.executable, "-m", "zalo_governor", "watch", "--config", "giam-sat.yaml"]
        process = Lines(command, self.folder)
        assert "Bắt đầu giám sát" in self.until("", process)
        return process

    def until(self, words: str, process: Lines | None = None) -> str:
        """The next line with these words; each begins with the time of Viet Nam."""
        while True:
            line = (process or self.process).until("", 60)
            assert re.match(r"\d\d:\d\d:\d\d \d\d/\d\d/\d{4}  ", line)
            if words in line:
                return line

    def restart(self) -> None:
        assert self.process.end(signal.SIGTERM) == 0
        self.process = self._begin()


@contextmanager
def watching(folder: Path, **settings: Any) -> Iterator[Watch]:
    watch = Watch(folder, **settings)
    try:
        yield watch
    finally:
        assert watch.process.end(signal.SIGTERM) == 0


def alarm(mail: socketserver.TCPServer, hook: HTTPServer) -> dict[str, Any]:
    smtp = {"host": "127.0.0.1", "port": mail.server_address[1], "starttls": False}
    smtp |= {"sender": "giam-sat@mau.test", "recipients": ["it@mau.test"]}
    return {"smtp": smtp, "webhook": f"http://127.0.0.1:{hook.server_address[1]}/alarm"}


def subjects() -> list[str]:
    """Of the mails that arrived."""
    found = []
    for one in re.split(r"(?=^Subject: )", "".join(mails), flags=re.MULTILINE):
        subject = message_from_string(one.replace("\r\n", "\n"))["Subject"]
        found += [str(make_header(decode_header(subject)))] if subject else []
    return found


def test_a_bot_that_is_killed_is_told_of_and_so_is_its_coming_back(tmp_path: Path, mail_server: Any, hook: Any) -> None:
    with rig(tmp_path) as bot:
        port = free_port()
        bot.configure("health", port=port)
        bot.start_bot()
        bot.until(lambda: requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).ok, "it is well")
        settings = {"url": f"http://127.0.0.1:{port}", "every": "0.5s", "after": "6s", "name": "tỉnh Mẫu"}
        with watching(tmp_path / "other", **settings, alarm=alarm(mail_server, hook)) as watch:
            watch.until("hoạt động bình thường")
            bot.kill_bot()
            watch.until("không trả lời")
            watch.restart()
            watch.until("Đã báo: Hệ thống ngừng phát")
            [post] = posts
            said = re.fullmatch(r".*\(tỉnh Mẫu\): ngừng hoạt động từ (.*)", post["subject"])
            assert said
            assert f"không hoạt động từ {said[1]}" in post["text"]
            assert "máy chủ hoặc chương trình không trả lời" in post["text"]
            assert subjects() == [post["subject"]]
            watch.restart()
            bot.start_bot()
            watch.until("Đã báo: Hệ thống hoạt động trở lại")
            assert len(posts) == 2
            assert "hoạt động trở lại lúc" in posts[1]["subject"]
            assert f"gián đoạn (từ {said[1]})" in posts[1]["text"]
            assert subjects() == [post["subject"] for post in posts]
        assert bot.stop_bot() == 0


def test_the_bots_own_signals_are_enough(tmp_path: Path, mail_server: Any, hook: Any) -> None:
    with rig(tmp_path) as bot:
        port = free_port()
        url = f"http://127.0.0.1:{port}/{TOKEN}"
        bot.configure("heartbeat", url=url, every_minutes=0.01, fail_after_minutes=0)
        settings = {"listen": url, "every": "0.5s", "after": "6s", "alarm": alarm(mail_server, hook)}
        bot.start_bot()
        with watching(tmp_path / "other", **settings) as watch:
            assert requests.post(f"http://127.0.0.1:{port}/{TOKEN[:-1]}x", timeout=60).status_code == 404
            assert requests.get(f"http://127.0.0.1:{port}/{TOKEN}/other", timeout=60).status_code == 404
            watch.until("vừa khởi động")
            watch.until("hoạt động bình thường")
            bot.control("config", handshake=503)
            bot.control("abort")
            watch.until("mất kết nối Zalo")
            watch.until("Đã báo: Hệ thống ngừng phát")
            assert "Hệ thống mất kết nối Zalo" in posts[0]["text"]
            bot.control("config", handshake=None)
            watch.until("Đã báo: Hệ thống hoạt động trở lại")
            bot.kill_bot()
            watch.until("Đã báo: Hệ thống ngừng phát")
            assert "không nhận được tín hiệu hoạt động" in posts[2]["text"]
            log = bot.bot.log.read_text() if bot.bot else ""
            assert TOKEN not in log
            for word in (GROUP, MEMBER, TOKEN):
                assert word not in str(posts) + "".join(mails)
        assert (tmp_path / "other" / "giam-sat.json").stat().st_mode & 0o777 == 0o600


class _Page(BaseHTTPRequestHandler):
    answers: list[tuple[int, bytes]] = []
    asked = threading.Semaphore(0)

    def do_GET(self) -> None:
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.asked.release()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's own name
        """Nothing."""


def test_one_lost_answer_alarms_nobody_and_a_strange_one_is_no_good_one(tmp_path: Path, hook: Any) -> None:
    good, lost = (200, b'{"status": "hearing"}'), (503, b"Bad Gateway")
    _Page.answers = [good, lost, good, lost, good, lost, lost, good, lost, (200, b"<html>"), (200, b"[]")]
    page = HTTPServer(("127.0.0.1", 0), _Page)
    server = serving(page)
    next(server)
    webhook = {"webhook": f"http://127.0.0.1:{hook.server_address[1]}/alarm"}
    settings = {"url": f"http://127.0.0.1:{page.server_port}/healthz", "every": "1s", "after": "2.5s"}
    try:
        with watching(tmp_path / "other", **settings, alarm=webhook) as watch:
            for _ in range(9):
                assert _Page.asked.acquire(timeout=30)
            assert posts == []
            watch.until("Đã báo: Hệ thống ngừng phát")
            assert "không phải của Hệ thống" in posts[0]["text"]
    finally:
        next(server, None)


def test_a_test_message_is_sent_and_trouble_is_said(tmp_path: Path, hook: Any) -> None:
    def run(*options: str) -> tuple[str, int]:
        command = [sys.executable, "-m", "zalo_governor", "watch", "http://127.0.0.1:1", *options]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        return done.stdout + done.stderr, done.returncode

    said, code = run("--send-test", "--webhook", f"http://127.0.0.1:{hook.server_address[1]}/alarm")
    assert ("Đã gửi thử qua 1 kênh" in said, code, len(posts)) == (True, 0, 1)
    said, code = run("--send-test", "--webhook", "http://127.0.0.1:1/")
    assert ("1 trong 1 kênh chưa gửi được" in said, code) == (True, 1)
    said, code = run()
    assert ("chưa khai kênh nào" in said, code) == (True, 2)
    said, code = run("--webhook", "x", "--every", "10m")
    assert ("--webhook: phải bắt đầu bằng http" in said, code) == (True, 2)
    said, code = run("--webhook", "http://a", "--every", "10m")
    assert ("after phải dài ít nhất gấp đôi every" in said, code) == (True, 2)
    said, code = run("--webhook", "http://a", "--state", "/proc/x")
    assert ("không ghi được tệp trạng thái" in said, code) == (True, 2)
    taken = f"http://127.0.0.1:{hook.server_address[1]}/{TOKEN}"
    said, code = run("--webhook", "http://a", "--listen", taken)
    assert ("--listen: không mở được" in said, code) == (True, 2)
