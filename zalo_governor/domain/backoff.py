"""Pauses between the tries of an operation that may fail."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple


class Backoff(NamedTuple):
    """Pauses between a limited number of tries: before the second, third … try (n pauses for n + 1 tries)."""

    pauses: tuple[timedelta, ...]

    @classmethod
    def of_seconds(cls, *seconds: float) -> "Backoff":
        """Create a backoff (the pauses between tries) from pauses in seconds."""
        return cls(tuple(timedelta(seconds=pause) for pause in seconds))

    def before_try(self, number: int) -> timedelta | None:
        """Return the pause before try `number` (zero before the first, 1); None where there are no more tries."""
        if number < 2:
            return timedelta(0)
        return self.pauses[number - 2] if number - 2 < len(self.pauses) else None


def doubling(first: float, longest: float) -> Iterator[float]:
    """Yield pauses in seconds without end: `first`, then each twice the previous, at most `longest`."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)
