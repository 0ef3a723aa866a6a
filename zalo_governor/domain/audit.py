"""Models of the audit log, whose rows form a hash chain: each row's hash covers its content and the hash before it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from zalo_governor.domain.models import FrozenModel

_PRINTED_DIGITS = 16
"""Number of hex digits printed of a row's hash; enough that nobody can forge another log with the same digits."""


class AuditEntry(FrozenModel):
    """A row of the audit log: one action of a person or of the program."""

    id: int
    at: datetime
    actor_id: int | None
    """Id of the person who acted; None for the program itself."""
    group_id: str
    action: str
    """What was done: `case.moved`, `command`, `command.refused`, `config.changed` …"""
    subject: str
    """What the action was done to, such as the code of a case; "" where the action says all."""
    detail: dict[str, Any]


MOVED = "case.moved"
"""The `action` of a row that records that the state of a case changed."""


class Move(NamedTuple):
    """The last change of a case's state, according to the audit log."""

    at: datetime
    person_id: int | None
    """Id of the person who decided; None for the program."""
    detail: dict[str, Any]


SHOWN = "case.shown"
"""The `action` of a row that records that a person viewed a case; `subject` is the case's code."""


class Opening(NamedTuple):
    """How often, and when last, one person viewed a case, according to the audit log."""

    person_id: int | None
    """Id of the person who viewed the case; None for users of the command line, who are not identified."""
    times: int
    last_at: datetime


class AuditHead(NamedTuple):
    """The end of the audit log's hash chain (each row's hash covers the row before): row count, last row's hash."""

    rows: int
    link: bytes

    def __str__(self) -> str:
        """Return the row count and the hash's first 16 hex digits as reports print them: `1234-0f3c9a5be1d27764`."""
        return f"{self.rows}-{self.link.hex()[:_PRINTED_DIGITS]}"


class PrintedHead(NamedTuple):
    """An `AuditHead` copied from a printed report, to verify that no row up to it was changed or removed since."""

    rows: int
    digits: str

    @classmethod
    def read(cls, text: str) -> "PrintedHead":
        """Parse the text form of an `AuditHead`, such as `1234-0f3c9a5be1d27764`.

        Raises:
            ValueError: `text` is not a number, a hyphen and 16 hex digits; the message is Vietnamese, for the user.
        """
        rows, _, digits = text.strip().lower().partition("-")
        valid = len(digits) == _PRINTED_DIGITS and set(digits) <= set("0123456789abcdef")
        if not (valid and rows.isascii() and rows.isdecimal()):
            raise ValueError("mã phải gồm một số, dấu gạch ngang và 16 ký tự 0-9, a-f, ví dụ 1234-0f3c9a5be1d27764")
        return cls(int(rows), digits)

    def fits(self, link: bytes) -> bool:
        """Return whether row number `self.rows`, whose hash is now `link`, still has the printed hash."""
        return link.hex()[:_PRINTED_DIGITS] == self.digits


class FaultKind(StrEnum):
    """Kind of damage found when the audit log's hash chain is verified."""

    CHANGED = "changed"
    """A row was changed after it was written."""
    INSERTED = "inserted"
    """A row was added by something other than the program."""
    REMOVED = "removed"
    """Rows were deleted before the reported row, whose id does not directly follow the previous row's id."""
    TAIL_CUT = "tail_cut"
    """Rows were deleted at the end of the log: the stored chain head counts more rows."""
    NO_HEAD = "no_head"
    """The chain head is missing in the `vault` table, so that a deletion of the last rows could not be detected."""
    SHORTER = "shorter"
    """The log has fewer rows than the printed head says: an older state of the database was restored."""
    OTHER_PAST = "other_past"
    """The row that the printed head names now has another hash: the database was restored, or is another one."""


class Fault(NamedTuple):
    """One fault found in the audit log, and the row where it was found."""

    kind: FaultKind
    row_id: int | None = None
    """Id of the faulty row, or of the last row where rows after it are missing; None where the log is empty."""
    at: datetime | None = None
    """The time recorded in that row."""
    rows: int = 1
    """Number of rows affected; 0 where unknown."""


class ChainReport(NamedTuple):
    """Result of verifying the whole audit log; without `faults`, the log is intact. `rows` counts the rows read."""

    rows: int
    head: AuditHead | None
    """The stored head of the hash chain; None where it is missing."""
    faults: tuple[Fault, ...]
    adopted: tuple[tuple[int, datetime | None], ...] = ()
    """(id, time) of each row recording that a missing chain head was created anew; normal once, after an upgrade."""
