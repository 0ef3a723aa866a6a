"""The same tests on every database that the program runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import migrated, postgresql
from tests.unit.storage.stored import BOT, MASTER, HandClock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own for each test, with empty tables."""
    if request.param == "sqlite":
        return migrated.sqlite_url(tmp_path / "governor.db")
    return migrated.postgresql_url(request.getfixturevalue("postgresql_folder"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which there is no table yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'governor.db'}"
    return postgresql.new_database(request.getfixturevalue("postgresql_folder"))


@pytest.fixture
def database(database_url: str, clock: HandClock) -> Iterator[Database]:
    """On SQLite and on PostgreSQL in turn."""
    database = Database(database_url, Keys(MASTER), clock)
    yield database
    database.close()


@pytest.fixture
def units(database: Database) -> UnitsOfWork:
    return UnitsOfWork(database, BOT)


@pytest.fixture
def heard_in(database: Database) -> Inbox:
    return Inbox(database, BOT)


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server."""
    with postgresql.server("fsync=off") as folder:
        yield folder
