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

from sqlalchemy import ARRAY, BigInteger, Connection, Insert, Table, bindparam, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from zalo_governor.store.database import Database

# A few sizes only, so that the driver finds each statement ready; the largest stays below SQLite's 32,766 parameters.
_ROWS_TOGETHER = (256, 64, 16, 4, 1)


class Bulk(ABC):
    """A statement that is written for many rows at once."""

    @abstractmethod
    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """Write all of them; gives how many rows of the table were written."""


class BulkInsert(Bulk):
    """An INSERT of whole rows, each a tuple in the order of the table's columns."""

    def __init__(self, database: Database, statement: Insert) -> None:
        self._together = database.is_sqlite
        self._sql = database.ready(statement)

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """See `Bulk`; rows that the statement ignores are not counted."""
        if not self._together:
            return connection.exec_driver_sql(self._sql, list(rows)).rowcount
        written = done = 0
        for size in _ROWS_TOGETHER:
            while len(rows) - done >= size:
                values = tuple(chain.from_iterable(rows[done : done + size]))
                written += connection.exec_driver_sql(_for_rows(self._sql, size), values).rowcount
                done += size
        return written


class BulkUpdate(Bulk):
    """An UPDATE that gives the same values to the rows of these ids, each in a tuple of its own."""

    def __init__(self, database: Database, table: Table, **values: Any) -> None:
        self._as_json = database.is_sqlite
        self._sql = database.ready(update(table).where(_among(table.c.id, as_json=self._as_json)).values(values))

    def write(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> int:
        """See `Bulk`."""
        ids = [id_ for (id_,) in rows]
        return connection.exec_driver_sql(self._sql, (json.dumps(ids) if self._as_json else ids,)).rowcount


def _among(column: ColumnElement[int], *, as_json: bool) -> ColumnElement[bool]:
    """Whether it is one of a list that comes as a single parameter."""
    if as_json:
        return column.in_(select(func.json_each(bindparam("ids")).table_valued("value").c.value))
    return column == func.any(bindparam("ids", type_=ARRAY(BigInteger)))


@lru_cache
def _for_rows(sql: str, count: int) -> str:
    """`INSERT … VALUES (?, ?) …` for so many rows."""
    head, values, rest = sql.partition(" VALUES ")
    row, end, tail = rest.partition(")")
    return head + values + ", ".join([row + end] * count) + tail
