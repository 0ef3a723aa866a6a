"""What a check is, and what it can find."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.doctor.context import DoctorContext


class Level(StrEnum):
    """How bad a result is, the worst last."""

    GOOD = "good"
    NOTE = "note"
    """Good to know; nothing has to be done."""
    SKIPPED = "skipped"
    WARNING = "warning"
    """The bot works, and something that the office expects of it does not."""
    ERROR = "error"
    """The bot cannot start, or hears nothing."""


class Result(NamedTuple):
    """One thing that a check says, in Vietnamese."""

    level: Level
    says: str
    mend: str = ""
    """What to do, "" where there is nothing to be done."""


@dataclass(frozen=True)
class Check:
    """Looks at one thing."""

    id: str
    """Stable: monitoring goes by it."""
    title: str
    look: Callable[[DoctorContext], Iterator[Result]]
    """May raise GovernorError or OSError, which is then the result."""
    needs: tuple[str, ...] = ()
    """Checks before it that must not have ended with an error, and must have been made."""
    asks: bool = False
    """It asks somebody over the network, and is left out offline."""


def good(says: str) -> Result:
    """All is well."""
    return Result(Level.GOOD, says)


def note(says: str, mend: str = "") -> Result:
    """Good to know."""
    return Result(Level.NOTE, says, mend)


def warning(says: str, mend: str) -> Result:
    """To be mended when there is time."""
    return Result(Level.WARNING, says, mend)


def error(says: str, mend: str) -> Result:
    """To be mended now."""
    return Result(Level.ERROR, says, mend)
