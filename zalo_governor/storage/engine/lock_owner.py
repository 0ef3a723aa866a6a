"""Finds out whether a process runs a bot account on a database: for the command `doctor`, and before maintenance."""

import fcntl
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import column, literal, select, text

from zalo_governor.domain.errors import GovernorError
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.instance_lock import LOCK_SPACE, lock_file, lock_number

_LOCKS = Path("/proc/locks")


class RunningError(GovernorError):
    """A bot process is running, but the requested maintenance needs the database for itself."""


class LockOwner(NamedTuple):
    """The process that runs a bot account."""

    pid: int | None
    """Process id; None if unknown: the process is on another machine or in another container, or the OS hides it."""


def occupant(database: Database, account: str) -> LockOwner | None:
    """Return the process that runs the bot account on this database; None if the account is not running.

    Raises:
        StoreUnavailableError: PostgreSQL does not answer.
    """
    if database.file is None:
        return _owner_of_server_lock(database, account)
    return _owner_of_file_lock(lock_file(database.file, account))


def refuse_while_running(database: Database) -> None:
    """Raise RunningError if a bot process uses the database, under any account.

    Raises:
        RunningError: a bot process is running.
        StoreUnavailableError: PostgreSQL does not answer.
    """
    if database.file is None:
        found = _owner_of_server_lock(database, None)
    else:
        files = database.file.parent.glob(lock_file(database.file, "*").name)
        found = next(filter(None, map(_owner_of_file_lock, files)), None)
    if found is not None:
        raise RunningError(
            "Hệ thống đang chạy trên cơ sở dữ liệu này; đề nghị dừng trước (systemctl stop zalo-governor), rồi làm lại."
        )


def _owner_of_file_lock(path: Path) -> LockOwner | None:
    # Format: proc_locks(5). Some file systems show another device there than stat(), so only the inode is compared.
    try:
        inode = path.stat().st_ino
    except OSError:
        return None
    for row in _locks():
        if len(row) >= 6 and row[1] == "FLOCK" and row[5].rpartition(":")[2] == str(inode):
            return LockOwner(int(row[4]))
    return LockOwner(None) if _is_locked(path) else None


def _locks() -> list[list[str]]:
    try:
        return [line.split() for line in _LOCKS.read_text().splitlines()]
    except OSError:
        return []


def _is_locked(path: Path) -> bool:
    """Return whether a process holds a lock on the file. Tries to lock it, as /proc/locks omits other containers."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _owner_of_server_lock(database: Database, account: str | None) -> LockOwner | None:
    """Return the holder of the account's PostgreSQL lock, or of any account's lock if `account` is None."""
    # pg_locks shows the two numbers of an advisory lock unsigned, and objsubid 2 if there are two.
    held = select(literal(1)).select_from(text("pg_locks")).where(
        text("locktype = 'advisory' AND granted AND objsubid = 2"),
        text("database = (SELECT oid FROM pg_database WHERE datname = current_database())"),
        column("classid") == LOCK_SPACE,
    )
    if account is not None:
        held = held.where(column("objid") == lock_number(account) % 2**32)
    with database.read() as connection:
        row = connection.execute(held).first()
    return None if row is None else LockOwner(None)
