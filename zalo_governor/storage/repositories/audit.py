"""The audit log: append-only rows chained by keyed hashes; the chain's end (head) is stored in the table `vault`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, literal_column, select, update

from zalo_governor.domain.audit import MOVED, SHOWN, AuditEntry, AuditHead, ChainReport, Move, Opening, PrintedHead
from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import WrongKeyError
from zalo_governor.storage.repositories.audit_chain import ChainCheck, Link
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.rows import fields_of
from zalo_governor.storage.schema import audit, vault
from zalo_governor.storage.security.crypto import Keys, binding

log = structlog.get_logger(__name__)

_HEAD_NAME = "audit.head"
_ADOPTED = "audit.adopted"
_INSERT = insert(audit)
_HEAD = select(vault.c.content).where(vault.c.name == literal_column(f"'{_HEAD_NAME}'"))
_MOVE_HEAD = (
    update(vault)
    .where(vault.c.name == bindparam("b_name"))
    .values(content=bindparam("b_content"), saved_ms=bindparam("b_saved_ms"))
)
_NEWEST = select(audit.c.link).order_by(audit.c.id.desc()).limit(1)
_COUNT = select(func.count()).select_from(audit)
_ROWS_AT_ONCE = 1000


@dataclass(eq=False)
class AuditTrail(Repository):
    """Appends rows to the audit log, each linked to the row before by a keyed hash.

    The chain's head (number of rows, hash of the last row) is read once per transaction and written with the new rows.
    """

    _head: AuditHead | None = None

    def append(
        self,
        action: str,
        *,
        at: datetime,
        actor_id: int | None = None,
        group_id: str,
        subject: str = "",
        detail: dict[str, Any],
    ) -> None:
        """Append one record to the audit log: that `actor_id` (a person; None: the program) did `action` to `subject`.

        `action` is a code such as `case.moved`; `subject` is a code such as `VP12`, or "" for the group itself;
        `detail` holds further codes and figures, never message text.
        """
        self._tx.lock_office()
        if self._head is None:
            self._head = _decrypt_head(self._tx.execute(_HEAD).scalar(), self._tx.keys) or self._adopt_rows(at)
        row = {
            "at_ms": to_ms(at),
            "actor_id": actor_id,
            "group_id": group_id,
            "action": action,
            "subject": subject,
            "detail": orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode(),
        }
        link = self._tx.keys.chain(self._head.link, _content(row))
        self._head = AuditHead(self._head.rows + 1, link)
        self._tx.write_later(_INSERT, {**row, "link": link})
        self._tx.write_last_only(_MOVE_HEAD, self._encrypted_head(self._head, at))

    def head(self) -> AuditHead:
        """Return the end of the hash chain: the number of records and the hash of the last one.

        Reports print it, so that a log replaced later by an older copy can be detected.
        """
        return self._head or _decrypt_head(self._tx.execute(_HEAD).scalar(), self._tx.keys) or AuditHead(0, b"")

    def last_move(self, case: Case, *, by_others: bool = False) -> Move | None:
        """Return the last change of the case's state; None if it was never changed.

        With `by_others`, the last by a person whom the case is not about.
        """
        others = [audit.c.actor_id != case.person_id] if by_others else []
        row = self._tx.execute(
            select(audit)
            .where(audit.c.action == literal_column(f"'{MOVED}'"), audit.c.subject == case.code, *others)
            .order_by(audit.c.id.desc())
            .limit(1)
        ).first()
        return Move(from_ms(row.at_ms), row.actor_id, _detail(row.detail)) if row else None

    def openings(self, case: Case) -> list[Opening]:
        """Return who has viewed the case and how often, the most recent viewer first."""
        last = func.max(audit.c.at_ms)
        rows = self._tx.execute(
            select(audit.c.actor_id, func.count().label("times"), last.label("last_ms"))
            .where(audit.c.action == literal_column(f"'{SHOWN}'"), audit.c.subject == case.code)
            .group_by(audit.c.actor_id)
            .order_by(last.desc())
        )
        return [Opening(row.actor_id, row.times, from_ms(row.last_ms)) for row in rows]

    def _adopt_rows(self, at: datetime) -> AuditHead:
        """Create the missing head (row count, last hash) of the audit log from its rows; record that in a new row.

        The head is missing in the log of an earlier version of the program, or if somebody has deleted it.
        """
        self._head = AuditHead(self._tx.execute(_COUNT).scalar_one(), self._tx.execute(_NEWEST).scalar() or b"")
        sealed = self._encrypted_head(self._head, at)
        self._tx.connection.execute(delete(vault).where(vault.c.name == _HEAD_NAME))
        row = {"name": _HEAD_NAME, "content": sealed["b_content"], "saved_ms": sealed["b_saved_ms"]}
        self._tx.connection.execute(insert(vault), row)
        if found := self._head.rows:
            self.append(_ADOPTED, at=at, actor_id=None, group_id=NO_GROUP, subject="", detail={"rows": found})
        return self._head

    def _encrypted_head(self, head: AuditHead, at: datetime) -> dict[str, Any]:
        content = self._tx.keys.seal(orjson.dumps([head.rows, head.link.hex()]), binding("vault", _HEAD_NAME))
        return {"b_name": _HEAD_NAME, "b_content": content, "b_saved_ms": to_ms(at)}


def as_entry(row: Row[Any]) -> AuditEntry:
    """Convert a row of the table `audit` to an AuditEntry."""
    return AuditEntry.model_validate(fields_of(row) | {"detail": _detail(row.detail)})


def audit_head(connection: Connection, keys: Keys) -> AuditHead | None:
    """Return the stored head (row count, last hash) of the audit log; None if missing or not decryptable."""
    return _decrypt_head(connection.scalar(_HEAD), keys)


class SqlAuditLog:
    """Read-only access to the audit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, *, start: datetime, end: datetime) -> Iterator[AuditEntry]:
        """Yield the entries of the audit log from [start, end), in the order in which they were written."""
        within = select(audit).where(audit.c.at_ms >= to_ms(start), audit.c.at_ms < to_ms(end)).order_by(audit.c.id)
        for row in self._rows(within):
            yield as_entry(row)

    def verify(self, printed: PrintedHead | None = None) -> ChainReport:
        """Verify the audit log's whole hash chain; compare it with the head `printed` in an earlier report, if given.

        The head is the number of rows and the last hash. Other processes may append rows meanwhile.
        """
        with self._database.read() as connection:  # Read first: later rows follow it.
            head = _decrypt_head(connection.scalar(_HEAD), self._database.keys)
        check = ChainCheck(self._database.keys.chain, head, printed)
        adopted = []
        for row in self._rows(select(audit).order_by(audit.c.id)):
            link = Link(row.id, _moment(row.at_ms), _content(row._mapping), row.link)
            check.take(link)
            if row.action == _ADOPTED:
                adopted.append((link.id, link.at))
        return check.report()._replace(adopted=tuple(adopted))

    def _rows(self, statement: Any) -> Iterator[Row[Any]]:
        with self._database.read() as connection:
            yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)


def _decrypt_head(sealed: bytes | None, keys: Keys) -> AuditHead | None:
    """Decrypt the head (row count, last hash) of the audit log; None if missing or not decryptable.

    If it is not decryptable, its row was changed: the key was checked at the program's start.
    """
    if sealed is None:
        return None
    try:
        rows, link = orjson.loads(keys.open(sealed, binding("vault", _HEAD_NAME)))
    except WrongKeyError:
        log.error("audit_head_unreadable")
        return None
    return AuditHead(rows, bytes.fromhex(link))


def _content(row: Any) -> bytes:
    """Return the bytes over which a row's link is computed; the row's id, unknown before the insert, is left out.

    `default=repr` is needed, since a row that was tampered with may hold values of other types.
    """
    names = ("at_ms", "actor_id", "group_id", "action", "subject", "detail")
    return orjson.dumps([row[name] for name in names], default=repr)


def _detail(kept: str) -> dict[str, Any]:
    try:
        return dict(orjson.loads(kept))
    except (ValueError, TypeError):
        return {"unreadable": kept}


def _moment(ms: int) -> datetime | None:
    try:
        return from_ms(ms)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
