"""Groups as Zalo last reported them, their members, and the display names that the rules have judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, select, update

from zalo_governor.domain.clock import from_ms_or_none, to_ms
from zalo_governor.domain.events import EventBase, MemberRemoved, MembersJoined, MembersLeft, NameObserved
from zalo_governor.domain.people import GroupSnapshot, Member, Person
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import tie_global_id
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.schema import group_members, groups, person_uids
from zalo_governor.storage.schema.base import count_where
from zalo_governor.storage.security.crypto import binding

_THIS_MEMBER = (
    group_members.c.account == bindparam("b_account"),
    group_members.c.group_id == bindparam("b_group_id"),
    group_members.c.uid == bindparam("b_uid"),
)
_PRESENCE = (
    update(group_members)
    .where(*_THIS_MEMBER, group_members.c.present != bindparam("b_present"))
    .values(present=bindparam("b_present"), since_ms=bindparam("b_since_ms"))
)
_JUDGED_NAME = update(group_members).where(*_THIS_MEMBER).values(judged_name=bindparam("b_name"))


@dataclass(eq=False)
class Members(Repository):
    """Repository of groups as Zalo last reported them, their members, and the members' names that the rules checked."""

    _people: People

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """Return the group's state as this transaction's bot account (if it has one) last saw it; None if never."""
        newest = select(groups.c.snapshot).where(groups.c.group_id == group_id).order_by(groups.c.seen_ms.desc())
        if self._tx.account:
            newest = newest.where(groups.c.account == self._tx.account)
        sealed = self._tx.execute(newest.limit(1)).scalar()
        if sealed is None:
            return None
        return GroupSnapshot.model_validate_json(self._tx.keys.open(sealed, binding("group", group_id)))

    def seen_at(self, account: str, group_id: str) -> datetime | None:
        """Return when `save_group` last stored the group for the bot account; None if never."""
        seen = select(groups.c.seen_ms).where(groups.c.account == account, groups.c.group_id == group_id)
        seen_ms = self._tx.execute(seen).scalar()
        return from_ms_or_none(seen_ms)

    def link_global_ids(self, account: str, members: Sequence[Member]) -> None:
        """Store the members' globalId (Zalo's id that is the same for every bot account) with their persons."""
        self._tx.lock_office()
        for member in members:
            person = self._people.find_or_create(account, member.uid)
            if person and member.global_id and person.global_id != member.global_id:
                self._tx.flush()
                tie_global_id(self._tx.connection, self._tx.keys, account, person, member.global_id)
                self._people.forget_cached()

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Store the group's state (`snapshot`) and who is in the group, as Zalo reported them at `at`.

        Whoever joined or left after `at`, according to an event, is left unchanged. Members' names are not stored
        here: a name must first be checked for state secrets and by the rules.
        """
        self._tx.lock_office()
        group_id = snapshot.group_id
        sealed = self._tx.keys.seal(snapshot.model_dump_json().encode(), binding("group", group_id))
        self._tx.connection.execute(delete(groups).where(groups.c.account == account, groups.c.group_id == group_id))
        self._tx.connection.execute(
            insert(groups), {"group_id": group_id, "account": account, "seen_ms": to_ms(at), "snapshot": sealed}
        )
        seen = {*snapshot.member_uids, *(member.uid for member in members)}
        moved = self.moved_since(account, group_id, at)
        self._set_present(account, group_id, seen - moved, at, present=True)
        if not snapshot.members_hidden:
            gone = self.present_uids(account, group_id) - seen - moved
            self._set_present(account, group_id, gone, at, present=False)

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """Return the uids of the group's current members, from the last fetched list and later events."""
        known = select(group_members.c.uid).where(*_is_of(account, group_id), group_members.c.present)
        return set(self._tx.execute(known).scalars())

    def moved_since(self, account: str, group_id: str, at: datetime) -> set[str]:
        """Return the uids of those who are known to have joined or left the group after `at`."""
        moved = select(group_members.c.uid).where(*_is_of(account, group_id), group_members.c.since_ms > to_ms(at))
        return set(self._tx.execute(moved).scalars())

    def departed(self, account: str, group_id: str) -> set[int]:
        """Return the ids of persons who left the group, and are in it under no other uid that the bot account sees."""
        is_theirs = and_(person_uids.c.account == group_members.c.account, person_uids.c.uid == group_members.c.uid)
        gone = (
            select(person_uids.c.person_id)
            .join(group_members, is_theirs)
            .where(*_is_of(account, group_id))
            .group_by(person_uids.c.person_id)
            .having(count_where(group_members.c.present) == 0)
        )
        return set(self._tx.execute(gone).scalars())

    def present_since(self, account: str, group_id: str, uid: str) -> datetime | None:
        """Return the time since which the person is known to be in the group; None if the person is not in it."""
        this = (*_is_of(account, group_id), group_members.c.uid == uid, group_members.c.present)
        return from_ms_or_none(self._tx.execute(select(group_members.c.since_ms).where(*this)).scalar())

    def groups_with(self, account: str, uid: str) -> set[str]:
        """Return the ids of the groups of which the person with that uid is a member now."""
        known = select(group_members.c.group_id).where(
            group_members.c.account == account, group_members.c.uid == uid, group_members.c.present
        )
        return set(self._tx.execute(known).scalars())

    def judged_names(self, account: str, group_id: str) -> dict[str, str]:
        """Return uid of member -> display name as last judged by the rules; a name equal to it need not be judged."""
        named = select(group_members.c.uid, group_members.c.judged_name).where(
            *_is_of(account, group_id), group_members.c.judged_name.is_not(None)
        )
        return {row.uid: self._tx.keys.open_text(row.judged_name, "member", row.uid) for row in self._tx.execute(named)}

    def learn_names(self, account: str, event: EventBase, sender: Person | None) -> None:
        """Store the names and membership changes contained in an event that the rules have judged.

        Must not be called for a sealed event, whose content may be a state secret. `sender` is the sender, if known.
        """
        match event:
            case NameObserved():
                self._save_judged_name(account, event, event.sender_uid, event.name)
            case MembersJoined():
                self._set_present(
                    account, event.thread_id, (member.uid for member in event.members), event.at, present=True
                )
                for member in event.members:
                    if member.name:
                        self._save_judged_name(account, event, member.uid, member.name)
            case MembersLeft() | MemberRemoved():
                gone = [member.uid for member in event.members]
                self._set_present(account, event.thread_id, gone, event.at, present=False)
            case _:
                if sender and event.sender_name and not sender.display_name:
                    self._people.set_display_name(account, sender, event.sender_name)

    def _save_judged_name(self, account: str, event: EventBase, uid: str, name: str) -> None:
        person = self._people.find_or_create(account, uid)
        if person is None:
            return
        self._people.set_display_name(account, person, name)
        if event.is_group:
            self._set_present(account, event.thread_id, [uid], event.at, present=True)
            sealed = self._tx.keys.seal_text(name, "member", person.uid)
            self._tx.write_later(
                _JUDGED_NAME,
                {"b_account": account, "b_group_id": event.thread_id, "b_uid": person.uid, "b_name": sealed},
            )

    def _set_present(self, account: str, group_id: str, uids: Iterable[str], at: datetime, *, present: bool) -> None:
        since_ms = to_ms(at)
        for uid in sorted(map(storable, uids)):
            key = {"account": account, "group_id": group_id, "uid": uid}
            new_member = self._tx.database.insert_or_ignore(group_members)
            self._tx.write_later(new_member, {**key, "present": present, "since_ms": since_ms})
            self._tx.write_later(
                _PRESENCE,
                {**{f"b_{name}": value for name, value in key.items()}, "b_present": present, "b_since_ms": since_ms},
            )

    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        """Update the stored state of the group after an event; do nothing if `save_group` never stored the group."""
        self._tx.lock_office()
        sealed = self._tx.keys.seal(snapshot.model_dump_json().encode(), binding("group", snapshot.group_id))
        here = (groups.c.account == account, groups.c.group_id == snapshot.group_id)
        self._tx.connection.execute(update(groups).where(*here).values(snapshot=sealed))


def _is_of(account: str, group_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (group_members.c.account == account, group_members.c.group_id == group_id)
