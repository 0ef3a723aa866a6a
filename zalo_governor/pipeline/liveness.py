"""The liveness monitor: finds messages that the socket lost unnoticed, and raises an alarm during an outage.

A socket can be open and yet deliver nothing, and a quiet day looks like a broken connection. So Zalo is asked at
intervals for the last message of each group, and the connection is judged by whether that message has arrived.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.connection import LineReport, LineState
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.inbound import Element

log = structlog.get_logger(__name__)

MISSED = "missed"
"""Cause recorded for a gap that a check found: the connection seemed fine, but a message had not arrived."""
_MAY_STILL_ARRIVE = timedelta(seconds=30)
"""Age up to which a message that has not arrived may still be on its way over the socket.

Our clock may be wrong, and the newest message of a busy group is always young. So a message that was already missing at
a check this long ago counts as missing, whatever its time says.
"""
_TICK_SECONDS = 1.0
"""Pause between two calls of `tick`, in seconds."""
_LOOK_WHILE_DEAD = timedelta(minutes=1)
"""Longest time between two checks while Zalo refuses the session: they show when it accepts the session again."""
_NEEDS_A_PERSON = frozenset({LineState.REFUSED, LineState.DUPLICATE, LineState.KICKED, LineState.SESSION_DEAD})
"""Connection states that reconnecting cannot repair: a person must act, such as log in again."""


class Alarm(Protocol):
    """Alarm that tells people of outages of the connection to Zalo, over a channel that does not need Zalo."""

    def outage_began(self, since: datetime, line: LineReport | None) -> None:
        """Report that nothing has been received from Zalo, or that Zalo has refused the session, since a time.

        `line` is the state of the connection, None if unknown. Called again in the same outage if the connection gets
        into a state in which a person must act.
        """
        ...

    def outage_ended(self, since: datetime, until: datetime) -> None:
        """Report that the outage from `since` to `until` is over. Called again later if this raises GovernorError."""
        ...


class LivenessMonitor:
    """Checks for missed messages, keeps the session alive and raises the outage alarm, in a thread of its own.

    Args:
        groups: ids of the watched groups.
        newest: asks Zalo for the newest message of each group; raises GovernorError if Zalo does not answer.
        known: returns those of the given msgIds of a group that are stored.
        keep_alive: tells Zalo that the session is in use; raises GovernorError if that fails.
        line: returns the last report of the connection's state, and when anything last arrived.
        report: called when a check finds a message missing; records a gap (time of missed messages).
        go_round: runs one pass of reconciliation (compares Zalo's history with the inbox); raises GovernorError if that
            fails.
        alarm: returns who is told of the beginning and end of an outage.
        look_every: interval of the checks for missed messages.
        round_every: interval of the reconciliation passes.
        keep_alive_every: interval of the keep-alive calls.
        blind_after: an outage that lasts this long raises the alarm.
        clock: the wall clock.
        seconds: a monotonic clock.
        random: shortens each interval of the keep-alive calls by up to a fifth, as a browser is not exactly regular.
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
        alarm: Callable[[], Alarm],
        look_every: timedelta,
        round_every: timedelta,
        keep_alive_every: timedelta,
        blind_after: timedelta,
        clock: Clock,
        seconds: Callable[[], float],
        random: Random,
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
        self._random = random
        self._stopping = threading.Event()
        self._began = clock()
        self._next_check = self._began + look_every
        self._next_round = self._began + round_every
        self._next_keep_alive = self._keep_alive_after(self._began)
        self._outage_since: datetime | None = None
        self._alarm_given = False
        """Whether the outage was reported; an alarm that fails is tried again."""
        self._alarmed_state: LineState | None = None
        self._reported_missing: dict[str, str] = {}
        """Of each group, the msgId of the missing message that was reported last."""
        self._awaited: dict[str, tuple[str, float]] = {}
        """Of each group, a message that had not arrived at an earlier check: (msgId, monotonic time of that check)."""
        self.looked_at: datetime | None = None
        """When a check last found that no message was missing; None before the first such check."""

    def run(self) -> None:
        """Run the checks that are due, every second, until stopped."""
        while not self._stopping.wait(_TICK_SECONDS):
            self.tick()

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()

    def tick(self) -> None:
        """Run the checks and calls that are due; while the connection is down, only the check for an outage."""
        now = self._clock()
        line, heard_at = self._line()
        self._check_outage(now, line, heard_at)
        if line is None or line.state not in {LineState.UP, LineState.SESSION_DEAD}:
            return  # Gap recovery fetches everything after reconnecting, and no call would get through now.
        dead = line.state is LineState.SESSION_DEAD
        look_every = min(self._look_every, _LOOK_WHILE_DEAD) if dead else self._look_every
        if _is_due(self._next_keep_alive, self._keep_alive_every, now):
            self._next_keep_alive = self._keep_alive_after(now)
            self._attempt("keep_alive", self._keep_alive)
        if _is_due(self._next_check, look_every, now):
            self._next_check = now + look_every
            self._attempt("look", lambda: self._check_newest(now, heard_at))
        if _is_due(self._next_round, self._round_every, now):
            self._next_round = now + self._round_every
            self._attempt("round", self._go_round)

    def _check_outage(self, now: datetime, line: LineReport | None, heard_at: datetime | None) -> None:
        """Raise the alarm when an outage has lasted `blind_after`, and report its end.

        `heard_at` is when anything was last received, None if nothing was since the start.
        """
        last = heard_at or self._began
        if line and line.state is LineState.SESSION_DEAD:
            last = min(last, line.at)  # Frames still arrive.
        up = line is not None and line.state is LineState.UP
        if not up and now - last >= self._blind_after and (not self._alarm_given or self._needs_new_alarm(line)):
            self._outage_since = self._outage_since or last
            self._alarmed_state = line.state if line else None
            log.error("blind", since=last.isoformat(), state=self._alarmed_state and self._alarmed_state.value)
            self._alarm_given = self._attempt("alarm", lambda: self._alarm().outage_began(last, line))
        elif self._outage_since is not None and up:
            since = self._outage_since
            if self._attempt("alarm", lambda: self._alarm().outage_ended(since, now)):
                self._outage_since, self._alarm_given = None, False
                log.info("seeing", since=since.isoformat())

    def _keep_alive_after(self, now: datetime) -> datetime:
        return now + self._keep_alive_every * self._random.uniform(0.8, 1)

    def _needs_new_alarm(self, line: LineReport | None) -> bool:
        """Return whether the connection is now in a state in which a person must act and that was not reported yet."""
        return line is not None and line.state in _NEEDS_A_PERSON and line.state is not self._alarmed_state

    def _check_newest(self, now: datetime, heard_at: datetime | None) -> None:
        """Ask Zalo for the newest message of each group; report a gap if one is missing that was not reported yet."""
        missing: dict[str, str] = {}
        for group_id, element in self._newest().items():
            key = self._find_missing(group_id, element, now) if group_id in self._groups else None
            if key is not None:
                missing[group_id] = key
                log.warning("look_found_missing", group=group_id)
                if key not in {element.key, self._reported_missing.get(group_id)}:
                    # So many may have come since that gap recovery stops before it: reconciliation goes on to it.
                    self._next_round = now
        told, self._reported_missing = self._reported_missing, missing
        if not missing:
            self.looked_at = now
        elif missing.items() - told.items():
            # A check finds at most the newest message of each group; gap recovery then fetches all groups. Messages
            # that were reported before are not reported again.
            self._report(LineReport(state=LineState.FRAME_LOST, at=now, heard_at=heard_at, cause=MISSED))

    def _find_missing(self, group_id: str, newest: Element, now: datetime) -> str | None:
        """Return the msgId of a message of the group that should have arrived and has not; None if there is none.

        `newest` is the group's newest message according to Zalo.
        """
        doubted, since = self._awaited.pop(group_id, (newest.key, self._seconds()))
        known = self._known(group_id, [newest.key, doubted])
        if doubted in known:
            doubted, since = newest.key, self._seconds()
        if doubted in known:
            return None
        self._awaited[group_id] = doubted, since
        if newest.key not in known and newest.at_ms <= (now - _MAY_STILL_ARRIVE).timestamp() * 1000:
            return newest.key
        return doubted if self._seconds() - since >= _MAY_STILL_ARRIVE.total_seconds() else None

    def _attempt(self, what: str, work: Callable[[], None]) -> bool:
        """Call `work` and return whether it succeeded; a failure is only logged, under the name `what`."""
        try:
            work()
        except GovernorError as error:
            log.warning("vigil_failed", what=what, error=error)
            return False
        return True


def _is_due(at: datetime, every: timedelta, now: datetime) -> bool:
    """Return whether the time `at` has come, for work that is done once in every interval `every`.

    Also True if `at` is further ahead than `every`: then the clock was set back, which must not delay the work for
    long.
    """
    return now >= at or at - now > every
