"""Computes the bot's health from measurements: its condition, and all problems."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.connection import FrameCount, LineState
from zalo_governor.pipeline.heartbeat import Standing

_STUCK_SECONDS = 60.0
"""A worker thread that is busy for longer without progress counts as stuck."""
_WAITING_SECONDS = 120.0
"""Judging counts as stuck if an entry waits for longer and none is judged; backfill delays entries by 5 s at most."""


class Condition(StrEnum):
    """Condition of the bot: working (connected to Zalo), starting, or the kind of problem that it has."""

    HEARING = "hearing"
    """All is well: connected to Zalo, and received messages are checked by the rules."""
    STARTING = "starting"
    """Since the start, the bot has not logged in or not connected to Zalo yet."""
    BLIND = "blind"
    """Not connected to Zalo any more."""
    STUCK = "stuck"
    """A worker thread makes no progress, or received messages are not judged."""
    DATABASE_AWAY = "database_away"
    """The database does not answer."""


class Vitals(NamedTuple):
    """Measurements of the running bot at one moment (connection, worker threads, queue), to compute its health from."""

    line: LineState | None
    """State of the connection to Zalo; None before the first connection."""
    heard_at: datetime | None
    """When anything was last received over the socket; None for never."""
    resumes_at: datetime | None
    """When the bot will reconnect, if it pauses because the account is used elsewhere; else None."""
    looked_at: datetime | None
    """When a liveness check (asking Zalo for the newest messages) last found that none is missing; None for never."""
    intake: Standing
    """Progress of the thread that stores received elements (messages, acts, receipts)."""
    judge: Standing
    """Progress of the thread that applies the rules."""
    waiting: int | None
    """Number of stored elements not judged yet; None if the database does not answer."""
    oldest_waiting_seconds: float
    """How long the oldest element not judged yet has been waiting; 0 if none is."""
    frames: tuple[FrameCount, ...] = ()
    """Frames of the last 24 hours that carry no element (message, act, receipt), by kind."""
    line_since: datetime | None = None
    """Since when the connection has been in this state; None before the first connection."""


class Health(NamedTuple):
    """The bot's health: all problems, and the worst of them as `condition`; without problems, HEARING (all is well)."""

    condition: Condition
    reasons: tuple[Condition, ...]
    """All problems, the worst first; empty if there are none."""

    @property
    def good(self) -> bool:
        """Return whether there are no problems."""
        return self.condition is Condition.HEARING


def health(vitals: Vitals | None) -> Health:
    """Compute the health from measurements; `vitals` is None while the bot has not logged in."""
    if vitals is None:
        return Health(Condition.STARTING, (Condition.STARTING,))
    found = []
    if vitals.waiting is None:
        found.append(Condition.DATABASE_AWAY)
    if _is_stuck(vitals):
        found.append(Condition.STUCK)
    if vitals.line is None:
        found.append(Condition.STARTING)
    elif vitals.line not in {LineState.UP, LineState.FRAME_LOST}:
        found.append(Condition.BLIND)
    return Health(found[0] if found else Condition.HEARING, tuple(found))


def works(intake: Standing, judge: Standing) -> bool:
    """Return whether the intake and judge threads still work or at least retry; if not, only a restart helps."""
    return not any(standing.busy and standing.turned_ago > _STUCK_SECONDS for standing in (intake, judge))


def _is_stuck(vitals: Vitals) -> bool:
    """Return whether a worker thread makes no progress, or received messages have waited too long for the rules."""
    in_hand = (vitals.intake, vitals.judge)
    if any(standing.busy and standing.moved_ago > _STUCK_SECONDS for standing in in_hand):
        return True
    return vitals.oldest_waiting_seconds > _WAITING_SECONDS and vitals.judge.moved_ago > _WAITING_SECONDS
