"""What Prometheus is shown; and that none of it names anybody."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.unit.app.monitoring.test_health import WELL
from tests.unit.pipeline.made import entry
from zalo_governor.app.monitoring.metrics import Metrics, Scene
from zalo_governor.app.observability import Observability
from zalo_governor.domain.attachments import NotChecked, ScanFinding, ScanResult
from zalo_governor.domain.delivery import UndeliveredCounts
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.findings import Finding, RuleFailure, Severity, Verdict
from zalo_governor.domain.inbound import Admitted, Seal, Source
from zalo_governor.domain.notices import Notice, Outgoing, Purpose
from zalo_governor.pipeline.heartbeat import Standing
from zalo_governor.storage.engine.database import Commits
from zalo_governor.storage.queries.queue_counts import Counts, ScanQueue

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
GROUP, MEMBER, BODY = "8000000000000000001", "7000000000000000002", "noi dung gia dinh"
STOCK = Counts(
    waiting=4,
    oldest_waiting_at=NOW - timedelta(seconds=9),
    dead_letters=2,
    outgoing={"waiting": 3},
    undelivered=UndeliveredCounts(
        waiting=3, oldest_waiting_at=NOW - timedelta(seconds=70), failed=3, urgent_failed=2, codes=((123, 2), (0, 1))
    ),
    open_cases={"new": 5, "reminded": 1},
    open_gaps=1,
    pending_gaps=2,
    scans=ScanQueue(3, NOW - timedelta(seconds=40)),
)


def shown(metrics: Metrics) -> dict[tuple[str, str], float]:
    """(name, labels) -> value, of everything that is ours."""
    page = metrics.page().decode()
    assert not [word for word in (GROUP, MEMBER, BODY) if word in page]
    return {
        (sample.name.removeprefix("zalo_governor_"), ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def test_what_passes_by_is_counted_and_what_stands_is_shown() -> None:
    judge = Standing(busy=True, turned_ago=1.0, moved_ago=7.0)
    vitals = WELL._replace(heard_at=NOW - timedelta(seconds=5), judge=judge)
    records: Any = SimpleNamespace(clock=lambda: NOW)
    watching = Observability(records)
    metrics = watching.metrics = Metrics(lambda: Scene(vitals, STOCK, Commits(8, 0.25)), lambda: NOW)
    seal = Seal("4.1-bi-mat", "marked", None, 10, b"")
    entries = [entry("1", BODY), entry("2", BODY, seal=seal), entry("3", BODY)._replace(source=Source.BACKFILL)]
    metrics.heard([Admitted(number, one, revision=False) for number, one in enumerate(entries)])
    event = MessageSent(thread_id=GROUP, sender_uid=MEMBER, text=BODY, at=NOW)
    finding = Finding(rule_id="3.1-co-dau", clause="3.1", severity=Severity.MINOR, label="x", excerpt=BODY)
    failure = RuleFailure(rule_id="3.2-ten", error="ValueError")
    watching.judged([(event, Verdict(findings=(finding,), failures=(failure,))), (event, Verdict())])
    notice = Notice(account="1", thread_id=MEMBER, text=BODY, purpose=Purpose.REPLY, group_id=GROUP, created_at=NOW)
    watching.sent(Outgoing(id=1, client_id=1, attempts=1, repeated=False, notice=notice), "refused")

    macro = ScanFinding(rule_id="4.4-tep", clause="4.4", severity=Severity.TRIAGE, label="macro")
    unread = ScanResult(not_checked=(NotChecked.ENCRYPTED,))
    for result in (ScanResult(), unread, unread.model_copy(update={"findings": (macro,)}), unread):
        metrics.scanned(result)

    values = shown(metrics)
    expected = {
        ("heard_total", "live"): 2,
        ("heard_total", "backfill"): 1,
        ("sealed_total", ""): 1,
        ("judged_total", ""): 2,
        ("findings_total", "3.1-co-dau,minor"): 1,
        ("rule_failures_total", "3.2-ten"): 1,
        ("sends_total", "refused"): 1,
        ("scans_total", "clean"): 1,
        ("scans_total", "not_checked"): 2,
        ("scans_total", "found"): 1,
        ("scans_waiting", ""): 3,
        ("scan_oldest_seconds", ""): 40,
        ("line", "up"): 1,
        ("line", "refused"): 0,
        ("heard_seconds_ago", ""): 5,
        ("looked_seconds_ago", ""): 0,
        ("standstill_seconds", "judge"): 7,
        ("standstill_seconds", "intake"): 0,
        ("inbox_waiting", ""): 4,
        ("inbox_oldest_waiting_seconds", ""): 9,
        ("dead_letters", ""): 2,
        ("outbox", "waiting"): 3,
        ("outbox_oldest_waiting_seconds", ""): 70,
        ("outbox_urgent_undelivered", ""): 2,
        ("outbox_given_up", "123"): 2,
        ("outbox_given_up", "0"): 1,
        ("open_cases", "new"): 5,
        ("open_cases", "under_review"): 0,
        ("gaps", "open"): 1,
        ("gaps", "pending"): 2,
        ("commit_seconds_count", ""): 8,
        ("commit_seconds_sum", ""): 0.25,
        ("database_up", ""): 1,
    }
    assert {key: values[key] for key in expected} == expected
    assert values["process_resident_memory_bytes", ""] > 1_000_000


def test_before_the_login_and_without_a_database_there_still_is_a_page() -> None:
    assert shown(Metrics(lambda: Scene(None, None, Commits()), lambda: NOW))["database_up", ""] == 0
