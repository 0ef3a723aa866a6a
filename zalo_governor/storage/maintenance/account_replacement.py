"""Replaces a lost bot account by a new one, which takes over people, cases and history.

A uid belongs to a pair of bot account and person, so the old account's uids mean nothing to the new account; `globalId`
is the same for both. Entries that the old account received stay stored under the old account.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.jobs import (
    AcceptFriend,
    AskAboutDirectives,
    FetchPicture,
    JobOutcome,
    NoticeAbsence,
    RemindOfDirectives,
    RemoveMember,
    RemoveMessage,
    ReportDeadline,
    ScanAttachment,
    Task,
)
from zalo_governor.domain.people import NOBODY_UID, GroupSnapshot, Role
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import StoreError
from zalo_governor.storage.repositories.identity import grants_of, rebind
from zalo_governor.storage.repositories.jobs import open_task, seal_task, target_mac
from zalo_governor.storage.repositories.roster_matching import entries_of
from zalo_governor.storage.schema import (
    PENDING,
    accounts,
    cases,
    directives,
    former_accounts,
    gaps,
    group_members,
    groups,
    inbox,
    jobs,
    newcomers,
    outbox,
    person_uids,
    persons,
    roster,
    trials,
)
from zalo_governor.storage.security.crypto import Keys, binding


class KnownPerson(NamedTuple):
    """A person for whom the old bot account has a uid; the account itself may be one, while it is still in groups."""

    person_id: int
    uid: str
    """The person's uid as the old account sees it."""
    name: str
    title: str
    global_id: str | None
    phone: str | None
    roles: frozenset[Role]
    open_cases: int
    groups: frozenset[str]
    """Ids of the groups in which the person was last seen as a member."""

    @property
    def matters(self) -> bool:
        """Whether the person has a role or open cases, so that people are told if the new account does not know it."""
        return bool(self.roles or self.open_cases)


class Carried(NamedTuple):
    """Counts of what the new bot account took over from the old one."""

    people: int
    """Number of persons recognised under the new account."""
    notices: int
    """Number of unsent messages, which the new account will send."""
    notices_lost: int
    """Number of unsent messages whose addressee was not recognised under the new account; marked as refused."""
    gaps: int
    """Number of gaps (times of missed messages) of the old account, now recorded for the new account."""


def accounts_of(database: Database) -> list[str]:
    """Return the uids of the bot accounts that have received anything on this database and were not replaced."""
    with database.read() as connection:
        return list(connection.scalars(select(accounts.c.uid).order_by(accounts.c.number)))


def acquaintances(database: Database, account: str) -> list[KnownPerson]:
    """Return all people for whom the bot account has a uid: those with roles, then with open cases, then the rest."""
    with database.read() as connection:
        open_now = [state.value for state in CaseState if state.open]
        cases_of = (
            select(cases.c.person_id, func.count().label("open"))
            .where(cases.c.state.in_(open_now))
            .group_by(cases.c.person_id)
        )
        counted = {row.person_id: row.open for row in connection.execute(cases_of)}
        where: dict[str, set[str]] = {}
        here = select(group_members.c.uid, group_members.c.group_id).where(
            group_members.c.account == account, group_members.c.present
        )
        for uid, group_id in connection.execute(here):
            where.setdefault(uid, set()).add(group_id)
        known = (
            select(persons, person_uids.c.uid)
            .join(person_uids, person_uids.c.person_id == persons.c.id)
            .where(person_uids.c.account == account, person_uids.c.uid != NOBODY_UID)
        )
        found = [
            KnownPerson(
                person_id=row.id,
                uid=row.uid,
                name=row.full_name
                or (database.keys.open_text(row.display_name, "person", str(row.id)) if row.display_name else ""),
                title=row.title,
                global_id=row.global_id,
                phone=row.phone,
                roles=frozenset().union(*grants_of(row.roles).values()),
                open_cases=counted.get(row.id, 0),
                groups=frozenset(where.get(row.uid, ())),
            )
            for row in connection.execute(known.order_by(persons.c.id))
        ]
    return sorted(found, key=lambda one: (not one.roles, not one.open_cases, one.person_id))


def may_follow(database: Database, old: str, new: str) -> None:
    """Check that the bot account `new` can replace the lost bot account `old`.

    Raises:
        StoreError: both are the same, or `new` was itself replaced before or has already received messages here.
    """
    if old == new:
        raise StoreError(f"Phiên đăng nhập vẫn là của tài khoản {old}: đề nghị đăng nhập tài khoản mới trước.")
    with database.read() as connection:
        if connection.scalar(select(former_accounts.c.uid).where(former_accounts.c.uid == new)):
            raise StoreError(f"Tài khoản {new} đã được thay trước đây; không dùng lại được trên cơ sở dữ liệu này.")
        if connection.scalar(select(inbox.c.id).where(inbox.c.account == new).limit(1)):
            raise StoreError(
                f"Tài khoản {new} đã nhận tin của Nhóm song song với tài khoản {old} trên cơ sở dữ "
                "liệu này, nên lịch sử của "
                "hai tài khoản chồng lên nhau. Đề nghị khôi phục bản sao lưu trước khi tài khoản mới chạy, rồi làm lại."
            )


