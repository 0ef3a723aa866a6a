"""A PostgreSQL server of our own, on a socket in a folder of its own; nothing of an installed one is touched."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest

_NUMBERS = count(1)


class NoServerError(Exception):
    """There is no PostgreSQL that could be started; the text says why."""


@contextmanager
def serving(*settings: str) -> Iterator[Path]:
    """The folder in which the server's socket, its `data` and its `log` stand; all are gone at the end.

    Args:
        settings: lines of postgresql.conf, for example `fsync=off`.

    Raises:
        NoServerError: none is installed, or it cannot be run.
    """
    if _binaries() is None:
        raise NoServerError("no PostgreSQL server is installed (initdb not found)")
    folder = Path(tempfile.mkdtemp(prefix="governor-postgresql-"))
    if os.geteuid() == 0:
        if shutil.which("runuser") is None:
            raise NoServerError("PostgreSQL does not run as root, and there is no runuser")
        shutil.chown(folder, "postgres")
    data, run = folder / "data", partial(_run, folder)
    try:
        run("initdb", "--no-sync", "-A", "trust", "-U", "governor", "-E", "UTF8", "--locale=C", "-D", str(data))
        given = ("listen_addresses=", f"unix_socket_directories={folder}", *settings)
        options = " ".join(f"-c {setting}" for setting in given)
        run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options)
        (folder / "options").write_text(options)
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill_and_start(folder: Path) -> None:
    """kill -9 of the server on that folder with all its processes; then it is started again."""
    data = folder / "data"
    first = int((data / "postmaster.pid").read_text().split()[0])
    # Each backend would live on until it sees that the first is gone, and keep a new server from starting.
    backends = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    for process in (first, *map(int, backends)):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    for _ in range(100):
        if not any(map(_runs, (first, *map(int, backends)))):
            break
        time.sleep(0.1)
    # In a container nobody may have taken note of its end, so that it would be taken for running.
    for left in (data / "postmaster.pid", *folder.glob(".s.PGSQL.*")):
        left.unlink()
    options = (folder / "options").read_text()
    _run(folder, "pg_ctl", "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options)


def _runs(process: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _run(folder: Path, program: str, *arguments: str) -> None:
    # A server refuses to run as root, and its user may not enter everybody's temporary folders.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*as_user, str(Path(str(_binaries())) / program), *arguments]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)


@contextmanager
def server(*settings: str) -> Iterator[Path]:
    """As `serving`; the test is skipped where no server can be had."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(serving(*settings))
        except NoServerError as error:
            pytest.skip(str(error))
        yield folder


def new_database(folder: Path, template: str = "template1") -> str:
    """The URL of an empty database on that server, or of a copy of the one named `template`, which nobody uses."""
    name = f"test_{next(_NUMBERS)}"
    order(folder, f"CREATE DATABASE {name} TEMPLATE {template}")
    return database_url(folder, name)


def order(folder: Path, *statements: str) -> None:
    """Carry out statements on the server of that folder, each outside of any transaction."""
    with psycopg.connect(f"host={folder} user=governor dbname=postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def database_url(folder: Path, name: str) -> str:
    """The URL of one of its databases."""
    return f"postgresql://governor@/{name}?host={folder}"


def _binaries() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    return versions[-1].parent if versions else None
