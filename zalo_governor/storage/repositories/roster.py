"""The roster of a group, and who of those whom an account sees stands in it."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, ScalarSelect, delete, func, insert, or_, select, union, update

from zalo_governor.domain.actions import FoundAccount
from zalo_governor.domain.people import Person, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.directory import Directory
from zalo_governor.storage.repositories.identity import tie_global_id
from zalo_governor.storage.repositories.members import Membership
from zalo_governor.storage.schema import accounts, former_accounts, group_members, person_uids, persons, roster
from zalo_governor.storage.security.crypto import Keys, binding


class RosterBook(Membership):
    """The part of a unit that knows who belongs to a group."""

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        super().__init__(database, connection, account)
        self._directory: Directory | None = None

    def person(self, person_id: int) -> Person:
        """See `People.person`; with what settings and rosters say of the account, and whose name it shows."""
        person = super().person(person_id)
        if self._account is None:
            return person
        if self._directory is None:
            self._directory = self._look_up(self._account)
        return self._directory.placed(person)

    def _person_changed(self) -> None:
        super()._person_changed()
        self._directory = None

    def _look_up(self, account: str) -> Directory:
        groups = self._ask(select(roster.c.group_id).distinct().order_by(roster.c.group_id)).scalars().all()
        rosters = {group_id: self.matched(account, group_id) for group_id in groups}
        return Directory(self.with_role(account, *Role), rosters, lambda uid: self._groups_of(account, uid))

    def _groups_of(self, account: str, uid: str) -> set[str] | None:
        """Groups in which the account was ever seen; None where it is another bot account that knows the uid."""
        if self.known(account, uid) is None:
            return None
        seen = select(group_members.c.group_id).where(group_members.c.account == account, group_members.c.uid == uid)
        return set(self._ask(seen).scalars())

    def roster(self, group_id: str) -> list[RosterEntry]:
        """The group's roster in the office's own order; [] where none was imported."""
        self.flush()
        return entries_of(self._connection, self._keys, group_id)

    def put_in_roster(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write the entry at its place in the office's order, None for the end; who it names by uid takes its name."""
        self._alone()
        self.flush()
        if place is None:
            last = self._connection.scalar(select(func.max(roster.c.place)).where(roster.c.group_id == group_id))
            place = 0 if last is None else last + 1
        at = (roster.c.group_id == group_id, roster.c.place == place)
        self._connection.execute(delete(roster).where(*at))
        self._connection.execute(insert(roster), _row(self._keys, group_id, place, entry))
        _name(self._connection, account, entry)
        self._person_changed()

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """The roster in its order, each entry with the uids under which the account sees that person.

        Known again by uid, by a telephone number that Zalo itself has told to be theirs, or as the same human being
        under another account's uid. A name proves nothing.
        """
        entries = self.roster(group_id)
        if not entries:
            return []
        named = {entry.uid for entry in entries if entry.uid}
        phones = {entry.phone for entry in entries if entry.phone}
        ties = select(person_uids.c.uid, person_uids.c.person_id).where(
            person_uids.c.account.in_(union(select(accounts.c.uid), select(former_accounts.c.uid))),
            person_uids.c.uid.in_(named),
        )
        person_of = {row.uid: row.person_id for row in self._ask(ties)}
        seen = (
            select(person_uids.c.uid, persons.c.id, persons.c.phone)
            .join(persons, persons.c.id == person_uids.c.person_id)
            .where(person_uids.c.account == account)
            .where(or_(persons.c.id.in_(set(person_of.values())), persons.c.phone.in_(phones)))
        )
        by_person: defaultdict[int | None, set[str]] = defaultdict(set)
        by_phone: defaultdict[str | None, set[str]] = defaultdict(set)
        for row in self._ask(seen):
            by_person[row.id].add(row.uid)
            by_phone[row.phone].add(row.uid)
        matched = []
        for entry in entries:
            uids = {entry.uid} if entry.uid else set()
            uids |= by_person.get(person_of.get(entry.uid or ""), set())
            uids |= by_phone.get(entry.phone, set()) if entry.phone else set()
            matched.append((entry, frozenset(uids)))
        return matched

    def approved(self, account: str, group_id: str) -> frozenset[str] | None:
        """uids of those who belong to the group: its roster as `matched`, and whoever holds a role by the settings.

        None where the group has no roster yet.
        """
        matched = self.matched(account, group_id)
        if not matched:
            return None
        holders = (person.uid for person in self.with_role(account, *Role))
        return frozenset().union(holders, *(uids for _, uids in matched))

    def recognise(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Zalo has told whose account a telephone number of the roster is."""
        self._alone()
        person = self.sender(account, found.uid)
        if person and found.global_id and person.global_id != found.global_id:
            self.flush()
            tie_global_id(self._connection, self._keys, account, person, found.global_id)
        self.flush()
        self._connection.execute(update(persons).where(persons.c.phone == phone).values(phone=None))
        this_person = persons.c.id == _seen_as(account, found.uid)
        self._connection.execute(update(persons).where(this_person).values(phone=phone))
        _name(self._connection, account, entry.model_copy(update={"uid": found.uid}))
        self._person_changed()


class SqlRoster:
    """Rosters under one bot account, whose uids they name, outside of any unit."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    def entries(self, group_id: str) -> list[RosterEntry]:
        """The group's roster in the office's own order; [] where none was imported.

        Raises:
            WrongKeyError: a row does not open.
        """
        with self._database.read() as connection:
            return entries_of(connection, self._database.keys, group_id)

    def replace(self, group_id: str, entries: Sequence[RosterEntry]) -> None:
        """Make this the group's roster, all of it or nothing.

        Whoever is known by uid gets the name and title that the office has approved; nobody else does, since a
        telephone number in a list is no proof of who somebody is. Roles are not given either: who may command the
        bot is said in the settings.
        """
        with self._database.write() as connection:
            connection.execute(delete(roster).where(roster.c.group_id == group_id))
            rows = [_row(self._database.keys, group_id, place, entry) for place, entry in enumerate(entries)]
            if rows:
                connection.execute(insert(roster), rows)
            for entry in entries:
                _name(connection, self._account, entry)
        self._database.persons.forget()


def _row(keys: Keys, group_id: str, place: int, entry: RosterEntry) -> dict[str, object]:
    sealed = keys.seal(entry.model_dump_json().encode(), _bound(group_id, place))
    return {"group_id": group_id, "place": place, "entry": sealed}


def _name(connection: Connection, account: str, entry: RosterEntry) -> None:
    if entry.uid:
        named = {"full_name": entry.full_name, "title": entry.title}
        connection.execute(update(persons).where(persons.c.id == _seen_as(account, entry.uid)).values(named))


def _seen_as(account: str, uid: str) -> ScalarSelect[int]:
    tied = (person_uids.c.account == account, person_uids.c.uid == uid)
    return select(person_uids.c.person_id).where(*tied).scalar_subquery()


def entries_of(connection: Connection, keys: Keys, group_id: str) -> list[RosterEntry]:
    """The group's roster in the office's own order; [] where none was imported; WrongKeyError if a row is foreign."""
    rows = select(roster.c.place, roster.c.entry).where(roster.c.group_id == group_id).order_by(roster.c.place)
    return [
        RosterEntry.model_validate_json(keys.open(entry, _bound(group_id, place)))
        for place, entry in connection.execute(rows)
    ]


def _bound(group_id: str, place: int) -> bytes:
    return binding("roster", group_id, str(place))
