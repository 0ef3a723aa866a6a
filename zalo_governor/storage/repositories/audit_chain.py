"""Looking through the chain of the audit log, from its first row to its head: what does not hold, and where."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from zalo_governor.domain.audit import AuditHead, ChainReport, Fault, FaultKind, PrintedHead

Linking = Callable[[bytes, bytes], bytes]
"""(link before, content of a row) -> its link."""


class Link(NamedTuple):
    """A row as the chain sees it."""

    id: int
    at: datetime | None
    """None where the row says no time that can be."""
    content: bytes
    link: bytes


class _Anchor(Enum):
    """What a row may hang on, after others that fit to nothing."""

    GOOD = auto()
    """The last row that fitted: what stands between was put in."""
    STORED = auto()
    """The link of the row before as it stands: that row's content was changed, or something before it is missing."""
    COMPUTED = auto()
    """The link that the row before should have: only its link was changed."""


class ChainCheck:
    """Takes the rows in order. One broken row does not hide the next: the chain is taken up again behind it."""

    def __init__(self, linking: Linking, head: AuditHead | None, printed: PrintedHead | None = None) -> None:
        """`head` is where the chain should end, or ended when it was read; None where nothing says so."""
        self._linking = linking
        self._head = head
        self._printed = printed
        self._good = b""
        self._anchors = {_Anchor.GOOD: b""}
        self._doubtful: list[tuple[Link, int]] = []
        """Rows that fit to nothing yet, each with how many numbers are missing before it."""
        self._faults: list[Fault] = []
        self._last: Link | None = None
        self._rows = 0
        self._position = 0
        """How many rows were written up to here, those that are missing among them."""
        self._reached = head is not None and head.rows == 0

    def take(self, row: Link) -> None:
        """The next row."""
        missing = row.id - (self._last.id if self._last else 0) - 1
        self._rows += 1
        self._last = row
        anchor = self._anchor_of(lambda link: self._linking(link, row.content) == row.link)
        if anchor is None:
            self._doubtful.append((row, missing))
            computed = self._linking(self._good, row.content)
            self._anchors = {_Anchor.GOOD: self._good, _Anchor.STORED: row.link, _Anchor.COMPUTED: computed}
            return
        self._settle(anchor)
        self._good = row.link
        self._anchors = {_Anchor.GOOD: row.link}
        self._reached = self._reached or (self._head is not None and row.link == self._head.link)
        self._count(row)

    def report(self) -> ChainReport:
        """What was found, once every row was taken."""
        head = self._head
        if head is None:
            self._settle(_Anchor.STORED)
            if self._rows:
                self._at_the_end(FaultKind.NO_HEAD, 0)
        else:
            anchor = self._anchor_of(lambda link: link == head.link)
            self._settle(anchor or _Anchor.STORED)
            if anchor is None and not self._reached:
                self._at_the_end(FaultKind.TAIL_CUT, max(head.rows - self._position, 0))
        if self._printed and self._position < self._printed.rows:
            self._at_the_end(FaultKind.SHORTER, self._printed.rows - self._position)
        return ChainReport(self._rows, head, tuple(self._faults))

    def _anchor_of(self, fits: Callable[[bytes], bool]) -> _Anchor | None:
        return next((anchor for anchor, link in self._anchors.items() if fits(link)), None)

    def _settle(self, anchor: _Anchor) -> None:
        """Say what is wrong with the doubtful rows, now that it is known on what the chain goes on."""
        for row, missing in self._doubtful:
            if anchor is _Anchor.GOOD:
                self._faults.append(Fault(FaultKind.INSERTED, row.id, row.at))
            elif anchor is _Anchor.STORED and missing > 0:
                self._faults.append(Fault(FaultKind.REMOVED, row.id, row.at, missing))
                self._position += missing
                self._count(row)
            else:
                self._faults.append(Fault(FaultKind.CHANGED, row.id, row.at))
                self._count(row)
        self._doubtful = []

    def _count(self, row: Link) -> None:
        self._position += 1
        printed = self._printed
        if printed and printed.rows == self._position and not printed.fits(row.link):
            self._faults.append(Fault(FaultKind.OTHER_PAST, row.id, row.at))

    def _at_the_end(self, kind: FaultKind, rows: int) -> None:
        last = self._last
        self._faults.append(Fault(kind, last.id if last else None, last.at if last else None, rows))
