"""Models of the connection to Zalo: its state, gaps (times in which no events were received), and queue cursors."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.models import FrozenModel


class LineState(StrEnum):
    """State of the socket connection to Zalo, as the thread that reads the socket reports it."""

    UP = "up"
    DOWN = "down"
    REFUSED = "refused"
    """Zalo rejects the session (101/401/403 at the handshake, or a login error): a person must log in again."""
    DUPLICATE = "duplicate"
    """Zalo closed the connection with code 3000: another connection of the same session replaced it."""
    KICKED = "kicked"
    """Zalo closed the connection with code 3003: somebody logged in to the bot account elsewhere."""
    SESSION_DEAD = "session_dead"
    """Connected, but Zalo refuses the calls of the session: nothing can be sent or fetched, a person must log in."""
    FRAME_LOST = "frame_lost"
    """Connected, but messages were lost (a frame could not be decoded): they must be fetched from Zalo's history."""


class LineReport(FrozenModel):
    """A report that the connection's state changed; `heard_at` is when the last socket frame before that arrived."""

    state: LineState
    at: datetime
    heard_at: datetime | None = None
    cause: str = ""
    resumes_at: datetime | None = None
    """When the bot will reconnect, where it pauses because the account is used elsewhere; else None."""


class FrameSort(StrEnum):
    """What is known of frames from Zalo that carry no element (message, act, receipt)."""

    KNOWN = "known"
    ENCRYPTED = "encrypted"
    """Of end-to-end encryption, which the program cannot read."""
    UNKNOWN = "unknown"


class FrameCount(NamedTuple):
    """How many frames of one kind came that carry no element (message, act, receipt)."""

    name: str
    """Short ASCII name, the same in metrics and log."""
    meaning: str
    """What Zalo means by them, in Vietnamese."""
    sort: FrameSort
    hour: int
    """Number in the present hour."""
    day: int
    """Number in the last 24 hours."""


class BackfillEnd(StrEnum):
    """How a backfill (fetching the messages missed in a gap from Zalo's history) ended."""

    REACHED = "reached"
    """The history was read back to a message received before the gap, or the queue of missed messages to its end."""
    EXHAUSTED = "exhausted"
    """The gap's beginning was not reached and never will be: the history is too short or too long, or Zalo refused."""
    UNREACHABLE = "unreachable"
    """Like EXHAUSTED: Zalo shows this login nothing from before it began."""
    INTERRUPTED = "interrupted"
    """Zalo did not answer, or the program is stopping: the backfill will be tried again."""


class Gap(FrozenModel):
    """A time in which the bot missed a group's events or, if `group_id` is the account's own uid, private messages."""

    id: int
    group_id: str
    began_at: datetime
    ended_at: datetime | None = None
    cause: str
    recovered: int = 0
    """Number of missed messages that were fetched from Zalo's history (backfill)."""
    closed: bool = False
    """True where backfill recovered all messages of the gap."""
    heard_id: int = 0
    """Id of the last inbox entry before the gap: the reliable mark of its beginning, as clocks can be wrong."""
    pending: bool = False
    """True where backfill is still to be tried."""
    outcome: BackfillEnd | None = None
    """How the last backfill ended; None before the first."""


class QueueCursor(NamedTuple):
    """How far one of Zalo's queues of missed messages has been read and stored."""

    last_id: str
    """Zalo's id of the queue's last action that is stored; "1" if none is."""
    since_id: int
    """Id of an inbox entry: everything that the queue got after that entry, up to `last_id`, is stored."""


def is_proven(gaps: Iterable[Gap], start: datetime, end: datetime) -> bool:
    """Return whether nothing of [start, end) is missing: the bot was connected, or all that it missed was fetched."""
    return all(gap.closed for gap in gaps if gap.began_at < end and (gap.ended_at is None or gap.ended_at >= start))


def silence(gaps: Iterable[Gap], start: datetime, end: datetime) -> timedelta:
    """Return for how long in [start, end) the bot could not receive messages: the time in gaps, overlaps counted once.

    A gap that has not ended counts up to `end`.
    """
    silent, counted_until = timedelta(), start
    for gap in sorted(gaps, key=lambda gap: gap.began_at):
        ended = min(gap.ended_at or end, end)
        silent += max(ended - max(gap.began_at, counted_until), timedelta())
        counted_until = max(counted_until, ended)
    return silent
