"""Models of the delivery of notices (messages that the bot sends), above all of those that could not be delivered."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.notices import Purpose

UNHEARD_AFTER = timedelta(minutes=3)
"""Time after which an urgent alert that has reached no admin goes to others (`features/cases/delivery.py`)."""
KEPT_IN_SIGHT = timedelta(days=7)
"""How long an undelivered notice is counted in the chat command /trangthai (status), in `doctor` and in the metrics."""


class DeliveryState(StrEnum):
    """Delivery state of the notice that asks the member concerned by a case to correct the breach."""

    NONE = "none"
    """No notice was sent: the escalation policy or the trial period forbids it, or the member is unreachable."""
    PENDING = "pending"
    """Sending is still being tried."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Zalo refused the notice, or the time in which sending is retried ended."""


class Undelivered(NamedTuple):
    """A notice (a message of the bot), without its text, that could not be delivered: not yet, or for good."""

    id: int
    account: str
    person_id: int | None
    """Id of the addressee; None for a message to the group."""
    case_id: int | None
    group_id: str
    purpose: Purpose
    urgent: bool
    created_at: datetime
    final: bool
    """True: sending was given up. False: sending will be tried again."""
    code: int | None
    """Zalo's error code or the HTTP status of the last try; None where there was no answer."""


class UndeliveredCounts(NamedTuple):
    """Counts of notices (messages of the bot) that wait to be sent, and of those given up as undeliverable."""

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
