"""Messages between the bot and its rules process (a child process that judges events), sent over a socket.

There is one answer per question. Messages are pickled: both processes belong to the same program, and there are many
events. In addition, shared memory shows which rule is running.
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
    """Message from the rules process: its rules are loaded, and it can judge events."""

    rule_ids: tuple[str, ...]
    """Ids of the rules, in the order in which they are evaluated."""


class Unready(NamedTuple):
    """Message from the rules process: the rules cannot be loaded."""

    reason: str
    """Error text that names the rule file and what is wrong with it."""


class Question(NamedTuple):
    """Message to the rules process: events to judge, additional facts about each, and rules to skip."""

    cases: Sequence[tuple[EventBase, RuleContext]]
    barred: Mapping[int, Mapping[str, str]]
    """Rules to skip for single events: index of the event in `cases` -> rule id -> reason."""
    suspended: Mapping[str, str]
    """Rules to skip for all events: rule id -> reason."""


class Answer(NamedTuple):
    """Message from the rules process: the verdicts on the events of one question."""

    verdicts: Mapping[int, Verdict]
    """Verdicts by the event's index in `Question.cases`; an event that is missing here has no finding."""


def send(line: socket.socket, said: Ready | Unready | Question | Answer) -> None:
    """Send a message over the socket; raises OSError if the other process has closed it or does not read in time."""
    content = pickle.dumps(said, pickle.HIGHEST_PROTOCOL)
    line.sendall(_LENGTH.pack(len(content)) + content)


def receive(line: socket.socket) -> Any:
    """Receive one message over the socket and return it.

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
    """Record, in memory that both processes share, of the event and the rule being evaluated at the moment."""

    def __init__(self, memory: mmap) -> None:
        self._memory = memory

    def note(self, event: int, rule: int) -> None:
        """Record that the evaluation of a rule on an event begins.

        `event` is the event's index in `Question.cases`, `rule` the rule's index in `Ready.rule_ids`.
        """
        _PROGRESS.pack_into(self._memory, 0, event, rule)

    def clear(self) -> None:
        """Record that no rule is being evaluated, as all events of the question are judged."""
        self.note(_IDLE, _IDLE)

    @property
    def at(self) -> tuple[int, int] | None:
        """Return (event index, rule index) being evaluated; None if no rule is."""
        event, rule = _PROGRESS.unpack_from(self._memory)
        return None if event == _IDLE else (event, rule)
