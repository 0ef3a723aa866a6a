"""Computes the bot's health: one condition and the reasons for it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.connection import LineState
from zalo_governor.pipeline.heartbeat import Standing

_STUCK_SECONDS = 60.0
"""A thread busy this long without progress counts as stuck; an unreachable database is waited for."""
_WAITING_SECONDS = 120.0
"""Entries waiting this long while none is judged count as stuck; recovery holds a lane back 5 s at most."""


class Condition(StrEnum):
    """The bot's condition, from best to worst."""

    HEARING = "hearing"
    """Connected to Zalo and judging."""
    STARTING = "starting"
    """Not logged in yet, or never connected since the start."""
    BLIND = "blind"
    """Not connected to Zalo."""
    STUCK = "stuck"
    """A worker thread makes no progress."""
    DATABASE_AWAY = "database_away"
    """The database does not answer."""


class Vitals(NamedTuple):
    """Measurements of the running bot at one moment."""

    line: LineState | None
    """State of the connection; None before the first one."""
    heard_at: datetime | None
    """When anything was last received."""
    resumes_at: datetime | None
    """When the bot will reconnect, if it pauses because the account is used elsewhere."""
    looked_at: datetime | None
    """When a liveness check last found no message missing."""
    intake: Standing
    """Progress of the intake's thread."""
    judge: Standing
    """Progress of the judge's thread."""
    waiting: int | None
    """Number of inbox entries not judged; None if the database does not answer."""
    oldest_waiting_seconds: float


class Health(NamedTuple):
    """The bot's condition and all problems found."""

    condition: Condition
    reasons: tuple[Condition, ...]
    """All problems, the worst first."""

    @property
    def good(self) -> bool:
        """Return whether the bot receives and judges."""
        return self.condition is Condition.HEARING


def health(vitals: Vitals | None) -> Health:
    """Compute the health from measurements; None: the bot is starting."""
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
    """Return whether both threads still attempt their work, even if in vain; if not, only a restart helps."""
    return not any(standing.busy and standing.turned_ago > _STUCK_SECONDS for standing in (intake, judge))


def _is_stuck(vitals: Vitals) -> bool:
    """Return whether a thread makes no progress, or entries wait too long."""
    in_hand = (vitals.intake, vitals.judge)
    if any(standing.busy and standing.moved_ago > _STUCK_SECONDS for standing in in_hand):
        return True
    return vitals.oldest_waiting_seconds > _WAITING_SECONDS and vitals.judge.moved_ago > _WAITING_SECONDS
