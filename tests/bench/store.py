"""Benchmark of the disk and of SQLite without the program."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

_TRIES = 200
_SETTINGS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
    "temp_store = MEMORY",
)
_WAL_BYTES = 16 * 1024 * 1024
Row = tuple[Any, ...]


def sync_ms(folder: Path) -> float:
    """Return the median milliseconds of one 4 KiB write with fsync on this disk."""
    path = folder / "sync"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_TRIES):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    path.unlink()
    return median(times) * 1000


def store_bound_per_s(filled: Path, bare: Path) -> float:
    """Return the messages per second that sqlite3 alone writes.

    The rows of a bot's database (`filled`) are inserted into the database `bare` in the same commits as the bot's.
    """
    with closing(sqlite3.connect(filled)) as connection:
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        tables = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL") if sql]
        heard = connection.execute("SELECT * FROM inbox ORDER BY id").fetchall()
        judged = connection.execute("SELECT * FROM events ORDER BY judged_ms, id").fetchall()
        received_at = _column(connection, "inbox", "received_ms")
        judged_at = _column(connection, "events", "judged_ms")
    commits = [*_commits(heard, received_at, "inbox"), *_commits(judged, judged_at, "events")]
    commits.sort(key=itemgetter(0))
    with closing(sqlite3.connect(bare, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {page_bytes}")
        for setting in (*_SETTINGS, f"wal_autocheckpoint = {_WAL_BYTES // page_bytes}"):
            connection.execute(f"PRAGMA {setting}")
        for sql in tables:
            if "sqlite_sequence" not in sql:
                connection.execute(sql)
        began = time.perf_counter()
        for _, table, rows in commits:
            connection.execute("BEGIN IMMEDIATE")
            places = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - two names of ours
            changed = "DELETE FROM waiting WHERE id = ?" if table == "events" else "INSERT INTO waiting VALUES (?)"
            connection.executemany(changed, [row[:1] for row in rows])
            connection.execute("COMMIT")
        return len(judged) / (time.perf_counter() - began)


def _commits(rows: Sequence[Row], at: int, table: str) -> Iterator[tuple[int, str, list[Row]]]:
    """Group rows into the transactions that wrote them: (time, table, rows).

    Rows of one transaction have the same value in column `at`, as the clock is read once for each transaction.
    """
    for moment, together in groupby(rows, key=itemgetter(at)):
        yield moment, table, list(together)


def _column(connection: sqlite3.Connection, table: str, name: str) -> int:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")].index(name)
