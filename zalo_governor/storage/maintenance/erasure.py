"""Erases a person's data by order (Law 91/2025/QH15 on personal data); only an id and statistics remain."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, update

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.people import Reach, Role
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.batches import in_batches
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.retention import NO_TEXT
from zalo_governor.storage.repositories.directive_rows import assignee_place
from zalo_governor.storage.repositories.identity import grants_of
from zalo_governor.storage.repositories.roster_matching import entries_of
from zalo_governor.storage.repositories.roster_revision import note_roster_change
from zalo_governor.storage.repositories.sealing import REFUSED_IF_PENDING, cancel_scans
from zalo_governor.storage.schema import (
    approvals,
    case_notes,
    case_readers,
    cases,
    directive_answers,
    directive_assignees,
    directive_people,
    directives,
    erasures,
    events,
    file_scans,
    findings,
    group_members,
    groups,
    inbox,
    manual_cases,
    message_acts,
    newcomers,
    outbox,
    panel_keys,
    person_uids,
    persons,
    phone_lookups,
    remarks,
    roster,
    rule_failures,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT, Keys, binding


class Holdings(NamedTuple):
    """Counts of what is stored about one person, and what stands in the way of erasing the person's data."""

    person_id: int
    name: str
    title: str
    roles: tuple[str, ...]
    """The person's roles except member; while the settings give one, the name would be stored again."""
    open_cases: tuple[int, ...]
    """Ids of the person's open cases, which must be kept until they are closed."""
    present: bool
    """Whether the person is still in a group, so that new messages of the person would be stored again."""
    bodies: int
    excerpts: int
    notices: int
    notes: int
    remarks: int
    receipts: int
    roster_rows: int
    closed_cases: int
    """Number of closed cases, which stay, but without texts and without the person's name."""


def holdings(database: Database, person_id: int) -> Holdings:
    """Return what is stored about a person; raise KeyError if there is no person with that id."""
    with database.read() as connection:
        row = connection.execute(select(persons).where(persons.c.id == person_id)).first()
        if row is None:
            raise KeyError(person_id)
        numbers, uids = _person_ids(connection, person_id), _uids(connection, person_id)
        number = partial(_count, connection)
        of_cases = connection.execute(select(cases.c.id, cases.c.state).where(cases.c.person_id.in_(numbers))).all()
        open_cases = tuple(case.id for case in of_cases if CaseState(case.state).open)
        shown = row.display_name
        return Holdings(
            person_id=person_id,
            name=row.full_name or (database.keys.open_text(shown, "person", str(row.id)) if shown else ""),
            title=row.title,
            roles=tuple(sorted(frozenset().union(*grants_of(row.roles).values()) - {Role.MEMBER})),
            open_cases=open_cases,
            present=bool(number(group_members, group_members.c.uid.in_(uids), group_members.c.present)),
            bodies=number(inbox, _is_by_or_with(uids), inbox.c.body.is_not(None)),
            excerpts=number(findings, findings.c.person_id.in_(numbers), findings.c.excerpt.is_not(None)),
            notices=number(outbox, outbox.c.person_id.in_(numbers), outbox.c.body != NO_LONGER_KEPT),
            notes=number(case_notes, case_notes.c.person_id.in_(numbers), case_notes.c.body != NO_LONGER_KEPT),
            remarks=number(remarks, remarks.c.person_id.in_(numbers), remarks.c.body != NO_LONGER_KEPT),
            receipts=number(case_readers, case_readers.c.person_id.in_(numbers)),
            roster_rows=len(list(_roster_rows(connection, database.keys, uids, row.phone))),
            closed_cases=len(of_cases) - len(open_cases),
        )


