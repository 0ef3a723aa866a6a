"""How long, and with which pauses, sending a notice (a message of the bot) is retried before the program gives up.

docs/giao-tin.md shows the same table to operators; a test keeps both equal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from zalo_governor.domain.notices import Notice, Purpose

ECHO_WAIT = timedelta(seconds=15)
"""How long to wait for the echo of a message whose send had an unknown outcome, before asking Zalo about it."""


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
