"""Benchmark with a large database (1 000 000 messages): starting, reporting, and stopping under load."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.bench.figures import Figures
from tests.rig import BOT, GROUP, MEMBER, Rig, rig
from zalo_governor.app.context import open_records
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import local, system_clock, to_ms
from zalo_governor.domain.people import Group
from zalo_governor.features.reports.builder import compose
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.periods import as_period, days
from zalo_governor.storage.unit_of_work import UnitsOfWork

MESSAGES = 1_000_000
DAYS = 30
UNDER_LOAD_SECONDS = 2.0

_NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)"
_HEARD = f"""{_NUMBERS}
INSERT INTO inbox (id, account, thread_id, is_group, kind, key, cli_key, sender_uid, at_ms, source, received_ms,
                   fingerprint, state, body)
SELECT (:first + i * :step) << 20, :account, :group_id, 1, 'message', :first * 1000 + i, :first + i, :sender,
       :first + i * :step, 'live', :first + i * :step, randomblob(16), 'done', randomblob(400)
FROM n
"""  # noqa: S608 - all values are bound
_JUDGED = """
INSERT INTO events (id, group_id, kind, element, person_id, at_ms, judged_ms, source, late, own, revision, sealed,
                    message_type, length, people)
SELECT inbox.id, thread_id, 'message_sent', 'message', 1, at_ms, at_ms, 'live', 0, 0, 0, 0, 'webchat', 120, 0
FROM inbox
WHERE id NOT IN (SELECT id FROM events)
"""


def years(folder: Path) -> Figures:
    """Measure seconds with a million stored messages.

    Returns the time from start to listening, for a report on all messages, and from SIGTERM under load to exit.
    """
    place = folder / "years"
    place.mkdir()
    with rig(place) as made:
        made.start_bot()
        assert made.stop_bot() == 0
        fill(made.database)
        opened = made.sockets_opened()
        began = time.monotonic()
        made.launch_bot()
        made.until(lambda: made.sockets_opened() > opened, "the bot listens")
        start_seconds = time.monotonic() - began
        report_seconds = _report_seconds(made)
        made.control("flood", count=100_000, background=True)
        time.sleep(UNDER_LOAD_SECONDS)
        began = time.monotonic()
        assert made.stop_bot() == 0
        stop_seconds = time.monotonic() - began
    return {"start_seconds_1m": start_seconds, "report_seconds_1m": report_seconds, "stop_seconds": stop_seconds}


def fill(database: Path, over: int = DAYS) -> None:
    """Store a million judged messages, spread over so many days."""
    first = to_ms(system_clock() - timedelta(days=over))
    values = {
        "count": MESSAGES,
        "first": first,
        "step": timedelta(days=over) // timedelta(milliseconds=1) // MESSAGES,
        "account": BOT,
        "group_id": GROUP,
        "sender": MEMBER,
    }
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        connection.execute("BEGIN")
        connection.execute(_HEARD, values)
        connection.execute(_JUDGED)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _report_seconds(made: Rig) -> float:
    """Return the seconds to compute a report's figures on all days while the bot runs."""
    settings = load_settings(made.config)
    records = open_records(settings, system_clock)
    today = local(system_clock()).date()
    voice = MessageFormatter(records.catalogue, records.rulebook.regulation)
    period = as_period(days(today - timedelta(days=DAYS + 1), today), voice)
    group = Group(settings.groups[0].id, settings.groups[0].name)
    try:
        began = time.perf_counter()
        with UnitsOfWork(records.database, records.account).begin() as uow:
            made_report = compose(uow, group, period, voice, system_clock)
        seconds = time.perf_counter() - began
    finally:
        records.close()
    assert made_report.activity.messages >= MESSAGES
    return seconds
