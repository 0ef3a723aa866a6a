"""Whether the work of a thread goes on."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple


class Standing(NamedTuple):
    """How a thread's work stands; times are seconds on a clock that nobody sets."""

    busy: bool
    """Something is in hand."""
    turned_ago: float
    """Since the thread last took it up, tried it again, or finished something."""
    moved_ago: float
    """Since it last finished something, or took up what is in hand."""


class Heartbeat:
    """One thread writes, any other may look."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._busy = False
        self._turned = self._moved = seconds()

    @property
    def standing(self) -> Standing:
        """As of now."""
        now = self._seconds()
        return Standing(self._busy, now - self._turned, now - self._moved)

    def begins(self) -> None:
        """There is something in hand; only the first call of several counts."""
        if not self._busy:
            self._turned = self._moved = self._seconds()
            self._busy = True

    def tries_again(self) -> None:
        """What is in hand could not be done, and will be tried again."""
        self._turned = self._seconds()

    def moves(self) -> None:
        """Part of it is done."""
        self._turned = self._moved = self._seconds()

    def rests(self) -> None:
        """All of it is done."""
        self.moves()
        self._busy = False
