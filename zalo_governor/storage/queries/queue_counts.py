"""What stands in the database, counted so cheaply that it may be asked every few seconds."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, literal_column, select

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.delivery import UndeliveredCounts
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import received_ms
from zalo_governor.storage.repositories.undelivered import undelivered_counts
from zalo_governor.storage.schema import PENDING, WAITS, cases, gaps, inbox, outbox, waiting

_DEAD = inbox.c.state == literal_column("'dead'")
# Written out, as the indices of the few say it.
_PENDING = outbox.c.state.in_([literal_column(f"'{state}'") for state in PENDING])
_OPEN = cases.c.state.in_([literal_column(f"'{state.value}'") for state in CaseState if state.open])


class Counts(NamedTuple):
    """Of one bot account; dead letters and cases of all of them."""

    waiting: int
    oldest_waiting_at: datetime | None
    """When the oldest entry was heard that is not judged."""
    dead_letters: int
    outgoing: dict[str, int]
    undelivered: UndeliveredCounts
    open_cases: dict[str, int]
    open_gaps: int
    pending_gaps: int


class QueueCounts:
    """Counts with what the partial indices hold; none of it looks through a table that grows."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    def take(self, now: datetime) -> Counts:
        """Count; raises StoreUnavailableError where the database does not answer."""
        with self._database.read() as connection:
            mine = select(func.count(), func.min(waiting.c.id)).join_from(waiting, inbox, WAITS)
            number, oldest = connection.execute(mine.where(inbox.c.account == self._account)).one()
            outgoing = select(outbox.c.state, func.count()).where(_PENDING, outbox.c.account == self._account)
            opened = select(cases.c.state, func.count()).where(_OPEN).group_by(cases.c.state)
            # A gap that is not settled is pending, and only such a one can be open.
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
            )
