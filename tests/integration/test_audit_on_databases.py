"""The audit log on both databases: only appended to, one chain for all who write, and no change of it unseen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.unit.storage.stored import BOT, GROUP, MASTER, OTHER, START, HandClock
from zalo_governor.domain.audit import Fault, FaultKind, PrintedHead
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.schema import audit, vault
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

HEAD = "audit.head"


@pytest.fixture
def units(database: Database) -> UnitsOfWork:
    return UnitsOfWork(database)


@pytest.fixture
def log(database: Database) -> SqlAuditLog:
    return SqlAuditLog(database)


def write(units: UnitsOfWork, count: int = 1, action: str = "seen") -> None:
    with units.begin() as uow:
        for number in range(count):
            uow.audit.append(
                action, at=START, actor_id=1, group_id=GROUP, subject=f"VP{number}", detail={"b": 1, "a": "đã"}
            )


def ids(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.scalars(select(audit.c.id).order_by(audit.c.id)))


def unguarded(database: Database) -> None:
    """What somebody does first who may do everything to the database."""
    with database.write() as connection:
        if database.is_sqlite:
            for word in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_no_{word}"))
        else:
            connection.execute(text("DROP TRIGGER audit_append_only ON audit"))


@pytest.mark.parametrize(
    "statement", [update(audit).values(subject="VP9"), delete(audit), text("TRUNCATE audit")], ids=str
)
def test_the_database_itself_refuses_to_change_or_remove_a_row(
    statement: object, database: Database, units: UnitsOfWork, log: SqlAuditLog
) -> None:
    write(units, 3)
    if str(statement).startswith("TRUNCATE") and database.is_sqlite:
        pytest.skip("SQLite has no such statement")
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(statement)  # type: ignore[call-overload]
    assert len(ids(database)) == 3
    assert log.verify().faults == ()


def test_entries_come_back_as_they_were_written(units: UnitsOfWork, log: SqlAuditLog, clock: HandClock) -> None:
    write(units, 2)
    entries = list(log.entries(start=START, end=clock.forward(hours=1)))
    assert [(entry.subject, entry.detail, entry.actor_id) for entry in entries] == [
        ("VP0", {"a": "đã", "b": 1}, 1),
        ("VP1", {"a": "đã", "b": 1}, 1),
    ]
    assert list(log.entries(start=clock.now, end=clock.forward(hours=1))) == []


def test_a_changed_row_is_found_where_it_stands(database: Database, units: UnitsOfWork, log: SqlAuditLog) -> None:
    write(units, 2)
    write(units, 3)
    third = ids(database)[2]
    unguarded(database)
    with database.write() as connection:
        connection.execute(update(audit).where(audit.c.id == third).values(subject="VP9"))
    assert log.verify().faults == (Fault(FaultKind.CHANGED, third, START),)


def test_a_removed_row_is_found_where_it_stood(database: Database, units: UnitsOfWork, log: SqlAuditLog) -> None:
    write(units, 5)
    rows = ids(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.id.in_(rows[1:3])))
    assert log.verify().faults == (Fault(FaultKind.REMOVED, rows[3], START, 2),)


def test_a_row_put_in_is_found_also_by_a_hand_that_copies_a_link(
    database: Database, units: UnitsOfWork, log: SqlAuditLog
) -> None:
    write(units, 3)
    with database.write() as connection:
        row = dict(connection.execute(select(audit).limit(1)).mappings().one())
        row["id"] = 99
        connection.execute(audit.insert(), row)
    assert log.verify().faults == (Fault(FaultKind.INSERTED, 99, START),)


def test_a_cut_tail_is_found_before_and_after_more_is_written(
    database: Database, units: UnitsOfWork, log: SqlAuditLog
) -> None:
    write(units, 5)
    rows = ids(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.id > rows[2]))
    assert log.verify().faults == (Fault(FaultKind.TAIL_CUT, rows[2], START, 2),)
    write(units, 2)
    assert [(fault.kind, fault.row_id) for fault in log.verify().faults] == [(FaultKind.REMOVED, ids(database)[3])]


@pytest.mark.parametrize("how", ["removed", "changed"])
def test_a_log_whose_head_was_taken_away_says_so_and_goes_on_with_a_trace(
    database: Database, units: UnitsOfWork, log: SqlAuditLog, how: str
) -> None:
    write(units, 3)
    with database.write() as connection:
        if how == "removed":
            connection.execute(delete(vault).where(vault.c.name == HEAD))
        else:
            connection.execute(update(vault).where(vault.c.name == HEAD).values(content=b"x" * 80))
    assert [fault.kind for fault in log.verify().faults] == [FaultKind.NO_HEAD]
    write(units)
    report = log.verify()
    assert report.faults == ()
    assert report.adopted == ((ids(database)[3], START),)


def test_an_older_state_put_back_shows_only_against_a_head_on_paper(
    database: Database, units: UnitsOfWork, log: SqlAuditLog
) -> None:
    write(units, 2)
    with database.read() as connection:
        old_head = connection.scalar(select(vault.c.content).where(vault.c.name == HEAD))
    write(units, 2)
    with units.begin() as uow:
        printed = PrintedHead.read(str(uow.audit.head()))
    rows = ids(database)
    unguarded(database)
    with database.write() as connection:
        connection.execute(delete(audit).where(audit.c.id > rows[1]))
        connection.execute(update(vault).where(vault.c.name == HEAD).values(content=old_head))
    assert log.verify().faults == ()
    assert log.verify(printed).faults == (Fault(FaultKind.SHORTER, rows[1], START, 2),)
    write(units, 3, "other")
    assert [fault.kind for fault in log.verify(printed).faults] == [FaultKind.OTHER_PAST]


def test_a_unit_that_fails_leaves_no_row_and_no_head_behind(units: UnitsOfWork, log: SqlAuditLog) -> None:
    write(units)
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(units)
    write(units)
    report = log.verify()
    assert (report.rows, report.faults) == (2, ())


def _write_and_fail(units: UnitsOfWork) -> None:
    with units.begin() as uow:
        uow.audit.append("lost", at=START, actor_id=None, group_id=GROUP, subject="", detail={})
        uow.people.find_or_create(BOT, OTHER)  # Writes out what was put off.
        raise ZeroDivisionError


def test_all_who_write_at_the_same_time_write_one_chain(
    database: Database, database_url: str, clock: HandClock
) -> None:
    others = [Database(database_url, Keys(MASTER), clock) for _ in range(3)]
    try:
        with ThreadPoolExecutor(4) as pool:
            for written in [pool.submit(_write_many, each) for each in (database, *others)]:
                written.result(timeout=120)
    finally:
        for each in others:
            each.close()
    report = SqlAuditLog(database).verify()
    assert (report.rows, report.faults) == (4 * 25, ())
    assert report.head is not None
    assert report.head.rows == 4 * 25


def _write_many(database: Database) -> None:
    for _ in range(25):
        write(UnitsOfWork(database))


def test_the_numbers_of_a_log_that_was_opened_by_another_key_do_not_hold(
    units: UnitsOfWork, database_url: str, clock: HandClock, tmp_path: Path
) -> None:
    write(units, 2)
    stranger = Database(database_url, Keys(b"x" * 32), clock)
    try:
        kinds = {fault.kind for fault in SqlAuditLog(stranger).verify().faults}
    finally:
        stranger.close()
    assert FaultKind.NO_HEAD in kinds
    assert FaultKind.CHANGED in kinds
