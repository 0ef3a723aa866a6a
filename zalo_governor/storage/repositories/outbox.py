"""The durable queue of messages to send.

waiting -> sending -> sent | refused | waiting again | uncertain -> sending (repeated) -> …; whoever is still in it when
its time has ended (`domain.delivery`) becomes expired, or unconfirmed where it may have arrived; superseded where its
case was answered meanwhile. An echo of the message makes it sent from wherever it stands.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Row, Update, bindparam, case, func, literal_column, select, update

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.delivery import UndeliveredCounts
from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.notices import Notice, Outgoing, OutgoingState, Purpose, Reception
from zalo_governor.domain.people import Reach
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import living
from zalo_governor.storage.repositories.undelivered import undelivered_counts
from zalo_governor.storage.schema import PENDING, URGENT_PRIORITY, cases, outbox, persons

log = structlog.get_logger(__name__)

_CLIENT_ID_LOCK = 7_303


def _in(*states: OutgoingState) -> ColumnElement[bool]:
    return outbox.c.state.in_([state.value for state in states])


# As the index of the few that are to be sent says it, or the many that were sent would be looked through.
_PENDING = outbox.c.state.in_([literal_column(f"'{state}'") for state in PENDING])
_MAYBE_SENT = _in(OutgoingState.UNCERTAIN, OutgoingState.SENT, OutgoingState.UNCONFIRMED)
_MAYBE_ARRIVED = {"state": OutgoingState.UNCERTAIN.value, "not_before_ms": bindparam("b_until_ms")}
_ANSWERED = cases.c.state.not_in([state.value for state in CaseState if state.open])
_CLAIMED = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(
        state=OutgoingState.SENDING.value,
        client_id=bindparam("b_client_id"),
        attempts=outbox.c.attempts + 1,
        attempted_ms=bindparam("b_now_ms"),
        repeated=bindparam("b_repeated"),
    )
)


class SqlOutbox:
    """pipeline.ports.OutboxStore over the database.

    With `account`, only that bot account's messages are given out and counted; without it, all are.
    """

    def __init__(self, database: Database, account: str | None = None) -> None:
        self._database = database
        self._mine = [] if account is None else [outbox.c.account == account]

    def claim(self, *, now: datetime, limit: int, files: bool = False) -> list[Outgoing]:
        """Mark up to `limit` due messages, all with a file or all without one, as being sent, durably, most urgent
        first, and give them."""
        due = [_PENDING, *self._mine, _carries(files=files), (outbox.c.not_before_ms <= to_ms(now)) | _set_back(now)]
        with self._database.read() as connection:
            if connection.execute(select(outbox.c.id).where(*due).limit(1)).first() is None:
                return []
        most_urgent = select(outbox).where(*due).order_by(outbox.c.priority, outbox.c.id).limit(limit)
        with self._database.write() as connection:
            due_rows = connection.execute(most_urgent.with_for_update(skip_locked=True)).all()
            rows = self._still_wanted(connection, due_rows, now)
            next_client_id = self._next_client_id(connection, now)
            claimed = [self._outgoing(row, next_client_id + place) for place, row in enumerate(rows)]
            marks = [
                {
                    "b_id": outgoing.id,
                    "b_client_id": outgoing.client_id,
                    "b_now_ms": to_ms(now),
                    "b_repeated": outgoing.repeated,
                }
                for outgoing in claimed
            ]
            if marks:  # Another worker may have taken all of them since the look.
                connection.execute(_CLAIMED, marks)
        return claimed

    def sent(self, outgoing: Outgoing, reception: Reception, at: datetime) -> None:
        """Zalo took it. Without a msgId its answer proves nothing about the addressee; the echo will."""
        with self._database.write() as connection:
            changed = self._confirm(connection, outbox.c.id == outgoing.id, reception.msg_id, at)
        if changed:
            self._database.persons.forget()

    def refused(self, outgoing: Outgoing, code: int, at: datetime, *, addressee_refuses: bool) -> None:
        """Zalo refused it for good; `addressee_refuses` tells that the addressee cannot be reached."""
        values = {"state": OutgoingState.REFUSED.value, "code": code, "done_ms": to_ms(at)}
        addressee = None if outgoing.notice.is_group else outgoing.notice.person_id
        changed = False
        with self._database.write() as connection:
            connection.execute(_being_sent(outgoing).values(values))
            if addressee_refuses and addressee is not None:
                changed = self._reach(connection, addressee, Reach.REFUSED, code)
        if changed:
            self._database.persons.forget()

    def deferred(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Zalo certainly did not take it: back to waiting until then."""
        values = {"state": OutgoingState.WAITING.value, "not_before_ms": to_ms(until), "code": code}
        with self._database.write() as connection:
            connection.execute(_being_sent(outgoing).values(values))

    def postponed(self, outgoing: Outgoing, until: datetime) -> None:
        """It was not tried at all: back to waiting until then, or to doubt where it may have arrived before."""
        state = OutgoingState.UNCERTAIN if outgoing.repeated else OutgoingState.WAITING
        values = {"state": state.value, "not_before_ms": to_ms(until), "attempts": outbox.c.attempts - 1}
        with self._database.write() as connection:
            connection.execute(_being_sent(outgoing).values(values))

    def uncertain(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Nobody knows: wait for the echo until then, after that it may be sent once more, marked as repeated."""
        with self._database.write() as connection:
            connection.execute(
                _being_sent(outgoing).values(_MAYBE_ARRIVED | {"code": code}), {"b_until_ms": to_ms(until)}
            )

    def hasten(self) -> None:
        """Zalo answers again: what was put off after a vain try is due now."""
        put_off = update(outbox).where(
            outbox.c.state == OutgoingState.WAITING.value,
            *self._mine,
            outbox.c.attempts > 0,
            outbox.c.not_before_ms > 0,
        )
        with self._database.write() as connection:
            connection.execute(put_off.values(not_before_ms=0))

    def confirm(self, echoes: Sequence[tuple[int, str]], at: datetime) -> None:
        """Echoes (clientId, msgId) of our own messages came back: those sends are certain."""
        if not echoes:
            return
        ours = select(outbox.c.client_id).where(*self._mine, outbox.c.client_id.in_([echo[0] for echo in echoes]))
        with self._database.read() as connection:
            known = set(connection.scalars(ours))
        if not known:
            return
        with self._database.write() as connection:
            changes = [
                self._confirm(connection, outbox.c.client_id == client_id, msg_id, at)
                for client_id, msg_id in echoes
                if client_id in known
            ]
        if any(changes):
            self._database.persons.forget()

    def reclaim(self, until: datetime, *, files: bool = False) -> int:
        """At start: what was being sent when the process died becomes uncertain until then; gives how many."""
        dying = (
            update(outbox).where(_in(OutgoingState.SENDING), *self._mine, _carries(files=files)).values(_MAYBE_ARRIVED)
        )
        with self._database.write() as connection:
            return connection.execute(dying, {"b_until_ms": to_ms(until)}).rowcount

    def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
        """When `claim` will next have something to give: `now` if it has already, None if nothing waits."""
        at_ms = case((_set_back(now), to_ms(now)), else_=outbox.c.not_before_ms)
        earliest = select(func.min(at_ms)).where(_PENDING, *self._mine, _carries(files=files))
        with self._database.read() as connection:
            due_ms = connection.scalar(earliest)
        return None if due_ms is None else max(now, from_ms(due_ms))

    def counts(self, now: datetime) -> UndeliveredCounts:
        """See `undelivered_counts`."""
        with self._database.read() as connection:
            return undelivered_counts(connection, self._mine, now)

    def sent_private_since(self, account: str, since: datetime) -> int:
        """How many private messages went out, or may have gone out, since then; those just claimed do not count yet."""
        sends = (
            select(func.count())
            .select_from(outbox)
            .where(
                outbox.c.account == account,
                outbox.c.attempted_ms >= to_ms(since),
                outbox.c.is_group.is_(False),
                _MAYBE_SENT,
            )
        )
        with self._database.read() as connection:
            return connection.execute(sends).scalar_one()

    def _still_wanted(self, connection: Connection, rows: Iterable[Row[Any]], now: datetime) -> list[Row[Any]]:
        """Those of which a further try makes sense; the others are given up here. Everything is tried once."""
        wanted, ended = [], []
        for row in rows:
            if row.attempts and row.expires_ms <= to_ms(now):
                maybe = row.repeated or row.state == OutgoingState.UNCERTAIN.value
                ended.append((row, OutgoingState.UNCONFIRMED if maybe else OutgoingState.EXPIRED))
            elif row.attempts and _is_about_its_case(row) and self._answered(connection, row.case_id):
                ended.append((row, OutgoingState.SUPERSEDED))
            else:
                wanted.append(row)
        for row, state in ended:
            given_up = update(outbox).where(outbox.c.id == row.id).values(state=state.value, done_ms=to_ms(now))
            connection.execute(given_up)
            log.warning(
                "notice_given_up", outgoing=row.id, purpose=row.purpose, state=state.value, attempts=row.attempts
            )
        return wanted

    def _answered(self, connection: Connection, case_id: int | None) -> bool:
        return case_id is not None and bool(
            connection.scalar(select(cases.c.id).where(cases.c.id == case_id, _ANSWERED))
        )

    def _next_client_id(self, connection: Connection, now: datetime) -> int:
        self._database.lock(connection, _CLIENT_ID_LOCK)
        newest = connection.scalar(select(func.max(outbox.c.client_id))) or 0
        return max(newest + 1, to_ms(now))

    def _confirm(self, connection: Connection, which: ColumnElement[bool], msg_id: str, at: datetime) -> bool:
        """Gives whether somebody's reach changed by it."""
        certain = _in(OutgoingState.SENT) & (outbox.c.msg_id != "")
        confirmed = (
            update(outbox)
            .where(which, ~certain)
            .values(state=OutgoingState.SENT.value, msg_id=storable(msg_id), done_ms=to_ms(at), code=None)
            .returning(outbox.c.person_id, outbox.c.is_group)
        )
        row = connection.execute(confirmed).first()
        if row is None or row.is_group or row.person_id is None or not msg_id:
            return False
        return self._reach(connection, row.person_id, Reach.REACHED, None)

    def _reach(self, connection: Connection, person_id: int, reach: Reach, code: int | None) -> bool:
        changed = connection.execute(
            update(persons)
            .where(persons.c.id == living(connection, person_id), persons.c.reach != reach.value)
            .values(reach=reach.value, reach_code=code)
        )
        return bool(changed.rowcount)

    def _outgoing(self, row: Row[Any], new_client_id: int) -> Outgoing:
        """A message that is tried again keeps its clientId, so that an echo of any try confirms it."""
        return Outgoing(
            id=row.id,
            client_id=new_client_id if row.client_id is None else row.client_id,
            attempts=row.attempts + 1,
            repeated=row.repeated or row.state == OutgoingState.UNCERTAIN,
            notice=Notice(
                account=row.account,
                thread_id=row.thread_id,
                is_group=row.is_group,
                person_id=row.person_id,
                text=self._database.keys.open_text(row.body, "outbox", row.account, row.thread_id),
                file=self._file(row),
                purpose=Purpose(row.purpose),
                urgent=row.priority == URGENT_PRIORITY,
                case_id=row.case_id,
                group_id=row.group_id,
                created_at=from_ms(row.created_ms),
                not_before=from_ms(row.not_before_ms) if row.not_before_ms else None,
            ),
        )

    def _file(self, row: Row[Any]) -> ReportFile | None:
        if row.file is None:
            return None
        opened = self._database.keys.open_text(row.file, "outbox_file", row.account, row.thread_id)
        return ReportFile.model_validate_json(opened)


def _is_about_its_case(row: Row[Any]) -> bool:
    """Whether nobody needs it once the case is answered."""
    return bool(row.priority == URGENT_PRIORITY or row.purpose == Purpose.MEMBER_REQUEST.value)


def _carries(*, files: bool) -> ColumnElement[bool]:
    return outbox.c.file.is_not(None) if files else outbox.c.file.is_(None)


def _set_back(now: datetime) -> ColumnElement[bool]:
    """Tried at a time yet to come: the clock was set back since, and what it is to wait for is no time any more."""
    return outbox.c.attempted_ms > to_ms(now)


def _being_sent(outgoing: Outgoing) -> Update:
    """The row, unless an echo has settled it in the meantime."""
    return update(outbox).where(outbox.c.id == outgoing.id, _in(OutgoingState.SENDING))
