"""Time helpers. Times are UTC in the program and the database, Asia/Ho_Chi_Minh in all text for people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""A function that returns the current time as an aware datetime in UTC; passed in, so that tests control time."""


def system_clock() -> datetime:
    """Return the current time of the machine in UTC."""
    return datetime.now(UTC)


def from_ms(milliseconds: int) -> datetime:
    """Convert a Zalo timestamp (milliseconds since 1970) to an aware UTC datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


AT_ONCE = from_ms(0)
"""Due time of a task that is due immediately; a constant, as `now` would give a later time at every call."""


def to_ms(moment: datetime) -> int:
    """Convert an aware datetime to a Zalo timestamp (milliseconds since 1970)."""
    return round(moment.timestamp() * 1000)


def local(moment: datetime) -> datetime:
    """Convert an aware datetime to the time zone of Viet Nam."""
    return moment.astimezone(VIETNAM)


def minutes_of(duration: timedelta) -> int:
    """Return the duration in whole minutes for display: rounded, at least 1."""
    return max(1, round(duration.total_seconds() / 60))
