"""Heartbeat: lets other threads see whether a worker thread makes progress, so that a hanging thread is noticed."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple


class Standing(NamedTuple):
    """A worker thread's progress at one moment; durations are in seconds, on a monotonic clock."""

    busy: bool
    """Whether the thread has unfinished work."""
    turned_ago: float
    """Seconds since the thread last began, retried or finished a piece of work: high if it hangs."""
    moved_ago: float
    """Seconds since the thread last finished a piece of work or began its present one: high also if it only retries."""


class Heartbeat:
    """Recorder of one worker thread's progress. Only that thread records; any thread may read `standing`."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._busy = False
        self._turned = self._moved = seconds()

    @property
    def standing(self) -> Standing:
        """Return the thread's progress as of now."""
        now = self._seconds()
        return Standing(self._busy, now - self._turned, now - self._moved)

    def begins(self) -> None:
        """Record that the thread begins work; ignored if the thread already has unfinished work."""
        if not self._busy:
            self._turned = self._moved = self._seconds()
            self._busy = True

    def tries_again(self) -> None:
        """Record that the thread's present work failed and will be retried."""
        self._turned = self._seconds()

    def moves(self) -> None:
        """Record that a piece of the thread's present work is done."""
        self._turned = self._moved = self._seconds()

    def rests(self) -> None:
        """Record that all of the thread's work is done and the thread waits for more."""
        self.moves()
        self._busy = False
