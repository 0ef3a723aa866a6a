"""What repositories share within one transaction: the connection, and rows that are written together at its end."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Executable, Insert, Result, Update

from zalo_governor.storage.engine.bulk import Bulk
from zalo_governor.storage.engine.database import Database

OFFICE_LOCK = 7_302
"""PostgreSQL advisory lock: two accounts may hear one message, and a case is opened once. SQLite has one writer."""

T = TypeVar("T")


class Transaction:
    """One running transaction on one connection.

    Rows given to `write_later` are written before anything is read through `execute`, and at the end by `flush`.

    Args:
        account: the bot account under whose uids persons are shown; it matters where one database serves several.
    """

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        self.database = database
        self.connection = connection
        self.account = account
        self.keys = database.keys
        self._pending: dict[Insert | Update | Bulk, list[Any]] = {}
        self._cached: dict[Hashable, Any] = {}
        self._has_office_lock = False

    def lock_office(self) -> None:
        """From here to its end, keep other transactions off cases, persons and the audit log.

        One lock for all of them: with several, two transactions could wait for each other.
        """
        self._cached.clear()
        if not self._has_office_lock:
            self._has_office_lock = True
            self.database.lock(self.connection, OFFICE_LOCK)

    def flush(self) -> None:
        """Write what was put off, statement by statement in the order in which they first came up."""
        pending, self._pending = self._pending, {}
        for statement, rows in pending.items():
            if isinstance(statement, Bulk):
                statement.write(self.connection, rows)
            else:
                self.connection.execute(statement, rows)

    def write_later(self, statement: Insert | Update | Bulk, row: dict[str, Any] | tuple[Any, ...]) -> None:
        """Put off a row; it is a tuple where the statement is a `Bulk`."""
        self._pending.setdefault(statement, []).append(row)
        self._cached.clear()

    def write_last_only(self, statement: Update, row: dict[str, Any]) -> None:
        """Put off a row that replaces the one put off before for the same statement."""
        self._pending[statement] = [row]

    def cached(self, key: Hashable, count: Callable[[], T]) -> T:
        """What `count` gave for that key before, unless something was written since.

        Several figures of a report come from one look at many rows.
        """
        if key not in self._cached:
            self._cached[key] = count()
        return cast("T", self._cached[key])

    def execute(self, statement: Executable, values: dict[str, Any] | None = None) -> Result[Any]:
        """Run a statement after everything that was put off."""
        self.flush()
        return self.connection.execute(statement, values or {})
