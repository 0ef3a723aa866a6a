"""One process for one bot account: two would take the line from each other without end (close code 3000)."""

import fcntl
import hashlib
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.errors import StoreError
from zalo_governor.system.error_text import of_system

LOCK_SPACE = 7_600
_DYING_SECONDS = 2.0
"""So long PostgreSQL may take to notice that the process before was killed."""
_LOOKING_SECONDS = 0.5
"""Who only looks whether somebody runs may hold the lock of a file for a moment."""


class OtherInstanceError(StoreError):
    """Another process already runs this account on this database."""


def lock_file(database: Path, account: str) -> Path:
    """What is locked beside an SQLite file."""
    return database.with_name(f"{database.name}-{account}.lock")


def lock_number(account: str) -> int:
    """What is locked in PostgreSQL, under LOCK_SPACE: a signed number of 32 bits."""
    return int.from_bytes(hashlib.blake2b(account.encode(), digest_size=4).digest(), signed=True)


class InstanceLock:
    """Held from `take` to `release`, and let go of by the system when the process dies."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account
        self._number = lock_number(account)
        self._file: IO[str] | None = None
        self._connection: Connection | None = None

    def take(self) -> None:
        """Take the lock.

        Raises:
            OtherInstanceError: somebody else holds it.
        """
        taken = self._take_file(self._database.file) if self._database.file else self._take_advisory()
        if not taken:
            raise OtherInstanceError(
                f"tài khoản {self._account} đang được một chương trình khác chạy trên cùng cơ sở dữ liệu; hãy dừng "
                "chương trình kia trước. Chương trình kia không bị ảnh hưởng"
            )

    def release(self) -> None:
        """Let go of it; a second time does nothing."""
        if self._file:
            self._file.close()
            self._file = None
        if self._connection:
            # The server notices the end of a connection a moment later than who starts next.
            with suppress(DBAPIError):
                self._connection.execute(select(func.pg_advisory_unlock(LOCK_SPACE, self._number)))
            # Back in the pool it would keep the lock, had the server not heard the last word.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _take_file(self, database: Path) -> bool:
        path = lock_file(database, self._account)
        try:
            self._file = path.open("w")
        except OSError as error:
            raise StoreError(
                f"{path}: không ghi được tệp khóa phiên chạy: {of_system(error)}; hãy xem lại quyền và chỗ trống "
                "của data_dir"
            ) from None
        path.chmod(0o600)
        deadline = time.monotonic() + _LOOKING_SECONDS
        while not _taken(self._file):
            if time.monotonic() > deadline:
                self.release()
                return False
            time.sleep(_LOOKING_SECONDS / 20)
        return True

    def _take_advisory(self) -> bool:
        # Held by the session, so the connection stays open, outside of any transaction, until it is released.
        connection = self._database.apart()
        deadline = time.monotonic() + _DYING_SECONDS
        while not connection.scalar(select(func.pg_try_advisory_lock(LOCK_SPACE, self._number))):
            if time.monotonic() > deadline:
                connection.close()
                return False
            time.sleep(_DYING_SECONDS / 20)
        self._connection = connection
        return True


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
