"""A database with the keys that encrypt its content: connections, transactions, schema upgrades, the key check."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import DatabaseError as SqliteDatabaseError
from threading import get_ident
from time import perf_counter
from typing import Any, NamedTuple, cast

import structlog
from sqlalchemy import Connection, Insert, Table, event, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError
from zalo_governor.storage.engine.connect import BUSY_SECONDS, address_of, engine_of, no_access
from zalo_governor.storage.engine.driver_errors import availability, unavailable
from zalo_governor.storage.engine.person_cache import PersonCache
from zalo_governor.storage.engine.write_lock import WriteLock
from zalo_governor.storage.errors import OlderDatabaseError, StoreError, UpgradeFailedError, WrongKeyError
from zalo_governor.storage.migrations import check_known, has_table, newest, revision, upgrade
from zalo_governor.storage.schema import (
    case_notes,
    cases,
    directive_assignees,
    directives,
    findings,
    inbox,
    jobs,
    manual_cases,
    outbox,
    remarks,
    vault,
)
from zalo_governor.storage.security.crypto import Keys, binding

_log = structlog.get_logger(__name__)

_CHECKPOINT_WAIT_MS = 500
_VACUUM_MS = 3_000
"""Time limit in ms for the vacuum of a table after content was removed; autovacuum does what is left."""
_WITH_CONTENT = (
    jobs, outbox, findings, cases, directives, directive_assignees, case_notes, remarks, manual_cases, inbox,
)  # fmt: skip
"""Tables with texts of messages, quotations of them, or addresses of their files; the largest table comes last."""
_KEY_CHECK = "key-check"
_MIGRATION_LOCK = 7_301
"""Number of the PostgreSQL advisory lock by which only one of several starting processes migrates."""


SCHEMA_NUMBER = "(CASE current_schema() WHEN 'public' THEN 0 ELSE hashtext(current_schema()) END)"
"""SQL expression: a 32-bit number of PostgreSQL's current schema, 0 for `public`. Part of each advisory lock's number,
since such locks belong to the whole database, in which several offices have a schema each."""
_LOCK = text(f"SELECT pg_advisory_xact_lock({SCHEMA_NUMBER}::bigint * 4294967296 + :number)")


class Commits(NamedTuple):
    """Number and total duration of the database commits since the program started."""

    number: int = 0
    seconds: float = 0.0
    """Total time spent in COMMIT, in seconds, including the disk sync."""


class Database:
    """Access to one SQLite or PostgreSQL database, with the keys that encrypt its content.

    SQLite allows one writer at a time, within the process and between processes; `write` waits for its turn.
    """

    def __init__(self, url: str, keys: Keys, clock: Clock) -> None:
        """Create the engine without connecting; create the folder and the SQLite file (mode 0600) if they are missing.

        Raises:
            ConfigError: the URL names neither an SQLite file nor a PostgreSQL database.
        """
        self.keys = keys
        self.clock = clock
        self.persons = PersonCache()
        self.commits = Commits()
        address = address_of(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self.file = Path(str(address.database)) if self.is_sqlite else None
        """Path of the SQLite file; None for PostgreSQL."""
        self._engine = engine_of(address)
        event.listen(self._engine, "handle_error", unavailable, retval=True)
        self._writer: AbstractContextManager[Any] = WriteLock() if self.is_sqlite else nullcontext()
        self._must_truncate_wal = False
        self._to_vacuum_for: set[int] = set()
        """Ids of the threads whose current transaction removes content (PostgreSQL only)."""
        self._ignoring: dict[Table, Insert] = {}

    def form(self) -> str | None:
        """Return the schema revision (alembic's id) of the database; None if it has no tables."""
        with self.read() as connection:
            return revision(connection)

    def make_tables(self, form: str) -> None:
        """Create empty tables of the schema revision `form`; raise an error if that revision is unknown."""
        with self.write() as connection:
            upgrade(connection, form)

    def migrate(self) -> Path | None:
        """Bring the tables to the newest schema revision, and check that the stored data was encrypted with this key.

        An SQLite file is copied before an upgrade, so that an older version of the program can be reinstalled. Returns
        the path of the copy; None if no copy was made. A second attempt replaces the copy of the first.

        Raises:
            NewerDatabaseError: the database was written by a newer version of the program.
            OlderDatabaseError: the database is older than what this version can upgrade.
            WrongKeyError: the database was written with another key.
            UpgradeFailedError: the upgrade failed, and would fail again if repeated; nothing was changed.
            StoreError: the copy could not be written; nothing was changed.
        """
        copy = self._copy_before_upgrade()
        with self.write() as connection:
            self.lock(connection, _MIGRATION_LOCK)
            try:
                upgrade(connection)
            except (StoreUnavailableError, StoreError):
                raise
            except Exception as error:
                raise UpgradeFailedError(
                    f"không nâng cấp được cơ sở dữ liệu lên cấu trúc (schema) {newest()}: {type(error).__name__}; cơ "
                    "sở dữ liệu giữ nguyên như trước. Hãy cài lại phiên bản trước của chương trình và báo bên cung cấp"
                ) from error
            self._check_or_store_key(connection)
        return copy

    def require_newest(self) -> None:
        """Check that the tables are of this version's schema and fit the key, without changing anything.

        Raises:
            OlderDatabaseError: the tables are those of an older version, or there are none.
            NewerDatabaseError: the database was written by a newer version of the program.
            WrongKeyError: the database was written with another key.
        """
        form = self.form()
        if form == newest():
            self.check_key()
            return
        if form is None:
            raise OlderDatabaseError("cơ sở dữ liệu chưa có dữ liệu nào; hãy chạy zalo-governor init")
        check_known(form)
        raise OlderDatabaseError(
            f"cơ sở dữ liệu có cấu trúc (schema) {form}, chương trình này dùng {newest()}; hãy dừng dịch vụ rồi chạy "
            "zalo-governor upgrade. Lệnh này không tự nâng cấp"
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading; each statement sees the latest committed data.

        Raises:
            StoreUnavailableError: the database does not answer now.
        """
        with availability(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that commits durably when the block ends, or rolls back if it raises.

        Must not be nested within one thread: on SQLite the inner call would wait forever for the outer one's lock.

        Raises:
            StoreUnavailableError: the database cannot be written now; the transaction was rolled back.
        """
        with availability(), self._writer:
            with self._engine.begin() as connection:
                if self.is_sqlite:
                    # Directly on the driver, since SQLAlchemy sends no BEGIN here; locks now, not at the first change.
                    _driver(connection).execute("BEGIN IMMEDIATE").close()
                yield connection
                began = perf_counter()
            # Without a lock, one of two simultaneous commits on PostgreSQL may go uncounted; that is acceptable.
            self.commits = Commits(self.commits.number + 1, self.commits.seconds + perf_counter() - began)
            if self._must_truncate_wal:
                self._truncate_wal()
            if get_ident() in self._to_vacuum_for:
                self._to_vacuum_for.discard(get_ident())
                self._vacuum()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection that sees all tables as of one moment, while other connections keep writing.

        Statements that would write raise an error.

        Raises:
            StoreUnavailableError: the database does not answer now.
        """
        with availability(), self._engine.connect() as connection:
            if self.is_sqlite:
                _run(connection, "BEGIN", "PRAGMA query_only = ON")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            try:
                yield connection
            finally:
                if self.is_sqlite:
                    # No ROLLBACK here: an error of the disk may have ended the transaction, and the pool does it.
                    _run(connection, "PRAGMA query_only = OFF")

    def apart(self) -> Connection:
        """Open a separate autocommit connection, for locks that outlive a transaction; the caller must close it."""
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def erase_traces(self) -> None:
        """Make the commit of the current write transaction also remove the deleted data from the database's files.

        SQLite's write-ahead log is truncated. On PostgreSQL, the tables with content are vacuumed; its write-ahead log
        holds the removed ciphertext until it is recycled, and so do dead rows that an open snapshot may still read.
        """
        if self.is_sqlite:
            self._must_truncate_wal = True
        else:
            self._to_vacuum_for.add(get_ident())

    def insert_or_ignore(self, table: Table) -> Insert:
        """Return `INSERT … ON CONFLICT DO NOTHING` for the table; a row violating any unique index is skipped."""
        if table not in self._ignoring:
            make = sqlite.insert if self.is_sqlite else postgresql.insert
            self._ignoring[table] = make(table).on_conflict_do_nothing()
        return self._ignoring[table]

    def lock(self, connection: Connection, number: int) -> None:
        """Acquire PostgreSQL's advisory lock `number` of this schema, waiting for holders, until the transaction ends.

        No effect on SQLite, where only one transaction writes at a time, nor in a `snapshot`, which hinders no writer.
        """
        if not self.is_sqlite and not connection.get_execution_options().get("postgresql_readonly"):
            connection.execute(_LOCK, {"number": number})

    def close(self) -> None:
        """Close all connections of the pool."""
        self._engine.dispose()

    def check_key(self) -> None:
        """Check that the stored data was encrypted with this key, without changing anything; the tables must exist.

        Raises:
            WrongKeyError: the database was written with another key.
        """
        with self.read() as connection:
            self._open_key_check(connection)

    def _copy_before_upgrade(self) -> Path | None:
        form = self.form()
        if self.file is None or form in {None, newest()}:
            return None
        check_known(str(form))
        copy = self.file.with_name(f"{self.file.name}.truoc-nang-cap-{form}-{newest()}")
        draft = copy.with_name(f".{copy.name}.part")
        try:
            draft.unlink(missing_ok=True)
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600))
            with self.read() as connection, closing(SqliteConnection(draft)) as kept:
                _driver(connection).backup(kept)
            draft.replace(copy)
        except (OSError, SqliteDatabaseError) as error:
            raise StoreError(
                f"{copy}: không chép được cơ sở dữ liệu trước khi nâng cấp: {error}; chưa thay đổi gì"
            ) from None
        finally:
            draft.unlink(missing_ok=True)
        _log.info("earlier_form_kept", form=form, file=copy.name)
        return copy

    def _check_or_store_key(self, connection: Connection) -> None:
        if not self._open_key_check(connection):
            content = self.keys.seal(b"", binding("vault", _KEY_CHECK))
            row = {"name": _KEY_CHECK, "content": content, "saved_ms": to_ms(self.clock())}
            connection.execute(insert(vault), row)

    def _open_key_check(self, connection: Connection) -> bool:
        """Decrypt the key check, a stored ciphertext that only tells whether the key is the right one.

        Returns False if none is stored yet. Raises WrongKeyError if the key is wrong.
        """
        sealed = connection.scalar(select(vault.c.content).where(vault.c.name == _KEY_CHECK))
        if sealed is None:
            return False
        try:
            self.keys.open(sealed, binding("vault", _KEY_CHECK))
        except WrongKeyError:
            raise WrongKeyError(
                "khóa này không phải của cơ sở dữ liệu này; hãy chép lại đúng tệp khóa (hoặc ZALO_GOVERNOR_KEY) đã "
                "dùng khi tạo. Không có khóa ấy thì không ai đọc được nội dung; cơ sở dữ liệu giữ nguyên"
            ) from None
        return True

    def _vacuum(self) -> None:
        """Vacuum the tables with content; never raise, since the preceding transaction is already committed."""
        try:
            with self.apart() as connection:
                # Not returned to the pool, as it has a time limit: vacuuming a large table must not delay the caller.
                connection.detach()
                connection.exec_driver_sql(f"SET statement_timeout = {_VACUUM_MS}")
                for table in _WITH_CONTENT:
                    connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED, TRUNCATE false) {table.name}")
        except (StoreUnavailableError, DBAPIError) as error:
            _log.warning("traces_not_vacuumed", error=type(error).__name__)

    def _truncate_wal(self) -> None:
        """Truncate the write-ahead log; never raise, since the preceding transaction is already committed."""
        busy = True
        try:
            with self._engine.connect() as connection:
                # A reader that takes minutes, such as a backup, must not delay the next writer.
                driver = _driver(connection)
                driver.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}").close()
                busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}").close()
        except (StoreUnavailableError, DBAPIError, SqliteDatabaseError) as error:
            _log.error("wal_not_truncated", error=type(error).__name__)
        self._must_truncate_wal = bool(busy)
        if busy:
            _log.warning("wal_not_truncated")


def is_written(url: str) -> bool:
    """Return whether the database was used before: the SQLite file is not empty, or PostgreSQL holds stored secrets.

    Creates and changes nothing.

    Raises:
        ConfigError: the URL names no database, or its file cannot be accessed.
        StoreUnavailableError: the server does not answer now.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        path = Path(str(address.database))
        try:
            return path.exists() and path.stat().st_size > 0
        except OSError as error:
            raise ConfigError(no_access(path, error)) from None
    engine = engine_of(address)
    try:
        with availability(), engine.connect() as connection:
            if not has_table(connection, vault.name):
                return False
            return connection.scalar(select(vault.c.name).limit(1)) is not None
    finally:
        engine.dispose()


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        _driver(connection).execute(statement).close()


def _driver(connection: Connection) -> SqliteConnection:
    return cast("SqliteConnection", connection.connection.driver_connection)
