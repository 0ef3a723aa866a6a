"""Exports rows for use in other programs, page by page in the order of (time, id); without texts unless asked for."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, and_, or_, select

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.inbound import ElementKind
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import open_message
from zalo_governor.storage.schema import audit, cases, events, findings, inbox


class Extract(StrEnum):
    """Kinds of rows that can be exported; the values are the words for them on the command line."""

    EVENTS = "events"
    CASES = "cases"
    FINDINGS = "findings"
    AUDIT = "audit"


class Cursor(NamedTuple):
    """Position in an export: time (ms since 1970) and id of the last row exported."""

    at_ms: int
    id: int

    def __str__(self) -> str:
        """Return the cursor as text, for example `1764000000000-42`."""
        return f"{self.at_ms}-{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Parse what `str(cursor)` returned; raise ValueError if the text is not a cursor."""
        at_ms, _, id_ = text.partition("-")
        return cls(int(at_ms), int(id_))


_COLUMNS: dict[Extract, tuple[ColumnElement[Any], ...]] = {
    Extract.EVENTS: (
        *(events.c.group_id, events.c.kind, events.c.person_id, events.c.source, events.c.late, events.c.own),
        *(events.c.revision, events.c.sealed, events.c.message_type, events.c.length, events.c.people),
    ),
    Extract.CASES: (
        *(cases.c.group_id, cases.c.rule_id, cases.c.clause, cases.c.severity, cases.c.label, cases.c.level),
        *(cases.c.sealed, cases.c.person_id, cases.c.state, cases.c.state_ms, cases.c.count, cases.c.nth, cases.c.late),
    ),
    Extract.FINDINGS: (
        *(findings.c.event_id, findings.c.group_id, findings.c.person_id, findings.c.rule_id, findings.c.clause),
        *(findings.c.severity, findings.c.label, findings.c.level, findings.c.shadow, findings.c.sealed),
        *(findings.c.reason, findings.c.field),
    ),
    Extract.AUDIT: (audit.c.group_id, audit.c.actor_id, audit.c.action, audit.c.subject, audit.c.detail),
}
_AT: dict[Extract, Column[int]] = {
    Extract.EVENTS: events.c.at_ms,
    Extract.CASES: cases.c.opened_ms,
    Extract.FINDINGS: findings.c.at_ms,
    Extract.AUDIT: audit.c.at_ms,
}


def headings(extract: Extract, *, with_text: bool) -> list[str]:
    """Return the column names of an exported row, in order; `with_text` adds the column "text" at the end."""
    named = [str(column.key) for column in _COLUMNS[extract]]
    return ["at", "id", *named, *(["text"] if with_text else [])]


def rows(
    database: Database,
    extract: Extract,
    *,
    start: datetime,
    end: datetime,
    after: Cursor | None,
    limit: int,
    with_text: bool,
) -> Iterator[tuple[Cursor, dict[str, Any]]]:
    """Yield (cursor, row) of at most `limit` rows of the kind `extract` from [start, end), in the order of (time, id).

    With `after`, only rows after that cursor. `with_text` adds the text of message events and the excerpt of findings;
    sealed rows (content not stored, as it may be a state secret) have none.

    Raises:
        WrongKeyError: a text cannot be decrypted.
    """
    at = _AT[extract]
    id_ = at.table.c.id
    wanted: Select[Any] = select(at.label("at_ms"), id_.label("row_id"), *_COLUMNS[extract])
    if with_text and extract is Extract.EVENTS:
        columns = (inbox.c.account, inbox.c.thread_id, inbox.c.key, inbox.c.body, inbox.c.kind.label("element_kind"))
        wanted = wanted.add_columns(*columns).join(inbox, inbox.c.id == events.c.id)
    if with_text and extract is Extract.FINDINGS:
        wanted = wanted.add_columns(findings.c.excerpt)
    wanted = wanted.where(at >= to_ms(start), at < to_ms(end)).order_by(at, id_).limit(limit)
    if after is not None:
        wanted = wanted.where(or_(at > after.at_ms, and_(at == after.at_ms, id_ > after.id)))
    with database.read() as connection:
        for row in connection.execute(wanted):
            values = row._mapping
            given = {"at": from_ms(row.at_ms).isoformat(), "id": row.row_id}
            given |= {str(column.key): values[column] for column in _COLUMNS[extract]}
            for name in [name for name in given if name.endswith("_ms")]:
                given[name] = from_ms(given[name]).isoformat()
            if with_text:
                given["text"] = _text(database, extract, row)
            yield Cursor(row.at_ms, row.row_id), given


def _text(database: Database, extract: Extract, row: Any) -> str:
    if extract is Extract.EVENTS and not row.sealed and row.body is not None:
        if row.element_kind in {ElementKind.MESSAGE.value, ElementKind.NOTICE.value}:
            said = open_message(database.keys, row.account, row.thread_id, row.key, row.body).get("content")
            # Formatted texts and Zalo's own lines come as objects, with the text as title.
            said = said.get("title") if isinstance(said, dict) else said
            return said if isinstance(said, str) else ""
        return ""
    if extract is Extract.FINDINGS and not row.sealed and row.excerpt is not None:
        return database.keys.open_text(row.excerpt, "excerpt", str(row.event_id), row.rule_id)
    return ""
