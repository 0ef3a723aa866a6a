"""Benchmark of the leader's monthly report in all four output formats: duration and memory."""

import resource
import sqlite3
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from tests.bench.count import memory_mb
from tests.bench.figures import Figures
from zalo_governor.app.context import open_records
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import midnight, system_clock, to_ms
from zalo_governor.domain.documents import ReportFormat
from zalo_governor.domain.people import Group
from zalo_governor.features.reports.builder import compose, render_json
from zalo_governor.features.reports.document.document import paper_of
from zalo_governor.features.reports.text import render_text
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.periods import as_period, asked
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.storage.unit_of_work import UnitsOfWork

GROUP = "8000000000000000001"
MONTH = date(2026, 10, 1)
DAYS = 31
PEOPLE = 120
SETTINGS = f'groups: [{{id: "{GROUP}", name: Nhóm đo}}]\n'
_FILL = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
INSERT INTO events (id, group_id, kind, element, person_id, at_ms, judged_ms, source, late, own, revision, sealed,
                    message_type, length, people)
SELECT i << 8, :group_id, CASE WHEN i % 200 THEN 'message_sent' ELSE 'pin_changed' END, 'message', 1 + i % :people,
       :first + i * :step, :first + i * :step, 'live', 0, 0, 0, 0, 'webchat', 120, 0
FROM n
"""
_CASES = """
INSERT INTO cases (group_id, rule_id, clause, severity, label, sealed, person_id, state, opened_ms, event_ms,
                   last_event_ms, count, first_event_id, message_key, late, state_ms, remedied_ms)
SELECT group_id, 'r', CASE WHEN id % 3 THEN '3.1' ELSE '3.2' END, 'minor', 'l', 0, person_id,
       CASE WHEN id % 5 THEN 'remedied' ELSE 'new' END, at_ms, at_ms, at_ms, 1, id, id, 0, at_ms + 600000,
       CASE WHEN id % 5 THEN at_ms + 600000 END
FROM events WHERE (id >> 8) % 100 = 7
"""


def report(folder: Path) -> Figures:
    """Measure the report on a month of 100 000 and of 1 000 000 messages.

    Returns the seconds from the request to the last of the four formats, and the peak memory in MB of the process that
    composes the report or of the one that prints it, whichever is larger.
    """
    # In a new process, because RUSAGE_CHILDREN also covers children of earlier measurements.
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        return apart.submit(_report, folder).result()


def _report(folder: Path) -> Figures:
    figures: Figures = {}
    for count in (100_000, 1_000_000):
        place = folder / f"report-{count}"
        place.mkdir()
        config = place / "governor.yaml"
        config.write_text(SETTINGS, encoding="utf-8")
        _fill(config, count)
        figures |= _measure(config, f"{count // 1000}k")
    printing = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    # Not by getrusage, whose peak starts with the memory of the parent process.
    return {**figures, "report_rss_mb": max(memory_mb("self", "VmHWM"), printing)}


def _fill(config: Path, count: int) -> None:
    settings = load_settings(config)
    open_records(settings, system_clock).close()
    values = {
        "count": count,
        "group_id": GROUP,
        "people": PEOPLE,
        "first": to_ms(midnight(MONTH)),
        "step": timedelta(days=DAYS) // timedelta(milliseconds=1) // count,
    }
    with closing(sqlite3.connect(settings.data_dir / "governor.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for number in range(1, PEOPLE + 1):
            connection.execute(
                "INSERT INTO persons (id, full_name, title, reach) VALUES (?, ?, '', 'unknown')",
                [number, f"Người {number}"],
            )
        connection.execute(_FILL, values)
        connection.execute(_CASES)
        connection.execute("COMMIT")


def _measure(config: Path, label: str) -> Figures:
    settings = load_settings(config)
    records = open_records(settings, system_clock)
    voice = MessageFormatter(records.catalogue, records.rulebook.regulation)
    span = asked(f"thang {MONTH.month}/{MONTH.year}", MONTH)
    assert span is not None
    try:
        began = time.perf_counter()
        with UnitsOfWork(records.database).begin() as uow:
            made = compose(uow, Group(GROUP, "Nhóm đo"), as_period(span, voice), voice, system_clock)
        composed = time.perf_counter() - began
        assert render_text(made, voice)
        assert render_json(made)
        paper = paper_of(made, settings.office.letterhead, voice)
        press = ReportRenderer(settings.report_template)
        assert all(press.print(paper, face) for face in ReportFormat)
        seconds = time.perf_counter() - began
    finally:
        records.close()
    assert made.activity.messages
    return {f"report_figures_seconds_{label}": composed, f"report_faces_seconds_{label}": seconds}
