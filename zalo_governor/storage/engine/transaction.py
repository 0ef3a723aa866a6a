"""What every part of a unit stands on: one connection, and rows that are written together at the end."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Executable, Insert, Result, Update

from zalo_governor.storage.engine.bulk import Bulk
from zalo_governor.storage.engine.database import Database

OFFICE_LOCK = 7_302
"""PostgreSQL advisory lock: two accounts may hear one message, and a case is opened once. SQLite has one writer."""

T = TypeVar("T")


class Transaction:
    """One running transaction. Rows put off with `later` are written before anything is read through `ask`."""

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        self._database = database
        self._connection = connection
        self._account = account
        self._keys = database.keys
        self._pending: dict[Insert | Update | Bulk, list[Any]] = {}
        self._counted: dict[Hashable, Any] = {}
        self._is_alone = False

    def _alone(self) -> None:
        """From here to its end, keep other transactions off cases, persons and the audit log.

        One lock for all of them: with several, two transactions could wait for each other.
        """
        self._counted.clear()
        if not self._is_alone:
            self._is_alone = True
            self._database.lock(self._connection, OFFICE_LOCK)

    def flush(self) -> None:
        """Write what was put off, statement by statement in the order in which they first came up."""
        pending, self._pending = self._pending, {}
        for statement, rows in pending.items():
            if isinstance(statement, Bulk):
                statement.write(self._connection, rows)
            else:
                self._connection.execute(statement, rows)

    def _later(self, statement: Insert | Update | Bulk, row: dict[str, Any] | tuple[Any, ...]) -> None:
        """`row` is a tuple where the statement is a bulk."""
        self._pending.setdefault(statement, []).append(row)
        self._counted.clear()

    def _once(self, what: Hashable, count: Callable[[], T]) -> T:
        """What was counted already, unless something was put off since, or is written by one who asked to be alone:
        several figures come from one look at many rows."""
        if what not in self._counted:
            self._counted[what] = count()
        return cast("T", self._counted[what])

    def _ask(self, statement: Executable, values: dict[str, Any] | None = None) -> Result[Any]:
        self.flush()
        return self._connection.execute(statement, values or {})
