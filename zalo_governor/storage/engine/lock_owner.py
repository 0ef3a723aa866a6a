"""Whether a process runs an account on a database: what the doctor tells, and what forbids work on the database."""

import fcntl
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from zalo_governor.domain.errors import GovernorError
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.instance_lock import LOCK_SPACE, lock_file, lock_number

_LOCKS = Path("/proc/locks")


class RunningError(GovernorError):
    """The bot runs, and what was asked for needs the database to itself."""


class LockOwner(NamedTuple):
    """Whoever runs the account."""

    pid: int | None
    """None where it runs on another machine or in another container, or the system does not tell."""


def occupant(database: Database, account: str) -> LockOwner | None:
    """The process that runs the account on this database, None where there is none.

    Raises:
        StoreUnavailableError: PostgreSQL does not answer.
    """
    if database.file is None:
        return _in_the_server(database, account)
    return _of_the_file(lock_file(database.file, account))


def refuse_while_running(database: Database) -> None:
    """See that no bot works on the database, under whichever account.

    Raises:
        RunningError: one does.
        StoreUnavailableError: PostgreSQL does not answer.
    """
    if database.file is None:
        found = _in_the_server(database, None)
    else:
        files = database.file.parent.glob(lock_file(database.file, "*").name)
        found = next(filter(None, map(_of_the_file, files)), None)
    if found is not None:
        raise RunningError(
            "Hệ thống đang chạy trên cơ sở dữ liệu này; đề nghị dừng trước (systemctl stop zalo-governor), rồi làm lại."
        )


def _of_the_file(path: Path) -> LockOwner | None:
    # Format: proc_locks(5). Some file systems show another device there than stat does, so the inode alone counts.
    try:
        inode = path.stat().st_ino
    except OSError:
        return None
    for row in _locks():
        if len(row) >= 6 and row[1] == "FLOCK" and row[5].rpartition(":")[2] == str(inode):
            return LockOwner(int(row[4]))
    return LockOwner(None) if _cannot_be_shared(path) else None


def _locks() -> list[list[str]]:
    try:
        return [line.split() for line in _LOCKS.read_text().splitlines()]
    except OSError:
        return []


def _cannot_be_shared(path: Path) -> bool:
    """The list leaves out who is in another container, so that the lock is tried for a moment as well."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _in_the_server(database: Database, account: str | None) -> LockOwner | None:
    """Of any account where none is named."""
    # pg_locks shows the two halves of an advisory lock as unsigned numbers.
    held = text(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :space "
        "AND (:whichever OR objid = :number) "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    number = 0 if account is None else lock_number(account) % 2**32
    values = {"space": LOCK_SPACE, "whichever": account is None, "number": number}
    with database.read() as connection:
        row = connection.execute(held, values).first()
    return None if row is None else LockOwner(None)
