"""Messages between the bot and its rules process: one answer per question over a socket, progress in shared memory.

Messages are pickled: both processes belong to the same program, and there are many events.
"""

import pickle
import socket
import struct
from collections.abc import Mapping, Sequence
from mmap import mmap
from typing import Any, NamedTuple

from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.rules.base import RuleContext

_LENGTH = struct.Struct("=Q")
_PROGRESS = struct.Struct("=qq")
_IDLE = -1
PROGRESS_BYTES = _PROGRESS.size


class Ready(NamedTuple):
    """Message of the rules process: the rulebook is loaded."""

    rule_ids: tuple[str, ...]
    """Ids of the rules in the order of evaluation."""


class Unready(NamedTuple):
    """Message of the rules process: the rulebook cannot be loaded."""

    reason: str
    """Error text that names the file and what is wrong with it."""


class Question(NamedTuple):
    """Message to the rules process: events to judge."""

    cases: Sequence[tuple[EventBase, RuleContext]]
    barred: Mapping[int, Mapping[str, str]]
    """Rules to skip for single events: index in `cases` -> rule id -> reason."""
    suspended: Mapping[str, str]
    """Rules to skip for all events: rule id -> reason."""


class Answer(NamedTuple):
    """Message of the rules process: the verdicts on the events of a question."""

    verdicts: Mapping[int, Verdict]
    """Verdicts by index in `Question.cases`; an event without a verdict here has no finding."""


def send(line: socket.socket, said: Ready | Unready | Question | Answer) -> None:
    """Send a message to the other process; raises OSError if the other end is closed or does not read in time."""
    content = pickle.dumps(said, pickle.HIGHEST_PROTOCOL)
    line.sendall(_LENGTH.pack(len(content)) + content)


def receive(line: socket.socket) -> Any:
    """Receive one message from the other process.

    Raises:
        EOFError: the other process has closed the socket.
        TimeoutError: the message did not arrive within the socket's timeout; the socket is unusable from then on.
    """
    (length,) = _LENGTH.unpack(_receive_exactly(line, _LENGTH.size))
    return pickle.loads(_receive_exactly(line, length))  # noqa: S301 - from our own program


def _receive_exactly(line: socket.socket, size: int) -> bytearray:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        got = line.recv_into(rest)
        if not got:
            raise EOFError
        rest = rest[got:]
    return content


class Progress:
    """Record of which rule is judging which event at the moment, in memory that both processes share."""

    def __init__(self, memory: mmap) -> None:
        self._memory = memory

    def note(self, event: int, rule: int) -> None:
        """Record that evaluation begins; both arguments are indices, of the event in the question and of the rule."""
        _PROGRESS.pack_into(self._memory, 0, event, rule)

    def clear(self) -> None:
        """Record that no rule is being evaluated."""
        self.note(_IDLE, _IDLE)

    @property
    def at(self) -> tuple[int, int] | None:
        """(event index, rule index) under evaluation; None if no rule is being evaluated."""
        event, rule = _PROGRESS.unpack_from(self._memory)
        return None if event == _IDLE else (event, rule)
