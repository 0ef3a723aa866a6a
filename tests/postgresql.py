"""A PostgreSQL server of our own; nothing of an installed one is touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

_NUMBERS = count(1)


@contextmanager
def server() -> Iterator[Path]:
    """The socket folder of a running server; the test is skipped where none is installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (initdb not found)")
    # A server refuses to run as root, and its user may not enter pytest's own temporary folders.
    as_user: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="governor-postgresql-"))
    if os.geteuid() == 0:
        if shutil.which("runuser") is None:
            pytest.skip("PostgreSQL does not run as root, and there is no runuser")
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


def new_database(folder: Path) -> str:
    """The URL of an empty database on that server."""
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(f"host={folder} user=governor dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql://governor@/{name}?host={folder}"


def _binaries() -> Path | None:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    return versions[-1].parent if versions else None
