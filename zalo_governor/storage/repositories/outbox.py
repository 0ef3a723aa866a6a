"""The outbox: durable queue of messages to send.

States: waiting -> sending -> sent | refused | waiting again | uncertain -> sending (repeated) -> …. A text too long for
one message is one row: after each part that was sent it waits again, until the last has been sent. A message not sent
when its time ends (`domain.delivery`) becomes expired, or unconfirmed if it may have arrived; superseded if its case
was answered meanwhile. An echo of the message, its copy received back from Zalo, changes any state to sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Row, Update, bindparam, case, func, select, update

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.delivery import UndeliveredCounts
from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.notices import Notice, Outgoing, OutgoingState, Purpose, Reception
from zalo_governor.domain.people import Reach
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.identity import living
from zalo_governor.storage.repositories.rows import fields_of
from zalo_governor.storage.repositories.undelivered import IS_PENDING, undelivered_counts
from zalo_governor.storage.schema import URGENT_PRIORITY, cases, outbox, persons

log = structlog.get_logger(__name__)

_CLIENT_ID_LOCK = 7_303


def _in(*states: OutgoingState) -> ColumnElement[bool]:
    return outbox.c.state.in_([state.value for state in states])


_MAYBE_SENT = _in(OutgoingState.UNCERTAIN, OutgoingState.SENT, OutgoingState.UNCONFIRMED)
_NEXT_PART = {
    "state": OutgoingState.WAITING.value,
    "part": outbox.c.part + 1,
    "part_start": outbox.c.part_end,
    "part_end": None,
    "attempts": 0,
    "repeated": False,
    "not_before_ms": 0,
    "code": None,
    "done_ms": None,
}
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


class Outbox:
    """The outbox (messages that the bot sends): the durable queue.

    With `account`, only that bot account's messages are claimed and counted; without it, all.
    """

    def __init__(self, database: Database, account: str | None = None) -> None:
        self._database = database
        self._mine = [] if account is None else [outbox.c.account == account]

    def claim(self, *, now: datetime, limit: int, files: bool = False) -> list[Outgoing]:
        """Durably mark up to `limit` due messages as being sent and return them, most urgent first.

        With `files`, only messages with an attached file are claimed, otherwise only those without. A message that was
        already tried and whose time for retries is over is given up instead of returned.
        """
        due = [
            IS_PENDING,
            *self._mine,
            _has_file(files=files),
            (outbox.c.not_before_ms <= to_ms(now)) | _tried_in_future(now),
        ]
        with self._database.read() as connection:
            if connection.execute(select(outbox.c.id).where(*due).limit(1)).first() is None:
                return []
        # Those tried least often first, so that what Zalo keeps refusing does not hold up the others.
        order = (outbox.c.priority, outbox.c.attempts, outbox.c.id)
        most_urgent = select(outbox).where(*due).order_by(*order).limit(limit)
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
            if marks:  # Another worker may have claimed all of them since the check.
                connection.execute(_CLAIMED, marks)
        return claimed

    def cut(self, outgoing: Outgoing) -> None:
        """Record, before sending, where the part of a long text ends that `outgoing` carries (`Outgoing.end`)."""
        self._update(outgoing, {"part_end": outgoing.end})

    def sent(self, outgoing: Outgoing, reception: Reception, at: datetime) -> None:
        """Record that Zalo accepted the message, with the message id from Zalo's answer (`reception`).

        If it carried a part of a long text, the rest waits to be sent next, as a message with another clientId.
        Without an id in the answer, delivery is proved only by the echo, the message's copy received back from Zalo.
        """
        with self._database.write() as connection:
            reached = self._confirm(connection, outbox.c.id == outgoing.id, reception.msg_id, at)
        self._note_reach(reached, Reach.REACHED)

    def refused(self, outgoing: Outgoing, code: int, at: datetime, *, addressee_refuses: bool) -> None:
        """Record that Zalo refused the message with an error code and would refuse it again: it is not retried.

        `addressee_refuses`: the code means that the addressee accepts no messages from the bot account.
        """
        values = {"state": OutgoingState.REFUSED.value, "code": code, "done_ms": to_ms(at)}
        addressee = None if outgoing.notice.is_group else outgoing.notice.person_id
        refused = None
        with self._database.write() as connection:
            connection.execute(_being_sent(outgoing).values(values))
            if addressee_refuses and addressee is not None:
                refused = self._save_reach(connection, addressee, Reach.REFUSED, code)
        self._note_reach(refused, Reach.REFUSED)

    def deferred(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Make a message wait until `until`, after a send that failed and certainly did not reach anybody.

        `code` is Zalo's error code or the HTTP status; None if there was none.
        """
        self._update(outgoing, {"state": OutgoingState.WAITING.value, "not_before_ms": to_ms(until), "code": code})

    def postponed(self, outgoing: Outgoing, until: datetime) -> None:
        """Return a claimed message to the queue without having tried to send it; it is claimed again after `until`.

        Its state becomes uncertain if an earlier try may have arrived, else waiting.
        """
        state = OutgoingState.UNCERTAIN if outgoing.repeated else OutgoingState.WAITING
        left = outbox.c.attempts - 1
        self._update(outgoing, {"state": state.value, "not_before_ms": to_ms(until), "attempts": left})

    def uncertain(self, outgoing: Outgoing, until: datetime, code: int | None) -> None:
        """Record that it is unknown whether the message was sent. `code`: HTTP status of the answer, None if none came.

        Until `until`, the store waits for the message's echo (the copy that Zalo sends back over the socket). If none
        comes, the message may be sent once more, with "(gửi lại)" (sent again) added to its text.
        """
        self._update(outgoing, _maybe_arrived(until) | {"code": code})

    def hasten(self) -> None:
        """Make all messages that were deferred after a failed try due now, since Zalo answers again."""
        put_off = update(outbox).where(
            outbox.c.state == OutgoingState.WAITING.value,
            *self._mine,
            outbox.c.attempts > 0,
            outbox.c.not_before_ms > 0,
        )
        with self._database.write() as connection:
            connection.execute(put_off.values(not_before_ms=0))

    def confirm(self, echoes: Sequence[tuple[int, str]], at: datetime) -> None:
        """Mark messages of the bot as sent, since their echoes (the copies that Zalo sends back) were received.

        Each echo is (client id that the bot gave to the message, msgId that Zalo gave to it).
        """
        if not echoes:
            return
        ours = select(outbox.c.client_id).where(*self._mine, outbox.c.client_id.in_([echo[0] for echo in echoes]))
        with self._database.read() as connection:
            known = set(connection.scalars(ours))
        if not known:
            return
        with self._database.write() as connection:
            reached = [
                self._confirm(connection, outbox.c.client_id == client_id, msg_id, at)
                for client_id, msg_id in echoes
                if client_id in known
            ]
        for person_id in reached:
            self._note_reach(person_id, Reach.REACHED)

    def reclaim(self, until: datetime, *, files: bool = False) -> int:
        """Mark as uncertain the messages that an earlier process was sending when it ended; return how many.

        They stay so until `until`, in case an echo confirms them. Called once at the start, before `claim`. With
        `files`, only messages with an attached file are marked, otherwise only those without.
        """
        dying = update(outbox).where(_in(OutgoingState.SENDING), *self._mine, _has_file(files=files))
        with self._database.write() as connection:
            return connection.execute(dying.values(_maybe_arrived(until))).rowcount

    def next_due(self, now: datetime, *, files: bool = False) -> datetime | None:
        """Return when `claim` will next have a message to return (`now` if at once); None if no message waits."""
        at_ms = case((_tried_in_future(now), to_ms(now)), else_=outbox.c.not_before_ms)
        earliest = select(func.min(at_ms)).where(IS_PENDING, *self._mine, _has_file(files=files))
        with self._database.read() as connection:
            due_ms = connection.scalar(earliest)
        return None if due_ms is None else max(now, from_ms(due_ms))

    def counts(self, now: datetime) -> UndeliveredCounts:
        """Return the counts of messages waiting and given up (see `undelivered_counts`)."""
        with self._database.read() as connection:
            return undelivered_counts(connection, self._mine, now)

    def sent_private_since(self, account: str, since: datetime) -> int:
        """Return how many private messages the account has sent, or may have sent, since a time."""
        sends = (
            select(func.coalesce(func.sum(outbox.c.part), 0))
            .select_from(outbox)
            .where(
                outbox.c.account == account,
                outbox.c.attempted_ms >= to_ms(since),
                outbox.c.is_group.is_(False),
                _MAYBE_SENT,
            )
        )
        with self._database.read() as connection:
            return int(connection.execute(sends).scalar_one())

    def _update(self, outgoing: Outgoing, values: Mapping[str, Any]) -> None:
        with self._database.write() as connection:
            connection.execute(_being_sent(outgoing).values(values))

    def _still_wanted(self, connection: Connection, rows: Iterable[Row[Any]], now: datetime) -> list[Row[Any]]:
        """Return those of the messages that are still to be sent; mark the others as given up.

        Given up is a message that was tried before, if it has expired or its case was answered meanwhile.
        """
        wanted, ended = [], []
        for row in rows:
            if row.attempts and row.expires_ms <= to_ms(now):
                maybe = row.repeated or row.state == OutgoingState.UNCERTAIN.value
                ended.append((row, OutgoingState.UNCONFIRMED if maybe else OutgoingState.EXPIRED))
            elif row.attempts and _is_pointless_once_answered(row) and self._answered(connection, row.case_id):
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

    def _confirm(self, connection: Connection, which: ColumnElement[bool], msg_id: str, at: datetime) -> int | None:
        """Mark the message that `which` selects as sent; if it is private, mark its addressee as reachable.

        If it carried a part of a long text, the rest waits to be sent. Returns the id of the addressee if the stored
        reachability changed, else None.
        """
        certain = _in(OutgoingState.SENT) & (outbox.c.msg_id != "")
        # Without a try since the last part was sent, the clientId is that of a message that was confirmed already.
        confirmed = update(outbox).where(which, ~certain, outbox.c.attempts > 0)
        told = (outbox.c.person_id, outbox.c.is_group)
        more = confirmed.where(outbox.c.part_end.is_not(None)).values(_NEXT_PART).returning(*told)
        last = confirmed.where(outbox.c.part_end.is_(None)).values(
            state=OutgoingState.SENT.value, msg_id=storable(msg_id), done_ms=to_ms(at), code=None
        )
        row = connection.execute(more).first() or connection.execute(last.returning(*told)).first()
        if row is None or row.is_group or row.person_id is None or not msg_id:
            return None
        return self._save_reach(connection, row.person_id, Reach.REACHED, None)

    def _save_reach(self, connection: Connection, person_id: int, reach: Reach, code: int | None) -> int | None:
        """Store whether messages reach the person; return the person's id if that changed, else None."""
        changed = (
            update(persons)
            .where(persons.c.id == living(connection, person_id), persons.c.reach != reach.value)
            .values(reach=reach.value, reach_code=code)
        )
        found: int | None = connection.scalar(changed.returning(persons.c.id))
        return found

    def _note_reach(self, person_id: int | None, reach: Reach) -> None:
        if person_id is not None:
            self._database.persons.note_reach(person_id, reach)

    def _outgoing(self, row: Row[Any], new_client_id: int) -> Outgoing:
        """Convert a row of the outbox to a message for sending; a message tried before keeps its clientId.

        So an echo (the message received back from Zalo) of any try confirms the message.
        """
        open_text, to = self._database.keys.open_text, (row.account, row.thread_id)
        file = None if row.file is None else open_text(row.file, "outbox_file", *to)
        return Outgoing(
            id=row.id,
            client_id=row.client_id if row.client_id and row.attempts else new_client_id,
            attempts=row.attempts + 1,
            repeated=row.repeated or row.state == OutgoingState.UNCERTAIN,
            last_code=row.code,
            part=row.part,
            start=row.part_start,
            end=row.part_end,
            notice=Notice.model_validate(
                fields_of(row)
                | {
                    "text": open_text(row.body, "outbox", *to),
                    "file": None if file is None else ReportFile.model_validate_json(file),
                    "urgent": row.priority == URGENT_PRIORITY,
                    "not_before": from_ms(row.not_before_ms) if row.not_before_ms else None,
                }
            ),
        )


def _is_pointless_once_answered(row: Row[Any]) -> bool:
    """Return whether the message need not be sent once an admin or the member has answered its case."""
    return bool(row.priority == URGENT_PRIORITY or row.purpose == Purpose.MEMBER_REQUEST.value)


def _has_file(*, files: bool) -> ColumnElement[bool]:
    return outbox.c.file.is_not(None) if files else outbox.c.file.is_(None)


def _tried_in_future(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition: the last try has a time after `now`, since the computer's clock was set back.

    Such a message is due at once, as its `not_before_ms` (earliest time of the next try) is wrong too.
    """
    return outbox.c.attempted_ms > to_ms(now)


def _maybe_arrived(until: datetime) -> dict[str, Any]:
    return {"state": OutgoingState.UNCERTAIN.value, "not_before_ms": to_ms(until)}


def _being_sent(outgoing: Outgoing) -> Update:
    """Return an UPDATE of the message's row that has no effect unless the message is still in the state "sending".

    An echo (the message received back from Zalo) may have changed the state meanwhile.
    """
    return update(outbox).where(outbox.c.id == outgoing.id, _in(OutgoingState.SENDING))
