"""The roster of a group, and who of those whom an account sees stands in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, ScalarSelect, delete, func, insert, select, update

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.people import FoundAccount, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.identity import tie_global_id
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.repositories.roster_matching import bound, entries_of, match_roster
from zalo_governor.storage.schema import person_uids, persons, phone_lookups, roster
from zalo_governor.storage.security.crypto import Keys, binding


class Rosters(Repository):
    """The roster of each group, as the office has approved it."""

    def __init__(self, tx: Transaction, people: People) -> None:
        super().__init__(tx)
        self._people = people

    def entries(self, group_id: str) -> list[RosterEntry]:
        """The group's roster in the office's own order; [] where none was imported."""
        self._tx.flush()
        return entries_of(self._tx.connection, self._tx.keys, group_id)

    def put(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write the entry at its place in the office's order, None for the end; who it names by uid takes its name."""
        self._tx.lock_office()
        self._tx.flush()
        if place is None:
            last = self._tx.connection.scalar(select(func.max(roster.c.place)).where(roster.c.group_id == group_id))
            place = 0 if last is None else last + 1
        at = (roster.c.group_id == group_id, roster.c.place == place)
        self._tx.connection.execute(delete(roster).where(*at))
        self._tx.connection.execute(insert(roster), _row(self._tx.keys, group_id, place, entry))
        _name(self._tx.connection, account, entry)
        self._people.forget_cached()

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """See `match_roster`."""
        return match_roster(self._tx, account, group_id)

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """uids of those who belong to the group: its roster as `matched`, and whoever holds a role by the settings.

        None where the group has no roster yet.
        """
        matched = self.matched(account, group_id)
        if not matched:
            return None
        holders = (person.uid for person in self._people.with_role(account, *Role))
        return frozenset().union(holders, *(uids for _, uids in matched))

    def link_phone(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Zalo has told whose account a telephone number of the roster is."""
        self._tx.lock_office()
        person = self._people.find_or_create(account, found.uid)
        if person and found.global_id and person.global_id != found.global_id:
            self._tx.flush()
            tie_global_id(self._tx.connection, self._tx.keys, account, person, found.global_id)
        self._tx.flush()
        self._tx.connection.execute(update(persons).where(persons.c.phone == phone).values(phone=None))
        this_person = persons.c.id == _seen_as(account, found.uid)
        self._tx.connection.execute(update(persons).where(this_person).values(phone=phone))
        _name(self._tx.connection, account, entry.model_copy(update={"uid": found.uid}))
        self._people.forget_cached()

    def phone_lookups_since(self, account: str, since: datetime) -> int:
        """How many telephone numbers the account has looked up since then."""
        rows = select(func.count()).where(phone_lookups.c.account == account, phone_lookups.c.at_ms >= to_ms(since))
        return int(self._tx.execute(rows).scalar_one())

    def phone_looked_up_at(self, account: str, phone: str) -> datetime | None:
        """When the account last looked that number up."""
        this = (phone_lookups.c.account == account, phone_lookups.c.phone_mac == self._phone_mac(account, phone))
        at_ms = self._tx.execute(select(phone_lookups.c.at_ms).where(*this)).scalar()
        return None if at_ms is None else from_ms(at_ms)

    def note_phone_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """The number was looked up; of the number itself a keyed hash alone is kept."""
        row = {
            "account": account,
            "phone_mac": self._phone_mac(account, phone),
            "group_id": group_id,
            "at_ms": to_ms(at),
            "found": found,
        }
        this = (phone_lookups.c.account == account, phone_lookups.c.phone_mac == row["phone_mac"])
        self._tx.connection.execute(delete(phone_lookups).where(*this))
        self._tx.connection.execute(insert(phone_lookups), row)

    def _phone_mac(self, account: str, phone: str) -> bytes:
        return self._tx.keys.mac(binding("phone look-up", account, phone))


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
    sealed = keys.seal(entry.model_dump_json().encode(), bound(group_id, place))
    return {"group_id": group_id, "place": place, "entry": sealed}


def _name(connection: Connection, account: str, entry: RosterEntry) -> None:
    if entry.uid:
        named = {"full_name": entry.full_name, "title": entry.title}
        connection.execute(update(persons).where(persons.c.id == _seen_as(account, entry.uid)).values(named))


def _seen_as(account: str, uid: str) -> ScalarSelect[int]:
    tied = (person_uids.c.account == account, person_uids.c.uid == uid)
    return select(person_uids.c.person_id).where(*tied).scalar_subquery()
