"""A database put back from a backup: what was sealed since is sealed again, and nothing old goes out as new."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, select, update

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.domain.jobs import JobOutcome
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.dump import leave_numbers_out
from zalo_governor.storage.maintenance.quote_removal import REFUSED_IF_PENDING
from zalo_governor.storage.repositories.bodies import open_message
from zalo_governor.storage.schema import (
    PENDING,
    case_events,
    cases,
    erasures,
    events,
    findings,
    inbox,
    jobs,
    outbox,
    persons,
)
from zalo_governor.storage.security.crypto import NO_LONGER_KEPT

_AT_ONCE = 500
_NUMBERS_LEFT_OUT = 100
_TIME_TO_LOOK = timedelta(hours=1)
"""So long the desk has before the leader is told of a case that it may have answered after the backup."""
SEAL_COLUMNS = ("seal_rule", "seal_label", "seal_level", "seal_size", "seal_mac", "seal_clause", "seal_quoted")


class Gone(NamedTuple):
    """What a later state of the same database no longer has."""

    sealed: dict[int, tuple[Any, ...]]
    """Inbox entry -> its values of SEAL_COLUMNS."""
    erased: dict[int, tuple[int, str]]
    """Person -> (when, by which order)."""


def gone_in(database: Database) -> Gone:
    """What a later database, still at hand, shows to be gone."""
    columns = [inbox.c[name] for name in SEAL_COLUMNS]
    with database.read() as connection:
        sealed = {row[0]: tuple(row[1:]) for row in connection.execute(_sealed_entries(columns))}
        erased = {row.person_id: (row.at_ms, row.by_order) for row in connection.execute(select(erasures))}
    return Gone(sealed, erased)


def seal_again(connection: Connection, sealed: Mapping[int, Sequence[Any]]) -> int:
    """Take away what is kept of these entries, wherever it stands; gives how many of them had anything."""
    done = 0
    ids = list(sealed)
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        held = connection.scalars(select(inbox.c.id).where(inbox.c.id.in_(part), inbox.c.body.is_not(None))).all()
        for id_ in held:
            values = dict(zip(SEAL_COLUMNS, sealed[id_], strict=True))
            connection.execute(update(inbox).where(inbox.c.id == id_).values(body=None, **values))
        bare = {"sealed": True, "field": None, "spans": None, "excerpt": None, "suggestion": None}
        connection.execute(update(findings).where(findings.c.event_id.in_(held)).values(bare))
        connection.execute(update(events).where(events.c.id.in_(held)).values(sealed=True, length=0))
        under = select(case_events.c.case_id).where(case_events.c.event_id.in_(held))
        connection.execute(update(cases).where(cases.c.id.in_(under)).values(sealed=True, reason=None))
        # Notices of a case quote it.
        connection.execute(
            update(outbox)
            .where(outbox.c.case_id.in_(under))
            .values(body=NO_LONGER_KEPT, file=None, **REFUSED_IF_PENDING)
        )
        done += len(held)
    return done


def seal_what_is_found(
    database: Database, look: Callable[[RawDict], Seal | None], progress: Callable[[int], None]
) -> int:
    """Show every body that is kept to the door as it stands today, and seal what it does not let in; how many.

    Raises:
        WrongKeyError: a body does not open.
    """
    found: dict[int, tuple[Any, ...]] = {}
    with database.read() as connection:
        for row in _bodies(connection):
            seal = look(open_message(database.keys, row.account, row.thread_id, row.key, row.body))
            if seal is not None:
                found[row.id] = tuple(seal)
            progress(1)
    with database.write() as connection:
        done = seal_again(connection, found)
        database.erase_traces()
    return done


def look_ahead(connection: Connection, now: datetime) -> None:
    """The world went on after the backup: nothing of that time is repeated unmarked, done unasked, or counted twice."""
    now_ms = to_ms(now)
    # It may have gone out after the backup.
    connection.execute(update(outbox).where(outbox.c.state.in_([*PENDING, "sending"])).values(repeated=True))
    later = to_ms(now + _TIME_TO_LOOK)
    for due in (cases.c.due_ms, cases.c.desk_due_ms):
        connection.execute(update(cases).where(due < later).values({due: later}))
    # Somebody may have taken an order back after the backup; who still wants it gives it again.
    settled = {"due_ms": None, "leased_until_ms": None, "task": None, "outcome": JobOutcome.UNKNOWN.value}
    connection.execute(update(jobs).where(jobs.c.due_ms.is_not(None)).values(settled))
    # People may have been told numbers that the backup does not know.
    leave_numbers_out(connection, cases, _NUMBERS_LEFT_OUT)
    leave_numbers_out(connection, persons, _NUMBERS_LEFT_OUT)
    # A clock that stood ahead when the backup was made must not hold messages back.
    connection.execute(
        update(outbox)
        .where(outbox.c.state.in_(PENDING))
        .values(not_before_ms=case((outbox.c.not_before_ms > later, now_ms), else_=outbox.c.not_before_ms))
    )


def _sealed_entries(columns: Sequence[Any]) -> Any:
    return select(inbox.c.id, *columns).where(inbox.c.seal_rule.is_not(None))


def _bodies(connection: Connection) -> Iterator[Any]:
    wanted = select(inbox.c.id, inbox.c.account, inbox.c.thread_id, inbox.c.key, inbox.c.body).where(
        inbox.c.body.is_not(None)
    )
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(wanted)
