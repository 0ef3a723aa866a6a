"""Retry policies for sending notices: how long, and with which pauses, before the program gives up.

docs/giao-tin.md shows the same table to operators; a test keeps both equal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.notices import Notice, Purpose

ECHO_WAIT = timedelta(seconds=15)
"""How long to wait for the echo of a message whose send had an unknown outcome, before asking Zalo about it."""
UNHEARD_AFTER = timedelta(minutes=3)
"""After this time, an urgent alert that has reached no admin is escalated (`services/messaging/delivery.py`)."""
KEPT_IN_SIGHT = timedelta(days=7)
"""How long a notice that could not be delivered is counted in the command /trangthai, doctor and the metrics."""


class Promise(NamedTuple):
    """Retry policy for sending a notice."""

    lasts: timedelta
    """Time from creation until sending is given up; for an urgent notice also when its case is answered."""
    pauses: Sequence[int]
    """Seconds to wait before the second, third, … try; the last value repeats."""

    def pause(self, attempts: int) -> timedelta:
        """Return how long to wait after `attempts` failed tries (at least 1)."""
        return timedelta(seconds=self.pauses[min(attempts, len(self.pauses)) - 1])


URGENT = Promise(timedelta(hours=24), (5, 10, 20, 40, 60, 120, 300, *(600,) * 6, 1800))
_NOTICE = Promise(timedelta(hours=24), (15, 30, 60, 120, 300, 600, 1800))
_MEMBER_REQUEST = Promise(timedelta(hours=12), (15, 30, 60, 120, 300, 600, 1800))
_REPLY = Promise(timedelta(minutes=30), (5, 10, 20, 30, 60))
_PROMISES = {
    Purpose.ADMIN_ALERT: _NOTICE,
    Purpose.LEADER_ALERT: _NOTICE,
    Purpose.MEMBER_REQUEST: _MEMBER_REQUEST,
    Purpose.REPLY: _REPLY,
    Purpose.REPORT: _NOTICE,
    Purpose.SYSTEM: _NOTICE,
}


def promise_of(purpose: Purpose, *, urgent: bool) -> Promise:
    """Return the retry policy of a notice."""
    return URGENT if urgent else _PROMISES[purpose]


def expiry_of(notice: Notice) -> datetime:
    """Return the time after which sending the notice is given up."""
    begins = max(notice.created_at, notice.not_before or notice.created_at)
    return begins + promise_of(notice.purpose, urgent=notice.urgent).lasts


class DeliveryState(StrEnum):
    """Delivery state of the notice that asks a case's member to correct the breach."""

    NONE = "none"
    """No notice was sent, because of the escalation policy, the member's reach or the trial period."""
    PENDING = "pending"
    """Sending is still being tried."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Zalo refused the notice, or its retry time ended."""


class Undelivered(NamedTuple):
    """A notice that could not be delivered, without its text."""

    id: int
    account: str
    person_id: int | None
    """The addressee; None for a message into the group."""
    case_id: int | None
    group_id: str
    purpose: Purpose
    urgent: bool
    created_at: datetime
    final: bool
    """True: given up. False: will be tried again."""
    code: int | None
    """Zalo's error code or the HTTP status of the last try; None where there was no answer."""


class UndeliveredCounts(NamedTuple):
    """Counts of notices waiting to be sent and of notices given up."""

    waiting: int
    oldest_waiting_at: datetime | None
    """Creation time of the oldest waiting notice that has failed at least once."""
    failed: int
    """Number of notices given up within the last `KEPT_IN_SIGHT`."""
    urgent_failed: int
    """Number of urgent notices that were given up, or have failed for longer than `UNHEARD_AFTER`."""
    codes: tuple[tuple[int, int], ...]
    """(error code, number of notices given up with it), most frequent first; code 0 where Zalo gave none."""


NOTHING_OUTGOING = UndeliveredCounts(waiting=0, oldest_waiting_at=None, failed=0, urgent_failed=0, codes=())
