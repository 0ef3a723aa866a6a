"""Identity of persons: links uids and globalIds to persons, merges duplicates, stores the persons of the settings.

A uid is Zalo's id of a user as one bot account sees it; a globalId is the same for all bot accounts.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.people import Person, Reach, Role
from zalo_governor.storage.schema import (
    cases,
    directive_answers,
    directive_people,
    events,
    findings,
    former_accounts,
    newcomers,
    outbox,
    person_uids,
    persons,
    remarks,
    trials,
)
from zalo_governor.storage.security.crypto import Keys


class SeedPerson(NamedTuple):
    """A person with roles as given in the settings, stored at start; at least one of uid, global_id, phone is set."""

    full_name: str
    title: str
    uid: str | None
    global_id: str | None
    phone: str | None
    grants: Mapping[str, Collection[Role]]
    """Group id, or EVERYWHERE -> roles, as in `Person.grants`."""


def grants_of(stored: Mapping[str, Sequence[str]] | None) -> dict[str, frozenset[Role]]:
    """Return the roles by group (`Person.grants`) from what the column `roles` holds; empty for NULL."""
    return {group_id: frozenset(map(Role, roles)) for group_id, roles in (stored or {}).items()}


def living(connection: Connection, person_id: int) -> int:
    """Return the valid id of a person: that of the person into which `person_id` was merged, else `person_id`."""
    merged_into = connection.scalar(select(persons.c.merged_into).where(persons.c.id == person_id))
    return person_id if merged_into is None else merged_into


def seed(connection: Connection, keys: Keys, account: str, people: Sequence[SeedPerson]) -> None:
    """Store the people in the settings with their roles; everybody else loses all roles.

    A uid in the settings is the person's Zalo id as the bot account `account` sees it. A person may be listed several
    times, with roles in different groups.

    Raises:
        ConfigError: another bot account uses the database, for people of whom the settings name none.
    """
    _refuse_people_of_others(connection, account, people)
    holders: dict[int, dict[str, frozenset[Role]]] = {}
    for wanted in people:
        person_id = _find_and_merge(connection, keys, account, wanted) or _insert_person(connection)
        held = holders.setdefault(person_id, {})
        for group_id, roles in wanted.grants.items():
            held[group_id] = held.get(group_id, frozenset()).union(roles)
        facts: dict[str, Any] = {
            "full_name": wanted.full_name,
            "title": wanted.title,
            "roles": {group_id: sorted(role.value for role in roles) for group_id, roles in held.items()} or None,
        }
        if wanted.global_id:
            facts["global_id"] = wanted.global_id
        if wanted.phone:
            facts["phone"] = wanted.phone
        connection.execute(update(persons).where(persons.c.id == person_id).values(facts))
        if wanted.uid and not _seen_by_former(connection, account, wanted.uid):
            rebind(connection, account, wanted.uid, person_id)
    lost = persons.c.roles.is_not(None) & persons.c.id.not_in(holders)
    connection.execute(update(persons).where(lost).values(roles=None))


def tie_global_id(connection: Connection, keys: Keys, account: str, person: Person, global_id: str) -> None:
    """Record the globalId (Zalo's id, equal for all bot accounts) of the person whom the account sees as `person.uid`.

    If another stored person has that globalId, the two are merged. If the person has a different one already, the uid
    is linked to the person with `global_id` instead.
    """
    other = connection.scalar(select(persons.c.id).where(persons.c.global_id == global_id))
    if person.global_id is not None:
        # The uid belonged to another human being before, whose data stay with that person.
        rebind(connection, account, person.uid, other or _insert_person(connection, global_id))
    elif other is None:
        connection.execute(update(persons).where(persons.c.id == person.id).values(global_id=global_id))
    else:
        _merge(connection, keys, loser_id=person.id, winner_id=other)


def _refuse_people_of_others(connection: Connection, account: str, people: Sequence[SeedPerson]) -> None:
    other = connection.scalar(select(trials.c.account).where(trials.c.account != account).limit(1))
    holders = select(persons.c.id).where(persons.c.roles.is_not(None)).limit(1)
    seen = select(person_uids.c.person_id).where(
        person_uids.c.account == account, person_uids.c.uid.in_([one.uid for one in people if one.uid])
    )
    named = or_(
        persons.c.id.in_(seen),
        persons.c.full_name.in_([one.full_name for one in people]),
        persons.c.global_id.in_([one.global_id for one in people if one.global_id]),
    )
    if other and connection.scalar(holders) and not connection.scalar(holders.where(named)):
        raise ConfigError(
            f"people: tài khoản {other} cũng dùng cơ sở dữ liệu này, và không ai đang giữ vai trò ở đó có trong mục "
            "này; chạy tiếp thì tất cả những người ấy mất vai trò. Hai cơ quan thì hãy dùng hai cơ sở dữ liệu "
            "(database_url; xem zalo-governor offices add); cùng một cơ quan thì hãy ghi mục people giống nhau"
        )


def _find_and_merge(connection: Connection, keys: Keys, account: str, wanted: SeedPerson) -> int | None:
    """Return the id of the stored person that the settings mean, merging duplicates; None if nobody matches."""
    conditions = []
    if wanted.global_id:
        conditions.append(persons.c.global_id == wanted.global_id)
    if wanted.phone:
        # Several people may have the office's telephone: who is known by ids of their own is not found by the number.
        other_uid = (person_uids.c.account == account, person_uids.c.uid != (wanted.uid or ""))
        known = persons.c.global_id.is_not(None) | persons.c.id.in_(select(person_uids.c.person_id).where(*other_uid))
        conditions.append((persons.c.phone == wanted.phone) & ~known)
    if wanted.uid:
        seen_as = (person_uids.c.account.in_([account, *formers(connection, account)]), person_uids.c.uid == wanted.uid)
        conditions.append(persons.c.id.in_(select(person_uids.c.person_id).where(*seen_as)))
    rows = connection.execute(
        select(persons.c.id, persons.c.global_id).where(or_(*conditions), persons.c.merged_into.is_(None))
    ).all()
    if not rows:
        return None
    first, *others = sorted(rows, key=lambda row: (row.global_id != wanted.global_id, row.global_id is None, row.id))
    for other in others:
        # Two different globalIds are two human beings, whatever phone or uid the settings give.
        if other.global_id is None or first.global_id is None:
            _merge(connection, keys, loser_id=other.id, winner_id=first.id)
    return int(first.id)


def _seen_by_former(connection: Connection, account: str, uid: str) -> bool:
    """Return whether a bot account that `account` replaced knows `uid`; settings with that uid are then outdated."""
    seen = (person_uids.c.account.in_(formers(connection, account)), person_uids.c.uid == uid)
    return connection.scalar(select(person_uids.c.person_id).where(*seen).limit(1)) is not None


def _insert_person(connection: Connection, global_id: str | None = None) -> int:
    row = {"global_id": global_id, "full_name": "", "title": "", "reach": Reach.UNKNOWN.value}
    return int(connection.execute(insert(persons).returning(persons.c.id), row).scalar_one())


def formers(connection: Connection, account: str) -> list[str]:
    """Return the uids of the bot accounts that `account` has replaced."""
    mine = select(former_accounts.c.uid).where(former_accounts.c.successor == account)
    return list(connection.scalars(mine.order_by(former_accounts.c.uid)))


def rebind(connection: Connection, account: str, uid: str, person_id: int) -> None:
    """Link `uid`, as the account sees it, to that person; a link to another person is replaced."""
    key = (person_uids.c.account == account, person_uids.c.uid == uid)
    tied = connection.execute(update(person_uids).where(*key).values(person_id=person_id))
    if not tied.rowcount:
        connection.execute(insert(person_uids), {"account": account, "uid": uid, "person_id": person_id})


def _merge(connection: Connection, keys: Keys, *, loser_id: int, winner_id: int) -> None:
    """Move all data of person `loser_id` to person `winner_id`, who is the same human being.

    The row of the loser stays and points to the winner, as the audit log may refer to the loser's id.
    """
    of_winner = select(directive_people.c.assignee_id).where(directive_people.c.person_id == winner_id)
    doubled = directive_people.c.assignee_id.in_(of_winner) & (directive_people.c.person_id == loser_id)
    connection.execute(delete(directive_people).where(doubled))
    for column in (
        directive_people.c.person_id,
        directive_answers.c.person_id,
        person_uids.c.person_id,
        cases.c.person_id,
        cases.c.state_by,
        events.c.person_id,
        findings.c.person_id,
        newcomers.c.person_id,
        newcomers.c.brought_by,
        outbox.c.person_id,
        remarks.c.person_id,
        persons.c.merged_into,
    ):
        connection.execute(update(column.table).where(column == loser_id).values({column: winner_id}))
    rows = connection.execute(select(persons).where(persons.c.id.in_([loser_id, winner_id])))
    persons_by_id = {row.id: row for row in rows}
    loser, winner = persons_by_id[loser_id], persons_by_id[winner_id]
    emptied = {"global_id": None, "phone": None, "display_name": None, "roles": None, "merged_into": winner_id}
    connection.execute(update(persons).where(persons.c.id == loser_id).values(emptied))
    connection.execute(update(persons).where(persons.c.id == winner_id).values(_merged_fields(keys, winner, loser)))


def _merged_fields(keys: Keys, winner: Row[Any], loser: Row[Any]) -> dict[str, Any]:
    """Return the fields of the merged person: the winner's, or the loser's where the winner has none."""
    facts: dict[str, Any] = {
        name: getattr(winner, name) or getattr(loser, name)
        for name in ("global_id", "phone", "full_name", "title", "roles")
    }
    if winner.display_name is None and loser.display_name is not None:
        name = keys.open_text(loser.display_name, "person", str(loser.id))
        facts["display_name"] = keys.seal_text(name, "person", str(winner.id))
    if winner.reach == Reach.UNKNOWN:
        facts |= {"reach": loser.reach, "reach_code": loser.reach_code}
    return facts
