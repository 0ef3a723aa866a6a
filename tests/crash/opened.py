"""Everything that the database holds as ciphertext, opened with its own key."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import (
    approvals,
    case_notes,
    cases,
    directive_assignees,
    directives,
    findings,
    group_changes,
    group_members,
    group_pictures,
    groups,
    inbox,
    jobs,
    manual_cases,
    metadata,
    outbox,
    persons,
    remarks,
    roster,
    vault,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT, Keys, binding

OPENED = {
    "inbox.body",
    "persons.display_name",
    "group_members.judged_name",
    "groups.snapshot",
    "findings.excerpt",
    "findings.suggestion",
    "case_notes.body",
    "cases.reason",
    "outbox.body",
    "vault.content",
    "roster.entry",
    "outbox.file",
    "remarks.body",
    "group_changes.body",
    "approvals.body",
    "jobs.task",
    "group_pictures.thumbnail",
    "manual_cases.words",
    "directives.body",
    "directive_assignees.name",
}
HASHES = {
    "inbox.fingerprint",
    "inbox.seal_mac",
    "audit.link",
    "panel_keys.mac",
    "removal_codes.mac",
    "case_events.mark",
    "file_scans.mac",
    "phone_lookups.phone_mac",
    "false_alarms.mark",
}
"""Bytes that no key opens."""


def opened(database: Database) -> Iterator[tuple[str, bytes]]:
    """(where, what it says) of every ciphertext; a column of bytes that is not known here is an error."""
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.type.python_type is bytes
    }
    assert columns == OPENED | HASHES
    with database.read() as connection:
        for where, sealed, bound_to in _sealed(connection):
            if sealed is not None and sealed != NO_LONGER_KEPT:
                yield where, _open(database.keys, sealed, bound_to)


def _open(keys: Keys, sealed: bytes, bound_to: tuple[str, ...]) -> bytes:
    return keys.open(sealed, binding(*bound_to))


def _sealed(connection: Connection) -> Iterator[tuple[str, bytes | None, tuple[str, ...]]]:
    for row in connection.execute(select(inbox)):
        yield "inbox.body", row.body, ("inbox", row.account, row.thread_id, row.key)
    for row in connection.execute(select(persons)):
        yield "persons.display_name", row.display_name, ("person", str(row.id))
    for row in connection.execute(select(group_members)):
        yield "group_members.judged_name", row.judged_name, ("member", row.uid)
    for row in connection.execute(select(groups)):
        yield "groups.snapshot", row.snapshot, ("group", row.group_id)
    for row in connection.execute(select(findings)):
        place = (str(row.event_id), row.rule_id)
        yield "findings.excerpt", row.excerpt, ("excerpt", *place)
        yield "findings.suggestion", row.suggestion, ("suggestion", *place)
    for row in connection.execute(select(cases)):
        yield "cases.reason", row.reason, ("case", row.group_id, row.rule_id, str(row.first_event_id))
    for row in connection.execute(select(case_notes)):
        yield "case_notes.body", row.body, ("case note", str(row.case_id), str(row.person_id), str(row.at_ms))
    for row in connection.execute(select(outbox)):
        yield "outbox.body", row.body, ("outbox", row.account, row.thread_id)
        yield "outbox.file", row.file, ("outbox_file", row.account, row.thread_id)
    for row in connection.execute(select(vault)):
        yield "vault.content", row.content, ("vault", row.name)
    for row in connection.execute(select(roster)):
        yield "roster.entry", row.entry, ("roster", row.group_id, str(row.place))
    for row in connection.execute(select(remarks)):
        yield "remarks.body", row.body, ("remark", f"{RemarkKind(row.kind).prefix}-{row.number}")
    for row in connection.execute(select(directives)):
        yield "directives.body", row.body, ("directive", row.group_id, str(row.given_by), str(row.at_ms))
    for row in connection.execute(select(directive_assignees)):
        yield "directive_assignees.name", row.name, ("directive assignee", str(row.directive_id))
    for row in connection.execute(select(jobs)):
        yield "jobs.task", row.task, ("job", row.account)
    yield from _sealed_changes(connection)


def _sealed_changes(connection: Connection) -> Iterator[tuple[str, bytes | None, tuple[str, ...]]]:
    for row in connection.execute(select(group_changes)):
        yield "group_changes.body", row.body, ("group change", row.group_id, str(row.event_id))
    for row in connection.execute(select(approvals)):
        yield "approvals.body", row.body, ("approval", row.group_id, str(row.given_by))
    for row in connection.execute(select(group_pictures)):
        yield "group_pictures.thumbnail", row.thumbnail, ("thumbnail", row.group_id)
    for row in connection.execute(select(manual_cases)):
        yield "manual_cases.words", row.words, ("manual", str(row.case_id))
