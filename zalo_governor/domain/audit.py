"""The audit log as people see it: who did what when, where the chain of it ends, and what does not hold."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

_SHOWN = 16
"""Hex digits of a link that are printed: nobody finds another log with the same ones."""


class AuditEntry(BaseModel):
    """One row."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: datetime
    actor_id: int | None
    """Person who did it, None for the program."""
    group_id: str
    action: str
    """`case.moved`, `command`, `command.refused`, `config.changed` …"""
    subject: str
    detail: dict[str, Any]


SHOWN = "case.shown"
"""Action of a row that says that somebody opened a case; its subject is the case's code."""


class Opening(NamedTuple):
    """How often somebody opened a case."""

    person_id: int | None
    """None for whoever sits at the machine."""
    times: int
    last_at: datetime


class AuditHead(NamedTuple):
    """Where the chain ends: how many rows there are, and the link of the last one."""

    rows: int
    link: bytes

    def __str__(self) -> str:
        """`1234-0f3c9a5be1d27764`, as reports print it and `audit verify --head` takes it."""
        return f"{self.rows}-{self.link.hex()[:_SHOWN]}"


class PrintedHead(NamedTuple):
    """A head as somebody has it on paper."""

    rows: int
    digits: str

    @classmethod
    def read(cls, text: str) -> "PrintedHead":
        """The head that `str(AuditHead)` printed.

        Raises:
            ValueError: the text is not of that form.
        """
        rows, _, digits = text.strip().lower().partition("-")
        if not (
            rows.isascii() and rows.isdecimal() and len(digits) == _SHOWN and set(digits) <= set("0123456789abcdef")
        ):
            raise ValueError("mã phải gồm một số, dấu gạch ngang và 16 ký tự 0-9, a-f, ví dụ 1234-0f3c9a5be1d27764")
        return cls(int(rows), digits)

    def fits(self, link: bytes) -> bool:
        """Whether that is the link of its row."""
        return link.hex()[:_SHOWN] == self.digits


class FaultKind(StrEnum):
    """What does not hold."""

    CHANGED = "changed"
    """The row is not as it was written."""
    INSERTED = "inserted"
    """The row was not written by the program."""
    REMOVED = "removed"
    """Rows before this one are missing, as its number shows."""
    TAIL_CUT = "tail_cut"
    """Rows after this one, the last, are missing."""
    NO_HEAD = "no_head"
    """The vault no longer says where the chain ends: a cut tail would not show."""
    SHORTER = "shorter"
    """The log has fewer rows than the printed head says: it was put back to an older state."""
    OTHER_PAST = "other_past"
    """The row that the printed head names is another one: the log was put back and written on, or is another log."""


class Fault(NamedTuple):
    """Something that does not hold, and where."""

    kind: FaultKind
    row_id: int | None = None
    """The row, or the last one there is; None where the log is empty."""
    at: datetime | None = None
    """When that row says it was written."""
    rows: int = 1
    """Rows concerned, as far as that is known; 0 where it is not."""


class ChainReport(NamedTuple):
    """What a look at the whole chain shows."""

    rows: int
    head: AuditHead | None
    faults: tuple[Fault, ...]
    adopted: tuple[tuple[int, datetime | None], ...] = ()
    """Rows (number, time) that say that there was no head before them: once after an upgrade, else a trace."""
