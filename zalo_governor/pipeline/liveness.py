"""The vigil: sees what the socket cannot say about itself, and raises the alarm when the bot has gone blind.

A socket can be open and dead, and a quiet day looks like a broken line. So at intervals Zalo is asked for the last
message of each group, and what we hear is measured by what comes in, not by whether the socket says it is open.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.inbound import Element

log = structlog.get_logger(__name__)

MISSED = "missed"
"""Cause of a gap that a look found: the line seemed fine, and a message had not come."""
_ON_ITS_WAY = timedelta(seconds=30)
"""A message younger than this may still be coming by the socket. Our clock may be wrong, and a busy group's newest
message is always young: what was missing at an earlier look so long ago is missing, whatever its time says."""
_TICK_SECONDS = 1.0
_FOR_PEOPLE = frozenset({LineState.REFUSED, LineState.DUPLICATE, LineState.KICKED})
"""What the program cannot mend by connecting again."""


class Alarm(Protocol):
    """Tells people that the bot is blind, by a channel that does not need Zalo, and that it sees again."""

    def blind(self, since: datetime, line: LineReport | None) -> None:
        """Nothing has been heard since then, and this is how the line stands; again where it stands otherwise."""
        ...

    def seeing(self, since: datetime, until: datetime) -> None:
        """The line is back. Called again after a GovernorError."""
        ...


class LivenessMonitor:
    """Looks, keeps the session alive and watches the line, in a thread of its own.

    Args:
        newest: asks Zalo for the newest message of each group; raises GovernorError where it does not answer.
        known: those of the msgIds of a group that are stored.
        keep_alive: tells Zalo that the session is in use; raises GovernorError.
        line: the last report of the line and when anything last came in.
        report: takes the report of a gap that a look found.
        go_round: makes a round through the histories (`pipeline.reconciliation`); raises GovernorError.
        seconds: a clock that nobody sets.
    """

    def __init__(
        self,
        *,
        groups: Collection[str],
        newest: Callable[[], Mapping[str, Element]],
        known: Callable[[str, list[str]], set[str]],
        keep_alive: Callable[[], None],
        line: Callable[[], tuple[LineReport | None, datetime | None]],
        report: Callable[[LineReport], None],
        go_round: Callable[[], None],
        alarm: Alarm,
        look_every: timedelta,
        round_every: timedelta,
        keep_alive_every: timedelta,
        blind_after: timedelta,
        clock: Clock,
        seconds: Callable[[], float],
    ) -> None:
        self._groups = groups
        self._newest = newest
        self._known = known
        self._keep_alive = keep_alive
        self._line = line
        self._report = report
        self._go_round = go_round
        self._alarm = alarm
        self._look_every = look_every
        self._round_every = round_every
        self._keep_alive_every = keep_alive_every
        self._blind_after = blind_after
        self._clock = clock
        self._seconds = seconds
        self._stopping = threading.Event()
        self._began = clock()
        self._next_look = self._began + look_every
        self._next_round = self._began + round_every
        self._next_keep_alive = self._began + keep_alive_every
        self._blind_since: datetime | None = None
        self._told_state: LineState | None = None
        self._missing: dict[str, str] = {}
        self._doubted: dict[str, tuple[str, float]] = {}
        """Of each group a message that had not come yet, and since when: (msgId, on the clock that nobody sets)."""
        self.looked_at: datetime | None = None
        """When a look last found that nothing was missing."""

    def run(self) -> None:
        """Keep watch until stopped."""
        while not self._stopping.wait(_TICK_SECONDS):
            self.tick()

    def stop(self) -> None:
        """Let `run` end."""
        self._stopping.set()

    def tick(self) -> None:
        """Do what is due at this moment."""
        now = self._clock()
        line, heard_at = self._line()
        self._watch(now, line, heard_at)
        if line is None or line.state is not LineState.UP:
            return  # While the line is down, recovery looks by itself, and no call would get through.
        if _due(self._next_keep_alive, self._keep_alive_every, now):
            self._next_keep_alive = now + self._keep_alive_every
            self._try("keep_alive", self._keep_alive)
        if _due(self._next_look, self._look_every, now):
            self._next_look = now + self._look_every
            self._try("look", lambda: self._look(now, heard_at))
        if _due(self._next_round, self._round_every, now):
            self._next_round = now + self._round_every
            self._try("round", self._go_round)

    def _watch(self, now: datetime, line: LineReport | None, heard_at: datetime | None) -> None:
        last = heard_at or self._began
        up = line is not None and line.state is LineState.UP
        if not up and now - last >= self._blind_after and (self._blind_since is None or self._stands_otherwise(line)):
            self._blind_since = self._blind_since or last
            self._told_state = line.state if line else None
            log.error("blind", since=last.isoformat(), state=self._told_state and self._told_state.value)
            self._try("alarm", lambda: self._alarm.blind(last, line))
        elif self._blind_since is not None and up:
            since = self._blind_since
            if self._try("alarm", lambda: self._alarm.seeing(since, now)):
                self._blind_since = None
                log.info("seeing", since=since.isoformat())

    def _stands_otherwise(self, line: LineReport | None) -> bool:
        """Whether somebody has to do something else about it than was told."""
        return line is not None and line.state in _FOR_PEOPLE and line.state is not self._told_state

    def _look(self, now: datetime, heard_at: datetime | None) -> None:
        missing: dict[str, str] = {}
        for group_id, element in self._newest().items():
            key = self._missing_of(group_id, element, now) if group_id in self._groups else None
            if key is not None:
                missing[group_id] = key
                log.warning("look_found_missing", group=group_id)
        told, self._missing = self._missing, missing
        if not missing:
            self.looked_at = now
        elif missing.items() - told.items():
            # Recovery fetches every group anew; one look finds at most the last message of each. What it was told of
            # already it knows that it lacks.
            self._report(LineReport(state=LineState.FRAME_LOST, at=now, heard_at=heard_at, cause=MISSED))

    def _missing_of(self, group_id: str, newest: Element, now: datetime) -> str | None:
        """msgId of a message of the group that should have come and has not; None where there is none."""
        doubted, since = self._doubted.pop(group_id, (newest.key, self._seconds()))
        known = self._known(group_id, [newest.key, doubted])
        if doubted in known:
            doubted, since = newest.key, self._seconds()
        if doubted in known:
            return None
        self._doubted[group_id] = doubted, since
        if newest.key not in known and newest.at_ms <= (now - _ON_ITS_WAY).timestamp() * 1000:
            return newest.key
        return doubted if self._seconds() - since >= _ON_ITS_WAY.total_seconds() else None

    def _try(self, what: str, work: Callable[[], None]) -> bool:
        """Whether it was done; what was not is tried again when it is next due."""
        try:
            work()
        except GovernorError as error:
            log.warning("vigil_failed", what=what, error=error)
            return False
        return True


def _due(at: datetime, every: timedelta, now: datetime) -> bool:
    """Whether it is time; a clock that was set back lets nobody wait longer than was meant."""
    return now >= at or at - now > every