def erase(connection: Connection, keys: Keys, person_id: int, by_order: str, at: datetime) -> int:
    """Erase all that identifies the person or that the person wrote; return how many message contents were erased.

    Events and cases stay under the person's id, which nothing links to a human being any more. Zalo's ids and keyed
    hashes of messages stay too, or the messages would be fetched from Zalo's history and stored again; keyed hashes of
    attachments go, and attachments not scanned yet are not scanned any more. `by_order` is the number of the document
    with the order to erase.
    """
    numbers, uids = _person_ids(connection, person_id), _uids(connection, person_id)
    row = connection.execute(select(persons.c.phone).where(persons.c.id == person_id)).one()
    for group_id, place in list(_roster_rows(connection, keys, uids, row.phone)):
        connection.execute(delete(roster).where(roster.c.group_id == group_id, roster.c.place == place))
        note_roster_change(connection)
    for account in set(connection.scalars(select(phone_lookups.c.account))):
        if row.phone:
            known = keys.mac(binding("phone look-up", account, row.phone))
            connection.execute(delete(phone_lookups).where(phone_lookups.c.phone_mac == known))
    nobody = f"erased-{person_id}"
    said = connection.scalars(select(inbox.c.id).where(_is_by_or_with(uids))).all()
    gone = 0
    for ids in in_batches(said):
        bodies = inbox.c.id.in_(ids) & inbox.c.body.is_not(None)
        gone += connection.execute(update(inbox).where(bodies).values(body=None)).rowcount
        connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(sender_uid=nobody))
        private = inbox.c.id.in_(ids) & inbox.c.is_group.is_(False)
        connection.execute(update(inbox).where(private).values(thread_id=nobody))
        connection.execute(update(findings).where(findings.c.event_id.in_(ids)).values(NO_TEXT))
        cancel_scans(connection, keys, ids)
        connection.execute(update(file_scans).where(file_scans.c.event_id.in_(ids)).values(mac=None))
    for table in (events, findings, rule_failures, message_acts):  # In private, the group id is the person's uid.
        connection.execute(update(table).where(table.c.group_id.in_(uids)).values(group_id=nobody))
    connection.execute(update(message_acts).where(message_acts.c.author_uid.in_(uids)).values(author_uid=nobody))
    connection.execute(update(findings).where(findings.c.person_id.in_(numbers)).values(NO_TEXT))
    of_cases = select(cases.c.id).where(cases.c.person_id.in_(numbers))
    connection.execute(update(cases).where(cases.c.person_id.in_(numbers)).values(reason=None))
    connection.execute(update(manual_cases).where(manual_cases.c.case_id.in_(of_cases)).values(words=NO_LONGER_KEPT))
    told = or_(outbox.c.person_id.in_(numbers), outbox.c.case_id.in_(of_cases))
    connection.execute(update(outbox).where(told).values(body=NO_LONGER_KEPT, file=None, **REFUSED_IF_PENDING))
    to_him = outbox.c.person_id.in_(numbers) & outbox.c.is_group.is_(False)
    connection.execute(update(outbox).where(to_him).values(thread_id=nobody))
    of_him = or_(case_notes.c.person_id.in_(numbers), case_notes.c.case_id.in_(of_cases))
    connection.execute(update(case_notes).where(of_him).values(body=NO_LONGER_KEPT))
    connection.execute(update(remarks).where(remarks.c.person_id.in_(numbers)).values(body=NO_LONGER_KEPT))
    for table in (case_readers, panel_keys):
        connection.execute(delete(table).where(table.c.person_id.in_(numbers)))
    connection.execute(update(approvals).where(approvals.c.given_by.in_(numbers)).values(body=NO_LONGER_KEPT))
    _erase_from_directives(connection, keys, numbers)
    connection.execute(update(newcomers).where(newcomers.c.person_id.in_(numbers)).values(uid=nobody))
    connection.execute(delete(group_members).where(group_members.c.uid.in_(uids)))
    # The snapshot names the members; the next group sync creates a new one.
    connection.execute(delete(groups).where(groups.c.account.in_(select(person_uids.c.account))))
    connection.execute(delete(person_uids).where(person_uids.c.person_id.in_(numbers)))
    unknown = {"full_name": "", "title": "", "reach": Reach.UNKNOWN.value, "reach_code": None}
    emptied = {"global_id": None, "phone": None, "display_name": None, "roles": None}
    connection.execute(update(persons).where(persons.c.id.in_(numbers)).values(unknown | emptied))
    facts = {"at_ms": to_ms(at), "by_order": by_order, "entries": gone}
    # One row for each id: in an older backup, the persons may not be merged yet.
    connection.execute(insert(erasures), [facts | {"person_id": number} for number in numbers])
    return gone


def _erase_from_directives(connection: Connection, keys: Keys, numbers: list[int]) -> None:
    """Erase the texts of the directives that the person gave, and the person's name among the addressees of others.

    A directive that the person only entered into the ledger is another person's order, and keeps its text.
    """
    connection.execute(update(directives).where(directives.c.given_by.in_(numbers)).values(body=NO_LONGER_KEPT))
    full_names = set(connection.scalars(select(persons.c.full_name).where(persons.c.id.in_(numbers)))) - {""}
    asked = select(directive_people.c.assignee_id).where(directive_people.c.person_id.in_(numbers))
    for row in connection.execute(select(directive_assignees).where(directive_assignees.c.id.in_(asked))).all():
        if keys.open_text(row.name, *assignee_place(row.directive_id)) in full_names:
            this = update(directive_assignees).where(directive_assignees.c.id == row.id)
            connection.execute(this.values(name=NO_LONGER_KEPT))
    for table in (directive_people, directive_answers):
        connection.execute(delete(table).where(table.c.person_id.in_(numbers)))


def _is_by_or_with(uids: Iterable[str]) -> Any:
    """Return the SQL condition for inbox entries sent by these uids, or in a private conversation with them."""
    return or_(inbox.c.sender_uid.in_(uids), inbox.c.is_group.is_(False) & inbox.c.thread_id.in_(uids))


def _person_ids(connection: Connection, person_id: int) -> list[int]:
    """Return the person's id and the ids of the persons that were merged into it as duplicates."""
    return [person_id, *connection.scalars(select(persons.c.id).where(persons.c.merged_into == person_id))]


def _uids(connection: Connection, person_id: int) -> list[str]:
    return list(connection.scalars(select(person_uids.c.uid).where(person_uids.c.person_id == person_id)))


def _count(connection: Connection, table: Table, *conditions: Any) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _roster_rows(connection: Connection, keys: Keys, uids: list[str], phone: str | None) -> Iterable[tuple[str, int]]:
    for group_id in set(connection.scalars(select(roster.c.group_id))):
        places = connection.scalars(
            select(roster.c.place).where(roster.c.group_id == group_id).order_by(roster.c.place)
        )
        for place, entry in zip(places.all(), entries_of(connection, keys, group_id), strict=True):
            if _is_about(entry, uids, phone):
                yield group_id, place


def _is_about(entry: RosterEntry, uids: list[str], phone: str | None) -> bool:
    return bool(entry.uid and entry.uid in uids) or bool(phone and entry.phone == phone)
