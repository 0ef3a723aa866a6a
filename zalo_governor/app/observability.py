"""Monitoring of the running bot: health and metrics on loopback, and messages to the service manager."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from zalo_governor import __version__
from zalo_governor.app.context import AppContext
from zalo_governor.app.event_log import tell_judged, tell_sent
from zalo_governor.app.monitoring.health import Health, Vitals, health, works
from zalo_governor.app.monitoring.metrics import Metrics, Scene
from zalo_governor.app.monitoring.server import HealthServer, Pages
from zalo_governor.app.monitoring.watchdog import Watchdog
from zalo_governor.app.supervisor import Part
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Admitted
from zalo_governor.domain.notices import Outgoing
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.services.policy import LineStatus
from zalo_governor.storage.queries.queue_counts import Counts, QueueCounts


class Observability:
    """Provides health, metrics and logs from before the login, so that a bot that cannot log in is noticed."""

    def __init__(self, records: AppContext) -> None:
        self._records = records
        self._metrics = Metrics(self._current_state, records.clock)
        self._bot: _LoggedInBot | None = None
        """The state of the logged-in bot; None before the login."""

    def parts(self) -> Sequence[Part]:
        """Return the parts that run from before the login to the end."""
        watchdog = Watchdog(os.environ, works=self._works, status=self._status)
        parts = [Part("watchdog", watchdog.run, watchdog.stop)]
        port = self._records.settings.health.port
        if port is not None:
            server = HealthServer(port, Pages(self._health, self._metrics.page))
            parts.append(Part("health", server.run, server.stop))
        return parts

    def look_at(self, account: str, *, line: Callable[[], LineStatus], intake: Heartbeat, judge: Heartbeat) -> None:
        """Start monitoring a bot that has logged in.

        Args:
            account: uid of the bot account.
            line: returns the state of the connection.
            intake: progress of the intake's thread.
            judge: progress of the judge's thread.
        """
        census = QueueCounts(self._records.database, account)
        self._bot = _LoggedInBot(line, intake, judge, census, self._records.clock)

    def heard(self, admitted: Sequence[Admitted]) -> None:
        """Count stored entries."""
        self._metrics.heard(admitted)

    def judged(self, results: Sequence[tuple[EventBase, Verdict]]) -> None:
        """Log and count judged events."""
        tell_judged(results)
        self._metrics.judged(results)

    def sent(self, outgoing: Outgoing, outcome: str) -> None:
        """Log and count an attempt to send a message."""
        tell_sent(outgoing, outcome)
        self._metrics.sent(outgoing, outcome)

    def _current_state(self) -> Scene:
        """Return the current state for a scrape."""
        commits = self._records.database.commits
        if self._bot is None:
            return Scene(None, None, commits)
        counts = self._bot.counts()
        return Scene(self._bot.vitals(counts, self._records), counts, commits)

    def _health(self) -> tuple[Health, dict[str, Any]]:
        """Return the health and the fields shown beside it."""
        vitals = self._current_state().vitals
        beside: dict[str, Any] = {"version": __version__}
        if vitals:
            now = self._records.clock()
            beside |= {
                "line": vitals.line,
                "resumes_at": vitals.resumes_at and vitals.resumes_at.isoformat(timespec="seconds"),
                "waiting": vitals.waiting,
                "heard_seconds_ago": vitals.heard_at and round((now - vitals.heard_at).total_seconds()),
                "looked_seconds_ago": vitals.looked_at and round((now - vitals.looked_at).total_seconds()),
            }
        return health(vitals), beside

    def _works(self) -> bool:
        """Return whether the worker threads still attempt their work."""
        return self._bot is None or works(self._bot.intake.standing, self._bot.judge.standing)

    def _status(self) -> str:
        """Return the problems found, or the condition, as one line."""
        found, _ = self._health()
        return ", ".join(reason.value for reason in found.reasons) or found.condition.value


class _LoggedInBot:
    """The sources of measurements of a logged-in bot."""

    def __init__(
        self, line: Callable[[], LineStatus], intake: Heartbeat, judge: Heartbeat, census: QueueCounts, clock: Clock
    ) -> None:
        self._line = line
        self._clock = clock
        self.intake = intake
        self.judge = judge
        self._queue_counts = census

    def counts(self) -> Counts | None:
        """Return counts from the database, or None if it does not answer."""
        try:
            return self._queue_counts.take(self._clock())
        except StoreUnavailableError:
            return None

    def vitals(self, counts: Counts | None, records: AppContext) -> Vitals:
        """Return the present measurements."""
        line = self._line()
        oldest = counts.oldest_waiting_at if counts else None
        return Vitals(
            line=line.state,
            heard_at=line.heard_at,
            resumes_at=line.resumes_at,
            looked_at=line.looked_at,
            intake=self.intake.standing,
            judge=self.judge.standing,
            waiting=counts.waiting if counts else None,
            oldest_waiting_seconds=0.0 if oldest is None else (records.clock() - oldest).total_seconds(),
        )
