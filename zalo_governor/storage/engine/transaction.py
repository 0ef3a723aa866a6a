"""The transaction that repositories share: its connection, keys, cache, and the rows to be written before it ends."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Delete, Executable, Insert, Result, Update

from zalo_governor.storage.engine.database import Database

OFFICE_LOCK = 7_302
"""Number of the PostgreSQL advisory lock on cases, persons and the audit log (see `Transaction.lock_office`).

Two bot accounts may receive the same message, but only one may open the case. SQLite has one writer anyway.
"""

T = TypeVar("T")


class Transaction:
    """One running database transaction, shared by all its repositories.

    Rows given to `write_later` are held back; the next `execute` writes them first, or `flush` before the commit.

    Args:
        account: uid of the bot account whose people, groups and messages are read; None: those of all accounts.
    """

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        self.database = database
        self.connection = connection
        self.account = account
        self.keys = database.keys
        self._pending: dict[Insert | Update | Delete, list[dict[str, Any]]] = {}
        self._cached: dict[Hashable, Any] = {}
        self._has_office_lock = False

    def lock_office(self) -> None:
        """Lock cases, persons and the audit log against other transactions until this transaction ends.

        One lock for all three: with several locks, two transactions could deadlock.
        """
        self._cached.clear()
        if not self._has_office_lock:
            self._has_office_lock = True
            self.database.lock(self.connection, OFFICE_LOCK)

    def flush(self) -> None:
        """Write all rows held back by `write_later`, statement after statement, in the order of first use."""
        pending, self._pending = self._pending, {}
        for statement, rows in pending.items():
            self.connection.execute(statement, rows)

    def write_later(self, statement: Insert | Update | Delete, row: dict[str, Any]) -> None:
        """Hold back `row` until `flush` writes it with `statement`."""
        self._pending.setdefault(statement, []).append(row)
        self._cached.clear()

    def write_last_only(self, statement: Update, row: dict[str, Any]) -> None:
        """Hold back `row` until `flush` writes it with `statement`; a later row for the same statement replaces it."""
        self._pending[statement] = [row]

    def cached(self, key: Hashable, count: Callable[[], T]) -> T:
        """Return the result of calling `count`, cached under `key` until rows are written or `lock_office` is called.

        Reports use the cache, as they derive several figures from the result of one slow query.
        """
        if key not in self._cached:
            self._cached[key] = count()
        return cast("T", self._cached[key])

    def execute(self, statement: Executable, values: dict[str, Any] | None = None) -> Result[Any]:
        """Write all rows held back by `write_later`, then execute the statement and return its result."""
        self.flush()
        return self.connection.execute(statement, values or {})
