"""Counts of queue lengths and open cases for monitoring, cheap enough to be taken every few seconds."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, literal_column, select

from zalo_governor.domain.clock import from_ms, midnight, to_ms, today
from zalo_governor.domain.delivery import UndeliveredCounts
from zalo_governor.domain.jobs import JobKind
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.cases import IS_OPEN
from zalo_governor.storage.repositories.inbox import received_ms
from zalo_governor.storage.repositories.undelivered import IS_PENDING, undelivered_counts
from zalo_governor.storage.schema import WAITS, cases, gaps, inbox, jobs, outbox, waiting

_DEAD = inbox.c.state == literal_column("'dead'")


class ScanQueue(NamedTuple):
    """Scans of attachments (files, pictures) that are not finished, including those that a worker is doing."""

    waiting: int
    oldest_at: datetime | None
    """When the oldest of them was queued; None if none waits."""


class Counts(NamedTuple):
    """Queue lengths of one bot account; dead letters (unparsable elements) and open cases are those of all accounts."""

    waiting: int
    """Number of inbox entries (elements received from Zalo) that the rules have not judged yet."""
    oldest_waiting_at: datetime | None
    """When the oldest of the waiting inbox entries was received; None if none waits."""
    dead_letters: int
    """Number of elements that could not be parsed."""
    outgoing: dict[str, int]
    """State of a message still to be sent -> number of such messages."""
    undelivered: UndeliveredCounts
    open_cases: dict[str, int]
    """State of an open case -> number of such cases."""
    open_gaps: int
    """Number of gaps that last: the bot is not receiving the messages of a group now."""
    pending_gaps: int
    """Number of ended gaps whose missed messages are still to be fetched."""
    scans: ScanQueue


class QueueCounts:
    """Counts what waits in the queues of one bot account; `take` and `scans` stay fast, as they use partial indices."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    def gaps_of_day(self, now: datetime) -> int:
        """Return how many gaps have begun since midnight in Viet Nam. Slow: to be called at most once a minute."""
        with self._database.read() as connection:
            begun = select(func.count()).where(
                gaps.c.account == self._account, gaps.c.began_ms >= to_ms(midnight(today(now)))
            )
            return connection.scalar(begun) or 0

    def scans(self) -> ScanQueue:
        """Return the scans not finished yet; raise StoreUnavailableError if the database does not answer."""
        with self._database.read() as connection:
            return self._scans(connection)

    def take(self, now: datetime) -> Counts:
        """Return the present counts; raise StoreUnavailableError if the database does not answer."""
        with self._database.read() as connection:
            mine = select(func.count(), func.min(waiting.c.id)).join_from(waiting, inbox, WAITS)
            number, oldest = connection.execute(mine.where(inbox.c.account == self._account)).one()
            outgoing = select(outbox.c.state, func.count()).where(IS_PENDING, outbox.c.account == self._account)
            opened = select(cases.c.state, func.count()).where(IS_OPEN).group_by(cases.c.state)
            # A gap not settled is pending, and only a pending gap can be open.
            unsettled = select(func.count(), func.count(gaps.c.ended_ms)).where(
                gaps.c.account == self._account, gaps.c.pending
            )
            pending, ended = connection.execute(unsettled).one()
            return Counts(
                waiting=number,
                oldest_waiting_at=None if oldest is None else from_ms(received_ms(oldest)),
                dead_letters=connection.scalar(select(func.count()).where(_DEAD)) or 0,
                outgoing={row[0]: row[1] for row in connection.execute(outgoing.group_by(outbox.c.state))},
                undelivered=undelivered_counts(connection, [outbox.c.account == self._account], now),
                open_cases={row[0]: row[1] for row in connection.execute(opened)},
                open_gaps=pending - ended,
                pending_gaps=ended,
                scans=self._scans(connection),
            )

    def _scans(self, connection: Connection) -> ScanQueue:
        queued = select(func.count(), func.min(jobs.c.ordered_ms)).where(
            jobs.c.account == self._account,
            jobs.c.kind == JobKind.SCAN_ATTACHMENT.value,
            jobs.c.due_ms.is_not(None),
        )
        number, oldest = connection.execute(queued).one()
        return ScanQueue(number, None if oldest is None else from_ms(oldest))
