"""Whether a process runs an account, found out without touching the lock that keeps a second one away."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from zalo_governor.store.database import Database
from zalo_governor.store.instance import LOCK_SPACE, lock_file, lock_number

_LOCKS = Path("/proc/locks")


class Occupant(NamedTuple):
    """Whoever runs the account."""

    pid: int | None
    """None where it runs on another machine, or the system does not tell."""


def occupant(database: Database, account: str) -> Occupant | None:
    """The process that runs the account on this database, None where there is none.

    Raises:
        StoreUnavailableError: PostgreSQL does not answer.
    """
    return _in_the_server(database, account) if database.file is None else _of_the_file(database.file, account)


def _of_the_file(database: Path, account: str) -> Occupant | None:
    # Format: proc_locks(5). Some file systems show another device there than stat does, so the inode alone counts.
    try:
        inode = lock_file(database, account).stat().st_ino
        rows = [line.split() for line in _LOCKS.read_text().splitlines()]
    except OSError:
        return None
    for row in rows:
        if len(row) >= 6 and row[1] == "FLOCK" and row[5].rpartition(":")[2] == str(inode):
            return Occupant(int(row[4]))
    return None


def _in_the_server(database: Database, account: str) -> Occupant | None:
    # pg_locks shows the two halves of an advisory lock as unsigned numbers.
    held = text(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :space AND objid = :number "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with database.read() as connection:
        row = connection.execute(held, {"space": LOCK_SPACE, "number": lock_number(account) % 2**32}).first()
    return None if row is None else Occupant(None)
