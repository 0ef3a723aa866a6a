"""The delivery promise: how long, and at what pauses, the program tries to deliver a notice before it gives up.

docs/giao-tin.md shows the same table to operators; a test keeps the two equal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.notices import Notice, Purpose

ECHO_WAIT = timedelta(seconds=15)
"""How long the echo of a send of unknown outcome is waited for before Zalo is asked about it."""
UNHEARD_AFTER = timedelta(minutes=3)
"""An urgent alert that reached nobody of the desk for so long takes another way (`office.undelivered`)."""
KEPT_IN_SIGHT = timedelta(days=7)
"""For so long what could not be delivered is counted in /trangthai, doctor and the metrics."""


class Promise(NamedTuple):
    """How a notice is tried."""

    lasts: timedelta
    """From its making until it is given up; an urgent one also ends when somebody answers its case."""
    pauses: Sequence[int]
    """Seconds before the second, third, … try; the last repeats."""

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after that many failed tries, at least 1."""
        return timedelta(seconds=self.pauses[min(attempts, len(self.pauses)) - 1])


URGENT = Promise(timedelta(hours=24), (5, 10, 20, 40, 60, 120, 300, *(600,) * 6, 1800))
_NOTICE = Promise(timedelta(hours=24), (15, 30, 60, 120, 300, 600, 1800))
_REQUEST = Promise(timedelta(hours=12), (15, 30, 60, 120, 300, 600, 1800))
_ANSWER = Promise(timedelta(minutes=30), (5, 10, 20, 30, 60))
_PROMISES = {
    Purpose.ADMIN_ALERT: _NOTICE,
    Purpose.LEADER_ALERT: _NOTICE,
    Purpose.MEMBER_REQUEST: _REQUEST,
    Purpose.REPLY: _ANSWER,
    Purpose.REPORT: _NOTICE,
    Purpose.SYSTEM: _NOTICE,
}


def promise_of(purpose: Purpose, *, urgent: bool) -> Promise:
    """The promise of a notice."""
    return URGENT if urgent else _PROMISES[purpose]


def expiry_of(notice: Notice) -> datetime:
    """The moment after which it is not tried again."""
    begins = max(notice.created_at, notice.not_before or notice.created_at)
    return begins + promise_of(notice.purpose, urgent=notice.urgent).lasts


class DeliveryState(StrEnum):
    """What is known of the delivery of the request that a case sent to its member."""

    NONE = "none"
    """None was sent: policy, reach or trial kept it back."""
    PENDING = "pending"
    """It is still being tried."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Zalo refused it, or its time ended."""


class Undelivered(NamedTuple):
    """A notice that did not get through, without its words."""

    id: int
    account: str
    person_id: int | None
    """None: into the group."""
    case_id: int | None
    group_id: str
    purpose: Purpose
    urgent: bool
    created_at: datetime
    final: bool
    """No further try will be made."""
    code: int | None
    """Zalo's error code, or HTTP status, of the last try; None where there was no answer."""


class UndeliveredCounts(NamedTuple):
    """What waits to be sent, and what could not be."""

    waiting: int
    oldest_waiting_at: datetime | None
    """When the oldest of them was made that has been tried in vain."""
    failed: int
    """Given up within `KEPT_IN_SIGHT`."""
    urgent_failed: int
    """The urgent ones of both: given up, or tried in vain for longer than `UNHEARD_AFTER`."""
    codes: tuple[tuple[int, int], ...]
    """(error code, how many) of those given up, most frequent first; 0 where Zalo gave none."""


NOTHING_OUTGOING = UndeliveredCounts(waiting=0, oldest_waiting_at=None, failed=0, urgent_failed=0, codes=())
