"""Creates the SQLAlchemy engine for an SQLite file or a PostgreSQL server."""

import logging
import os
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import DatabaseError as SqliteDatabaseError
from sqlite3 import OperationalError as SqliteOperationalError

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from zalo_governor.domain.errors import ConfigError
from zalo_governor.storage.engine.change_signals import signal_changes
from zalo_governor.storage.errors import DamagedDatabaseError
from zalo_governor.system.error_text import of_system

BUSY_SECONDS = 10
"""How many seconds to wait while another process writes to the SQLite file, before giving up."""
_PAGE_BYTES = 16 * 1024
"""Page size of a new SQLite file, in bytes. Bulk inserts are contiguous: larger pages need fewer system calls."""
_WAL_BYTES = 16 * 1024 * 1024
"""Size in bytes at which SQLite's write-ahead log is written back to the database file."""

_LINE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""libpq's parameters by which a connection to a PostgreSQL server that no longer answers fails within a minute.
With libpq's defaults, a thread would wait for hours on a network that drops all packets."""
_SERVER_SIDE = "".join(f" -c tcp_{name}={value}" for name, value in _LINE.items() if name.startswith("keepalives_"))
"""The same for the server, which would else keep the locks of a machine that lost its power for hours."""


def engine_of(address: URL) -> Engine:
    """Create the SQLAlchemy engine without connecting; create a missing SQLite file (mode 0600) and its folder.

    Raises:
        ConfigError: the file cannot be created, or the PostgreSQL driver is not installed.
    """
    return _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)


def address_of(url: str) -> URL:
    """Parse a database URL and set its driver; raise ConfigError if it names neither an SQLite file nor PostgreSQL."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise ConfigError(
            "database_url: không phải địa chỉ cơ sở dữ liệu; hãy viết sqlite:////duong/dan/governor.db hoặc "
            "postgresql://nguoi_dung@may_chu/ten_csdl"
        ) from None
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigError("database_url: chỉ dùng được sqlite và postgresql")
    if not address.database or address.database == ":memory:":
        raise ConfigError("database_url: SQLite phải có tệp; ghi trong bộ nhớ thì tắt máy là mất")
    return address.set(drivername="sqlite+pysqlite")


def _sqlite(address: URL) -> Engine:
    path = Path(str(address.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite would create a group-readable file; its -wal and -shm files get the mode of this one. A file that is
        # there is not opened: closing it again would end the locks of all connections that this process has to it.
        if not os.access(path, os.R_OK | os.W_OK):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(no_access(path, error)) from None
    # isolation_level None: the driver never begins a transaction by itself, `Database.write` does.
    engine = create_engine(
        address, connect_args={"isolation_level": None, "timeout": BUSY_SECONDS}, hide_parameters=True
    )
    event.listen(engine, "connect", partial(_configure_or_close, path))
    return engine


def _configure_or_close(path: Path, connection: SqliteConnection, _record: object) -> None:
    try:
        _configure(path, connection)
    except BaseException:
        connection.close()  # The pool does not close a connection whose set-up failed.
        raise


def _configure(path: Path, connection: SqliteConnection) -> None:
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}").close()  # no effect on a file that has tables
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    except SqliteOperationalError:
        raise
    except SqliteDatabaseError as error:
        raise DamagedDatabaseError(
            f"{path}: không phải tệp cơ sở dữ liệu SQLite, hoặc đã bị hỏng ({error}); hãy khôi phục từ bản sao lưu, "
            "hoặc sửa database_url. Chương trình không sửa gì trong tệp này"
        ) from None
    if mode != "wal":
        raise ConfigError(
            "database_url: ổ đĩa này không cho SQLite ghi nhật ký (WAL); hãy đặt data_dir trên ổ đĩa gắn trong máy"
        )
    for setting in (
        "synchronous = FULL",
        "secure_delete = ON",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {_WAL_BYTES // page_bytes}",
        "cache_size = -1000",  # kB per connection, one per thread; the OS caches the file's pages anyway
    ):
        connection.execute(f"PRAGMA {setting}").close()


def no_access(path: Path, error: OSError) -> str:
    """Return the error message (Vietnamese, for the operator) that the OS denied access to the database file `path`."""
    return (
        f"{path}: không mở được cơ sở dữ liệu: {of_system(error)}; hãy xem lại data_dir, database_url và quyền của "
        "tài khoản chạy chương trình"
    )


def _postgresql(address: URL) -> Engine:
    # psycopg warns of each connection that the server closed; the code that uses it gets an exception anyway.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    try:
        engine = create_engine(
            address,
            paramstyle="format",
            connect_args={name: value for name, value in _LINE.items() if name not in address.query}
            | {"options": f"{address.query.get('options', '')} -c synchronous_commit=on{_SERVER_SIDE}".strip()},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError:
        raise ConfigError(
            "database_url: chưa cài phần PostgreSQL; hãy chạy: pip install 'zalo-governor[postgresql]'"
        ) from None
    event.listen(engine, "after_execute", signal_changes)
    return engine
