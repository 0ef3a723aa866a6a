"""Lock that allows only one process per bot account.

Without it, two processes would close each other's connection to Zalo again and again (close code 3000).
"""

import fcntl
import hashlib
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.storage.engine.database import SCHEMA_NUMBER, Database
from zalo_governor.storage.errors import StoreError
from zalo_governor.system.error_text import of_system

log = structlog.get_logger(__name__)

LOCK_SPACE = f"(7600 # {SCHEMA_NUMBER})"
"""SQL expression: first of the PostgreSQL advisory lock's two numbers; the second is `lock_number(account)`."""
_TRY, _UNLOCK = (text(f"SELECT {act}({LOCK_SPACE}, :number)") for act in ("pg_try_advisory_lock", "pg_advisory_unlock"))
_OURS = text("SELECT pid, backend_start AS began FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid AND backend_start = :began")
_SERVER_WAIT_SECONDS = 2.0
"""How many seconds PostgreSQL may take to notice that the previous process was killed."""
_FILE_WAIT_SECONDS = 0.5
"""How many seconds to wait for the file lock, which `lock_owner` takes for a moment to test whether the bot runs."""


class OtherInstanceError(StoreError):
    """Another process already runs this bot account on this database, so this process must not start with it."""


def lock_file(database: Path, account: str) -> Path:
    """Return the path of the bot account's lock file, which lies beside the SQLite file `database`."""
    return database.with_name(f"{database.name}-{account}.lock")


def lock_number(account: str) -> int:
    """Return the 32-bit signed number, a hash of the bot account's uid, that identifies the account's PostgreSQL lock.

    It is the second of the lock's two numbers; the first is LOCK_SPACE for all accounts of a schema.
    """
    return int.from_bytes(hashlib.blake2b(account.encode(), digest_size=4).digest(), signed=True)


class InstanceLock:
    """Lock by which only one process runs a bot account; held from `take` to `release`, freed if the process dies."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account
        self._number = lock_number(account)
        self._file: IO[str] | None = None
        self._connection: Connection | None = None
        self._session: dict[str, object] = {}
        """Process id (`pid`) and beginning (`began`) of the PostgreSQL session that holds the lock, or held it last."""

    def take(self) -> None:
        """Acquire the lock, waiting at most two seconds.

        Raises:
            OtherInstanceError: another process holds the lock.
        """
        taken = self._take_file(self._database.file) if self._database.file else self._take_advisory()
        if not taken:
            raise OtherInstanceError(
                f"tài khoản {self._account} đang được một chương trình khác sử dụng trên cùng cơ sở dữ liệu; hãy dừng "
                "chương trình kia trước. Chương trình kia không bị ảnh hưởng"
            )

    def keep(self) -> None:
        """Take the lock again if its connection to PostgreSQL is broken; do nothing while the server does not answer.

        Raises:
            OtherInstanceError: another process has taken the lock meanwhile.
        """
        held = self._connection
        if held is None:
            return
        with suppress(SQLAlchemyError, StoreUnavailableError):
            if not held.invalidated and held.scalar(text("SELECT 1")):
                return
        with suppress(SQLAlchemyError, StoreUnavailableError):
            self._end_former_session()
            try:
                self.take()
            except OtherInstanceError:
                log.error("lock_lost")
                raise
            held.close()
            log.info("lock_taken_again")

    def release(self) -> None:
        """Release the lock; a second call has no effect."""
        if self._file:
            self._file.close()
            self._file = None
        if self._connection:
            # PostgreSQL would notice the closed connection too late for a process that starts next.
            with suppress(SQLAlchemyError, StoreUnavailableError):
                self._connection.execute(_UNLOCK, {"number": self._number})
            # Not returned to the pool, where it would keep the lock if the unlock above failed.
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
        deadline = time.monotonic() + _FILE_WAIT_SECONDS
        while not _try_flock(self._file):
            if time.monotonic() > deadline:
                self.release()
                return False
            time.sleep(_FILE_WAIT_SECONDS / 20)
        return True

    def _take_advisory(self) -> bool:
        # The lock belongs to the session: the connection stays open, outside any transaction, until `release`.
        connection = self._database.apart()
        deadline = time.monotonic() + _SERVER_WAIT_SECONDS
        while not connection.scalar(_TRY, {"number": self._number}):
            if time.monotonic() > deadline:
                connection.close()
                return False
            time.sleep(_SERVER_WAIT_SECONDS / 20)
        self._connection = connection
        self._session = dict(connection.execute(_OURS).mappings().one())
        return True

    def _end_former_session(self) -> None:
        """End the session that held the lock: after an outage of the network, the server may not know of its end."""
        with self._database.apart() as connection:
            connection.execute(_END, self._session)


def _try_flock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
