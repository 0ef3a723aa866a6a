"""Whether the bot does what it is there for, as one word and the reasons for it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.connection import LineState
from zalo_governor.pipeline.heartbeat import Standing

_STUCK_SECONDS = 60.0
"""No work in hand takes so long; a database that is away for a moment is waited for."""
_WAITING_SECONDS = 120.0
"""So long nothing may wait while nothing is judged: recovery holds a lane back for five seconds at most."""


class Condition(StrEnum):
    """The worst that is the matter stands last."""

    HEARING = "hearing"
    STARTING = "starting"
    """Not yet logged in, or the line was never up."""
    BLIND = "blind"
    STUCK = "stuck"
    DATABASE_AWAY = "database_away"


class Vitals(NamedTuple):
    """What is known of the running bot at one moment."""

    line: LineState | None
    """None before the first connection."""
    heard_at: datetime | None
    resumes_at: datetime | None
    """When the next try is made, where the account is used elsewhere and the program leaves it alone."""
    looked_at: datetime | None
    """When a look at Zalo last found that nothing was missing."""
    intake: Standing
    judge: Standing
    waiting: int | None
    """Entries of the inbox that are not judged; None where the database does not answer."""
    oldest_waiting_seconds: float


class Health(NamedTuple):
    """The outcome."""

    condition: Condition
    reasons: tuple[Condition, ...]
    """Everything that is the matter, the worst first."""

    @property
    def good(self) -> bool:
        """Whether the bot hears and works."""
        return self.condition is Condition.HEARING


def health(vitals: Vitals | None) -> Health:
    """What the vitals say; None before there are any."""
    if vitals is None:
        return Health(Condition.STARTING, (Condition.STARTING,))
    found = []
    if vitals.waiting is None:
        found.append(Condition.DATABASE_AWAY)
    if _stuck(vitals):
        found.append(Condition.STUCK)
    if vitals.line is None:
        found.append(Condition.STARTING)
    elif vitals.line not in {LineState.UP, LineState.FRAME_LOST}:
        found.append(Condition.BLIND)
    return Health(found[0] if found else Condition.HEARING, tuple(found))


def works(intake: Standing, judge: Standing) -> bool:
    """Whether both threads take their turns, were it in vain: where not, only a new start helps."""
    return not any(standing.busy and standing.turned_ago > _STUCK_SECONDS for standing in (intake, judge))


def _stuck(vitals: Vitals) -> bool:
    in_hand = (vitals.intake, vitals.judge)
    if any(standing.busy and standing.moved_ago > _STUCK_SECONDS for standing in in_hand):
        return True
    return vitals.oldest_waiting_seconds > _WAITING_SECONDS and vitals.judge.moved_ago > _WAITING_SECONDS
