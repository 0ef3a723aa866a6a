"""Scans files in a child process, which is started for a file and ended after some time without files.

The process, and the children in which it reads files, have no network, no keys and no right to write
(`sandbox/confinement.py`).
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import structlog
from pydantic import ValidationError

from zalo_governor.domain.attachments import NotChecked, ScanResult
from zalo_governor.domain.errors import GovernorError
from zalo_governor.sandbox.attachments.server import LENGTH, MOST_REPLY_BYTES, request
from zalo_governor.system.subprocess_env import environment
from zalo_governor.system.turns import turn

log = structlog.get_logger(__name__)

_START_SECONDS = 120.0
_ANSWER_SECONDS = 230.0
"""Seconds to wait for an answer: longer than any scan may take, so that only a broken process is given up."""
_IDLE_SECONDS = 60.0
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Keeps the numerical libraries from starting threads, which a forked child would not have."""
_TRIES = 2
"""How many times a file is tried that crashes the process which reads it."""


class ScannerUnavailableError(GovernorError):
    """The process that reads attachments cannot be started or does not answer; the scan has to be tried again later."""


def command(config_dir: Path, seconds: float) -> list[str]:
    """Return the command line of the scanning process; rules are in `config_dir`, reading a file may take `seconds`."""
    return [sys.executable, "-m", "zalo_governor.sandbox.attachments", str(config_dir), str(seconds)]


class AttachmentScanner:
    """Scans files in a child process of few rights. One file is scanned at a time; further callers wait.

    The bots of one machine scan one after another (`system/turns.py`), as scans at the same time would be too slow.

    Args:
        command: command line of the process.
        idle_seconds: seconds without a file after which the process is ended, which frees its memory.
    """

    def __init__(self, command: Sequence[str], *, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._command = command
        self._is_outdated = False
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._used_at = 0.0
        self._timer: threading.Timer | None = None

    def scan(self, content: bytes | bytearray, name: str) -> ScanResult:
        """Return what a scan of the file found; `name` is the file's name as it was sent, "" for a photo.

        A file that crashes its reader twice is returned as `NotChecked.CRASHED`.

        Raises:
            ScannerUnavailableError: the process cannot be started or does not answer.
        """
        with self._lock:
            with turn("scan", self._pause):
                began = monotonic()
                result = ScanResult()
                for _ in range(_TRIES):
                    result = self._ask(content, name)
                    if NotChecked.CRASHED not in result.not_checked:
                        break
                    log.warning("attachment_reader_crashed", size=len(content))
            self._used_at = monotonic()
            self._end_when_idle()
            return result.model_copy(update={"size": len(content), "seconds": round(monotonic() - began, 3)})

    def use_command(self, command: Sequence[str]) -> None:
        """Restart the process with this command line before the next file; called when the rules have changed."""
        self._command = command
        self._is_outdated = True

    def close(self) -> None:
        """End the scanning process, if it runs; a scan in progress raises ScannerUnavailableError."""
        self._closed.set()
        process = self._process
        if process is not None:
            process.kill()  # Without the lock, which a scan holds for as long as it waits for an answer.
        with self._lock:
            self._end()

    def is_running(self) -> bool:
        """Return whether the scanning process runs."""
        return self._process is not None

    def _pause(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise ScannerUnavailableError("chương trình đang dừng; sẽ quét lại")

    def _ask(self, content: bytes | bytearray, name: str) -> ScanResult:
        line = self._ready()
        held = os.memfd_create("attachment", os.MFD_CLOEXEC)
        try:
            os.truncate(held, len(content))
            os.pwrite(held, content, 0)
            line.settimeout(_ANSWER_SECONDS)
            socket.send_fds(line, [request(name)], [held])
            return ScanResult.model_validate_json(_receive(line))
        except (OSError, EOFError, ValidationError) as error:
            self._end()
            if not self._closed.is_set():
                log.error("attachment_process_lost", error=type(error).__name__)
            raise ScannerUnavailableError("tiến trình đọc tệp không trả lời; sẽ thử lại") from None
        finally:
            os.close(held)

    def _ready(self) -> socket.socket:
        """Return the socket to the process; start the process if it does not run."""
        if self._line and self._process and self._process.poll() is None and not self._is_outdated:
            return self._line
        self._is_outdated = False
        self._end()
        ours, theirs = socket.socketpair()
        self._line = ours
        try:
            # Our copy of its end is closed at once: else we would never learn that the process has died.
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    self._command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=environment() | _ONE_THREAD,
                    start_new_session=True,
                )
            ours.settimeout(_START_SECONDS)
            _receive(ours)
        except (OSError, EOFError) as error:
            self._end()
            log.error("attachment_process_not_started", error=type(error).__name__)
            raise ScannerUnavailableError("không mở được tiến trình đọc tệp; sẽ thử lại") from None
        return ours

    def _end_when_idle(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._idle_seconds, self._end_if_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_if_idle(self) -> None:
        with self._lock:
            self._timer = None
            if monotonic() - self._used_at >= self._idle_seconds:
                self._end()
            elif self._process is not None:
                self._end_when_idle()

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _receive(line: socket.socket) -> bytes:
    """Read one message; raise EOFError if the other end was closed or sends nonsense."""
    with line.makefile("rb") as stream:
        head = stream.read(LENGTH.size)
        length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
        content = stream.read(length) if length <= MOST_REPLY_BYTES else b""
    if not length or len(content) < length:
        raise EOFError
    return content
