"""Persons: who is behind a uid, and who holds a role."""

from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from zalo_governor.domain.people import Person, Reach, Role
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import living
from zalo_governor.storage.schema import person_uids, persons

_WITH_UID = select(persons, person_uids.c.uid).join(person_uids, person_uids.c.person_id == persons.c.id)
_BY_UID = _WITH_UID.where(person_uids.c.account == bindparam("account"), person_uids.c.uid == bindparam("uid"))
_HOLDERS = _WITH_UID.where(person_uids.c.account == bindparam("account"), persons.c.roles.is_not(None)).order_by(
    persons.c.id, person_uids.c.uid
)
_RENAMED = update(persons).where(persons.c.id == bindparam("person")).values(display_name=bindparam("name"))


class People(Transaction):
    """The part of a unit that knows persons."""

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        super().__init__(database, connection, account)
        self._generation = database.persons.generation
        self._known: dict[tuple[str, str], Person] = {}
        self._holders: dict[str, tuple[Person, ...]] = {}
        self._changed = False
        """Somebody known elsewhere is changed by this transaction: what is shared no longer serves it."""

    def committed(self) -> None:
        """Share what was learnt about persons; to be called when the transaction has happened."""
        if self._changed:
            self._database.persons.forget()
        else:
            self._database.persons.learn(self._generation, self._known, self._holders)

    def sender(self, account: str, uid: str) -> Person | None:
        """The person behind a uid; made where the uid is new; None for ""."""
        if not uid:
            return None
        uid = storable(uid)
        person = self._known.get((account, uid))
        if person is None and not self._changed:
            person = self._database.persons.person(account, uid)
        if person is None:
            person = self._known[account, uid] = self._by_uid(account, uid) or self._new_person(account, uid)
        return person

    def known(self, account: str, uid: str) -> Person | None:
        """The person behind a uid; None where the uid is new."""
        return self._by_uid(account, storable(uid))

    def person(self, person_id: int) -> Person:
        """The person of that number, also where it was found later to be another one; KeyError where there is none."""
        row = self._ask(select(persons).where(persons.c.id == living(self._connection, person_id))).first()
        if row is None:
            raise KeyError(person_id)
        uids = self._ask(select(person_uids).where(person_uids.c.person_id == row.id)).all()
        seen_as = min(uids, key=lambda seen: (seen.account != self._account, seen.account, seen.uid), default=None)
        return self._person(row, seen_as.uid if seen_as else "")

    def with_role(self, account: str, *roles: Role) -> list[Person]:
        """The persons who hold any of the roles and have a uid for this bot account, in order of their number."""
        holders = self._holders.get(account)
        if holders is None and not self._changed:
            holders = self._database.persons.holders(account)
        if holders is None:
            rows = {row.id: row for row in self._ask(_HOLDERS, {"account": account})}
            holders = self._holders[account] = tuple(self._person(row, row.uid) for row in rows.values())
        return [person for person in holders if person.has(*roles)]

    def _named(self, account: str, person: Person, name: str) -> None:
        """The person's Zalo shows this name; it has passed the door and was judged."""
        if person.display_name == name:
            return
        sealed = self._keys.seal_text(name, "person", str(person.id))
        self._later(_RENAMED, {"person": person.id, "name": sealed})
        if person.roles:
            self._person_changed()
        self._known[account, person.uid] = person.model_copy(update={"display_name": name})

    def _person_changed(self) -> None:
        self._changed = True
        self._known.clear()
        self._holders.clear()

    def _by_uid(self, account: str, uid: str) -> Person | None:
        row = self._ask(_BY_UID, {"account": account, "uid": uid}).first()
        return None if row is None else self._person(row, uid)

    def _new_person(self, account: str, uid: str) -> Person:
        unknown = {"full_name": "", "title": "", "reach": Reach.UNKNOWN.value}
        person_id = self._connection.execute(insert(persons).returning(persons.c.id), unknown).scalar_one()
        tied = self._database.insert_or_ignore(person_uids).returning(person_uids.c.uid)
        row = {"account": account, "uid": uid, "person_id": person_id}
        if self._connection.execute(tied, row).first():
            return Person(id=person_id, uid=uid)
        # PostgreSQL: another transaction has made the person between the look and the insert.
        self._connection.execute(persons.delete().where(persons.c.id == person_id))
        return self._person(self._ask(_BY_UID, {"account": account, "uid": uid}).one(), uid)

    def _person(self, row: Row[Any], uid: str) -> Person:
        shown = row.display_name
        return Person(
            id=row.id,
            global_id=row.global_id,
            phone=row.phone,
            uid=uid,
            full_name=row.full_name,
            title=row.title,
            display_name="" if shown is None else self._keys.open_text(shown, "person", str(row.id)),
            roles=frozenset(Role(role) for role in row.roles or ()),
            reach=Reach(row.reach),
        )
