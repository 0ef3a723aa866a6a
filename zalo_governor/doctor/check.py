"""A check of the doctor command and its possible results."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.doctor.context import DoctorContext


class Level(StrEnum):
    """Severity of a result, from best to worst."""

    GOOD = "good"
    NOTE = "note"
    """Information only; nothing has to be done."""
    SKIPPED = "skipped"
    WARNING = "warning"
    """The bot works, but something that the office expects of it does not."""
    ERROR = "error"
    """The bot cannot start, or receives no messages."""


class Result(NamedTuple):
    """One statement of a check, in Vietnamese."""

    level: Level
    says: str
    mend: str = ""
    """How to repair it; "" if nothing has to be done."""


@dataclass(frozen=True)
class Check:
    """A named check of one aspect of the installation."""

    id: str
    """Identifier for monitoring systems, which must never change."""
    title: str
    look: Callable[[DoctorContext], Iterator[Result]]
    """Function that yields the results; a GovernorError or OSError that it raises becomes an error result."""
    needs: tuple[str, ...] = ()
    """Ids of earlier checks; if one of them failed or was skipped, this check is skipped."""
    asks: bool = False
    """Whether the check uses the network; with --offline it is skipped."""


def good(says: str) -> Result:
    """Make a result of level GOOD."""
    return Result(Level.GOOD, says)


def note(says: str, mend: str = "") -> Result:
    """Make a result of level NOTE."""
    return Result(Level.NOTE, says, mend)


def warning(says: str, mend: str) -> Result:
    """Make a result of level WARNING; `mend` says how to repair it."""
    return Result(Level.WARNING, says, mend)


def error(says: str, mend: str) -> Result:
    """Make a result of level ERROR; `mend` says how to repair it."""
    return Result(Level.ERROR, says, mend)
