"""The unit of work: one database transaction with its repositories (for people, cases, jobs …)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from zalo_governor.domain.directives import DirectiveState
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
from zalo_governor.storage.repositories.panel_keys import PanelKeys
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.repositories.roster import Rosters
from zalo_governor.storage.repositories.trials import Trials
from zalo_governor.storage.repositories.undelivered import Deliveries
from zalo_governor.storage.repositories.verdicts import Verdicts


@dataclass(eq=False)
class UnitOfWork:
    """One database transaction with its repositories, each of which is created when it is first used."""

    tx: Transaction

    people = cached_property(lambda uow: People(uow.tx))
    members = cached_property(lambda uow: Members(uow.tx, uow.people))
    roster = cached_property(lambda uow: Rosters(uow.tx, uow.people))
    verdicts = cached_property(lambda uow: Verdicts(uow.tx, uow.people, uow.members))
    cases = cached_property(lambda uow: Cases(uow.tx, uow.verdicts))
    case_messages = cached_property(lambda uow: CaseMessages(uow.tx))
    case_notes = cached_property(lambda uow: CaseNotes(uow.tx))
    message_acts = cached_property(lambda uow: MessageActs(uow.tx))
    false_alarms = cached_property(lambda uow: FalseAlarms(uow.tx))
    outsiders = cached_property(lambda uow: Outsiders(uow.tx, uow.cases))
    group_changes = cached_property(lambda uow: GroupChanges(uow.tx))
    pictures = cached_property(lambda uow: Pictures(uow.tx))
    directives = cached_property(lambda uow: Directives(uow.tx))
    jobs = cached_property(lambda uow: Jobs(uow.tx))
    file_scans = cached_property(lambda uow: FileScans(uow.tx))
    trials = cached_property(lambda uow: Trials(uow.tx))
    outbox = cached_property(lambda uow: OutboxEntries(uow.tx, uow.trials))
    deliveries = cached_property(lambda uow: Deliveries(uow.tx, uow.cases))
    feedback = cached_property(lambda uow: Feedback(uow.tx))
    audit = cached_property(lambda uow: AuditTrail(uow.tx))
    claims = cached_property(lambda uow: Claims(uow.tx))
    panel_keys = cached_property(lambda uow: PanelKeys(uow.tx))
    statistics = cached_property(lambda uow: Statistics(uow.tx))
    distributions = cached_property(lambda uow: Distributions(uow.tx, uow.statistics, uow.members, uow.roster))


class BeginUnitOfWork(Protocol):
    """Type of functions that begin a transaction, such as `UnitsOfWork.begin`."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[UnitOfWork]: ...


class UnitsOfWork:
    """Begins units of work (transactions with repositories), and looks up single facts outside of them.

    Args:
        database: the database of the transactions.
        account: uid of the bot account whose people, groups and messages are read; None: those of all accounts.
        on_posted: called after the commit of each transaction that added messages to the outbox.
    """

    def __init__(
        self, database: Database, account: str | None = None, on_posted: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._account = account
        self._on_posted = on_posted

    @contextmanager
    def begin(self, *, reading: bool = False) -> Iterator[UnitOfWork]:
        """Yield a unit of work that commits at the end of the `with` block, and rolls back if the block raises.

        With `reading`, it sees everything as of one moment, may write nothing, and keeps no writer waiting.
        """
        if reading:
            with self._database.snapshot() as connection:
                yield UnitOfWork(Transaction(self._database, connection, self._account))
            return
        with self._database.write() as connection:
            uow = UnitOfWork(Transaction(self._database, connection, self._account))
            yield uow
            uow.tx.flush()
        used = vars(uow)
        if "people" in used:
            uow.people.share_cache()
        if "outbox" in used and uow.outbox.has_new:
            self._on_posted()

    def person(self, account: str, uid: str) -> Person | None:
        """Return the person whom the bot account sees under this uid; None if unknown."""
        known = self._database.persons.person(account, storable(uid)) if uid else None
        if known is not None or not uid:
            return known
        with self._read() as uow:
            return uow.people.find(account, uid)

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids of all who may be in the group (on its roster, or with a role); None if it has no roster."""
        with self._read() as uow:
            return uow.roster.approved_uids(account, group_id)

    def position(self, account: str, uid: str) -> str:
        """Return title and agency of the person with this uid, as in the settings or a roster; "" if unknown."""
        with self._read() as uow:
            person = uow.people.find(account, uid)
            return uow.people.get(person.id).title if person else ""

    def joined_at(self, account: str, group_id: str, uid: str) -> datetime | None:
        """Return the time since which the person is known to be in the group; None if the person is not in it."""
        with self._read() as uow:
            return uow.members.present_since(account, group_id, uid)

    def is_directive(self, group_id: str, message_key: str) -> bool:
        """Return whether the message (msgId) gave a directive that is open or done; a proposed one does not count."""
        with self._read() as uow:
            directive = uow.directives.of_message(group_id, message_key)
            return directive is not None and directive.state in {DirectiveState.OPEN, DirectiveState.DONE}

    @contextmanager
    def _read(self) -> Iterator[UnitOfWork]:
        with self._database.read() as connection:
            yield UnitOfWork(Transaction(self._database, connection, self._account))

    def seed_people(self, account: str, people: Sequence[SeedPerson]) -> None:
        """Store the people in the settings with their roles, and remove all other roles; called at every start.

        A person is recognised by globalId (Zalo's id that is the same for all bot accounts), by telephone number, or by
        the uid under which `account` sees the person.
        """
        with self._database.write() as connection:
            self._database.lock(connection, OFFICE_LOCK)
            seed(connection, self._database.keys, account, people)
        self._database.persons.forget()
