"""Time helpers. Times are UTC in the program and the database, Asia/Ho_Chi_Minh in all text for people."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

Clock = Callable[[], datetime]
"""Type of a function that returns the current time as an aware datetime in UTC; tests pass one that they control."""


def system_clock() -> datetime:
    """Return the machine's current time as an aware datetime in UTC."""
    return datetime.now(UTC)


def from_ms(milliseconds: int) -> datetime:
    """Convert a Zalo timestamp (milliseconds since 1970) to an aware UTC datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def from_ms_or_none(milliseconds: int | None) -> datetime | None:
    """Convert like `from_ms`; None (the value of an empty database column) stays None."""
    return None if milliseconds is None else from_ms(milliseconds)


AT_ONCE = from_ms(0)
"""Due time (1970) of work that is to be done immediately; unlike the current time, it is the same at every call."""


def to_ms(moment: datetime) -> int:
    """Convert an aware datetime to a Zalo timestamp (milliseconds since 1970)."""
    return round(moment.timestamp() * 1000)


def to_ms_or_none(moment: datetime | None) -> int | None:
    """Convert like `to_ms`; None stays None."""
    return None if moment is None else to_ms(moment)


def local(moment: datetime) -> datetime:
    """Convert an aware datetime to the time zone of Viet Nam."""
    return moment.astimezone(VIETNAM)


def today(now: datetime) -> date:
    """Return the date in Viet Nam at the moment `now`."""
    return local(now).date()


def midnight(day: date) -> datetime:
    """Return the moment at which the day begins in Viet Nam, in UTC."""
    return datetime.combine(day, time.min, tzinfo=VIETNAM).astimezone(UTC)


def monday(now: datetime) -> datetime:
    """Return the moment at which the week of `now` began in Viet Nam, in UTC."""
    day = today(now)
    return midnight(day - timedelta(days=day.weekday()))


def hour_of(moment: datetime) -> datetime:
    """Return the moment at which the hour of `moment` began: 14:00 for 14:35."""
    return moment.replace(minute=0, second=0, microsecond=0)


def minutes_of(duration: timedelta) -> int:
    """Return the duration in whole minutes for display: rounded, at least 1."""
    return max(1, round(duration.total_seconds() / 60))


EVER, NEVER = from_ms(0), from_ms(1 << 42)
"""Before and after all stored times. `Claims.claim_once(job, EVER)` is for work done only once in an installation."""
