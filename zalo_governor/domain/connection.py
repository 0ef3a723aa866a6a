"""The state of the connection to Zalo, and the gaps in which events of a group were not received."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class LineState(StrEnum):
    """State of the socket connection to Zalo, as the listener reports it."""

    UP = "up"
    DOWN = "down"
    REFUSED = "refused"
    """The session is dead (101/401/403 at the handshake or login error): somebody must log in again."""
    DUPLICATE = "duplicate"
    """Close code 3000: another connection of the same session replaced this connection."""
    KICKED = "kicked"
    """Close code 3003: the bot account was logged in elsewhere."""
    FRAME_LOST = "frame_lost"
    """A socket frame could not be decoded; its content must be fetched again by backfill."""


class LineReport(BaseModel):
    """One change of the connection's state. `heard_at` is when the last frame arrived before the change."""

    model_config = ConfigDict(frozen=True)

    state: LineState
    at: datetime
    heard_at: datetime | None = None
    cause: str = ""
    resumes_at: datetime | None = None
    """When the bot reconnects, after it gave way to another user of the account; None in all other cases."""


class BackfillEnd(StrEnum):
    """How a backfill from a group's history ended."""

    REACHED = "reached"
    """Backfill met an event received before the gap: nothing is missing."""
    EXHAUSTED = "exhausted"
    """Backfill did not get back to the gap's beginning and never will: history too short, too long, or refused."""
    INTERRUPTED = "interrupted"
    """Zalo did not answer, or the program is stopping: backfill will be tried again."""


class Gap(BaseModel):
    """A period in which the bot could not receive the events of a group."""

    model_config = ConfigDict(frozen=True)

    id: int
    group_id: str
    began_at: datetime
    ended_at: datetime | None = None
    cause: str
    recovered: int = 0
    """Number of messages recovered by backfill."""
    closed: bool = False
    """Backfill recovered the whole gap: nothing is missing."""
    heard_id: int = 0
    """Last inbox id received before the gap. Used instead of a time, as clocks can be wrong and ids always grow."""
    pending: bool = False
    """Backfill is still to be tried."""


def silence(gaps: Iterable[Gap], start: datetime, end: datetime) -> timedelta:
    """Return how much of [start, end) lies in gaps; overlaps count once, a gap without end lasts to `end`."""
    silent, counted_until = timedelta(), start
    for gap in sorted(gaps, key=lambda gap: gap.began_at):
        ended = min(gap.ended_at or end, end)
        silent += max(ended - max(gap.began_at, counted_until), timedelta())
        counted_until = max(counted_until, ended)
    return silent
