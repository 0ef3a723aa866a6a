"""Verifies the hash chain of the audit log and locates rows that were changed, removed or inserted."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from zalo_governor.domain.audit import AuditHead, ChainReport, Fault, FaultKind, PrintedHead

Linking = Callable[[bytes, bytes], bytes]
"""Function that computes the link (keyed hash) of a row: (previous row's link, content of the row) -> link."""


class Link(NamedTuple):
    """A row of the audit log with the data to verify the hash chain, in which each hash covers the one before."""

    id: int
    at: datetime | None
    """Time of the row; None if the stored time is invalid."""
    content: bytes
    """The bytes over which the row's link was computed, together with the previous link."""
    link: bytes
    """The link (keyed hash) as stored in the row."""


class _Anchor(Enum):
    """To which hash the first intact row after broken rows is linked, which tells what happened to the broken ones."""

    GOOD = auto()
    """Link of the last intact row: the rows in between were inserted."""
    STORED = auto()
    """Stored link of the row before: that row's content was changed, or rows before that row are missing."""
    COMPUTED = auto()
    """Link computed for the row before: only the stored link of that row was changed."""


class ChainCheck:
    """Verifies the audit log row by row; continues after a broken row, so that one fault does not hide the next."""

    def __init__(self, linking: Linking, head: AuditHead | None, printed: PrintedHead | None = None) -> None:
        """Start with the stored head (row count, last hash; None if missing) and one printed in an earlier report.

        `printed` is None if no such report is at hand. The log may have rows newer than the stored head, appended after
        the head was read.
        """
        self._linking = linking
        self._head = head
        self._printed = printed
        self._good = b""
        self._anchors = {_Anchor.GOOD: b""}
        self._doubtful: list[tuple[Link, int]] = []
        """Unclassified rows whose link does not continue the chain, each with the number of ids missing before it."""
        self._faults: list[Fault] = []
        self._last: Link | None = None
        self._rows = 0
        self._position = 0
        """Number of rows written up to the current row, including missing rows."""
        self._reached = head is not None and head.rows == 0

    def take(self, row: Link) -> None:
        """Check the next row of the audit log; faults are collected for `report`."""
        missing = row.id - (self._last.id if self._last else 0) - 1
        self._rows += 1
        self._last = row
        anchor = self._anchor_of(lambda link: self._linking(link, row.content) == row.link)
        if anchor is None:
            self._doubtful.append((row, missing))
            computed = self._linking(self._good, row.content)
            self._anchors = {_Anchor.GOOD: self._good, _Anchor.STORED: row.link, _Anchor.COMPUTED: computed}
            return
        self._classify_doubtful(anchor)
        self._good = row.link
        self._anchors = {_Anchor.GOOD: row.link}
        self._reached = self._reached or (self._head is not None and row.link == self._head.link)
        self._advance(row)

    def report(self) -> ChainReport:
        """Return the faults found; to be called once, after the last row."""
        head = self._head
        if head is None:
            self._classify_doubtful(_Anchor.STORED)
            if self._rows:
                self._add_end_fault(FaultKind.NO_HEAD, 0)
        else:
            anchor = self._anchor_of(lambda link: link == head.link)
            self._classify_doubtful(anchor or _Anchor.STORED)
            if anchor is None and not self._reached:
                self._add_end_fault(FaultKind.TAIL_CUT, max(head.rows - self._position, 0))
        if self._printed and self._position < self._printed.rows:
            self._add_end_fault(FaultKind.SHORTER, self._printed.rows - self._position)
        return ChainReport(self._rows, head, tuple(self._faults))

    def _anchor_of(self, fits: Callable[[bytes], bool]) -> _Anchor | None:
        return next((anchor for anchor, link in self._anchors.items() if fits(link)), None)

    def _classify_doubtful(self, anchor: _Anchor) -> None:
        """Determine what happened to each row in `_doubtful`, whose hashes do not continue the chain.

        `anchor` says to which hash the next intact row is linked.
        """
        for row, missing in self._doubtful:
            if anchor is _Anchor.GOOD:
                self._faults.append(Fault(FaultKind.INSERTED, row.id, row.at))
            elif anchor is _Anchor.STORED and missing > 0:
                self._faults.append(Fault(FaultKind.REMOVED, row.id, row.at, missing))
                self._position += missing
                self._advance(row)
            else:
                self._faults.append(Fault(FaultKind.CHANGED, row.id, row.at))
                self._advance(row)
        self._doubtful = []

    def _advance(self, row: Link) -> None:
        self._position += 1
        printed = self._printed
        if printed and printed.rows == self._position and not printed.fits(row.link):
            self._faults.append(Fault(FaultKind.OTHER_PAST, row.id, row.at))

    def _add_end_fault(self, kind: FaultKind, rows: int) -> None:
        last = self._last
        self._faults.append(Fault(kind, last.id if last else None, last.at if last else None, rows))
