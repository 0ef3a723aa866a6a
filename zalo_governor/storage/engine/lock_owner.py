"""Finds out whether a process runs a bot account on a database: for the command `doctor`, and before maintenance."""

import fcntl
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from zalo_governor.domain.errors import GovernorError
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.instance_lock import LOCK_SPACE, lock_file, lock_number

_LOCKS = Path("/proc/locks")
PANEL = "panel"
"""Used instead of a bot account's uid in the name of the lock file that a panel holds beside an SQLite file."""


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


def refuse_while_running(database: Database, *, panel: bool = False) -> None:
    """Raise RunningError if a bot process uses the database, under any account.

    With `panel`, also if a panel uses an SQLite database: it would go on with a file, or an account, that was replaced.

    Raises:
        RunningError: a bot process, or the panel, is running.
        StoreUnavailableError: PostgreSQL does not answer.
    """
    if database.file is None:
        found = _owner_of_server_lock(database, None)
    else:
        files = {*database.file.parent.glob(lock_file(database.file, "*").name)} - {lock_file(database.file, PANEL)}
        found = next(filter(None, map(_owner_of_file_lock, files)), None)
    if found is not None:
        raise RunningError(
            "Hệ thống đang chạy trên cơ sở dữ liệu này; đề nghị dừng trước (systemctl stop zalo-governor; nhiều cơ "
            "quan trên một máy: zalo-governor@TÊN), rồi làm lại."
        )
    if panel and database.is_sqlite and occupant(database, PANEL) is not None:
        raise RunningError(
            "Bảng điều khiển đang chạy trên cơ sở dữ liệu này; đề nghị dừng trước (systemctl stop "
            "zalo-governor-panel), rồi làm lại."
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
    # pg_locks shows the two halves of an advisory lock as unsigned numbers; objsubid 2: they were given as two.
    held = text(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 "  # noqa: S608 - our own SQL
        f"AND classid = {LOCK_SPACE}::oid AND (:whichever OR objid = :number) "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    number = 0 if account is None else lock_number(account) % 2**32
    values = {"whichever": account is None, "number": number}
    with database.read() as connection:
        row = connection.execute(held, values).first()
    return None if row is None else LockOwner(None)
