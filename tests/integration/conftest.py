"""The same tests on every database that the program runs on."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.postgresql import NoServerError, order, serving
from tests.postgresql import database_url as postgresql_url
from tests.unit.store.stored import MASTER, HandClock
from zalo_governor.store.crypto import Keys
from zalo_governor.store.database import Database

_NUMBERS = count(1)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own for each test."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'governor.db'}"
    folder = request.getfixturevalue("postgresql_folder")
    name = f"test_{next(_NUMBERS)}"
    order(folder, f"CREATE DATABASE {name}")
    return postgresql_url(folder, name)


@pytest.fixture
def database(database_url: str, clock: HandClock) -> Iterator[Database]:
    """A migrated database, on SQLite and on PostgreSQL in turn."""
    database = Database(database_url, Keys(MASTER), clock)
    database.migrate()
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """The socket folder of a PostgreSQL server of our own."""
    try:
        with serving() as folder:
            yield folder
    except NoServerError as error:
        pytest.skip(str(error))
