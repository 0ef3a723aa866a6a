"""The bot's database as the run sees it from outside: it reads it, and does to it what machines do."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.chaos.plan import Fault
from tests.postgresql import database_url, order

Rows = list[tuple[Any, ...]]
_DISK_BYTES = 1 << 30


class Disk:
    """A small disk of its own: in memory, and full whenever that is wanted.

    Full means ENOSPC by the kernel, at the very write that finds no room. Mounting needs root; without it the folder
    lies on the ordinary disk, which nobody fills.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.may_be_filled = os.geteuid() == 0 and not _mount(
            "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", folder
        )

    @contextmanager
    def full(self) -> Iterator[None]:
        """Nothing more goes onto it."""
        while not self._resize(self._used()):
            pass  # More was written since it was measured.
        try:
            yield
        finally:
            self._resize(_DISK_BYTES)

    def close(self) -> None:
        """Take it away with all that is on it."""
        if self.may_be_filled:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _used(self) -> int:
        at = os.statvfs(self.folder)
        return (at.f_blocks - at.f_bfree) * at.f_frsize

    def _resize(self, size: int) -> bool:
        return not _mount("-o", f"remount,size={size}", self.folder)


class Store(Protocol):
    """One database of either kind."""

    name: str
    url: str | None
    """For `database_url`; None for SQLite in data_dir."""
    disk: Disk
    cannot: frozenset[Fault]
    """Faults that cannot be made with it here."""

    def rows(self, sql: str) -> Rows:
        """What a SELECT gives, as committed at this moment."""
        ...

    def files(self) -> list[Path]:
        """Every file in which the database may have written anything."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Context in which somebody else holds the right to write."""
        ...

    def break_connections(self) -> None:
        """End all of the bot's connections from the server's side."""
        ...

    def keep(self, folder: Path) -> None:
        """What is in it is to be read later, from that folder."""
        ...

    def close(self) -> None:
        """Take its disk away, once no program works on it any more."""
        ...


class Sqlite:
    """SQLite in the bot's own folder."""

    name = "SQLite"
    url: str | None = None

    def __init__(self, data: Path) -> None:
        self.disk = Disk(data)
        self._file = data / "governor.db"
        filled = frozenset() if self.disk.may_be_filled else frozenset({Fault.DISK_FULL})
        self.cannot: frozenset[Fault] = filled | {Fault.DATABASE_GONE}

    def rows(self, sql: str) -> Rows:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def files(self) -> list[Path]:
        return [path for path in self.disk.folder.rglob("*") if path.is_file()]

    @contextmanager
    def locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def break_connections(self) -> None:
        raise NotImplementedError("SQLite has no server")

    def keep(self, folder: Path) -> None:
        """Its file is left in any case."""

    def close(self) -> None:
        """What is on the disk is left in its place on the ordinary one."""
        with tempfile.TemporaryDirectory() as beside:
            shutil.copytree(self.disk.folder, beside, dirs_exist_ok=True)
            self.disk.close()
            shutil.copytree(beside, self.disk.folder, dirs_exist_ok=True)


class Postgresql:
    """A database of its own on a server of ours, its tables on a small disk of their own."""

    name = "PostgreSQL"

    def __init__(self, server: Path, number: int) -> None:
        # In a place of its own, where the server's user may go, and which outlives the server: its buffers are shared,
        # so that any of its processes may write there at any time.
        self.disk = Disk(Path(tempfile.mkdtemp(prefix="governor-disk-")))
        name, space = f"chaos_{number}", ""
        if self.disk.may_be_filled:
            # The write-ahead log stays on the ordinary disk: a server whose log finds no room does not run at all.
            subprocess.run(["chown", "postgres", str(self.disk.folder)], check=True)
            self.disk.folder.chmod(0o700)
            order(server, f"CREATE TABLESPACE small_{number} LOCATION '{self.disk.folder}'")
            space = f" TABLESPACE small_{number}"
        order(server, f"CREATE DATABASE {name}{space}")
        self.url: str | None = database_url(server, name)
        self.cannot: frozenset[Fault] = frozenset() if self.disk.may_be_filled else frozenset({Fault.DISK_FULL})
        self._server = server

    def rows(self, sql: str) -> Rows:
        with psycopg.connect(str(self.url), autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()

    def files(self) -> list[Path]:
        return [path for folder in (self._server, self.disk.folder) for path in folder.rglob("*") if path.is_file()]

    @contextmanager
    def locked(self) -> Iterator[None]:
        with psycopg.connect(str(self.url)) as connection:
            connection.execute("LOCK TABLE inbox, outbox, gaps IN EXCLUSIVE MODE")
            yield

    def break_connections(self) -> None:
        self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def keep(self, folder: Path) -> None:
        """As SQL; where the server's tools are not complete, only the logs are left."""
        with suppress(FileNotFoundError), (folder / "governor.sql").open("wb") as dump:
            subprocess.run(["pg_dump", str(self.url)], stdout=dump, check=False)

    def close(self) -> None:
        """For after the server has stopped."""
        self.disk.close()
        shutil.rmtree(self.disk.folder)


def _mount(*arguments: str | Path) -> int:
    return subprocess.run(
        ["mount", *map(str, arguments)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode
