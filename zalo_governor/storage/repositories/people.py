"""Persons, found by uid (Zalo's user id as a bot account sees it), with names, roles and reachability."""

from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update

from zalo_governor.domain.directory import Directory
from zalo_governor.domain.people import Person, Reach
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import grants_of
from zalo_governor.storage.repositories.roster_matching import match_roster
from zalo_governor.storage.repositories.roster_revision import roster_revision
from zalo_governor.storage.repositories.rows import fields_of
from zalo_governor.storage.schema import group_members, person_uids, persons, roster

_WITH_UID = select(persons, person_uids.c.uid).join(person_uids, person_uids.c.person_id == persons.c.id)
_BY_UID = _WITH_UID.where(person_uids.c.account == bindparam("account"), person_uids.c.uid == bindparam("uid"))
_HOLDERS = _WITH_UID.where(person_uids.c.account == bindparam("account"), persons.c.roles.is_not(None)).order_by(
    persons.c.id, person_uids.c.uid
)
_BORN = persons.alias()
_ID = bindparam("person_id", type_=persons.c.id.type)
_BY_ID = (
    select(persons, person_uids.c.account, person_uids.c.uid)
    .join(person_uids, person_uids.c.person_id == persons.c.id, isouter=True)
    .where(persons.c.id == func.coalesce(select(_BORN.c.merged_into).where(_BORN.c.id == _ID).scalar_subquery(), _ID))
)
"""Each uid of the person with that id, or of the one into which it was merged (see `living`): one row if none."""
_RENAMED = update(persons).where(persons.c.id == bindparam("person")).values(display_name=bindparam("name"))


