"""SQL statements that write many rows in one execution.

SQLite's driver releases the GIL for every row of an executemany, and waits to get it back while other threads of the
program compute. One statement for many rows releases the GIL once, and runs in parallel on another core.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Delete, Insert, Update, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from zalo_governor.storage.engine.database import Database

# Few sizes, so that the driver's statement cache hits; the largest stays below SQLite's limit of 32,766 parameters.
_BATCH_SIZES = (256, 64, 16, 4, 1)


class Bulk(ABC):
    """An SQL statement that is executed once for many rows."""

    @abstractmethod
    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute the statement for all `rows`; return how many rows of the table were inserted, updated or deleted."""


class BulkInsert(Bulk):
    """An INSERT of rows given as tuples.

    The values of a tuple are in the order of `columns`; without `columns`, in the order of the table's columns.
    """

    def __init__(self, database: Database, statement: Insert, columns: Sequence[str] | None = None) -> None:
        self._multi_row = database.is_sqlite
        if columns is not None:
            statement = statement.values({name: bindparam(name) for name in columns})
        self._sql = database.ready(statement)

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Insert all `rows`; return how many were inserted, not counting those skipped by ON CONFLICT DO NOTHING."""
        if not rows:
            return 0
        if not self._multi_row:
            return connection.exec_driver_sql(self._sql, list(rows)).rowcount
        written = done = 0
        for size in _BATCH_SIZES:
            while len(rows) - done >= size:
                values = tuple(chain.from_iterable(rows[done : done + size]))
                written += connection.exec_driver_sql(_repeat_values(self._sql, size), values).rowcount
                done += size
        return written


class AmongIds(ColumnElement[bool]):
    """SQL condition that `column` is one of the ids that `BulkById.write` passes as the statement's only parameter."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[int]) -> None:
        self.column = column


class BulkById(Bulk):
    """A DELETE or UPDATE of all rows that have one of the given ids.

    The statement must have the condition `where(AmongIds(id_column))` and no other parameter. The rows passed to
    `write` are tuples `(id,)`.
    """

    def __init__(self, database: Database, statement: Delete | Update) -> None:
        self._as_json = database.is_sqlite
        self._sql = database.ready(statement)

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Execute the statement for the ids in `rows`; return how many rows were updated or deleted."""
        ids = [id_ for (id_,) in rows]
        return connection.exec_driver_sql(self._sql, (json.dumps(ids) if self._as_json else ids,)).rowcount


@compiles(AmongIds, "sqlite")
def _in_json(among: AmongIds, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(among.column, **how) + " IN (SELECT value FROM json_each(?))"  # noqa: S608 - no value in it


@compiles(AmongIds, "postgresql")
def _in_array(among: AmongIds, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(among.column, **how) + " = ANY(%s)"


@lru_cache
def _repeat_values(sql: str, count: int) -> str:
    """Return the INSERT statement `sql` with its `(?, ?)` group after VALUES repeated `count` times."""
    head, values, rest = sql.partition(" VALUES ")
    row, end, tail = rest.partition(")")
    return head + values + ", ".join([row + end] * count) + tail
