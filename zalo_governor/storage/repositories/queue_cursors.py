"""Cursors: up to where each of Zalo's queues of missed messages is stored."""

from sqlalchemy import delete, insert, select

from zalo_governor.domain.connection import QueueCursor
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import queue_cursors


class SqlQueueCursors:
    """Up to which action (message, reaction) each of Zalo's queues of missed ones is stored, for an account and login.

    `login` is a digest of the login: the ids of actions of an earlier one mean nothing to Zalo. Each method is a
    transaction of its own.
    """

    def __init__(self, database: Database, account: str, login: str) -> None:
        self._database = database
        self._account = account
        self._login = login

    def cursors(self) -> dict[str, QueueCursor]:
        """Return name of a queue -> its cursor (up to where it is stored), of those stored under this login."""
        mine = queue_cursors.c.account == self._account, queue_cursors.c.login == self._login
        with self._database.read() as connection:
            rows = connection.execute(select(queue_cursors).where(*mine)).all()
        return {row.queue: QueueCursor(row.last_id, row.since_id) for row in rows}

    def keep(self, queue: str, cursor: QueueCursor) -> None:
        """Store the cursor (up to where it is stored) of the queue with that name, instead of its earlier one."""
        row = {"account": self._account, "queue": queue, "login": self._login, **cursor._asdict()}
        earlier = queue_cursors.c.account == self._account, queue_cursors.c.queue == queue
        with self._database.write() as connection:
            connection.execute(delete(queue_cursors).where(*earlier))
            connection.execute(insert(queue_cursors), row)
