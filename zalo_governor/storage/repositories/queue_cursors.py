"""Cursors: up to where each of Zalo's queues of missed messages is stored."""

from sqlalchemy import delete, insert, select

from zalo_governor.domain.connection import QueueCursor
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import queue_cursors


class SqlQueueCursors:
    """Stores up to which id each of Zalo's queues of missed messages and reactions was received, for a bot account.

    `login` is a digest of the account's login at Zalo; ids received under an earlier login are not valid any more. Each
    method is a transaction of its own.
    """

    def __init__(self, database: Database, account: str, login: str) -> None:
        self._database = database
        self._account = account
        self._login = login

    def cursors(self) -> dict[str, QueueCursor]:
        """Return name of a queue -> its cursor (position up to which it was received), as stored under this login."""
        mine = queue_cursors.c.account == self._account, queue_cursors.c.login == self._login
        with self._database.read() as connection:
            rows = connection.execute(select(queue_cursors).where(*mine)).all()
        return {row.queue: QueueCursor(row.last_id, row.since_id) for row in rows}

    def keep(self, queue: str, cursor: QueueCursor) -> None:
        """Store the cursor (position up to which it was received) of the queue, replacing its earlier one."""
        row = {"account": self._account, "queue": queue, "login": self._login, **cursor._asdict()}
        earlier = queue_cursors.c.account == self._account, queue_cursors.c.queue == queue
        with self._database.write() as connection:
            connection.execute(delete(queue_cursors).where(*earlier))
            connection.execute(insert(queue_cursors), row)
