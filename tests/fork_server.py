"""Starts commands as processes forked from one with all modules imported, which spares each of them two seconds.

What they do from there on, they do as the real command: with a pid, signals, an exit code and an output of their own.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any, cast

import pytest

from tests.rig import Rig
from zalo_governor.cli.demo import processes
from zalo_governor.cli.demo.processes import Program

_FORKING = multiprocessing.get_context("forkserver")
_COMMANDS = ("run", "simulate", "panel", "scan_worker", "report", "cases", "doctor", "roster", "members", "directives")
_FORKING.set_forkserver_preload(["tests.fork_server", *(f"zalo_governor.cli.{command}" for command in _COMMANDS)])


_FROM_THE_START = {"test_bot", "test_bench", "test_first_try", "test_secret_leaves_no_trace"}
"""Files whose processes begin as a user's do, as their start, their cost or what they leave behind is the point."""


@pytest.fixture(scope="module", autouse=True)
def forked_commands(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fork the commands that the tests of a file start, with few exceptions; for the `conftest.py` of a folder."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.stem not in _FROM_THE_START:
            patch.setattr(Rig, "program", Forked)
            patch.setattr(processes, "_carry_out", carry_out)
        yield


class Forked(Program):
    """A `zalo-governor` command that does not begin with the start of an interpreter."""

    def _launch(
        self, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> tuple["subprocess.Popen[str]", IO[str]]:
        read, write = os.pipe()
        try:
            process = _Process(self.module, arguments, environment, write, write)
        finally:
            os.close(write)
        return cast("subprocess.Popen[str]", process), os.fdopen(read, encoding="utf-8", errors="replace")


def carry_out(arguments: Sequence[str], seconds: float) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, as `subprocess.run` does."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = _Process("zalo_governor", arguments, os.environ, output.fileno(), errors.fileno())
        code = process.wait(seconds)
        return subprocess.CompletedProcess(arguments, code, _text(output), _text(errors))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


class _Process:
    """The process, with those methods of `subprocess.Popen` that a program needs."""

    def __init__(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], output: int, errors: int
    ) -> None:
        given: Any = module, list(arguments), dict(environment), str(Path.cwd()), DupFd(output), DupFd(errors)
        # A daemon, so that one that a failed test leaves behind does not keep the tests from ending.
        self._process = _FORKING.Process(target=_run, args=given, daemon=True)
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired([], timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], folder: str, output: Any, errors: Any
) -> None:
    """Become the command: what a new process would have from its parent is set by hand."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    given = os.open(os.devnull, os.O_RDONLY), output.detach(), errors.detach()
    for place, file in enumerate(given):
        os.dup2(file, place)
        os.close(file)
    sys.stdout, sys.stderr = (os.fdopen(place, "w", encoding="utf-8", buffering=1, closefd=False) for place in (1, 2))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
