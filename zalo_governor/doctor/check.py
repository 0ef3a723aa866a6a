"""The results of the checks of `doctor`, each with its severity."""

from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """Severity of a result of a check, from best to worst."""

    GOOD = "good"
    """The checked thing is in order."""
    NOTE = "note"
    """Information only; nothing has to be repaired."""
    SKIPPED = "skipped"
    """The check was not made: something that it needs is not in order, or the operator gave --offline."""
    WARNING = "warning"
    """The bot runs and receives messages, but something else that is expected of it does not work."""
    ERROR = "error"
    """The bot cannot start, or receives no messages."""


class Result(NamedTuple):
    """One result of a check of `doctor`: its severity (`level`) and a Vietnamese sentence for the operator (`says`)."""

    level: Level
    says: str
    mend: str = ""
    """What the operator should do, in Vietnamese; "" if nothing has to be done."""


def good(says: str) -> Result:
    """Make a result of level GOOD; `says` is a Vietnamese sentence for the operator."""
    return Result(Level.GOOD, says)


def note(says: str, mend: str = "") -> Result:
    """Make a result of level NOTE; `says` and the optional advice `mend` are Vietnamese sentences for the operator."""
    return Result(Level.NOTE, says, mend)


def warning(says: str, mend: str) -> Result:
    """Make a result of level WARNING; `says` tells in Vietnamese what is wrong, `mend` how to repair it."""
    return Result(Level.WARNING, says, mend)


def error(says: str, mend: str) -> Result:
    """Make a result of level ERROR; `says` tells in Vietnamese what is wrong, `mend` how to repair it."""
    return Result(Level.ERROR, says, mend)
