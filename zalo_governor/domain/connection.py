"""The state of the line to Zalo, and the gaps in what was heard."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class LineState(StrEnum):
    """What the listener says about its line."""

    UP = "up"
    DOWN = "down"
    REFUSED = "refused"
    """The session is dead (101/401/403 at the handshake or login error): somebody must log in again."""
    DUPLICATE = "duplicate"
    """3000: another connection of this session took over."""
    KICKED = "kicked"
    """3003: the account was logged in elsewhere."""
    FRAME_LOST = "frame_lost"
    """A frame could not be decoded; what it carried must be fetched anew."""


class LineReport(BaseModel):
    """One change of the line. `heard_at` is when the last frame came in before the change."""

    model_config = ConfigDict(frozen=True)

    state: LineState
    at: datetime
    heard_at: datetime | None = None
    cause: str = ""
    resumes_at: datetime | None = None
    """When the next try is made, where the account is used elsewhere and is left to whoever took it until then."""


class BackfillEnd(StrEnum):
    """How a look into a group's history ended."""

    REACHED = "reached"
    """It got back to something heard before the gap: nothing is missing."""
    EXHAUSTED = "exhausted"
    """It did not, and no other look will: the history is too short, too long, or refused for good."""
    INTERRUPTED = "interrupted"
    """Zalo did not answer, or the program stops: to be tried again."""


class Gap(BaseModel):
    """A time in which the bot could not hear a group."""

    model_config = ConfigDict(frozen=True)

    id: int
    group_id: str
    began_at: datetime
    ended_at: datetime | None = None
    cause: str
    recovered: int = 0
    """Messages that backfill brought back."""
    closed: bool = False
    """Backfill reached what was heard before: nothing is missing."""
    heard_id: int = 0
    """Entries of the inbox up to this number were heard before it. Clocks can be wrong, the numbers always grow."""
    pending: bool = False
    """Backfill is still to be tried."""


def silence(gaps: Iterable[Gap], start: datetime, end: datetime) -> timedelta:
    """How much of [start, end) lies in gaps, each moment once; a gap that has not ended reaches to `end`."""
    silent, counted_until = timedelta(), start
    for gap in sorted(gaps, key=lambda gap: gap.began_at):
        ended = min(gap.ended_at or end, end)
        silent += max(ended - max(gap.began_at, counted_until), timedelta())
        counted_until = max(counted_until, ended)
    return silent
