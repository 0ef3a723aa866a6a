"""How long to wait between tries: the one policy of pauses in the program."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple


class Backoff(NamedTuple):
    """Pauses before the second try, the third, and so on; after the last pause there is one more try, and then none."""

    pauses: tuple[timedelta, ...]

    @classmethod
    def of_seconds(cls, *seconds: float) -> "Backoff":
        """From pauses in seconds."""
        return cls(tuple(timedelta(seconds=pause) for pause in seconds))

    def before_try(self, number: int) -> timedelta | None:
        """The pause before that try, counted from 1; None where it is not to be made."""
        if number < 2:
            return timedelta(0)
        return self.pauses[number - 2] if number - 2 < len(self.pauses) else None


def doubling(first: float, longest: float) -> Iterator[float]:
    """Pauses in seconds without end, each twice the one before, but none longer than `longest`."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)
