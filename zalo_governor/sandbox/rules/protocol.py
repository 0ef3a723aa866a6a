"""How the two processes talk: one question, one answer, over a socket; and a word on how far the thinking is.

What is said is pickled, as it passes between two processes of one program alone and events are many.
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
_PLACE = struct.Struct("=qq")
_NOWHERE = -1
PROGRESS_BYTES = _PLACE.size


class Ready(NamedTuple):
    """The rulebook is loaded."""

    rule_ids: tuple[str, ...]
    """In the order in which they are asked."""


class Unready(NamedTuple):
    """The rulebook cannot be loaded."""

    reason: str
    """Names the file and what is wrong with it."""


class Question(NamedTuple):
    """Events to be judged."""

    cases: Sequence[tuple[EventBase, RuleContext]]
    barred: Mapping[int, Mapping[str, str]]
    """By place of the event: rules that are not asked about it, and why."""
    suspended: Mapping[str, str]
    """Rules that are asked about none of them, and why."""


class Answer(NamedTuple):
    """The verdicts on the events of a question."""

    verdicts: Mapping[int, Verdict]
    """By place of the event; what is not there is clean."""


def send(line: socket.socket, said: Ready | Unready | Question | Answer) -> None:
    """Raises OSError where nobody listens, or for too long."""
    content = pickle.dumps(said, pickle.HIGHEST_PROTOCOL)
    line.sendall(_LENGTH.pack(len(content)) + content)


def receive(line: socket.socket) -> Any:
    """What the other process sent.

    Raises:
        EOFError: it is gone.
        TimeoutError: not within the timeout of the socket; no more can be received from it then.
    """
    (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size))
    return pickle.loads(_exactly(line, length))  # noqa: S301 - from our own program


def _exactly(line: socket.socket, size: int) -> bytearray:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        got = line.recv_into(rest)
        if not got:
            raise EOFError
        rest = rest[got:]
    return content


class Progress:
    """(event, rule) that is being thought about, by their places, in memory that both processes see."""

    def __init__(self, memory: mmap) -> None:
        self._memory = memory

    def note(self, event: int, rule: int) -> None:
        """The thinking begins on these."""
        _PLACE.pack_into(self._memory, 0, event, rule)

    def clear(self) -> None:
        """Nothing is being thought about."""
        self.note(_NOWHERE, _NOWHERE)

    @property
    def at(self) -> tuple[int, int] | None:
        """What was noted last, None for nothing."""
        event, rule = _PLACE.unpack_from(self._memory)
        return None if event == _NOWHERE else (event, rule)
