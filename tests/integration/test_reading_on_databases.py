"""Reading: everything as of one moment, without a write, and without keeping a writer waiting."""

from contextlib import suppress
from threading import Thread

import pytest
from sqlalchemy.exc import DBAPIError

from tests.unit.storage.stored import BOT, START
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork


def test_others_write_while_one_reads_and_it_sees_none_of_it(database: Database) -> None:
    units = SqlUnitsOfWork(database, BOT)

    def write() -> None:
        with units.begin() as uow:
            assert uow.claims.claim_once("job", START)

    with units.begin(reading=True) as seen:
        assert not seen.claims.is_claimed("job", START)
        writing = Thread(target=write)
        writing.start()
        writing.join(5)
        assert not writing.is_alive()
        assert not seen.claims.is_claimed("job", START)
    with units.begin(reading=True) as seen:
        assert seen.claims.is_claimed("job", START)


def test_what_only_reads_cannot_write(database: Database) -> None:
    units = SqlUnitsOfWork(database, BOT)
    with pytest.raises((DBAPIError, StoreUnavailableError)), units.begin(reading=True) as seen:
        seen.claims.claim_once("job", START)
    with units.begin() as uow:
        assert uow.claims.claim_once("job", START)


def test_a_reading_that_the_database_broke_off_leaves_a_connection_that_writes(database: Database) -> None:
    units = SqlUnitsOfWork(database, BOT)
    for _ in range(10):
        with suppress(DBAPIError, StoreUnavailableError), units.begin(reading=True) as seen:
            seen.tx.connection.exec_driver_sql("ROLLBACK")
            raise StoreUnavailableError("the disk is full")
    with units.begin() as uow:
        assert uow.claims.claim_once("job", START)
    with units.begin(reading=True) as seen:
        assert seen.claims.is_claimed("job", START)
