"""Starts and controls one rules process: a child process that judges events by the rules."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from mmap import mmap
from select import select
from time import monotonic

from zalo_governor.domain.errors import ProgramEndsError
from zalo_governor.sandbox.rules.protocol import (
    PROGRESS_BYTES,
    Answer,
    Progress,
    Question,
    Ready,
    Unready,
    receive,
    send,
)
from zalo_governor.system.process import on_any_core
from zalo_governor.system.subprocess_env import environment

_LOADING_SECONDS = 60.0
_POLL_SECONDS = 0.25
"""Seconds between checks of whether the child makes progress and whether the program is shutting down."""
_SHUTDOWN_SECONDS = 1.0
"""How many seconds an answer is still awaited once the program is shutting down."""


class LostError(Exception):
    """The rules process has ended, or was killed because it took too long or sent something unexpected."""

    def __init__(self, why: str, at: tuple[int, int] | None, *, hung: bool) -> None:
        super().__init__(why)
        self.why = why
        self.at = at
        """(event index, rule index) that the process was evaluating; None if none."""
        self.hung = hung
        """Whether the process was killed because it took too long or sent something unexpected."""


class RuleWorker:
    """Handle of one rules process; creating the object starts the process, which then loads its rules.

    Args:
        command: command line of the process; the file descriptor of the shared progress memory is appended.
        patience: seconds that one rule may spend on one event.
        leaving: returns whether the program (the bot) is shutting down.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self, command: Sequence[str], *, patience: float, leaving: Callable[[], bool]) -> None:
        self._patience = patience
        self._leaving = leaving
        with on_any_core(), ExitStack() as made:
            shared = os.memfd_create("rules")
            made.callback(os.close, shared)
            os.ftruncate(shared, PROGRESS_BYTES)
            with ExitStack() as kept:
                self._memory = kept.enter_context(mmap(shared, PROGRESS_BYTES))
                self._progress = Progress(self._memory)
                self._progress.clear()
                self._socket, child_end = socket.socketpair()
                kept.enter_context(self._socket)
                made.enter_context(child_end)
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    [*command, str(shared)],
                    stdin=child_end.fileno(),
                    # Output of a library might quote message texts.
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(shared,),
                    env=environment(),
                )
                kept.pop_all()
        self._rule_ids: tuple[str, ...] = ()

    @property
    def pid(self) -> int:
        """Return the operating system's id of the rules process."""
        return self._process.pid

    def load(self) -> str | None:
        """Wait until the process has loaded its rules; return None, or the reason why they cannot be loaded.

        Raises:
            LostError: the process has ended, or takes too long.
            ProgramEndsError: the program is shutting down.
        """
        if self._rule_ids:
            return None
        self._wait_for_answer(_LOADING_SECONDS)
        match self._receive():
            case Ready(rule_ids):
                self._rule_ids = rule_ids
                return None
            case Unready(reason):
                return reason
            case other:
                raise self._kill(f"said {type(other).__name__}", hung=True)

    def ask(self, question: Question) -> Answer:
        """Send a question (events to judge) to the process, and return the answer.

        Raises:
            LostError: the process has ended, or a rule takes longer than `patience`.
            ProgramEndsError: the program is shutting down.
        """
        self._socket.settimeout(self._patience)
        try:
            send(self._socket, question)
        except OSError:
            self._process.kill()  # `_receive` below finds out why it ended.
        self._wait_for_answer(self._patience)
        match self._receive():
            case Answer() as answer:
                return answer
            case other:
                raise self._kill(f"said {type(other).__name__}", hung=True)

    def rule_id(self, place: int) -> str:
        """Return the id of the rule that is evaluated at position `place` (from 0)."""
        return self._rule_ids[place]

    def close(self) -> None:
        """Kill the process and free its resources; it holds no data that could be lost."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        self._memory.close()

    def _receive(self) -> object:
        self._socket.settimeout(self._patience)
        try:
            return receive(self._socket)
        except TimeoutError:
            raise self._kill("stopped in the middle of an answer", hung=True) from None
        except (EOFError, OSError):
            raise self._kill("", hung=False) from None

    def _wait_for_answer(self, patience: float) -> None:
        """Wait until the process sends data.

        Raises:
            LostError: `patience` seconds passed in one rule on one event (or in loading), so the process was killed.
            ProgramEndsError: the program is shutting down.
        """
        seen, since, left_at = self._progress.at, monotonic(), None
        while not select([self._socket], [], [], _POLL_SECONDS)[0]:
            now, at = monotonic(), self._progress.at
            if at != seen:
                seen, since = at, now
            if now - since > patience:
                raise self._kill(f"no answer within {patience:g} s", hung=True)
            if self._leaving():
                left_at = left_at or now
                if now - left_at > _SHUTDOWN_SECONDS:
                    raise ProgramEndsError("stopped while the rules were thinking")

    def _kill(self, why: str, *, hung: bool) -> LostError:
        at = self._progress.at
        self._process.kill()
        return LostError(why or _describe_exit(self._process.wait()), at, hung=hung)


def _describe_exit(code: int) -> str:
    return f"process ended by {signal.Signals(-code).name}" if code < 0 else f"process ended with {code}"
