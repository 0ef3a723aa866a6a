"""Transactions of the judge, the office and the schedule."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from zalo_governor.domain.people import Person
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.transaction import OFFICE_LOCK
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import SeedPerson, seed
from zalo_governor.storage.repositories.trial_counts import TrialCounts


class SqlUnit(TrialCounts):
    """One transaction: services.ports.OfficeUnit, put together from its parts.

    transaction <- people <- membership <- roster <- audit <- remarks <- records <- trial_state <- casebook
    <- undelivered <- case_notes <- aftermath <- newcomers <- errands <- changes <- figures <- tallies <- trial_figures:
    each part stands on the one before it.
    """


class SqlUnits:
    """pipeline.ports.Units over the database.

    Args:
        database: where they are written.
        account: the bot account under whose uids persons are shown; it matters where one database serves several.
        on_posted: called after each transaction that left something to be sent.
    """

    def __init__(
        self, database: Database, account: str | None = None, on_posted: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._account = account
        self._on_posted = on_posted

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        """A transaction that commits at the end of the block and rolls back if the block raises."""
        with self.beside() as (_, unit):
            yield unit

    @contextmanager
    def beside(self) -> Iterator[tuple[Connection, SqlUnit]]:
        """A unit together with its connection, for what the store does as a whole: both in one transaction."""
        with self._database.write() as connection:
            unit = SqlUnit(self._database, connection, self._account)
            yield connection, unit
            unit.flush()
        unit.committed()
        if unit.posted:
            self._on_posted()

    def person(self, account: str, uid: str) -> Person | None:
        """The person behind a uid, outside of any transaction; None where nobody is known under it yet."""
        known = self._database.persons.person(account, storable(uid)) if uid else None
        if known is not None or not uid:
            return known
        with self._database.read() as connection:
            return SqlUnit(self._database, connection, self._account).known(account, uid)

    def approved(self, account: str, group_id: str) -> frozenset[str] | None:
        """See `RosterBook.approved`; outside of any transaction."""
        with self._database.read() as connection:
            return SqlUnit(self._database, connection, self._account).approved(account, group_id)

    def seed_people(self, account: str, people: Sequence[SeedPerson]) -> None:
        """Make the persons with roles exactly those of the settings; may be repeated at every start.

        A person is known again by globalId, by phone, or by the uid under which the account sees it.
        """
        with self._database.write() as connection:
            self._database.lock(connection, OFFICE_LOCK)
            seed(connection, self._database.keys, account, people)
        self._database.persons.forget()
