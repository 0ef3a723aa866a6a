"""Time: UTC in the program and the store, Asia/Ho_Chi_Minh wherever people read it. Clocks are passed in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""Gives the present moment as an aware datetime in UTC."""


def system_clock() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


def from_ms(milliseconds: int) -> datetime:
    """A wire timestamp (milliseconds since 1970) as an aware UTC datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


AT_ONCE = from_ms(0)
"""When something is due that is due now: the present moment would be a later one each time it is asked for."""


def to_ms(moment: datetime) -> int:
    """An aware datetime as a wire timestamp (milliseconds since 1970)."""
    return round(moment.timestamp() * 1000)


def local(moment: datetime) -> datetime:
    """The moment as a clock on the wall in Viet Nam shows it."""
    return moment.astimezone(VIETNAM)


def minutes_of(duration: timedelta) -> int:
    """Whole minutes as people are told of them: at least 1, however short it was."""
    return max(1, round(duration.total_seconds() / 60))
