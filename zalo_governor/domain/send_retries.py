"""The retry policies for sending notices (messages of the bot): for how long, and with which pauses.

docs/giao-tin.md shows the same values to operators; a test compares both.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from zalo_governor.domain.notices import Notice, Purpose

ECHO_WAIT = timedelta(seconds=15)
"""How long to wait for the echo (the message as received back) of a message that may or may not have been sent."""


class Promise(NamedTuple):
    """Retry policy for sending a notice (message of the bot): how long it is tried, and the pauses between tries."""

    lasts: timedelta
    """Time from the notice's creation until sending is given up (for an urgent one also when its case is acted on)."""
    pauses: Sequence[int]
    """Seconds to wait before the second, third, … try; the last value applies to all further tries."""

    def pause(self, attempts: int) -> timedelta:
        """Return how long to wait before the next try, after `attempts` (at least 1) failed tries."""
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
    """Return the retry policy of notices (messages of the bot) with that purpose and urgency."""
    return URGENT if urgent else _PROMISES[purpose]


def expiry_of(notice: Notice) -> datetime:
    """Return when sending the notice is given up, counted from its creation or, if later, from `not_before`."""
    begins = max(notice.created_at, notice.not_before or notice.created_at)
    return begins + promise_of(notice.purpose, urgent=notice.urgent).lasts
