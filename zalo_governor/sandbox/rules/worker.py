"""One process with one rulebook, as it is seen by who asks it."""

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
_LOOK_SECONDS = 0.25
"""How often it is looked whether the thinking goes on and whether the program is to end."""
_LEAVING_SECONDS = 1.0


class LostError(Exception):
    """The process is gone, or was ended since it gave no sign of life."""

    def __init__(self, why: str, at: tuple[int, int] | None, *, hung: bool) -> None:
        super().__init__(why)
        self.why = why
        self.at = at
        """Which (event, rule) it was thinking about."""
        self.hung = hung


class RuleWorker:
    """Begins to load the rulebook at once.

    Args:
        command: how it is called, but for the number of the file that shows its progress.
        patience: seconds that one rule may think about one event.
        leaving: whether the program is to end.

    Raises:
        OSError: no process can be started.
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
                self._line, its_end = socket.socketpair()
                kept.enter_context(self._line)
                made.enter_context(its_end)
                self._process = subprocess.Popen(  # noqa: S603 - our own command
                    [*command, str(shared)],
                    stdin=its_end.fileno(),
                    # What a library may print quotes what somebody wrote.
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(shared,),
                    env=environment(),
                )
                kept.pop_all()
        self._rule_ids: tuple[str, ...] = ()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def load(self) -> str | None:
        """Wait until the rulebook is loaded; gives why it cannot be loaded, if so.

        Raises:
            LostError: the process is gone, or takes too long.
            ProgramEndsError: the program is to end.
        """
        if self._rule_ids:
            return None
        self._wait(_LOADING_SECONDS)
        match self._received():
            case Ready(rule_ids):
                self._rule_ids = rule_ids
                return None
            case Unready(reason):
                return reason
            case other:
                raise self._lost(f"said {type(other).__name__}", hung=True)

    def ask(self, question: Question) -> None:
        """Let it think; whatever goes wrong shows when it is to answer."""
        self._line.settimeout(self._patience)
        try:
            send(self._line, question)
        except OSError:
            self._process.kill()

    def answer(self) -> Answer:
        """What the rules say.

        Raises:
            LostError: the process is gone, or a rule thinks longer than it may.
            ProgramEndsError: the program is to end.
        """
        self._wait(self._patience)
        match self._received():
            case Answer() as answer:
                return answer
            case other:
                raise self._lost(f"said {type(other).__name__}", hung=True)

    def rule_id(self, place: int) -> str:
        """The id of a rule by its place."""
        return self._rule_ids[place]

    def close(self) -> None:
        """End the process; it keeps nothing that could get lost."""
        self._process.kill()
        self._process.wait()
        self._line.close()
        self._memory.close()

    def _received(self) -> object:
        self._line.settimeout(self._patience)
        try:
            return receive(self._line)
        except TimeoutError:
            raise self._lost("stopped in the middle of an answer", hung=True) from None
        except (EOFError, OSError):
            raise self._lost("", hung=False) from None

    def _wait(self, patience: float) -> None:
        """Until there is something to be read; `patience` counts from the last progress."""
        seen, since, left_at = self._progress.at, monotonic(), None
        while not select([self._line], [], [], _LOOK_SECONDS)[0]:
            now, at = monotonic(), self._progress.at
            if at != seen:
                seen, since = at, now
            if now - since > patience:
                raise self._lost(f"no answer within {patience:g} s", hung=True)
            if self._leaving():
                left_at = left_at or now
                if now - left_at > _LEAVING_SECONDS:
                    raise ProgramEndsError("stopped while the rules were thinking")

    def _lost(self, why: str, *, hung: bool) -> LostError:
        at = self._progress.at
        self._process.kill()
        return LostError(why or _ending(self._process.wait()), at, hung=hung)


def _ending(code: int) -> str:
    return f"process ended by {signal.Signals(-code).name}" if code < 0 else f"process ended with {code}"