def succeed(
    connection: Connection,
    keys: Keys,
    *,
    old: str,
    new: str,
    known_again: Mapping[str, int],
    seen: Sequence[GroupSnapshot],
    at: datetime,
) -> Carried:
    """Let the bot account `new` take over everything of the lost account `old`, in the connection's transaction.

    These are people, groups, rosters, queued jobs, unsent messages, gaps (times of missed messages) and the trial.
    `known_again` maps the uid that `new` sees to the person id, for each person recognised; `seen` has the present
    state of each group as `new` sees it; `at` is the time of the replacement.
    """
    uid_of = {person_id: uid for uid, person_id in known_again.items()}
    seen_before = select(person_uids.c.uid, person_uids.c.person_id).where(person_uids.c.account == old)
    old_uids = {row.uid: row.person_id for row in connection.execute(seen_before)}
    new_uids = {uid: uid_of[person_id] for uid, person_id in old_uids.items() if person_id in uid_of}
    connection.execute(update(former_accounts).where(former_accounts.c.successor == old).values(successor=new))
    connection.execute(insert(former_accounts), {"uid": old, "successor": new, "replaced_ms": to_ms(at)})
    # The number in event ids, by which statistics tell accounts apart, is kept; `new` has issued no ids yet.
    connection.execute(delete(accounts).where(accounts.c.uid == new))
    connection.execute(update(accounts).where(accounts.c.uid == old).values(uid=new))
    # The admins know the program already: the new account continues the old trial and begins none of its own.
    connection.execute(delete(trials).where(trials.c.account == new))
    connection.execute(update(trials).where(trials.c.account == old).values(account=new))
    for uid, person_id in known_again.items():
        rebind(connection, new, uid, person_id)
    for snapshot in seen:
        _take_over_group(connection, keys, old, new, new_uids, snapshot)
    # The old account sees nobody leave any more: without this, retention would keep the names of its members for ever.
    there = (group_members.c.account == old, group_members.c.present)
    connection.execute(update(group_members).where(*there).values(present=False, since_ms=to_ms(at)))
    _take_over_roster(connection, keys, new_uids)
    _take_over_jobs(connection, keys, old, new, new_uids)
    sent, lost = _take_over_outbox(connection, keys, old, new, uid_of)
    return Carried(len(known_again), sent, lost, _take_over_gaps(connection, old, new))


def _take_over_group(
    connection: Connection, keys: Keys, old: str, new: str, new_uids: Mapping[str, str], now: GroupSnapshot
) -> None:
    """Copy a group's members, their checked display names and the group's state from account `old` to `new`.

    `new_uids` is uid under the old account -> uid under the new one; `now` is the group as the new account sees it. The
    group's name and settings stay as the old account last saw them, so that the next group sync finds later changes.
    """
    mine = (group_members.c.account == old, group_members.c.group_id == now.group_id)
    before = {row.uid: row for row in connection.execute(select(group_members).where(*mine))}
    rows = []
    for uid, row in before.items():
        if uid in new_uids:
            name = row.judged_name and keys.seal_text(
                keys.open_text(row.judged_name, "member", uid), "member", new_uids[uid]
            )
            rows.append(row._asdict() | {"account": new, "uid": new_uids[uid], "judged_name": name})
    if any(row.present and uid not in new_uids for uid, row in before.items()):
        # A member unknown to the program may be a former one who was not recognised: not reported as newly joined.
        taken = {row["uid"] for row in rows}
        common = {"account": new, "group_id": now.group_id, "present": True, "judged_name": None, "since_ms": 0}
        rows += [common | {"uid": uid} for uid in now.member_uids if uid not in taken]
    connection.execute(delete(group_members).where(group_members.c.account == new, mine[1]))
    if rows:
        connection.execute(insert(group_members), rows)
    kept = connection.execute(select(groups).where(groups.c.account == old, groups.c.group_id == now.group_id)).first()
    if kept is None:
        return
    was = GroupSnapshot.model_validate_json(keys.open(kept.snapshot, binding("group", now.group_id)))
    strangers = set(now.co_admin_uids) - set(new_uids.values())
    translated = was.model_copy(
        update={
            "owner_uid": new_uids.get(was.owner_uid, now.owner_uid),
            # A co-admin who was not recognised may be one of the old ones, so is not reported as new.
            "co_admin_uids": tuple(sorted({new_uids[uid] for uid in was.co_admin_uids if uid in new_uids} | strangers)),
            "member_uids": now.member_uids,
            "total_members": now.total_members,
            "official_uids": now.official_uids,
        }
    )
    sealed = keys.seal(translated.model_dump_json().encode(), binding("group", now.group_id))
    connection.execute(delete(groups).where(groups.c.account == new, groups.c.group_id == now.group_id))
    connection.execute(insert(groups), kept._asdict() | {"account": new, "snapshot": sealed})


