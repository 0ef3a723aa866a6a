import socket
import struct
import threading
import time
import tracemalloc
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zalo_governor.sandbox.attachments.antivirus import Antivirus

DATED = b"ClamAV 1.4.3/27793/Mon Nov  2 09:52:04 2026\n"


class Daemon:
    """Answers like clamd, with what the test tells it."""

    def __init__(self, path: Path) -> None:
        self.version, self.verdict = DATED, b"stream: OK\n"
        self.received: bytearray | deque[int] = bytearray()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            connection = self.listener.accept()[0]
            with connection, connection.makefile("rb") as stream:
                command = stream.readline()
                if command == b"nEND\n":
                    return
                if command == b"nINSTREAM\n":
                    while size := struct.unpack("!L", stream.read(4))[0]:
                        self.received.extend(stream.read(size))
                connection.sendall(self.version if command == b"nVERSION\n" else self.verdict)

    def end(self, path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(path))
            last.sendall(b"nEND\n")
            self.thread.join()
        self.listener.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clamd.sock"


@pytest.fixture
def daemon(path: Path) -> Iterator[Daemon]:
    daemon = Daemon(path)
    yield daemon
    daemon.end(path)


def test_a_clean_file_has_the_date_of_the_signatures(daemon: Daemon, path: Path) -> None:
    verdict = Antivirus(path, 5).scan(b"Xin chao" * 1000)
    assert verdict is not None
    assert verdict.name is None
    assert verdict.engine == "ClamAV 1.4.3"
    assert verdict.signatures_at == datetime(2026, 11, 2, 9, 52, 4).astimezone(UTC)
    assert daemon.received == b"Xin chao" * 1000


def test_a_large_file_is_not_copied_as_a_whole(daemon: Daemon, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(20_000_000)
    monkeypatch.setattr(daemon, "received", deque[int](maxlen=0))
    tracemalloc.start()
    try:
        assert Antivirus(path, 30).scan(content) is not None
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_clean_answer_without_a_date_is_not_checked(daemon: Daemon, path: Path) -> None:
    daemon.version = b"ClamAV 1.4.3\n"
    assert Antivirus(path, 5).scan(b"x") is None


def test_the_version_is_told_without_a_file(daemon: Daemon, path: Path) -> None:
    asked = Antivirus(path, 5).version()
    assert asked == ("ClamAV 1.4.3", datetime(2026, 11, 2, 9, 52, 4).astimezone(UTC))
    assert Antivirus(path.with_name("none"), 5).version() is None


def test_the_name_keeps_safe_characters_only(daemon: Daemon, path: Path) -> None:
    daemon.verdict = "stream: Win.Mẫu/<b>-1(x) FOUND\n".encode()
    verdict = Antivirus(path, 5).scan(b"x")
    assert verdict is not None
    assert verdict.name == "Win.M_u__b_-1_x_"


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\n",
        b"stream: Heuristics.Encrypted.PDF FOUND\n",
        b"INSTREAM size limit exceeded. ERROR\n",
        b"stream: Can't allocate memory ERROR\n",
        b"\n",
        b"\xff\xfe\n",
        b"?\n",
        b"",
    ],
)
def test_what_is_no_verdict_is_not_checked(daemon: Daemon, path: Path, answer: bytes) -> None:
    daemon.verdict = answer
    assert Antivirus(path, 5).scan(b"x") is None


def test_a_large_file_is_not_clean(daemon: Daemon, path: Path) -> None:
    assert Antivirus(path, 5).scan(bytes(26 << 20)) is None


def test_without_a_daemon_nothing_is_checked(path: Path) -> None:
    assert Antivirus(path, 1).scan(b"x") is None
    path.write_text("")
    assert Antivirus(path, 1).scan(b"x") is None


def test_a_daemon_that_hangs_is_waited_for_until_the_time_is_over(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(0)
        began = time.monotonic()
        for _ in range(3):
            assert Antivirus(path, 0.3).scan(b"x") is None
        assert time.monotonic() - began < 5
