"""Adjusts a database restored from a backup to what has happened since the backup.

Content that was sealed since (not to be stored, as it may be a state secret) is removed again; messages that may have
been sent since are marked.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, delete, insert, or_, select, update

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.domain.jobs import DATED_KINDS, JobKind, JobOutcome
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.maintenance.dump import leave_numbers_out
from zalo_governor.storage.repositories.bodies import open_message
from zalo_governor.storage.repositories.claims import RESTORED, SKIPPED_NUMBERS
from zalo_governor.storage.repositories.sealing import SEAL_COLUMNS, seal_stored
from zalo_governor.storage.schema import (
    PENDING,
    cases,
    directives,
    erasures,
    inbox,
    job_runs,
    jobs,
    outbox,
    persons,
)

_ROWS_AT_ONCE = 500
_FOLLOW_UPS = [kind.value for kind in (*DATED_KINDS, JobKind.ASK_ABOUT_DIRECTIVES)]
_GO_ON = [*_FOLLOW_UPS, JobKind.SCAN_ATTACHMENT.value]
"""Kinds of queued jobs that stay queued after a restore, since nobody can order them again."""
_REVIEW_TIME = timedelta(hours=1)
"""Time after a restore in which no notice about a case is sent, as admins may have acted on it since the backup."""


class Gone(NamedTuple):
    """What a restore must remove again: what was sealed or erased in the newer database after the backup was made.

    Sealed: the content was removed, as it may be a state secret. Erased: all data of the person was removed by order.
    """

    sealed: dict[int, tuple[Any, ...]]
    """Id of a sealed inbox entry -> its values of SEAL_COLUMNS."""
    erased: dict[int, tuple[int, str]]
    """Id of an erased person -> (time of the erasure in ms, number of the document that ordered it)."""


def gone_in(database: Database) -> Gone:
    """Return which entries are sealed and which persons erased in `database`, which a restore is to replace."""
    columns = [inbox.c[name] for name in SEAL_COLUMNS]
    with database.read() as connection:
        of_sealed = select(inbox.c.id, *columns).where(inbox.c.seal_rule.is_not(None))
        sealed = {row[0]: tuple(row[1:]) for row in connection.execute(of_sealed)}
        erased = {row.person_id: (row.at_ms, row.by_order) for row in connection.execute(select(erasures))}
    return Gone(sealed, erased)


def seal_what_is_found(
    database: Database, look: Callable[[RawDict], Seal | None], progress: Callable[[int], None]
) -> int:
    """Check all stored message contents for state secrets, and seal (remove) those found; return how many were sealed.

    `look` is the check for state secrets: it returns a Seal if the content must not be stored, else None. `progress` is
    called with 1 after each content checked.

    Raises:
        WrongKeyError: a content cannot be decrypted.
    """
    found: dict[int, tuple[Any, ...]] = {}
    columns = (inbox.c.id, inbox.c.account, inbox.c.thread_id, inbox.c.key, inbox.c.body)
    with database.read() as connection:
        wanted = select(*columns).where(inbox.c.body.is_not(None)).execution_options(yield_per=_ROWS_AT_ONCE)
        for row in connection.execute(wanted):
            seal = look(open_message(database.keys, row.account, row.thread_id, row.key, row.body))
            if seal is not None:
                found[row.id] = tuple(seal)
            progress(1)
    with database.write() as connection:
        done = seal_stored(connection, database.keys, found)
        database.erase_traces()
    return done


def look_ahead(connection: Connection, now: datetime) -> None:
    """Adjust a restored database to what may have happened between the backup and `now`.

    Marks unsent messages as possibly sent. Waits at least an hour until admins or leader are notified of a case. Closes
    queued jobs, except scans of attachments and future jobs about directives. Counts scheduled reports and digests due
    by `now` as sent. Skips numbers of cases, people and directives that may have been given since the backup.
    """
    now_ms = to_ms(now)
    connection.execute(delete(job_runs).where(job_runs.c.job == RESTORED))
    connection.execute(insert(job_runs).values(job=RESTORED, due_ms=now_ms))
    # The message may have been sent after the backup.
    connection.execute(update(outbox).where(outbox.c.state.in_([*PENDING, "sending"])).values(repeated=True))
    later = to_ms(now + _REVIEW_TIME)
    for due in (cases.c.due_ms, cases.c.desk_due_ms):
        connection.execute(update(cases).where(due < later).values({due: later}))
    # A job may have been cancelled after the backup; people who still want it order it again.
    settled = {"due_ms": None, "leased_until_ms": None, "task": None, "outcome": JobOutcome.UNKNOWN.value}
    # Jobs about directives stay queued, except those due by now, which may have been done.
    overdue = and_(jobs.c.kind.in_(_FOLLOW_UPS), jobs.c.due_ms <= now_ms)
    ordered = or_(jobs.c.kind.not_in(_GO_ON), overdue)
    connection.execute(update(jobs).where(jobs.c.due_ms.is_not(None), ordered).values(settled))
    # The worker that was scanning is gone. A file that Zalo no longer serves is reported as such.
    scans = (jobs.c.kind == JobKind.SCAN_ATTACHMENT.value, jobs.c.due_ms.is_not(None))
    connection.execute(update(jobs).where(*scans).values(leased_until_ms=None, attempts=0))
    # People may have been told case numbers that the backup does not contain.
    for table in (cases, persons, directives):
        leave_numbers_out(connection, table, SKIPPED_NUMBERS)
    # A clock that was ahead when the backup was made must not delay messages.
    connection.execute(
        update(outbox)
        .where(outbox.c.state.in_(PENDING))
        .values(not_before_ms=case((outbox.c.not_before_ms > later, now_ms), else_=outbox.c.not_before_ms))
    )
