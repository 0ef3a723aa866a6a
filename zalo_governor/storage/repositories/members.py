"""Groups as they were last seen, who is in them, and the names that were judged."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.events import EventBase, MemberRemoved, MembersJoined, MembersLeft, NameObserved
from zalo_governor.domain.people import GroupSnapshot, Member, Person
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import tie_global_id
from zalo_governor.storage.repositories.people import People
from zalo_governor.storage.schema import group_members, groups
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


class Membership(People):
    """The part of a unit that knows groups and their members."""

    def __init__(self, database: Database, connection: Connection, account: str | None) -> None:
        super().__init__(database, connection, account)
        self._new_member = database.insert_or_ignore(group_members)

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """The group as the unit's own account last saw it: another account knows people under other uids."""
        newest = select(groups.c.snapshot).where(groups.c.group_id == group_id).order_by(groups.c.seen_ms.desc())
        if self._account:
            newest = newest.where(groups.c.account == self._account)
        sealed = self._ask(newest.limit(1)).scalar()
        if sealed is None:
            return None
        return GroupSnapshot.model_validate_json(self._keys.open(sealed, binding("group", group_id)))

    def swept_at(self, account: str, group_id: str) -> datetime | None:
        """When `save_group` last remembered the group for the account."""
        seen = select(groups.c.seen_ms).where(groups.c.account == account, groups.c.group_id == group_id)
        seen_ms = self._ask(seen).scalar()
        return None if seen_ms is None else from_ms(seen_ms)

    def tie_members(self, account: str, members: Sequence[Member]) -> None:
        """Tie persons to their globalId."""
        self._alone()
        for member in members:
            person = self.sender(account, member.uid)
            if person and member.global_id and person.global_id != member.global_id:
                self.flush()
                tie_global_id(self._connection, self._keys, account, person, member.global_id)
                self._person_changed()

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Remember the group and who is in it.

        The members' names are not taken over: a name is kept only after it has passed the door and was judged.
        """
        self._alone()
        group_id = snapshot.group_id
        sealed = self._keys.seal(snapshot.model_dump_json().encode(), binding("group", group_id))
        self._connection.execute(delete(groups).where(groups.c.account == account, groups.c.group_id == group_id))
        self._connection.execute(
            insert(groups), {"group_id": group_id, "account": account, "seen_ms": to_ms(at), "snapshot": sealed}
        )
        seen = {*snapshot.member_uids, *(member.uid for member in members)}
        self._present(account, group_id, seen, at, present=True)
        if not snapshot.members_hidden:
            self._present(account, group_id, self.present_uids(account, group_id) - seen, at, present=False)

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """uids of the members of the group, by all that was heard and seen."""
        known = select(group_members.c.uid).where(
            group_members.c.account == account, group_members.c.group_id == group_id, group_members.c.present
        )
        return set(self._ask(known).scalars())

    def known_names(self, account: str, group_id: str) -> dict[str, str]:
        """uid -> display name as last judged."""
        named = select(group_members.c.uid, group_members.c.judged_name).where(
            group_members.c.account == account,
            group_members.c.group_id == group_id,
            group_members.c.judged_name.is_not(None),
        )
        return {row.uid: self._keys.open_text(row.judged_name, "member", row.uid) for row in self._ask(named)}

    def _learn_names(self, account: str, event: EventBase, sender: Person | None) -> None:
        """What a judged event, of which nothing is sealed, tells about names and membership."""
        match event:
            case NameObserved():
                self._judged_name(account, event, event.sender_uid, event.name)
            case MembersJoined():
                self._present(
                    account, event.thread_id, (member.uid for member in event.members), event.at, present=True
                )
                for member in event.members:
                    if member.name:
                        self._judged_name(account, event, member.uid, member.name)
            case MembersLeft() | MemberRemoved():
                gone = [member.uid for member in event.members]
                self._present(account, event.thread_id, gone, event.at, present=False)
            case _:
                if sender and event.sender_name and not sender.display_name:
                    self._named(account, sender, event.sender_name)

    def _judged_name(self, account: str, event: EventBase, uid: str, name: str) -> None:
        person = self.sender(account, uid)
        if person is None:
            return
        self._named(account, person, name)
        if event.is_group:
            self._present(account, event.thread_id, [uid], event.at, present=True)
            sealed = self._keys.seal_text(name, "member", person.uid)
            self._later(
                _JUDGED_NAME,
                {"b_account": account, "b_group_id": event.thread_id, "b_uid": person.uid, "b_name": sealed},
            )

    def _present(self, account: str, group_id: str, uids: Iterable[str], at: datetime, *, present: bool) -> None:
        since_ms = to_ms(at)
        for uid in sorted(map(storable, uids)):
            key = {"account": account, "group_id": group_id, "uid": uid}
            self._later(self._new_member, {**key, "present": present, "since_ms": since_ms})
            self._later(
                _PRESENCE,
                {**{f"b_{name}": value for name, value in key.items()}, "b_present": present, "b_since_ms": since_ms},
            )
