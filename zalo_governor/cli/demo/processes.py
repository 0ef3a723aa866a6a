"""Starting, stopping and querying the two processes of a demonstration: Zalo simulator and bot."""

import base64
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, ClassVar, cast

import requests

from zalo_governor.cli.language import translated
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.inbound import RawDict

_READY_SECONDS = 20.0
_STOP_SECONDS = 15.0
_CALL_SECONDS = 10.0
_READY = "listening on "


class DemoError(GovernorError):
    """The run of `demo` cannot continue; the message says why."""


class Program:
    """A `zalo-governor` command running as a child process; its output goes to a log file and can be read live."""

    module: ClassVar[str] = "zalo_governor"
    """Python module that the child process runs (`python -m`)."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self.log = log
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        self._process, output = self._launch(arguments, environment)
        self._reader = threading.Thread(target=self._copy_output, args=[output], daemon=True)
        self._reader.start()

    def _launch(
        self, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> tuple["subprocess.Popen[str]", IO[str]]:
        """Start the process; return its handle, and its standard output and error output as one stream."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", self.module, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            # Ctrl-C at the terminal must reach only the demonstration, which then stops both processes in order.
            start_new_session=True,
        )
        return process, cast("IO[str]", process.stdout)

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Return whether the process is still running."""
        return self._process.poll() is None

    def new_lines(self) -> Iterator[str]:
        """Yield the output lines that the process printed since the last call."""
        while not self._lines.empty():
            yield self._lines.get()

    def wait_for(self, start: str) -> str:
        """Wait until the process prints a line that begins with `start`; return the rest of that line.

        Raises:
            DemoError: the process printed nothing for 20 seconds.
        """
        try:
            while True:
                line = self._lines.get(timeout=_READY_SECONDS)
                if line.startswith(start):
                    return line.removeprefix(start).strip()
        except queue.Empty:
            raise DemoError(
                translated(
                    f"chương trình không khởi động; xem {self.log}", f"the program did not start; see {self.log}"
                )
            ) from None

    def stop(self) -> int:
        """Stop the process with SIGTERM, or with SIGKILL if it has not ended after 15 seconds; return its exit code.

        The exit code of a killed process is -9.
        """
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join(_STOP_SECONDS)
        return code

    def kill(self) -> None:
        """Kill the process at once with SIGKILL, as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._reader.join(_STOP_SECONDS)

    def _copy_output(self, output: IO[str]) -> None:
        with self.log.open("w", encoding="utf-8") as file, output:
            for line in output:
                file.write(line)
                file.flush()
                self._lines.put(line.rstrip("\n"))


class SimulatorControl:
    """HTTP client that asks the Zalo simulator what happened: what simulated people did, and what the bot sent."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = requests.Session()
        self._seen = 0

    def new_events(self) -> list[RawDict]:
        """Return the simulator's events since the last call: acts of the simulated people and messages of the bot."""
        answer = self._http.get(
            f"{self.base_url}/__sim/events", params={"after": str(self._seen)}, timeout=_CALL_SECONDS
        )
        events: list[RawDict] = answer.json()["events"]
        self._seen += len(events)
        return events

    def file(self, file_id: str) -> bytes:
        """Return the content of a file that the bot has sent to the simulated Zalo.

        Raises:
            DemoError: no file has this id.
        """
        answer = self._http.get(f"{self.base_url}/__sim/file", params={"id": file_id}, timeout=_CALL_SECONDS).json()
        if not answer["ok"]:
            raise DemoError(translated(f"Zalo mô phỏng không có tệp {file_id}", f"the simulator has no file {file_id}"))
        return base64.b64decode(answer["content"])

    def close(self) -> None:
        """Close the HTTP connection to the simulator."""
        self._http.close()


def start_simulator(scenario: Path, speed: float | None, log: Path) -> tuple[Program, SimulatorControl]:
    """Start the simulator on a free port and wait until it listens; return its process and a client for it.

    `scenario` is the YAML file of what the simulated people do; `speed` are scenario seconds per real second, None for
    the scenario's own speed; `log` is the file for the simulator's output.

    Raises:
        DemoError: the simulator did not start.
    """
    pace = ["--speed", str(speed)] if speed else []
    program = Program(["simulate", "--port", "0", "--scenario", str(scenario), *pace], log)
    try:
        return program, SimulatorControl(program.wait_for(_READY))
    except DemoError:
        program.stop()
        raise


def ask(arguments: list[str]) -> str:
    """Run a `zalo-governor` command in a process of its own, wait until it ends, and return its standard output.

    Raises:
        DemoError: the command failed; the message has the last line of its error output.
    """
    done = _carry_out(arguments, _STOP_SECONDS * 2)
    if done.returncode != 0:
        complaint = (done.stderr.strip().splitlines() or ["–"])[-1]
        failed = translated("không chạy được", "failed")
        raise DemoError(f"zalo-governor {arguments[0]} {failed}: {complaint}")
    return done.stdout


def _carry_out(arguments: Sequence[str], seconds: float) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "zalo_governor", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )


def ask_json(arguments: list[str]) -> Any:
    """Run a `zalo-governor` command that prints JSON in a process of its own and return its output, parsed.

    Raises:
        DemoError: the command failed.
    """
    return json.loads(ask(arguments))
