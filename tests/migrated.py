"""Databases with all tables: made once in a process, then copied, since that takes longer than most tests."""

import os
import tempfile
from functools import cache
from pathlib import Path

from tests import postgresql
from tests.unit.storage.stored import MASTER, HandClock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.security.crypto import Keys


def sqlite_url(file: Path) -> str:
    """The URL of a new file with empty tables, which fit the key MASTER."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(_image())
    return f"sqlite:///{file}"


def postgresql_url(folder: Path) -> str:
    """The URL of a new database with empty tables, which fit the key MASTER, on the server of that folder."""
    return postgresql.new_database(folder, template=_template(folder))


@cache
def _image() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "governor.db"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _template(folder: Path) -> str:
    url = postgresql.new_database(folder)
    _migrate(url)
    return url.rpartition("?")[0].rpartition("/")[2]


def _migrate(url: str) -> None:
    database = Database(url, Keys(MASTER), HandClock())
    database.migrate()
    database.close()
