"""The bot's database as the run sees it from outside: it reads it, and does to it what machines do."""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Protocol

import psycopg

from tests.chaos.plan import Fault
from tests.postgresql import database_url, kill_and_start, order

Rows = list[tuple[Any, ...]]
_DISK_BYTES = 1 << 30
_GRANTING = Lock()
"""PostgreSQL refuses two grants on one database at the same moment ("tuple concurrently updated")."""


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

    def filled(self) -> AbstractContextManager[None]:
        """Context in which nothing more goes onto its disk."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Context in which somebody else holds the right to write."""
        ...

    def break_connections(self) -> None:
        """End all of the bot's connections from the server's side."""
        ...

    def kill_server(self) -> None:
        """kill -9 of the server, which starts again; whatever else is on it."""
        ...

    def cut_off(self) -> AbstractContextManager[None]:
        """Context in which nothing comes through between the bot and the server, and nobody is told."""
        ...

    def was_away(self) -> bool:
        """Whether the server was away a moment ago, so that a bot may rightly have ended or refused to start."""
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
        self.cannot: frozenset[Fault] = filled | {Fault.DATABASE_GONE, Fault.SERVER_KILLED, Fault.NETWORK_HANGS}

    def rows(self, sql: str) -> Rows:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def files(self) -> list[Path]:
        return [path for path in self.disk.folder.rglob("*") if path.is_file()]

    def filled(self) -> AbstractContextManager[None]:
        return self.disk.full()

    @contextmanager
    def locked(self) -> Iterator[None]:
        with closing(sqlite3.connect(self._file, isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")

    def break_connections(self) -> None:
        raise NotImplementedError("SQLite has no server")

    def kill_server(self) -> None:
        raise NotImplementedError("SQLite has no server")

    def cut_off(self) -> AbstractContextManager[None]:
        raise NotImplementedError("SQLite has no server")

    def was_away(self) -> bool:
        return False

    def keep(self, folder: Path) -> None:
        """Its file is left in any case."""

    def close(self) -> None:
        """What is on the disk is left in its place on the ordinary one."""
        with tempfile.TemporaryDirectory() as beside:
            shutil.copytree(self.disk.folder, beside, dirs_exist_ok=True)
            self.disk.close()
            shutil.copytree(beside, self.disk.folder, dirs_exist_ok=True)


class Server:
    """A PostgreSQL server of ours with one database for all offices, and the network between them and it."""

    _AGAIN_SECONDS = 20.0
    """How long after the server was away a bot may still end for it: it starts in a few seconds, on a busy machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        order(folder, "CREATE DATABASE offices", "REVOKE ALL ON DATABASE offices FROM PUBLIC")
        self._killing = Lock()
        self.starts_anew = Lock()
        """Held while it is killed and started, and while a disk is full: no server starts without room."""
        self._back_at = -self._AGAIN_SECONDS

    def kill(self) -> None:
        """kill -9 and a new start."""
        with self.starts_anew, self._killing:
            kill_and_start(self.folder)
            self._back_at = time.monotonic()

    def was_away(self) -> bool:
        """Whether it is being killed, or was a moment ago."""
        return self._killing.locked() or time.monotonic() - self._back_at < self._AGAIN_SECONDS


class Postgresql:
    """An office on a server with others: a schema and a role of its own, its tables on a small disk of their own."""

    name = "PostgreSQL"

    def __init__(self, server: Server, number: int) -> None:
        # In a place of its own, where the server's user may go, and which outlives the server: its buffers are shared,
        # so that any of its processes may write there at any time.
        self.disk = Disk(Path(tempfile.mkdtemp(prefix="governor-disk-")))
        self._server, self._role, place = server, f"office_{number}", f"small_{number}"
        self._own = f"postgresql://{self._role}@/offices?host={server.folder}"
        with _GRANTING:
            order(
                server.folder,
                f"CREATE ROLE {self._role} LOGIN",
                f"ALTER ROLE {self._role} SET search_path = {self._role}",
                f"GRANT CONNECT, TEMPORARY ON DATABASE offices TO {self._role}",
            )
        with psycopg.connect(database_url(server.folder, "offices"), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {self._role} AUTHORIZATION {self._role}".encode())
        if self.disk.may_be_filled:
            # The write-ahead log stays on the ordinary disk: a server whose log finds no room does not run at all.
            subprocess.run(["chown", "postgres", str(self.disk.folder)], check=True)
            self.disk.folder.chmod(0o700)
            order(
                server.folder,
                f"CREATE TABLESPACE {place} OWNER {self._role} LOCATION '{self.disk.folder}'",
                f"ALTER ROLE {self._role} SET default_tablespace = {place}",
            )
        self._wire = Wire(server.folder / ".s.PGSQL.5432")
        self.url: str | None = f"postgresql://{self._role}@127.0.0.1:{self._wire.port}/offices"
        self.cannot: frozenset[Fault] = frozenset() if self.disk.may_be_filled else frozenset({Fault.DISK_FULL})

    def rows(self, sql: str) -> Rows:
        for _ in range(60):
            with suppress(psycopg.OperationalError), psycopg.connect(self._own, autocommit=True) as connection:
                done = connection.execute(sql.encode())
                return done.fetchall() if done.description else []
            time.sleep(0.5)
        raise TimeoutError("the database server did not come back")

    def files(self) -> list[Path]:
        folders = self._server.folder, self.disk.folder
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    @contextmanager
    def filled(self) -> Iterator[None]:
        with self._server.starts_anew, self.disk.full():
            yield

    @contextmanager
    def locked(self) -> Iterator[None]:
        connection = self._lock()
        try:
            yield
        finally:
            with suppress(psycopg.OperationalError):
                connection.close()

    def _lock(self) -> psycopg.Connection:
        """Take the lock; again where the server is killed meanwhile, for another office."""
        while True:
            self.rows("SELECT 1")
            with suppress(psycopg.OperationalError), ExitStack() as stack:
                connection = stack.enter_context(closing(psycopg.connect(self._own)))
                connection.execute("LOCK TABLE inbox, outbox, gaps IN EXCLUSIVE MODE")
                stack.pop_all()
                return connection

    def break_connections(self) -> None:
        self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )

    def kill_server(self) -> None:
        self._server.kill()

    def cut_off(self) -> AbstractContextManager[None]:
        return self._wire.hanging()

    def was_away(self) -> bool:
        return self._server.was_away()

    def keep(self, folder: Path) -> None:
        """As SQL; where the server's tools are not complete, only the logs are left."""
        whole = database_url(self._server.folder, "offices")
        with suppress(FileNotFoundError), (folder / "governor.sql").open("wb") as dump:
            subprocess.run(["pg_dump", f"--schema={self._role}", whole], stdout=dump, check=False)

    def close(self) -> None:
        """For after the server has stopped."""
        self._wire.close()
        self.disk.close()
        shutil.rmtree(self.disk.folder)


class Wire:
    """A port of this machine that leads to the server's socket, until it hangs: then nothing comes through."""

    def __init__(self, socket_file: Path) -> None:
        self._file = str(socket_file)
        self._through = Event()
        self._through.set()
        self._line = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port: int = self._line.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Nothing comes through, and no line is closed."""
        self._through.clear()
        try:
            yield
        finally:
            self._through.set()

    def close(self) -> None:
        """Take no more connections."""
        self._line.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._line.accept()
                Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, suppress(OSError):
            self._through.wait()
            server.connect(self._file)
            back = Thread(target=self._pass_on, args=(server, client), daemon=True)
            back.start()
            self._pass_on(client, server)
            back.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65_536):
                self._through.wait()
                target.sendall(part)
        for line in (source, target):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def _mount(*arguments: str | Path) -> int:
    return subprocess.run(
        ["mount", *map(str, arguments)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode
