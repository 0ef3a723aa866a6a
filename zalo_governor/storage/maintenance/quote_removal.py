"""Words of what somebody wrote, where they stand a second time: in notices, excerpts, notes and remarks."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, case, select, update

from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.case_notes import note_place
from zalo_governor.storage.repositories.feedback import remark_place
from zalo_governor.storage.schema import PENDING, case_notes, cases, findings, manual_cases, outbox, remarks
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT

_AT_ONCE = 500


class _Words(NamedTuple):
    """A column of ciphertext."""

    table: Table
    column: str
    place: Callable[[Any], tuple[str, ...]]
    """Of a row, what its ciphertext is bound to."""
    emptied: bytes | None


_ALL = (
    _Words(remarks, "body", lambda row: remark_place(RemarkKind(row.kind), row.number), NO_LONGER_KEPT),
    _Words(case_notes, "body", lambda row: note_place(row.case_id, row.person_id, row.at_ms), NO_LONGER_KEPT),
    _Words(manual_cases, "words", lambda row: ("manual", str(row.case_id)), NO_LONGER_KEPT),
    _Words(cases, "reason", lambda row: ("case", row.group_id, row.rule_id, str(row.first_event_id)), None),
    _Words(findings, "excerpt", lambda row: ("excerpt", str(row.event_id), row.rule_id), None),
    _Words(findings, "suggestion", lambda row: ("suggestion", str(row.event_id), row.rule_id), None),
    _Words(outbox, "body", lambda row: ("outbox", row.account, row.thread_id), NO_LONGER_KEPT),
    _Words(outbox, "file", lambda row: ("outbox_file", row.account, row.thread_id), None),
)
REFUSED_IF_PENDING: dict[str, ColumnElement[str]] = {
    "state": case((outbox.c.state.in_(PENDING), "refused"), else_=outbox.c.state)
}
"""Of a notice that has lost its words: what went out stays what went out."""


def remove_quotations(database: Database, look: Callable[[RawDict], Seal | None]) -> int:
    """Show all of them to the door, and keep nothing of what it does not let in; gives how many were removed.

    Raises:
        WrongKeyError: one does not open.
    """
    return sum(_removed(database, words, look) for words in _ALL)


def _removed(database: Database, words: _Words, look: Callable[[RawDict], Seal | None]) -> int:
    key = list(words.table.primary_key.columns)
    gone = [tuple(row._mapping[column] for column in key) for row in _unfit(database, words, look)]
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


def _unfit(database: Database, words: _Words, look: Callable[[RawDict], Seal | None]) -> Iterator[Any]:
    wanted = select(words.table).where(words.table.c[words.column].is_not(None))
    with database.read() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(wanted):
            text = database.keys.open_text(getattr(row, words.column), *words.place(row))
            if text and look({"content": text}) is not None:
                yield row
