"""Removes state secrets that are stored outside the inbox: in notices, excerpts, notes, directives, names and so on."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Table, select, update

from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.case_notes import note_place
from zalo_governor.storage.repositories.directive_rows import assignee_place, directive_place
from zalo_governor.storage.repositories.feedback import remark_place
from zalo_governor.storage.repositories.group_changes import approval_place, change_place
from zalo_governor.storage.repositories.sealing import REFUSED_IF_PENDING
from zalo_governor.storage.schema import (
    approvals,
    case_notes,
    cases,
    directive_assignees,
    directives,
    findings,
    group_changes,
    group_members,
    manual_cases,
    outbox,
    persons,
    remarks,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT

_BATCH_SIZE = 500


class _QuotingColumn(NamedTuple):
    """An encrypted column with texts that may quote a message, or that people wrote otherwise."""

    table: Table
    column: str
    place: Callable[[Any], tuple[str, ...]]
    """Function that returns the parts to which the ciphertext of a row is bound (see `binding`)."""
    emptied: bytes | None
    """Value that replaces a removed text in the column."""


_QUOTING_COLUMNS = (
    _QuotingColumn(remarks, "body", lambda row: remark_place(RemarkKind(row.kind), row.number), NO_LONGER_KEPT),
    _QuotingColumn(case_notes, "body", lambda row: note_place(row.case_id, row.person_id, row.at_ms), NO_LONGER_KEPT),
    _QuotingColumn(manual_cases, "words", lambda row: ("manual", str(row.case_id)), NO_LONGER_KEPT),
    _QuotingColumn(cases, "reason", lambda row: ("case", row.group_id, row.rule_id, str(row.first_event_id)), None),
    _QuotingColumn(findings, "excerpt", lambda row: ("excerpt", str(row.event_id), row.rule_id), None),
    _QuotingColumn(findings, "suggestion", lambda row: ("suggestion", str(row.event_id), row.rule_id), None),
    _QuotingColumn(
        directives, "body", lambda row: directive_place(row.group_id, row.given_by, row.at_ms), NO_LONGER_KEPT
    ),
    _QuotingColumn(directive_assignees, "name", lambda row: assignee_place(row.directive_id), NO_LONGER_KEPT),
    _QuotingColumn(approvals, "body", lambda row: approval_place(row.group_id, row.given_by), NO_LONGER_KEPT),
    _QuotingColumn(group_changes, "body", lambda row: change_place(row.group_id, row.event_id), NO_LONGER_KEPT),
    _QuotingColumn(outbox, "body", lambda row: ("outbox", row.account, row.thread_id), NO_LONGER_KEPT),
    # A display name that is removed here is checked again by the next group sync.
    _QuotingColumn(persons, "display_name", lambda row: ("person", str(row.id)), None),
    _QuotingColumn(group_members, "judged_name", lambda row: ("member", row.uid), None),
    _QuotingColumn(outbox, "file", lambda row: ("outbox_file", row.account, row.thread_id), None),
)


def remove_quotations(database: Database, look: Callable[[RawDict], Seal | None]) -> int:
    """Check all texts that may quote messages for state secrets, and remove those found; return how many were removed.

    `look` is the check for state secrets: it returns a Seal if the content must not be stored, else None.

    Raises:
        WrongKeyError: a text cannot be decrypted.
    """
    return sum(_remove_from_column(database, words, look) for words in _QUOTING_COLUMNS)


def _remove_from_column(database: Database, words: _QuotingColumn, look: Callable[[RawDict], Seal | None]) -> int:
    key = list(words.table.primary_key.columns)
    gone = [tuple(row._mapping[column] for column in key) for row in _rows_to_clear(database, words, look)]
    values: dict[str, Any] = {words.column: words.emptied}
    if words.table is outbox:
        values |= REFUSED_IF_PENDING
    with database.write() as connection:
        for of_row in gone:
            this = [column == value for column, value in zip(key, of_row, strict=True)]
            connection.execute(update(words.table).where(*this).values(values))
        if gone:
            database.erase_traces()
    return len(gone)


def _rows_to_clear(database: Database, words: _QuotingColumn, look: Callable[[RawDict], Seal | None]) -> Iterator[Any]:
    wanted = select(words.table).where(words.table.c[words.column].is_not(None))
    with database.read() as connection:
        for row in connection.execution_options(yield_per=_BATCH_SIZE).execute(wanted):
            text = database.keys.open_text(getattr(row, words.column), *words.place(row))
            if text and look({"content": "\n".join(_strings_in(text))}) is not None:
                yield row


def _strings_in(text: str) -> Iterator[str]:
    """Yield the text itself or, if it is a JSON object, all strings inside, as escapes in JSON would hide words."""
    try:
        left = [orjson.loads(text)] if text.startswith("{") else [text]
    except orjson.JSONDecodeError:
        left = [text]
    while left:
        match left.pop(0):
            case str() as string:
                yield string
            case dict() as values:
                left += values.values()
            case list() as values:
                left += values
