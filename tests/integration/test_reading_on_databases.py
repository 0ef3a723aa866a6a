"""Reading: everything as of one moment, without a write, and without keeping a writer waiting."""

from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from tests import postgresql
from tests.unit.storage.stored import BOT, MASTER, START, HandClock
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork


def test_others_write_while_one_reads_and_it_sees_none_of_it(database: Database) -> None:
    units = UnitsOfWork(database, BOT)

    def write() -> None:
        with units.begin() as uow:
            assert uow.claims.claim_once("job", START)

    with units.begin(reading=True) as seen:
        assert not seen.claims.is_claimed("job", START)
        writing = Thread(target=write)
        writing.start()
        writing.join(60)
        assert not writing.is_alive()
        assert not seen.claims.is_claimed("job", START)
    with units.begin(reading=True) as seen:
        assert seen.claims.is_claimed("job", START)


def test_who_looks_at_a_case_while_reading_keeps_nobody_from_writing_one(database: Database) -> None:
    units = UnitsOfWork(database, BOT)

    def write() -> None:
        with units.begin() as uow:
            uow.tx.lock_office()

    with units.begin(reading=True) as seen:
        assert seen.cases.get(1) is None
        writing = Thread(target=write)
        writing.start()
        writing.join(60)
        assert not writing.is_alive()


def test_what_only_reads_cannot_write(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    with pytest.raises((DBAPIError, StoreUnavailableError)), units.begin(reading=True) as seen:
        seen.claims.claim_once("job", START)
    with units.begin() as uow:
        assert uow.claims.claim_once("job", START)


def test_a_reading_that_the_database_broke_off_leaves_a_connection_that_writes(database: Database) -> None:
    units = UnitsOfWork(database, BOT)
    for _ in range(10):
        with suppress(DBAPIError, StoreUnavailableError), units.begin(reading=True) as seen:
            seen.tx.connection.exec_driver_sql("ROLLBACK")
            raise StoreUnavailableError("the disk is full")
    with units.begin() as uow:
        assert uow.claims.claim_once("job", START)
    with units.begin(reading=True) as seen:
        assert seen.claims.is_claimed("job", START)


def test_a_line_on_which_nothing_comes_is_given_up_within_a_minute(postgresql_folder: Path) -> None:
    """What libpq was told: a network that drops everything cannot be made here."""
    database = Database(postgresql.new_database(postgresql_folder) + "&keepalives_idle=7", Keys(MASTER), HandClock())
    with closing(database), database.read() as connection:
        driver: Any = connection.connection.dbapi_connection
        told = driver.info.get_parameters()
    assert {"tcp_user_timeout": "60000", "connect_timeout": "10", "keepalives_idle": "7"}.items() <= told.items()
