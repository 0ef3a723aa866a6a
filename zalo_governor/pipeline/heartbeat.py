"""Heartbeat: lets other threads see whether a worker thread makes progress."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple


class Standing(NamedTuple):
    """A snapshot of a worker thread's progress; durations are seconds on a monotonic clock."""

    busy: bool
    """Whether the thread has unfinished work."""
    turned_ago: float
    """Seconds since the thread last began, retried or finished a piece of work."""
    moved_ago: float
    """Seconds since the thread last finished a piece of work, or began its present work."""


class Heartbeat:
    """Records the progress of one worker thread; only that thread writes, any thread may read."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._busy = False
        self._turned = self._moved = seconds()

    @property
    def standing(self) -> Standing:
        """Return the progress as of now."""
        now = self._seconds()
        return Standing(self._busy, now - self._turned, now - self._moved)

    def begins(self) -> None:
        """Record that work begins; ignored while the thread is already busy."""
        if not self._busy:
            self._turned = self._moved = self._seconds()
            self._busy = True

    def tries_again(self) -> None:
        """Record that the present work failed and will be retried."""
        self._turned = self._seconds()

    def moves(self) -> None:
        """Record that a part of the present work is done."""
        self._turned = self._moved = self._seconds()

    def rests(self) -> None:
        """Record that all work is done."""
        self.moves()
        self._busy = False
