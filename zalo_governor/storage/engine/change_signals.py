"""Signals between the processes of an office on PostgreSQL (NOTIFY): what one commits, others look at without waiting.

They only make the look early that each process takes once a second; on SQLite, which has no signals, that is all.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Connection, CursorResult, Executable, Result, UpdateBase

log = structlog.get_logger(__name__)

_CHANNEL = "'zalo_governor_' || md5(current_schema())"
"""SQL for the channel's name: offices that share a database have a schema each."""
_TABLES = frozenset({"cases", "directives", "directive_answers", "jobs", "outbox"})
_SIGNALLED = "signalled"
_WAIT_SECONDS = 0.5
_PAUSE_SECONDS = 0.1
"""How long further signals are gathered after one: a busy bot changes something many times a second."""
_AGAIN_SECONDS = 5.0


def signal_changes(
    connection: Connection, statement: Executable, _many: Any, _values: Any, _options: Any, result: Result[Any]
) -> None:
    """Have the transaction signal, when it commits, what the statement has changed; SQLAlchemy's `after_execute`."""
    if not isinstance(statement, UpdateBase) or not isinstance(result, CursorResult) or not result.rowcount:
        return
    transaction = connection.get_transaction()
    if getattr(statement.table, "name", "") in _TABLES and connection.info.get(_SIGNALLED) is not transaction:
        connection.info[_SIGNALLED] = transaction
        connection.exec_driver_sql(f"SELECT pg_notify({_CHANNEL}, '')")


class ChangeListener:
    """Hears the signals of all processes, and of its own.

    Args:
        connect: opens a connection of its own.
        wake: called in the thread of `run`, soon after something was changed.
    """

    def __init__(self, connect: Callable[[], Connection], wake: Callable[[], object]) -> None:
        self._connect, self._wake = connect, wake
        self._stopping = threading.Event()

    def run(self) -> None:
        """Listen until stopped, again and again if the connection is lost."""
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:  # Also the driver's own, which is an optional package.
                log.warning("listening_waits", error=error)
                self._stopping.wait(_AGAIN_SECONDS)

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.detach()  # Nobody else is to get a connection that listens.
            channel = connection.exec_driver_sql(f"SELECT {_CHANNEL}").scalar()
            connection.exec_driver_sql(f'LISTEN "{channel}"')
            driver: Any = connection.connection.dbapi_connection
            self._wake()  # What was changed before may not have been heard.
            while not self._stopping.is_set():
                if list(driver.notifies(timeout=_WAIT_SECONDS, stop_after=1)) and not self._stopping.is_set():
                    self._wake()
                    self._stopping.wait(_PAUSE_SECONDS)
