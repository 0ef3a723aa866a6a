"""Prometheus metrics: counts, ages and states. No label contains a person, a conversation or message content."""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from zalo_governor import __version__
from zalo_governor.app.monitoring.health import Vitals
from zalo_governor.domain.attachments import ScanResult
from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import Clock
from zalo_governor.domain.connection import LineState
from zalo_governor.domain.delivery import UndeliveredCounts
from zalo_governor.domain.inbound import Admitted
from zalo_governor.storage.engine.database import Commits
from zalo_governor.storage.queries.queue_counts import Counts


class Scene(NamedTuple):
    """Snapshot of the bot's present state (connection, queues, database), taken at each request for the metrics."""

    vitals: Vitals | None
    """Measurements of connection and worker threads; None before the login."""
    stock: Counts | None
    """Lengths of queues and further counts from the database; None if the database does not answer."""
    commits: Commits
    """Number and total duration of the database commits so far."""


class Metrics:
    """The Prometheus metrics: counters of what happens, and gauges of the present state, which `look()` returns."""

    def __init__(self, look: Callable[[], Scene], clock: Clock) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_StateCollector(look, clock))
        ProcessCollector(registry=self._registry)
        self._heard = self._counter("heard", "Elements stored, by how they came", "source")
        self._sealed = self._counter("sealed", "Elements of which nothing was kept")
        self.judged = self._counter("judged", "Events judged")
        self.findings = self._counter("findings", "What the rules found", "rule", "severity")
        self.failures = self._counter("rule_failures", "Rules that failed on an event", "rule")
        self._scans = self._counter("scans", "Attachments scanned by this process, by outcome", "outcome")
        self._signals = self._counter("heartbeats", "Calls of the dead-man signal's URL, by outcome", "outcome")
        self.sends = self._counter("sends", "Tries to send a message, by outcome", "outcome")

    def heard(self, admitted: Sequence[Admitted]) -> None:
        """Count elements (messages, acts, receipts) newly stored in the inbox, and those stored without content."""
        for source, count in Tally(item.entry.source.value for item in admitted).items():
            self._heard.labels(source).inc(count)
        self._sealed.inc(sum(item.entry.seal is not None for item in admitted))

    def signalled(self, outcome: str) -> None:
        """Count one call of the dead-man signal's URL under its outcome, `sent` or `failed`."""
        self._signals.labels(outcome).inc()

    def scanned(self, result: ScanResult) -> None:
        """Count one finished scan of an attachment under its outcome: `found`, `not_checked` or `clean`.

        `not_checked`: nothing was found, but a part was not checked, for whatever reason.
        """
        outcome = "found" if result.findings else "not_checked" if result.not_checked else "clean"
        self._scans.labels(outcome).inc()

    def page(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """Create and register a counter, named with the prefix `zalo_governor_`; `meaning` is its help text."""
        return Counter(f"zalo_governor_{name}", meaning, labels, registry=self._registry)


class _StateCollector(Collector):
    """Prometheus collector of the bot's state, which is read anew at each request for the metrics."""

    def __init__(self, look: Callable[[], Scene], clock: Clock) -> None:
        self._look = look
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Return no descriptions: else registering the collector would call `collect`, which reads the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics of the bot's present state."""
        scene = self._look()
        yield _gauge("info", "The version that runs", {__version__: 1}, "version")
        yield _gauge("database_up", "Whether the database answers", scene.stock is not None)
        yield SummaryMetricFamily(
            "zalo_governor_commit_seconds",
            "How long commits took, the disk's sync included",
            count_value=scene.commits.number,
            sum_value=scene.commits.seconds,
        )
        if scene.vitals:
            yield from self._connection_metrics(scene.vitals)
        if scene.stock:
            yield from self._queue_metrics(scene.stock)

    def _connection_metrics(self, vitals: Vitals) -> Iterable[Metric]:
        states = {state.value: vitals.line is state for state in LineState}
        yield _gauge("line", "State of the line to Zalo: 1 for the one that holds", states, "state")
        for name, meaning, at in (
            ("heard_seconds_ago", "Since anything last came in, answers to pings included", vitals.heard_at),
            ("looked_seconds_ago", "Since a look at Zalo last found nothing missing", vitals.looked_at),
        ):
            if at is not None:
                yield _gauge(name, meaning, (self._clock() - at).total_seconds())
        working = {"intake": vitals.intake, "judge": vitals.judge}
        stands = {name: standing.moved_ago if standing.busy else 0.0 for name, standing in working.items()}
        yield _gauge("standstill_seconds", "How long what is in hand has not moved on", stands, "part")
        of_day = {frame.name: frame.day for frame in vitals.frames}
        yield _gauge("frames_of_day", "Frames without messages in the last 24 hours, by kind", of_day, "kind")
        of_hour = {frame.name: frame.hour for frame in vitals.frames}
        yield _gauge("frames_of_hour", "Frames without messages in the present hour, by kind", of_hour, "kind")

    def _queue_metrics(self, stock: Counts) -> Iterable[Metric]:
        """Yield the metrics of inbox, outbox, open cases and gaps (times without connection)."""
        yield _gauge("inbox_waiting", "Stored and not yet judged", stock.waiting)
        yield _gauge("inbox_oldest_waiting_seconds", "Age of the oldest of them", self._age(stock.oldest_waiting_at))
        yield _gauge("dead_letters", "Elements that could not be understood", stock.dead_letters)
        yield _gauge("outbox", "Messages still to be sent", stock.outgoing, "state")
        yield from self._undelivered_metrics(stock.undelivered)
        yield _gauge("scans_waiting", "Attachments still to be scanned", stock.scans.waiting)
        waited = self._age(stock.scans.oldest_at)
        yield _gauge("scan_oldest_seconds", "How long the oldest of them has been waiting", waited)
        cases = {state.value: stock.open_cases.get(state.value, 0) for state in CaseState if state.open}
        yield _gauge("open_cases", "Cases that nobody has settled", cases, "state")
        gaps = {"open": stock.open_gaps, "pending": stock.pending_gaps}
        yield _gauge("gaps", "Times without hearing: not over, and not yet made good", gaps, "state")

    def _undelivered_metrics(self, counts: UndeliveredCounts) -> Iterable[Metric]:
        """Yield the metrics of messages of the bot that could not be delivered."""
        age = self._age(counts.oldest_waiting_at)
        yield _gauge("outbox_oldest_waiting_seconds", "Age of the oldest message that was tried in vain", age)
        yield _gauge("outbox_urgent_undelivered", "Urgent messages that nobody has got", counts.urgent_failed)
        codes = {str(code): number for code, number in counts.codes} or {"0": 0}
        yield _gauge("outbox_given_up", "Messages given up in the last days, by Zalo's error code", codes, "code")

    def _age(self, at: datetime | None) -> float:
        return 0.0 if at is None else max((self._clock() - at).total_seconds(), 0.0)


def _gauge(name: str, meaning: str, value: float | Mapping[str, float], label: str = "") -> Metric:
    """Return a gauge with one value, or one for each key (a value of `label`) of a mapping; `meaning`: help text."""
    family = GaugeMetricFamily(f"zalo_governor_{name}", meaning, labels=[label] if label else [])
    for which, number in value.items() if isinstance(value, Mapping) else [("", value)]:
        family.add_metric([which] if label else [], float(number))
    return family
