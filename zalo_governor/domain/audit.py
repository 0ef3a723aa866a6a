"""Models of the audit log: its rows, the head of their hash chain, and the result of verifying the chain."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

_PRINTED_DIGITS = 16
"""Number of hex digits printed of a chain hash; enough that nobody finds another log with the same ones."""


class AuditEntry(BaseModel):
    """A row of the audit log: one action of a person or of the program."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: datetime
    actor_id: int | None
    """Id of the person who acted; None for the program itself."""
    group_id: str
    action: str
    """What was done: `case.moved`, `command`, `command.refused`, `config.changed` …"""
    subject: str
    detail: dict[str, Any]


SHOWN = "case.shown"
"""The `action` of a row recording that a person viewed a case; its `subject` is the case's code."""


class Opening(NamedTuple):
    """How often one person viewed a case, counted from the audit log."""

    person_id: int | None
    """None for a user of the command line, who is not identified as a person."""
    times: int
    last_at: datetime


class AuditHead(NamedTuple):
    """The end of the audit log's hash chain: the number of rows and the hash of the last row."""

    rows: int
    link: bytes

    def __str__(self) -> str:
        """Return the printed form, such as `1234-0f3c9a5be1d27764`, which `audit verify --head` accepts."""
        return f"{self.rows}-{self.link.hex()[:_PRINTED_DIGITS]}"


class PrintedHead(NamedTuple):
    """A chain head copied from a printed report: the row count and the first hex digits of the last row's hash."""

    rows: int
    digits: str

    @classmethod
    def read(cls, text: str) -> "PrintedHead":
        """Parse the text that `str(AuditHead)` printed.

        Raises:
            ValueError: the text does not have that form.
        """
        rows, _, digits = text.strip().lower().partition("-")
        valid = len(digits) == _PRINTED_DIGITS and set(digits) <= set("0123456789abcdef")
        if not (valid and rows.isascii() and rows.isdecimal()):
            raise ValueError("mã phải gồm một số, dấu gạch ngang và 16 ký tự 0-9, a-f, ví dụ 1234-0f3c9a5be1d27764")
        return cls(int(rows), digits)

    def fits(self, link: bytes) -> bool:
        """Return whether the printed digits match `link`, the stored hash of row number `rows`."""
        return link.hex()[:_PRINTED_DIGITS] == self.digits


class FaultKind(StrEnum):
    """What is wrong with the audit log's hash chain."""

    CHANGED = "changed"
    """A row was changed after it was written."""
    INSERTED = "inserted"
    """A row was added by something other than the program."""
    REMOVED = "removed"
    """Rows before this row are missing: its number is not the next after the previous row's."""
    TAIL_CUT = "tail_cut"
    """Rows after the last present row are missing."""
    NO_HEAD = "no_head"
    """The `vault` table lacks the chain head, so the removal of the last rows could not be detected."""
    SHORTER = "shorter"
    """The log has fewer rows than the printed head says: an older state was restored."""
    OTHER_PAST = "other_past"
    """The printed head's row has another hash: the log was restored and continued, or is another log."""


class Fault(NamedTuple):
    """One fault found in the audit log, and its place."""

    kind: FaultKind
    row_id: int | None = None
    """Id of the faulty row, or of the last row where rows after it are missing; None where the log is empty."""
    at: datetime | None = None
    """The time recorded in that row."""
    rows: int = 1
    """Number of rows affected; 0 where unknown."""


class ChainReport(NamedTuple):
    """The result of verifying the whole audit log."""

    rows: int
    head: AuditHead | None
    faults: tuple[Fault, ...]
    adopted: tuple[tuple[int, datetime | None], ...] = ()
    """(id, time) of rows recording that no chain head was stored before: normal once after an upgrade."""
