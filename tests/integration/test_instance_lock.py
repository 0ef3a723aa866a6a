"""Two processes never run one account on one database."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.storage.engine import lock_owner
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.instance_lock import InstanceLock, OtherInstanceError
from zalo_governor.storage.engine.lock_owner import LockOwner, RunningError, occupant, refuse_while_running


def end_connections(database: Database) -> None:
    """As a restart of the PostgreSQL server does."""
    if not database.is_sqlite:
        with database.read() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def away() -> Connection:
    """As a server that does not answer."""
    raise StoreUnavailableError("away")


def test_the_second_is_refused_until_the_first_lets_go(database: Database) -> None:
    first, second = InstanceLock(database, "700"), InstanceLock(database, "700")
    first.take()
    with pytest.raises(OtherInstanceError, match="700"):
        second.take()
    first.release()
    second.take()
    second.release()


def test_a_connection_that_the_server_has_ended_hinders_no_release(database: Database) -> None:
    lock = InstanceLock(database, "700")
    lock.take()
    end_connections(database)
    lock.release()
    lock.take()
    lock.release()


def test_the_lock_is_taken_again_after_each_restart_of_the_server(database: Database) -> None:
    first, second = InstanceLock(database, "700"), InstanceLock(database, "700")
    first.take()
    for _ in range(2):
        end_connections(database)
        first.keep()
        first.keep()
        with pytest.raises(OtherInstanceError):
            second.take()
    first.release()
    first.keep()
    assert occupant(database, "700") is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_program_that_ends_while_the_server_is_away_lets_go_without_an_error(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = InstanceLock(database, "700")
    lock.take()
    end_connections(database)
    monkeypatch.setattr(database, "apart", away)
    lock.keep()
    lock.release()
    assert occupant(database, "700") is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_process_that_took_the_lock_meanwhile_has_it(database: Database) -> None:
    first, second = InstanceLock(database, "700"), InstanceLock(database, "700")
    first.take()
    end_connections(database)
    second.take()
    with capture_logs() as logged, pytest.raises(OtherInstanceError, match="700"):
        first.keep()
    assert [line["event"] for line in logged] == ["lock_lost"]
    second.release()
    first.keep()
    with pytest.raises(OtherInstanceError):
        second.take()
    first.release()
    assert occupant(database, "700") is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_dead_connection_that_the_server_still_knows_is_not_another_process(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = InstanceLock(database, "700")
    lock.take()
    # As after minutes in which the network dropped every packet: only this side knows that the connection is dead.
    known_to_the_server = lock._connection
    monkeypatch.setattr(lock, "_connection", SimpleNamespace(invalidated=True, close=lambda: None))
    with capture_logs() as logged:
        lock.keep()
    assert [line["event"] for line in logged] == ["lock_taken_again"]
    with pytest.raises(OtherInstanceError):
        InstanceLock(database, "700").take()
    lock.release()
    assert known_to_the_server is not None
    known_to_the_server.invalidate()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_server_too_finds_out_within_a_minute_that_a_machine_lost_its_power(database: Database) -> None:
    with database.read() as connection:
        told = connection.exec_driver_sql("SELECT reset_val FROM pg_settings WHERE name LIKE 'tcp_keepalives_%%'")
        assert sorted(int(value) for value in told.scalars()) == [3, 10, 30]


def test_another_account_may_run_beside_it(database: Database) -> None:
    first, other = InstanceLock(database, "700"), InstanceLock(database, "701")
    first.take()
    other.take()
    first.release()
    other.release()


def test_who_runs_is_found_out_and_work_on_the_database_refused(database: Database) -> None:
    lock = InstanceLock(database, "700")
    lock.take()
    found = occupant(database, "700")
    assert found == LockOwner(os.getpid() if database.file else None)
    assert occupant(database, "701") is None
    with pytest.raises(RunningError, match="đang chạy"):
        refuse_while_running(database)
    lock.release()
    assert occupant(database, "700") is None
    refuse_while_running(database)


def test_one_in_another_container_is_found_as_well(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The kernel lists no lock of a process that is not to be seen.
    (tmp_path / "locks").write_text("")
    monkeypatch.setattr(lock_owner, "_LOCKS", tmp_path / "locks")
    lock = InstanceLock(database, "700")
    lock.take()
    assert occupant(database, "700") == LockOwner(None)
    with pytest.raises(RunningError):
        refuse_while_running(database)
    lock.release()
    # Whoever looked has left nothing behind.
    lock.take()
    lock.release()
