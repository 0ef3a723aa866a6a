"""Monitoring of the running bot: health page, metrics, log, and messages to the service manager (systemd)."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog

from zalo_governor import __version__
from zalo_governor.app.context import AppContext
from zalo_governor.app.monitoring.dead_man_signal import DeadManSignal
from zalo_governor.app.monitoring.health import Condition, Health, Vitals, health, works
from zalo_governor.app.monitoring.metrics import Metrics, Scene
from zalo_governor.app.monitoring.overview import OverviewWriter
from zalo_governor.app.monitoring.server import HealthServer, Pages
from zalo_governor.app.monitoring.watchdog import Watchdog
from zalo_governor.app.supervisor import Part
from zalo_governor.backup.create import is_overdue, last_backup
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import Outgoing
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.storage.engine.lock_owner import occupant
from zalo_governor.storage.maintenance.offices import Figures, write_figures
from zalo_governor.storage.migrations import newest
from zalo_governor.storage.queries.queue_counts import Counts, QueueCounts

log = structlog.get_logger(__name__)


class Observability:
    """Monitoring of the bot, working already before the login, so that a bot that cannot log in is noticed."""

    def __init__(self, records: AppContext) -> None:
        self._records = records
        self.metrics = Metrics(self._current_state, records.clock)
        self._signal = DeadManSignal(
            lambda: records.settings.heartbeat,
            lambda: self._health()[0],
            count=self.metrics.signalled,
            clock=records.clock,
        )
        self._bot: _LoggedInBot | None = None
        """Sources of the logged-in bot's state; None before the login."""
        self._standing = (Condition.STARTING, True)
        """The bot's condition, and whether it runs, as last written into the overview of all offices."""
        self._standing_since = records.clock()

    def parts(self) -> Sequence[Part]:
        """Return the parts (threads) for monitoring, which run from before the login until the end."""
        watchdog = Watchdog(os.environ, works=self._works, status=self._status)
        parts = [
            Part("watchdog", watchdog.run, watchdog.stop),
            Part("dead_man_signal", self._signal.run, self._signal.stop),
        ]
        settings = self._records.settings.health
        if settings.port is not None:
            server = HealthServer(settings.port, Pages(self._health, self.metrics.page), settings.listen)
            parts.append(Part("health", server.run, server.stop))
        if not self._records.database.is_sqlite:
            overview = OverviewWriter(self._write_figures)
            parts.append(Part("overview", overview.run, overview.stop))
        return parts

    def observe(self, account: str, *, line: Callable[[], LineStatus], intake: Heartbeat, judge: Heartbeat) -> None:
        """Begin to monitor the bot's connection, threads and queues too; called after the login.

        Args:
            account: uid of the bot account.
            line: returns the state of the connection.
            intake: progress of the thread that stores received elements.
            judge: progress of the thread that applies the rules.
        """
        census = QueueCounts(self._records.database, account)
        self._bot = _LoggedInBot(line, intake, judge, census, self._records.clock)

    @property
    def signal_failing_since(self) -> datetime | None:
        """Return since when the dead-man signal could not be sent; None if it arrives or is switched off."""
        return self._signal.failing_since

    def judged(self, results: Sequence[tuple[EventBase, Verdict]]) -> None:
        """Log what the rules found in events (messages and acts), never their content; count both for the metrics."""
        counters = self.metrics
        counters.judged.inc(len(results))
        for event, verdict in results:
            for finding in verdict.findings:
                counters.findings.labels(finding.rule_id, finding.severity.value).inc()
                log.info(
                    "judged",
                    entry=event.id,
                    rule=finding.rule_id,
                    severity=finding.severity.value,
                    label=finding.label,
                    private=not event.is_group,
                    sealed=verdict.sealed,
                    late=event.late,
                )
            for failure in verdict.failures:
                counters.failures.labels(failure.rule_id).inc()
                log.error("rule_failed", entry=event.id, rule=failure.rule_id, error=failure.error)

    def sent(self, outgoing: Outgoing, outcome: str) -> None:
        """Log one try to send a message and count it in the metrics, both under the name `outcome`, such as "sent"."""
        sent = outgoing.notice
        log.info(outcome, outgoing=outgoing.id, purpose=sent.purpose.value, case=sent.case_id, group=sent.is_group)
        self.metrics.sends.labels(outcome).inc()

    def _current_state(self) -> Scene:
        """Return the bot's current state, for the metrics page."""
        commits = self._records.database.commits
        if self._bot is None:
            return Scene(None, None, commits)
        counts = self._bot.counts()
        return Scene(self._bot.vitals(counts), counts, commits)

    def _health(self) -> tuple[Health, dict[str, Any]]:
        """Return the bot's health, and further fields to show on the health page."""
        vitals = self._current_state().vitals
        beside: dict[str, Any] = {"version": __version__}
        if vitals:
            now = self._records.clock()
            beside |= {
                "line": vitals.line,
                "line_since": vitals.line_since and vitals.line_since.isoformat(timespec="seconds"),
                "resumes_at": vitals.resumes_at and vitals.resumes_at.isoformat(timespec="seconds"),
                "waiting": vitals.waiting,
                "frames": [frame._asdict() for frame in vitals.frames],
                "heard_seconds_ago": vitals.heard_at and round((now - vitals.heard_at).total_seconds()),
                "looked_seconds_ago": vitals.looked_at and round((now - vitals.looked_at).total_seconds()),
            }
        return health(vitals), beside

    def _write_figures(self, running: bool) -> None:
        """Write the bot's health figures into the overview of all offices; `running` is False when it stops."""
        records, now = self._records, self._records.clock()
        if self._bot is None and occupant(records.database, records.account):
            return  # Another process runs the account, and this one will be refused.
        scene = self._current_state()
        standing = (health(scene.vitals).condition, running)
        if standing != self._standing:
            self._standing, self._standing_since = standing, now
        last = last_backup(records.vault)
        figures = Figures(
            running=running,
            condition=standing[0],
            since=self._standing_since,
            version=__version__,
            form=newest(),
            line=scene.vitals.line if scene.vitals else None,
            waiting=scene.stock.waiting if scene.stock else None,
            gaps_today=self._bot.queue_counts.gaps_of_day(now) if self._bot else None,
            undelivered=scene.stock.undelivered.failed if scene.stock else None,
            backed_up_at=last.at if last else None,
            backup_overdue=is_overdue(records.vault, now, records.settings.backup.remind_after),
            free_mb=shutil.disk_usage(records.settings.data_dir).free // 1_000_000,
        )
        write_figures(records.database, figures)

    def _works(self) -> bool:
        """Return whether the bot's worker threads still try to do their work; if not, the bot must be restarted."""
        return self._bot is None or works(self._bot.intake.standing, self._bot.judge.standing)

    def _status(self) -> str:
        """Return the bot's problems, or its condition if there are none, as one line of text."""
        found, _ = self._health()
        return ", ".join(reason.value for reason in found.reasons) or found.condition.value


class _LoggedInBot:
    """Takes measurements of the logged-in bot: connection, worker threads, queues."""

    def __init__(
        self, line: Callable[[], LineStatus], intake: Heartbeat, judge: Heartbeat, census: QueueCounts, clock: Clock
    ) -> None:
        self._line = line
        self._clock = clock
        self.intake = intake
        self.judge = judge
        self.queue_counts = census

    def counts(self) -> Counts | None:
        """Return the lengths of the queues and further counts; None if the database does not answer."""
        try:
            return self.queue_counts.take(self._clock())
        except StoreUnavailableError:
            return None

    def vitals(self, counts: Counts | None) -> Vitals:
        """Return the present measurements for computing the health; `counts` is what `counts()` returned."""
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
            frames=line.frames,
            line_since=line.since,
            oldest_waiting_seconds=0.0 if oldest is None else (self._clock() - oldest).total_seconds(),
        )
