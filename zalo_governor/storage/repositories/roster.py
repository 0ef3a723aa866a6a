"""Rosters: the approved member lists of groups, and the uids (Zalo's user ids) of the people on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, ScalarSelect, delete, func, insert, select, update

from zalo_governor.domain.clock import from_ms_or_none, to_ms
from zalo_governor.domain.people import FoundAccount
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.identity import tie_global_id
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.repositories.roster_matching import bound, entries_of, match_roster
from zalo_governor.storage.repositories.roster_revision import note_roster_change
from zalo_governor.storage.schema import person_uids, persons, phone_lookups, roster
from zalo_governor.storage.security.crypto import Keys, binding


@dataclass(eq=False)
class Rosters(Repository):
    """Repository of rosters: the approved list of members of each group."""

    _people: People

    def entries(self, group_id: str) -> list[RosterEntry]:
        """Return the entries of the group's roster, in the order of the imported file; [] if none was imported."""
        self._tx.flush()
        return entries_of(self._tx.connection, self._tx.keys, group_id)

    def put(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Store an entry in the group's roster at the position `place` (None: at the end), replacing the entry there.

        The person whom the account sees under the entry's uid gets the entry's name and position.
        """
        self._tx.lock_office()
        self._tx.flush()
        if place is None:
            last = self._tx.connection.scalar(select(func.max(roster.c.place)).where(roster.c.group_id == group_id))
            place = 0 if last is None else last + 1
        at = (roster.c.group_id == group_id, roster.c.place == place)
        self._tx.connection.execute(delete(roster).where(*at))
        self._tx.connection.execute(insert(roster), _entry_row(self._tx.keys, group_id, place, entry))
        _apply_name(self._tx.connection, account, entry)
        note_roster_change(self._tx.connection)
        self._people.forget_cached()

    def replace(self, account: str, group_id: str, entries: Sequence[RosterEntry]) -> None:
        """Replace the group's roster.

        Persons known by uid get the approved name and position; nobody else does, since a telephone number in a list
        does not prove who somebody is. Roles are not granted here: the settings say who may command the bot.
        """
        self._tx.lock_office()
        self._tx.flush()
        self._tx.connection.execute(delete(roster).where(roster.c.group_id == group_id))
        rows = [_entry_row(self._tx.keys, group_id, place, entry) for place, entry in enumerate(entries)]
        if rows:
            self._tx.connection.execute(insert(roster), rows)
        for entry in entries:
            _apply_name(self._tx.connection, account, entry)
        note_roster_change(self._tx.connection)
        self._people.forget_cached()

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """Return the group's roster in order, each entry with the uids under which the bot account sees that person.

        The set of uids is empty for a person whose Zalo account is not known.
        """
        return match_roster(self._tx, account, group_id)

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids of those who may be in the group: persons on its roster and all holders of roles.

        Returns:
            None if the group has no roster yet.
        """
        matched = match_roster(self._tx, account, group_id)
        if not matched:
            return None
        holders = (person.uid for person in self._people.holders(account) if person.roles_in(group_id))
        return frozenset().union(holders, *(uids for _, uids in matched))

    def link_phone(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Record that Zalo account `found` has the telephone number `phone`, so belongs to the person of `entry`.

        `entry` is the entry of the roster with that number; its name, title and number are stored for that person.
        """
        self._tx.lock_office()
        person = self._people.find_or_create(account, found.uid)
        if person and found.global_id and person.global_id != found.global_id:
            self._tx.flush()
            tie_global_id(self._tx.connection, self._tx.keys, account, person, found.global_id)
        self._tx.execute(update(persons).where(persons.c.phone == phone).values(phone=None))
        this_person = persons.c.id == _person_id_of(account, found.uid)
        self._tx.connection.execute(update(persons).where(this_person).values(phone=phone))
        _apply_name(self._tx.connection, account, entry.model_copy(update={"uid": found.uid}))
        self._people.forget_cached()

    def phone_lookups_since(self, account: str, since: datetime) -> int:
        """Count the telephone numbers that the bot account has looked up at Zalo since `since`."""
        rows = select(func.count()).where(phone_lookups.c.account == account, phone_lookups.c.at_ms >= to_ms(since))
        return int(self._tx.execute(rows).scalar_one())

    def phone_looked_up_at(self, account: str, phone: str) -> datetime | None:
        """Return when the bot account last looked the telephone number up at Zalo; None if never."""
        this = (phone_lookups.c.account == account, phone_lookups.c.phone_mac == self._phone_mac(account, phone))
        at_ms = self._tx.execute(select(phone_lookups.c.at_ms).where(*this)).scalar()
        return from_ms_or_none(at_ms)

    def note_phone_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """Record that the account looked up a telephone number at Zalo, and whether Zalo knew the number (`found`).

        Of the number, only a keyed hash is stored.
        """
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


def _entry_row(keys: Keys, group_id: str, place: int, entry: RosterEntry) -> dict[str, object]:
    sealed = keys.seal(entry.model_dump_json().encode(), bound(group_id, place))
    return {"group_id": group_id, "place": place, "entry": sealed}


def _apply_name(connection: Connection, account: str, entry: RosterEntry) -> None:
    if entry.uid:
        named = {"full_name": entry.full_name, "title": entry.position}
        connection.execute(update(persons).where(persons.c.id == _person_id_of(account, entry.uid)).values(named))


def _person_id_of(account: str, uid: str) -> ScalarSelect[int]:
    tied = (person_uids.c.account == account, person_uids.c.uid == uid)
    return select(person_uids.c.person_id).where(*tied).scalar_subquery()
