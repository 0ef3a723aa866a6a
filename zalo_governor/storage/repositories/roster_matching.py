"""Decrypts rosters and finds the uids (Zalo's user ids) of the people on them."""

from collections import Counter, defaultdict

from sqlalchemy import Connection, or_, select, union

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.schema import accounts, former_accounts, person_uids, persons, roster
from zalo_governor.storage.security.crypto import Keys, binding
from zalo_governor.text.fold import fold


def match_roster(tx: Transaction, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
    """Return the roster's entries in order, each with the uids under which the account sees that person.

    People are matched by uid, by a telephone number that Zalo itself has confirmed, or as the same human being under
    another account's uid; not by the name that an account shows, which proves nothing. An entry matched by none of
    these gets the uids of the person with a role who has that name in the settings, if no other entry or person has it.
    """
    tx.flush()
    entries = entries_of(tx.connection, tx.keys, group_id)
    if not entries:
        return []
    named = {entry.uid for entry in entries if entry.uid}
    phones = {entry.phone for entry in entries if entry.phone}
    ties = select(person_uids.c.uid, person_uids.c.person_id).where(
        person_uids.c.account.in_(union(select(accounts.c.uid), select(former_accounts.c.uid))),
        person_uids.c.uid.in_(named),
    )
    person_of = {row.uid: row.person_id for row in tx.execute(ties)}
    seen = (
        select(person_uids.c.uid, persons.c.id, persons.c.phone)
        .join(persons, persons.c.id == person_uids.c.person_id)
        .where(person_uids.c.account == account)
        .where(or_(persons.c.id.in_(set(person_of.values())), persons.c.phone.in_(phones)))
    )
    by_person: defaultdict[int | None, set[str]] = defaultdict(set)
    by_phone: defaultdict[str | None, set[str]] = defaultdict(set)
    for row in tx.execute(seen):
        by_person[row.id].add(row.uid)
        by_phone[row.phone].add(row.uid)
    matched = []
    for entry in entries:
        uids = {entry.uid} if entry.uid else set()
        uids |= by_person.get(person_of.get(entry.uid or ""), set())
        uids |= by_phone.get(entry.phone, set()) if entry.phone else set()
        matched.append((entry, frozenset(uids)))
    return _with_holders(tx, account, matched)


def _with_holders(
    tx: Transaction, account: str, matched: list[tuple[RosterEntry, frozenset[str]]]
) -> list[tuple[RosterEntry, frozenset[str]]]:
    named = Counter(fold(entry.full_name) for entry, _ in matched)
    if all(uids for _, uids in matched):
        return matched
    holders = (
        select(persons.c.id, persons.c.full_name, person_uids.c.uid)
        .join(person_uids, person_uids.c.person_id == persons.c.id)
        .where(person_uids.c.account == account, persons.c.roles.is_not(None))
    )
    known = frozenset().union(*(uids for _, uids in matched))
    accounts_of: defaultdict[str, dict[int, set[str]]] = defaultdict(dict)
    for row in tx.execute(holders):
        if row.full_name and row.uid not in known:
            accounts_of[fold(row.full_name)].setdefault(row.id, set()).add(row.uid)
    return [
        (entry, frozenset(next(iter(of.values()))))
        if not uids and named[name] == 1 and len(of := accounts_of.get(name, {})) == 1
        else (entry, uids)
        for entry, uids in matched
        for name in (fold(entry.full_name),)
    ]


def entries_of(connection: Connection, keys: Keys, group_id: str) -> list[RosterEntry]:
    """Return the entries of the group's roster in order; [] if none was imported.

    Raises WrongKeyError if an entry cannot be decrypted.
    """
    rows = select(roster.c.place, roster.c.entry).where(roster.c.group_id == group_id).order_by(roster.c.place)
    return [
        RosterEntry.model_validate_json(keys.open(entry, bound(group_id, place)))
        for place, entry in connection.execute(rows)
    ]


def bound(group_id: str, place: int) -> bytes:
    """Return the associated data (AES-GCM) that binds an encrypted roster entry to its group and position."""
    return binding("roster", group_id, str(place))
