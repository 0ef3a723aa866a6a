"""A number that grows with each change of a roster, by which processes notice that another one has changed it."""

from sqlalchemy import Connection, insert, select, update

from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.schema import revisions

_ROSTERS = "rosters"


def roster_revision(tx: Transaction) -> int:
    """Return how often rosters were changed so far, of any group; 0 for never."""
    return tx.execute(select(revisions.c.number).where(revisions.c.subject == _ROSTERS)).scalar() or 0


def note_roster_change(connection: Connection) -> None:
    """Increase the roster revision; to be called in each transaction that changes a roster."""
    grown = update(revisions).where(revisions.c.subject == _ROSTERS).values(number=revisions.c.number + 1)
    if connection.execute(grown).rowcount == 0:
        connection.execute(insert(revisions), {"subject": _ROSTERS, "number": 1})
