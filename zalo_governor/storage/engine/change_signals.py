"""Signals (PostgreSQL's NOTIFY) by which the processes of an office learn at once that another one has changed data.

Without a signal, as always on SQLite, each process finds changes by querying the database once a second.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Connection, CursorResult, UpdateBase

log = structlog.get_logger(__name__)

_CHANNEL = "'zalo_governor_' || md5(current_schema())"
"""SQL expression: name of the signals' channel, one for each schema, as offices that share a database have own ones."""
_TABLES = frozenset({"cases", "directives", "directive_answers", "jobs", "outbox"})
_WAIT_SECONDS, _AGAIN_SECONDS = 0.5, 5.0
_PAUSE_SECONDS = 0.1
"""Seconds to wait after a signal, so that several are answered at once: a busy bot sends many in a second."""


def signal_changes(connection: Connection, statement: object, *others: Any) -> None:
    """Make PostgreSQL send a signal at the commit, if the statement has changed one of `_TABLES`; once per transaction.

    SQLAlchemy calls this for its event `after_execute`; the last of `others` is the statement's result.
    """
    result, transaction = others[-1], connection.get_transaction()
    concerns = isinstance(statement, UpdateBase) and getattr(statement.table, "name", "") in _TABLES
    changes = concerns and isinstance(result, CursorResult) and result.rowcount
    if changes and connection.info.get("signalled") is not transaction:
        connection.info["signalled"] = transaction
        connection.exec_driver_sql(f"SELECT pg_notify({_CHANNEL}, '')")


class ChangeListener:
    """Calls `wake` soon after any process has changed cases, directives, their answers, jobs or the outbox.

    `connect` opens the PostgreSQL connection over which the signals come; `wake` is called in the thread of `run`.
    """

    def __init__(self, connect: Callable[[], Connection], wake: Callable[[], object]) -> None:
        self._connect, self._wake = connect, wake
        self._stopping = threading.Event()
        self.stop = self._stopping.set

    def run(self) -> None:
        """Listen for the signals until stopped; if the connection is lost, connect again after five seconds."""
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:  # Also the driver's own, which is an optional package.
                log.warning("listening_waits", error=error)
                self._stopping.wait(_AGAIN_SECONDS)

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.detach()  # Nobody else is to get a connection that listens.
            channel = connection.exec_driver_sql(f"SELECT {_CHANNEL}").scalar()
            connection.exec_driver_sql(f'LISTEN "{channel}"')
            driver: Any = connection.connection.dbapi_connection
            self._wake()  # Changes made before LISTEN were not signalled.
            while not self._stopping.is_set():
                if list(driver.notifies(timeout=_WAIT_SECONDS, stop_after=1)):
                    self._wake()
                    self._stopping.wait(_PAUSE_SECONDS)
