"""A terminal with somebody at it: a command runs in it, lines are typed, and what it shows is waited for."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_SECONDS = 60.0


class Terminal:
    """One `zalo-governor` command at a terminal of 100 columns."""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 100, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "zalo_governor", *arguments],
            stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment, start_new_session=True,
            # Who runs the tests in the background of a shell has it ignore Ctrl-C, which is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs yet that could hold a lock
        )  # fmt: skip
        os.close(slave)
        self._raw = b""
        self._read_to = 0
        self._interrupted = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def shown(self) -> str:
        """Everything that it has shown, without colours."""
        return _ESCAPES.sub("", self.coloured).replace("\r\n", "\n")

    @property
    def coloured(self) -> str:
        """The same as it came, with every escape sequence."""
        return self._raw.decode("utf-8", "replace")

    def expect(self, text: str) -> None:
        """Wait until it shows that text, after what was expected before."""
        deadline = time.monotonic() + _SECONDS
        # A line too long for the terminal is continued on the next.
        sought = re.compile(re.escape(text).replace("\\ ", r"\s+"))
        while (found := sought.search(self.shown, self._read_to)) is None:
            assert time.monotonic() < deadline, f"not shown: {text!r}; shown since: {self.shown[self._read_to :]!r}"
            time.sleep(0.02)
        self._read_to = found.end()

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        os.write(self._master, f"{line}\n".encode())

    def answer(self, question: str, line: str = "") -> None:
        """Wait for a question, and answer it; with "" by Enter alone."""
        self.expect(question)
        self.type(line)

    def interrupt(self) -> None:
        """Press Ctrl-C; `end` presses it again when nothing happens, as a person does."""
        # A signal that comes just before a system call blocks is noticed by Python only when the call returns.
        self._interrupted = True
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Its exit code, once it has ended."""
        try:
            if self._interrupted:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_SECONDS / 4)
                self._process.send_signal(signal.SIGINT)
            code = self._process.wait(_SECONDS)
        finally:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
            self._reader.join(60)
            os.close(self._master)
        return code

    def _read(self) -> None:
        while True:
            try:
                given = os.read(self._master, 65536)
            except OSError:
                return
            if not given:
                return
            self._raw += given
