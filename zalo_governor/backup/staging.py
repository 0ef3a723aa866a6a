"""Staging areas, in which a restored database is built and verified before it replaces the present one."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.domain.clock import Clock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.schema import audit, cases, inbox
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.system.atomic_files import sync_folder

_BESIDE, _SCHEMA, _KEPT_SCHEMA = "khoi-phuc-", "khoi_phuc_", "truoc_"
_REHEARSAL = "dien-tap-"


def put_aside(data_dir: Path) -> list[Path]:
    """Return the paths in the data folder of databases and keys that `upgrade` and `restore` kept or left behind.

    They still contain what was later sealed (removed as a possible state secret) or erased.
    """
    patterns = ("*.truoc-*", f"{_BESIDE}*/", f"{_REHEARSAL}*/")
    return sorted(path for pattern in patterns for path in data_dir.glob(pattern))


def schemas_put_aside(database: Database) -> list[str]:
    """Return the PostgreSQL schemas of this installation that `restore` kept or left behind; [] for SQLite.

    Their names end with a time such as 20261124_080000. Like `put_aside`, they hold what was later removed.
    """
    if database.is_sqlite:
        return []
    with database.read() as connection:
        present = connection.scalars(text("SELECT current_schema()")).one()
        names = connection.scalars(text("SELECT nspname FROM pg_namespace ORDER BY nspname")).all()
    named = re.compile(rf"{_of_office(present)}({_KEPT_SCHEMA}|{_SCHEMA})\d{{8}}_\d{{6}}")
    return [name for name in names if named.fullmatch(name)]


def _of_office(schema: str) -> str:
    """Return the prefix for names of copies of `schema`, since the database may hold schemas of other offices too."""
    return "" if schema == "public" else f"{schema}_"


class StagingFolder(Protocol):
    """Place where a restored database is built beside the present one: a folder (SQLite) or a schema (PostgreSQL)."""

    url: str
    """URL of the restored database while it is being built."""

    def swap(self, stamp: str) -> str | None:
        """Replace the present database by the restored one; return where the old one is kept, None if there was none.

        `stamp` is a time that becomes part of the kept copy's name.
        """
        ...

    def close(self) -> None:
        """Delete the staging area; a database that `swap` has already moved into place is not affected."""
        ...


def landing(url: str, stamp: str, keys: Keys, clock: Clock) -> StagingFolder:
    """Create an empty staging area, in which a restore builds its database, beside the present database at `url`.

    What an interrupted restore left there is deleted, since it may hold content erased later; so no other restore may
    be running. `stamp` is the time at which the restore began, as in the name of a backup file.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _Beside(Path(str(address.database)), stamp)
    return _Schema(url, stamp, keys, clock)


@contextmanager
def rehearsal_folder(base: Path, stamp: str) -> Iterator[Path]:
    """Context manager that yields a new folder in `base`, for this user only, and deletes it at the end.

    Folders that killed rehearsals left there are deleted first. `stamp` is a time, for the folder's name.
    """
    for left in base.glob(f"{_REHEARSAL}*-*/"):
        if not Path("/proc", left.name.rpartition("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = base / f"{_REHEARSAL}{stamp}-{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_empty(database: Database) -> bool:
    """Return whether the database has no message, no case and no audit entry; also True if it has no tables yet."""
    with database.read() as connection:
        names = set(inspect(connection).get_table_names())
        return not any(
            connection.scalar(select(func.count()).select_from(table))
            for table in (inbox, cases, audit)
            if table.name in names
        )


class _Beside:
    """Staging area of a restore into SQLite: a folder beside the database `file`, in which the restored file is built.

    The folder is on the same disk, so that the restored file can be renamed into place. `stamp` is part of its name.
    """

    def __init__(self, file: Path, stamp: str) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in file.parent.glob(f"{_BESIDE}*/"):
            shutil.rmtree(left, ignore_errors=True)
        self._folder = file.with_name(_BESIDE + stamp)
        self.url = f"sqlite:///{self._folder / file.name}"

    def swap(self, stamp: str) -> str | None:
        made = self._folder / self._file.name
        before = self._file.with_name(f"{self._file.name}.truoc-{stamp}")
        kept = None
        if self._file.exists():
            self._link_as(before)
            kept = str(before)
        # A database must exist at every moment: without one, the program would create an empty one.
        made.replace(self._file)
        sync_folder(self._file.parent)
        return kept

    def _link_as(self, before: Path) -> None:
        """Keep the present SQLite database under the name `before` (by hard links), then remove its WAL files.

        Otherwise SQLite would apply the old WAL files to the restored database, which takes over the old name.
        """
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        ends = [end for end in ("", "-wal", "-shm") if self._file.with_name(self._file.name + end).exists()]
        for end in ends:
            before.with_name(before.name + end).hardlink_to(self._file.with_name(self._file.name + end))
        sync_folder(self._file.parent)
        for end in ends[1:]:
            self._file.with_name(self._file.name + end).unlink()

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class _Schema:
    """Staging area of a restore into PostgreSQL: a schema of its own, in which the restored tables are built.

    To replace the present tables, both schemas are renamed in one transaction. `stamp` is part of the schema's name.
    """

    def __init__(self, url: str, stamp: str, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._target_url = url
        [self._present] = self._ask("SELECT current_schema()")
        self._name = f"{_of_office(self._present)}{_SCHEMA}{stamp}".replace("-", "_")
        options = f"-c search_path={self._name}"
        self.url = make_url(url).update_query_dict({"options": options}).render_as_string(hide_password=False)
        for left in self._leftover_schemas():
            self._execute(f'DROP SCHEMA "{left}" CASCADE')
        self._execute(f'CREATE SCHEMA "{self._name}"')

    def swap(self, stamp: str) -> str | None:
        before = f"{_of_office(self._present)}{_KEPT_SCHEMA}{stamp}".replace("-", "_")
        self._execute(
            f'ALTER SCHEMA "{self._present}" RENAME TO "{before}"',
            f'ALTER SCHEMA "{self._name}" RENAME TO "{self._present}"',
        )
        return f"schema {before}"

    def close(self) -> None:
        self._execute(f'DROP SCHEMA IF EXISTS "{self._name}" CASCADE')

    def _leftover_schemas(self) -> list[str]:
        prefix = f"{_of_office(self._present)}{_SCHEMA}"
        names = self._ask("SELECT nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = current_user")
        return [name for name in names if name.startswith(prefix)]

    def _ask(self, query: str) -> list[str]:
        """Return the first column of the rows that the query selects."""
        with (
            closing(Database(self._target_url, self._keys, self._clock)) as database,
            database.read() as connection,
        ):
            return list(connection.scalars(text(query)))

    def _execute(self, *statements: str) -> None:
        database = Database(self._target_url, self._keys, self._clock)
        try:
            with database.write() as connection:
                for statement in statements:
                    connection.execute(text(statement))
        except DBAPIError as error:
            raise BackupError(f"PostgreSQL không cho làm việc này: {str(error.orig).splitlines()[0]}") from None
        finally:
            database.close()