def _take_over_roster(connection: Connection, keys: Keys, new_uids: Mapping[str, str]) -> None:
    for group_id in set(connection.scalars(select(roster.c.group_id))):
        places = connection.scalars(
            select(roster.c.place).where(roster.c.group_id == group_id).order_by(roster.c.place)
        )
        for place, entry in zip(places.all(), entries_of(connection, keys, group_id), strict=True):
            if entry.uid and entry.uid in new_uids:
                renewed = entry.model_copy(update={"uid": new_uids[entry.uid]}).model_dump_json().encode()
                sealed = keys.seal(renewed, binding("roster", group_id, str(place)))
                at = (roster.c.group_id == group_id, roster.c.place == place)
                connection.execute(update(roster).where(*at).values(entry=sealed))


def _take_over_jobs(connection: Connection, keys: Keys, old: str, new: str, new_uids: Mapping[str, str]) -> None:
    """Transfer queued jobs (calls to Zalo) and outsiders (people not on the roster) to the new account and its uids.

    Jobs that the new account cannot do are closed with the outcome UNKNOWN.
    """
    for row in connection.execute(select(jobs).where(jobs.c.account == old, jobs.c.due_ms.is_not(None))).all():
        renewed = _translate_task(open_task(keys, old, row.task), new_uids)
        values: dict[str, Any] = {"due_ms": None, "task": None, "outcome": JobOutcome.UNKNOWN.value}
        if renewed is not None:
            target = target_mac(keys, renewed.kind, renewed.target)
            values = {"account": new, "target": target, "task": seal_task(keys, new, renewed)}
        connection.execute(update(jobs).where(jobs.c.id == row.id).values(values | {"leased_until_ms": None}))
    connection.execute(update(directives).where(directives.c.account == old).values(account=new))
    here = (newcomers.c.account == old, newcomers.c.gone_ms.is_(None))
    for row in connection.execute(select(newcomers.c.case_id, newcomers.c.uid).where(*here)).all():
        if row.uid in new_uids:
            here_now = {"account": new, "uid": new_uids[row.uid]}
            connection.execute(update(newcomers).where(newcomers.c.case_id == row.case_id).values(here_now))


def _translate_task(task: Task, new_uids: Mapping[str, str]) -> Task | None:
    """Return the task of a job (queued call to Zalo) with the new account's uids; None if that account cannot do it."""
    match task:
        case RemoveMember() | AcceptFriend() if task.uid in new_uids:
            return task.model_copy(update={"uid": new_uids[task.uid]})
        case RemoveMessage() if task.owner_uid in new_uids:
            return task.model_copy(update={"owner_uid": new_uids[task.owner_uid]})
        case ScanAttachment():
            # Zalo serves files without a login. An unknown sender keeps the old uid, so that the finding is told of.
            return task.model_copy(update={"sender_uid": new_uids.get(task.sender_uid, task.sender_uid)})
        case FetchPicture() | RemindOfDirectives() | ReportDeadline() | AskAboutDirectives() | NoticeAbsence():
            return task
        case _:
            return None


def _take_over_outbox(
    connection: Connection, keys: Keys, old: str, new: str, uid_of: Mapping[int, str]
) -> tuple[int, int]:
    sent = lost = 0
    still = outbox.c.state.in_([*PENDING, "sending"])
    for row in connection.execute(select(outbox).where(outbox.c.account == old, still)).all():
        thread = row.thread_id if row.is_group else uid_of.get(row.person_id)
        this = update(outbox).where(outbox.c.id == row.id)
        if thread is None:
            lost += 1
            connection.execute(this.values(state="refused"))
            continue
        sent += 1
        values = {"account": new, "thread_id": thread, "state": "waiting", "repeated": row.state != "waiting"}
        # From its beginning: the parts that the old account sent stand in another conversation.
        values |= {"part": 1, "part_start": 0, "part_end": None}
        for column, place in (("body", "outbox"), ("file", "outbox_file")):
            sealed = getattr(row, column)
            if sealed is not None:
                text = keys.open_text(sealed, place, old, row.thread_id)
                values[column] = keys.seal_text(text, place, new, thread)
        connection.execute(this.values(values))
    return sent, lost


def _take_over_gaps(connection: Connection, old: str, new: str) -> int:
    """Transfer the gaps (times of missed messages) to the new account; return how many.

    Those of private conversations are given up: the new account cannot fetch messages that were sent to the old one.
    """
    private = or_(gaps.c.group_id == old, gaps.c.group_id == new)
    connection.execute(update(gaps).where(gaps.c.account == old, private).values(group_id=new, pending=False))
    return connection.execute(update(gaps).where(gaps.c.account == old).values(account=new)).rowcount
