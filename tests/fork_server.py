"""Starts commands as processes forked from one with all modules imported, which spares each of them two seconds.

What they do from there on, they do as the real command: with a pid, signals, an exit code and an output of their own.
The process in which a bot judges messages is forked likewise, with the trained tables read already.
"""

import ctypes
import fcntl
import json
import multiprocessing
import os
import resource
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, cast

import pytest

from tests.rig import Rig
from zalo_governor.cli.demo import processes
from zalo_governor.cli.demo.processes import Program
from zalo_governor.sandbox.rules import worker

_FORKING = multiprocessing.get_context("forkserver")
_COMMANDS = (
    *("run", "simulate", "panel", "scan_worker", "report", "cases", "doctor", "roster", "members", "directives"),
    *("backup", "export", "rules", "trial"),
)
_FORKING.set_forkserver_preload(
    [
        "tests.fork_server",
        *(f"zalo_governor.cli.{command}" for command in _COMMANDS),
        "tests.loaded_tables",
    ]
)


_FROM_THE_START = {"test_bot", "test_bench", "test_first_try"}
"""Files whose processes begin as a user's do, as their start or their cost is the point."""


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
        cores = resource.getrlimit(resource.RLIMIT_CORE)
        given: Any = module, list(arguments), dict(environment), str(Path.cwd()), cores, DupFd(output), DupFd(errors)
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
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: str,
    cores: tuple[int, int],
    output: Any,
    errors: Any,
) -> None:
    """Become the command: what a new process would have from its parent is set by hand."""
    os.setsid()
    os.chdir(folder)
    resource.setrlimit(resource.RLIMIT_CORE, cores)
    os.environ.clear()
    os.environ.update(environment)
    given = os.open(os.devnull, os.O_RDONLY), output.detach(), errors.detach()
    for place, file in enumerate(given):
        os.dup2(file, place)
        os.close(file)
    sys.stdout, sys.stderr = (os.fdopen(place, "w", encoding="utf-8", buffering=1, closefd=False) for place in (1, 2))
    if module == "zalo_governor" and arguments[0] == "run":
        mother = _Mother()
        vars(worker)["subprocess"] = SimpleNamespace(Popen=mother.start, DEVNULL=subprocess.DEVNULL)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


class _RulesProcess:
    """A rules process, with those methods of `subprocess.Popen` that its handle needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code

    def kill(self) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)


class _Mother:
    """A fork of the bot from before its first thread, which forks the rules processes and hands them to the bot.

    The bot itself must not fork: the child would have its open database, and other threads' locks.
    """

    def __init__(self) -> None:
        self._line, line = socket.socketpair()
        bot = os.getpid()
        if os.fork() == 0:
            self._line.close()
            with suppress(OSError):
                self._serve(line, bot)
            os._exit(0)
        line.close()

    def start(
        self, command: Sequence[str], *, stdin: int, pass_fds: tuple[int], env: Mapping[str, str], **_: Any
    ) -> _RulesProcess:
        """Start `command` as a child of the bot, as `subprocess.Popen` does; its outputs are closed."""
        _adopt_orphans(True)
        asked = json.dumps([command, dict(env), *pass_fds]).encode()
        socket.send_fds(self._line, [asked], [stdin, *pass_fds])
        pid = int(self._line.recv(_MOST_BYTES))
        _adopt_orphans(False)
        return _RulesProcess(pid)

    def _serve(self, line: socket.socket, bot: int) -> None:
        while True:
            asked, files, _, _ = socket.recv_fds(line, _MOST_BYTES, 2)
            if not asked:
                return
            between = os.fork()
            if between == 0:
                # Its child becomes the bot's once it has ended.
                if os.fork() == 0:
                    while os.getppid() != bot:
                        time.sleep(0.001)
                    line.send(str(os.getpid()).encode())
                    self._become(*json.loads(asked), *files)
                os._exit(0)
            os.waitpid(between, 0)
            for file in files:
                os.close(file)

    def _become(
        self, command: Sequence[str], environment: Mapping[str, str], number: int, stdin: int, shared: int
    ) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        memory = fcntl.fcntl(shared, fcntl.F_DUPFD, max(number, nowhere) + 1)
        for file, place in ((stdin, 0), (nowhere, 1), (nowhere, 2), (memory, number)):
            os.dup2(file, place)
        os.closerange(3, number)
        os.closerange(number + 1, os.sysconf("SC_OPEN_MAX"))
        os.environ.clear()
        os.environ.update(environment)
        _, _, module, *arguments = command
        sys.argv = [module, *arguments]
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        finally:
            os._exit(0)


def _adopt_orphans(wanted: bool) -> None:
    """Become the parent of children's children whose own parent ends, or no longer (PR_SET_CHILD_SUBREAPER)."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)


_PR_SET_CHILD_SUBREAPER = 36
_MOST_BYTES = 1 << 16
