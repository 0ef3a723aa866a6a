"""Repositories in memory: people, members, roster, outsiders."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.memory.base import MemoryRepository
from zalo_governor.domain.cases import Case
from zalo_governor.domain.directory import Directory
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import FoundAccount, GroupSnapshot, Member, Person, Reach
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.repositories.members import Members
from zalo_governor.storage.repositories.outsiders import Outsiders
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.repositories.roster import Rosters

BOT = "7000000000000000001"
NOW = datetime(2026, 11, 24, 7, 5, tzinfo=UTC)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
GROUP = "8000000000000000001"


class MemoryPeople(MemoryRepository, People):
    """Over lists."""

    def mark_reachable(self, account: str, uid: str) -> None:
        self._store.people[uid] = self._store.people[uid].model_copy(update={"reach": Reach.UNKNOWN})

    def find_or_create(self, account: str, uid: str) -> Person | None:
        if not uid:
            return None
        if uid not in self._store.people:
            self._store.people[uid] = Person(id=len(self._store.people) + 1, uid=uid)
        return self._store.people[uid]

    def find(self, account: str, uid: str) -> Person | None:
        return self._store.people.get(uid)

    def get(self, person_id: int) -> Person:
        person = {person.id: person for person in self._store.people.values()}[person_id]
        holders = self.holders(BOT)
        rosters = {GROUP: self._uow.roster.matched(BOT, GROUP)} if self._store.entries else {}
        return Directory(holders, rosters).placed(person, lambda _uid: {GROUP})

    def holders(self, account: str) -> tuple[Person, ...]:
        return tuple(person for person in self._store.people.values() if person.grants)

    def choose_group(self, person: Person, group_id: str | None) -> None:
        self._store.people[person.uid] = person.model_copy(update={"chosen_group": group_id})


class MemoryMembers(MemoryRepository, Members):
    """Over lists."""

    def present_uids(self, account: str, group_id: str) -> set[str]:
        return set(self._store.present)

    def moved_since(self, account: str, group_id: str, at: datetime) -> set[str]:
        return set()

    def departed(self, account: str, group_id: str) -> set[int]:
        return {self._store.people[uid].id for uid in self._store.departed}

    def groups_with(self, account: str, uid: str) -> set[str]:
        return {GROUP} if uid in self._store.present else set()

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        return self._store.group

    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        self._store.group = snapshot

    def seen_at(self, account: str, group_id: str) -> datetime | None:
        return None

    def link_global_ids(self, account: str, members: Sequence[Member]) -> None:
        raise AssertionError("the sweep's caller ties members, not the office")

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        raise AssertionError("the sweep's caller saves groups, not the office")

    def judged_names(self, account: str, group_id: str) -> dict[str, str]:
        return {}


class MemoryRosters(MemoryRepository, Rosters):
    """Over lists."""

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        return [
            (entry, frozenset(filter(None, (entry.uid, self._store.phones.get(entry.phone or "")))))
            for entry in self._store.entries
        ]

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        if not self._store.entries:
            return None
        holders = {person.uid for person in self._store.people.values() if person.roles_in(group_id)}
        return frozenset(holders).union(*(uids for _, uids in self.matched(account, group_id)))

    def put(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        if place is None:
            self._store.entries.append(entry)
        else:
            self._store.entries[place] = entry
        if entry.uid in self._store.people:
            named = {"full_name": entry.full_name, "title": entry.title}
            self._store.people[entry.uid] = self._store.people[entry.uid].model_copy(update=named)

    def link_phone(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        self._store.phones[phone] = found.uid

    def phone_lookups_since(self, account: str, since: datetime) -> int:
        return sum(at >= since for at in self._store.lookups.values())

    def phone_looked_up_at(self, account: str, phone: str) -> datetime | None:
        return self._store.lookups.get(phone)

    def note_phone_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        self._store.lookups[phone] = at


class MemoryOutsiders(MemoryRepository, Outsiders):
    """Over lists."""

    def add(self, newcomer: Outsider) -> None:
        self._store.came[newcomer.case_id] = newcomer

    def of_case(self, case: Case) -> Outsider | None:
        return self._store.came.get(case.id)

    def present(self, group_id: str, person_id: int | None = None) -> list[tuple[Outsider, Case]]:
        return [
            (newcomer, self._store.book[case_id])
            for case_id, newcomer in self._store.came.items()
            if newcomer.gone_at is None and person_id in {None, newcomer.person_id}
        ]

    def set_brought_by(self, case: Case, person_id: int) -> None:
        self._store.came[case.id] = self._store.came[case.id].model_copy(update={"brought_by": person_id})

    def mark_gone(self, case: Case, at: datetime) -> None:
        self._store.came[case.id] = self._store.came[case.id].model_copy(update={"gone_at": at})