class People(Repository):
    """Repository of persons, found by the uids under which bot accounts see them; cached within the transaction."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx)
        self._generation = tx.database.persons.generation
        self._known: dict[tuple[str, str], Person] = {}
        self._holders: dict[str, tuple[Person, ...]] = {}
        self._placing: Directory | None = None
        self._changed = False
        """Whether this transaction changed a person that other transactions may have cached."""

    def share_cache(self) -> None:
        """Add the persons that this transaction read to the cache of all transactions; called after the commit.

        If this transaction changed a person, that cache is cleared instead.
        """
        if self._changed:
            self._tx.database.persons.forget()
        else:
            self._tx.database.persons.learn(self._generation, self._known, self._holders)

    def find_or_create(self, account: str, uid: str) -> Person | None:
        """Return the person whom the bot account sees under `uid`, created if the uid is new; None for an empty uid."""
        if not uid:
            return None
        uid = storable(uid)
        person = self._known.get((account, uid))
        if person is None and not self._changed:
            person = self._tx.database.persons.person(account, uid)
        if person is None:
            person = self._known[account, uid] = self.find(account, uid) or self._new_person(account, uid)
        return person

    def find(self, account: str, uid: str) -> Person | None:
        """Return the person whom the bot account sees under `uid`; None if the uid is new."""
        row = self._tx.execute(_BY_UID, {"account": account, "uid": storable(uid)}).first()
        return None if row is None else self._person(row, row.uid)

    def get(self, person_id: int) -> Person:
        """Return the person with that id, or the one into which it was merged; raise KeyError if there is none.

        If the transaction has an account, `Directory.placed` adds what settings and rosters say about the person.
        """
        rows = self._tx.execute(_BY_ID, {"person_id": person_id}).all()
        if not rows:
            raise KeyError(person_id)
        account = self._tx.account
        seen_as = min(rows, key=lambda seen: (seen.account != account, seen.account, seen.uid))
        person = self._person(seen_as, seen_as.uid or "")
        if account is None:
            return person
        return self._directory(account).placed(person, lambda uid: self._groups_of(account, uid))

    def _directory(self, account: str) -> Directory:
        """Return the directory, built anew only if a person or a roster has changed since it was built."""
        if self._placing is None:
            shared, revision = self._tx.database.persons, roster_revision(self._tx)
            self._placing = None if self._changed else shared.directory(account, revision)
            if self._placing is None:
                self._placing = self._build_directory(account)
                if not self._changed:
                    shared.keep_directory(self._generation, account, revision, self._placing)
        return self._placing

    def holders(self, account: str) -> tuple[Person, ...]:
        """Return the persons who hold a role in any group and have a uid known to this bot account, ordered by id."""
        holders = self._holders.get(account)
        if holders is None and not self._changed:
            holders = self._tx.database.persons.holders(account)
        if holders is None:
            rows = {row.id: row for row in self._tx.execute(_HOLDERS, {"account": account})}
            holders = self._holders[account] = tuple(self._person(row, row.uid) for row in rows.values())
        return holders

    def set_display_name(self, account: str, person: Person, name: str) -> None:
        """Store the person's display name on Zalo; only after it was checked for state secrets and by the rules."""
        if person.display_name == name:
            return
        sealed = self._tx.keys.seal_text(name, "person", str(person.id))
        self._tx.write_later(_RENAMED, {"person": person.id, "name": sealed})
        if person.grants:
            self.forget_cached()
        self._known[account, person.uid] = person.model_copy(update={"display_name": name})

    def forget_cached(self) -> None:
        """Discard the persons cached by this transaction, since one has changed (see `share_cache`)."""
        self._changed = True
        self._known.clear()
        self._holders.clear()
        self._placing = None

    def _new_person(self, account: str, uid: str) -> Person:
        unknown = {"full_name": "", "title": "", "reach": Reach.UNKNOWN.value}
        person_id = self._tx.connection.execute(insert(persons).returning(persons.c.id), unknown).scalar_one()
        tied = self._tx.database.insert_or_ignore(person_uids).returning(person_uids.c.uid)
        row = {"account": account, "uid": uid, "person_id": person_id}
        if self._tx.connection.execute(tied, row).first():
            return Person(id=person_id, uid=uid)
        # PostgreSQL: another transaction has created the person between the SELECT and the INSERT.
        self._tx.connection.execute(persons.delete().where(persons.c.id == person_id))
        return self._person(self._tx.execute(_BY_UID, {"account": account, "uid": uid}).one(), uid)

    def _person(self, row: Row[Any], uid: str) -> Person:
        shown = row.display_name
        values = {
            "uid": uid,
            "display_name": "" if shown is None else self._tx.keys.open_text(shown, "person", str(row.id)),
            "grants": grants_of(row.roles),
        }
        return Person.model_validate(fields_of(row) | values)

    def _build_directory(self, account: str) -> Directory:
        groups = self._tx.execute(select(roster.c.group_id).distinct().order_by(roster.c.group_id)).scalars().all()
        rosters = {group_id: match_roster(self._tx, account, group_id) for group_id in groups}
        return Directory(self.holders(account), rosters)

    def _groups_of(self, account: str, uid: str) -> set[str] | None:
        """Return the ids of the groups in which the uid was ever seen; None if `account` does not know the uid."""
        if self.find(account, uid) is None:
            return None
        seen = select(group_members.c.group_id).where(group_members.c.account == account, group_members.c.uid == uid)
        return set(self._tx.execute(seen).scalars())

    def choose_group(self, person: Person, group_id: str | None) -> None:
        """Store which group the person's private commands are about (`Person.chosen_group`); None for all groups."""
        self._tx.connection.execute(update(persons).where(persons.c.id == person.id).values(chosen_group=group_id))
        self.forget_cached()

    def mark_reachable(self, account: str, uid: str) -> None:
        """Record that private messages reach the person, by deleting the record, if any, that Zalo refused them.

        To be called when the person has become a friend of the bot account.
        """
        person = self.find_or_create(account, uid)
        if person and person.reach is Reach.REFUSED:
            values = {"reach": Reach.UNKNOWN.value, "reach_code": None}
            self._tx.connection.execute(update(persons).where(persons.c.id == person.id).values(values))
            self.forget_cached()
