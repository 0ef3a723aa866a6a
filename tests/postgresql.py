"""A PostgreSQL server of our own, on a socket in a folder of its own; nothing of an installed one is touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class NoServerError(Exception):
    """There is no PostgreSQL that could be started; the text says why."""


@contextmanager
def serving() -> Iterator[Path]:
    """The folder in which the server's socket and its data stand; both are gone at the end.

    Raises:
        NoServerError: none is installed, or it cannot be run.
    """
    binaries = _binaries()
    if binaries is None:
        raise NoServerError("no PostgreSQL server is installed (initdb not found)")
    # A server refuses to run as root, and its user may not enter everybody's temporary folders.
    as_user: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="governor-postgresql-"))
    if os.geteuid() == 0:
        if shutil.which("runuser") is None:
            raise NoServerError("PostgreSQL does not run as root, and there is no runuser")
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(binaries / program), *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL
        )

    try:
        run("initdb", "--no-sync", "-A", "trust", "-U", "governor", "-E", "UTF8", "--locale=C", "-D", str(data))
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "start", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", options)
        try:
            yield folder
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
