"""The unit of work: one database transaction with a repository for each aggregate (people, cases, jobs …)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from zalo_governor.domain.people import Person
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.transaction import OFFICE_LOCK, Transaction
from zalo_governor.storage.queries.distributions import Distributions
from zalo_governor.storage.queries.statistics import Statistics
from zalo_governor.storage.repositories.audit import AuditTrail
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.case_messages import CaseMessages
from zalo_governor.storage.repositories.case_notes import CaseNotes, FalseAlarms
from zalo_governor.storage.repositories.cases import Cases
from zalo_governor.storage.repositories.claims import Claims
from zalo_governor.storage.repositories.directives import Directives
from zalo_governor.storage.repositories.feedback import Feedback
from zalo_governor.storage.repositories.file_scans import FileScans
from zalo_governor.storage.repositories.group_changes import GroupChanges, Pictures
from zalo_governor.storage.repositories.identity import SeedPerson, seed
from zalo_governor.storage.repositories.jobs import Jobs
from zalo_governor.storage.repositories.members import Members
from zalo_governor.storage.repositories.message_acts import MessageActs
from zalo_governor.storage.repositories.outbox_entries import OutboxEntries
from zalo_governor.storage.repositories.outsiders import Outsiders
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.repositories.roster import Rosters
from zalo_governor.storage.repositories.trials import Trials
from zalo_governor.storage.repositories.undelivered import Deliveries
from zalo_governor.storage.repositories.verdicts import Verdicts


class SqlUnitOfWork:
    """One database transaction with a repository for each aggregate; implements `domain.repositories.UnitOfWork`."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.people = People(tx)
        self.members = Members(tx, self.people)
        self.roster = Rosters(tx, self.people)
        self.verdicts = Verdicts(tx, self.people, self.members)
        self.cases = Cases(tx, self.verdicts)
        self.case_messages = CaseMessages(tx)
        self.case_notes = CaseNotes(tx)
        self.message_acts = MessageActs(tx)
        self.false_alarms = FalseAlarms(tx)
        self.outsiders = Outsiders(tx, self.cases)
        self.group_changes = GroupChanges(tx)
        self.pictures = Pictures(tx)
        self.directives = Directives(tx)
        self.jobs = Jobs(tx)
        self.file_scans = FileScans(tx)
        self.trials = Trials(tx)
        self.outbox = OutboxEntries(tx, self.trials)
        self.deliveries = Deliveries(tx, self.cases)
        self.feedback = Feedback(tx)
        self.audit = AuditTrail(tx)
        self.claims = Claims(tx)
        self.statistics = Statistics(tx)
        self.distributions = Distributions(tx, self.statistics, self.members, self.roster)

    def flush(self) -> None:
        """Write the rows that the repositories have held back; `SqlUnitsOfWork.begin` calls this before the commit."""
        self._tx.flush()


class SqlUnitsOfWork:
    """Begins units of work (transactions with repositories); implements `pipeline.ports.UnitsOfWork`.

    Args:
        database: the database of the transactions.
        account: uid of the bot account whose view of people, groups and messages is read; None: of all accounts.
        on_posted: called after the commit of each transaction that added messages to the outbox.
    """

    def __init__(
        self, database: Database, account: str | None = None, on_posted: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._account = account
        self._on_posted = on_posted

    @contextmanager
    def begin(self) -> Iterator[SqlUnitOfWork]:
        """Yield a unit of work that commits at the end of the `with` block, and rolls back if the block raises."""
        with self.begin_with_connection() as (_, uow):
            yield uow

    @contextmanager
    def begin_with_connection(self) -> Iterator[tuple[Connection, SqlUnitOfWork]]:
        """Yield (connection, unit of work) of one transaction, for maintenance that also executes SQL of its own.

        Commits and rolls back as `begin` does.
        """
        with self._database.write() as connection:
            uow = SqlUnitOfWork(Transaction(self._database, connection, self._account))
            yield connection, uow
            uow.flush()
        uow.people.share_cache()
        if uow.outbox.has_new:
            self._on_posted()

    def person(self, account: str, uid: str) -> Person | None:
        """Return the person who has this uid as `account` sees it; None if unknown. Reads outside any transaction."""
        known = self._database.persons.person(account, storable(uid)) if uid else None
        if known is not None or not uid:
            return known
        with self._database.read() as connection:
            return SqlUnitOfWork(Transaction(self._database, connection, self._account)).people.find(account, uid)

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids of all who may be in the group: those on its roster (approved list) and holders of roles.

        Returns None if the group has no roster. Reads outside any transaction.
        """
        with self._database.read() as connection:
            uow = SqlUnitOfWork(Transaction(self._database, connection, self._account))
            return uow.roster.approved_uids(account, group_id)

    def seed_people(self, account: str, people: Sequence[SeedPerson]) -> None:
        """Give the people in the settings their roles, and everybody else none; called at every start.

        A person is recognised by globalId (Zalo's id that is the same for all bot accounts), by telephone number, or by
        the uid under which `account` sees the person.
        """
        with self._database.write() as connection:
            self._database.lock(connection, OFFICE_LOCK)
            seed(connection, self._database.keys, account, people)
        self._database.persons.forget()
