"""Other processes that speak in lines: the simulator as the real command, and clients that print what they see."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests


class Lines:
    """The lines of a process as they come."""

    def __init__(self, command: list[str], folder: Path | None = None) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=folder
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._waiting: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, start: str, seconds: float = 60.0) -> str:
        """The next line that begins so; raises queue.Empty where none comes at all for so many seconds."""
        while True:
            line = self._lines.get(timeout=seconds)
            if line.startswith(start):
                return line.strip()

    def line(self) -> dict[str, Any]:
        """The next JSON line, of whatever kind."""
        found: dict[str, Any] = json.loads(self.until("{"))
        return found

    def seen(self, what: str) -> dict[str, Any]:
        """The next JSON line of that kind; other kinds before it wait for their turn. An error fails the test."""
        for position, waiting in enumerate(self._waiting):
            if waiting["what"] == what:
                return self._waiting.pop(position)
        while True:
            found = self.line()
            if found["what"] == what:
                return found
            assert found["what"] != "error", found
            self._waiting.append(found)

    def count(self, what: str, number: int) -> list[dict[str, Any]]:
        """So many lines of that kind."""
        return [self.seen(what) for _ in range(number)]

    def not_seen(self, what: str, seconds: float) -> bool:
        """Whether no line of that kind comes within so many seconds."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line.startswith("{"):
                self._waiting.append(json.loads(line))
        return all(found["what"] != what for found in self._waiting)

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self, number: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(60)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)


@contextmanager
def simulating(*arguments: str) -> Iterator[str]:
    """The base URL of a simulator that runs as a process and must end cleanly."""
    simulator = Lines([sys.executable, "-m", "zalo_governor", "simulate", "--port", "0", *arguments])
    try:
        yield simulator.until("listening on ").removeprefix("listening on ")
    finally:
        code = simulator.end(signal.SIGTERM)
    assert code == 0


def order(base: str, name: str, **body: Any) -> dict[str, Any]:
    """A control order that must succeed."""
    answer: dict[str, Any] = requests.post(f"{base}/__sim/{name}", json=body, timeout=60).json()
    assert answer["ok"] is True, answer
    return answer
