"""Many rows by one statement.

The driver of SQLite lets go of the interpreter's lock for every row of an executemany and then waits for its turn to
get it back, while the listener and the judge are computing. One statement for many rows does all its work on the tables
beside them, on another core.
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

# A few sizes only, so that the driver finds each statement ready; the largest stays below SQLite's 32,766 parameters.
_ROWS_TOGETHER = (256, 64, 16, 4, 1)


class Bulk(ABC):
    """A statement that is written for many rows at once."""

    @abstractmethod
    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Write all of them; gives how many rows of the table were written."""


class BulkInsert(Bulk):
    """An INSERT, each row a tuple in the order of the table's columns: of all of them, or of those that are named."""

    def __init__(self, database: Database, statement: Insert, columns: Sequence[str] | None = None) -> None:
        self._together = database.is_sqlite
        if columns is not None:
            statement = statement.values({name: bindparam(name) for name in columns})
        self._sql = database.ready(statement)

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """See `Bulk`; rows that the statement ignores are not counted."""
        if not rows:
            return 0
        if not self._together:
            return connection.exec_driver_sql(self._sql, list(rows)).rowcount
        written = done = 0
        for size in _ROWS_TOGETHER:
            while len(rows) - done >= size:
                values = tuple(chain.from_iterable(rows[done : done + size]))
                written += connection.exec_driver_sql(_for_rows(self._sql, size), values).rowcount
                done += size
        return written


class AmongIds(ColumnElement[bool]):
    """Whether a column is one of the ids that come as the statement's only parameter."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[int]) -> None:
        self.column = column


class BulkById(Bulk):
    """A DELETE or UPDATE `where(AmongIds(id))` without other parameters; each row is a tuple of the id alone."""

    def __init__(self, database: Database, statement: Delete | Update) -> None:
        self._as_json = database.is_sqlite
        self._sql = database.ready(statement)

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """See `Bulk`."""
        ids = [id_ for (id_,) in rows]
        return connection.exec_driver_sql(self._sql, (json.dumps(ids) if self._as_json else ids,)).rowcount


@compiles(AmongIds, "sqlite")
def _in_json(among: AmongIds, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(among.column, **how) + " IN (SELECT value FROM json_each(?))"  # noqa: S608 - no value in it


@compiles(AmongIds, "postgresql")
def _in_array(among: AmongIds, compiler: SQLCompiler, **how: Any) -> str:
    return compiler.process(among.column, **how) + " = ANY(%s)"


@lru_cache
def _for_rows(sql: str, count: int) -> str:
    """`INSERT … VALUES (?, ?) …` for so many rows."""
    head, values, rest = sql.partition(" VALUES ")
    row, end, tail = rest.partition(")")
    return head + values + ", ".join([row + end] * count) + tail
