"""The connection to the database: how durable it is, who may write, and that the key fits."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import DatabaseError as SqliteDatabaseError
from time import perf_counter
from typing import Any, NamedTuple, cast

import structlog
from sqlalchemy import ClauseElement, Connection, Insert, Table, event, func, insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError
from zalo_governor.storage.engine.connect import BUSY_SECONDS, address_of, engine_of, no_access
from zalo_governor.storage.engine.driver_errors import availability, unavailable
from zalo_governor.storage.engine.errors import StoreError, WrongKeyError
from zalo_governor.storage.engine.write_lock import WriteLock
from zalo_governor.storage.migrations import check_known, newest, revision, upgrade
from zalo_governor.storage.repositories.person_cache import PersonCache
from zalo_governor.storage.schema import vault
from zalo_governor.storage.security.crypto import Keys, binding

_log = structlog.get_logger(__name__)

_TRACES_MS = 500
_KEY_CHECK = "key-check"
_MIGRATION_LOCK = 7_301
"""PostgreSQL advisory lock: of several processes started at once, one migrates."""


class Commits(NamedTuple):
    """What writing has cost since the start."""

    number: int = 0
    seconds: float = 0.0
    """From the word to the answer, the disk's sync included."""


class Database:
    """One database with its key. SQLite takes one writer at a time, inside the process and between processes."""

    def __init__(self, url: str, keys: Keys, clock: Clock) -> None:
        """Opens nothing yet, but makes the folder and the SQLite file (rights 0600) where they are missing.

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
        """The SQLite file; None for PostgreSQL."""
        self._engine = engine_of(address)
        event.listen(self._engine, "handle_error", unavailable, retval=True)
        self._writer: AbstractContextManager[Any] = WriteLock() if self.is_sqlite else nullcontext()
        self._traces = False
        self._ready: dict[ClauseElement, str] = {}
        self._ignoring: dict[Table, Insert] = {}

    def form(self) -> str | None:
        """The revision of the tables; None where there are none."""
        with self.read() as connection:
            return revision(connection)

    def make_tables(self, form: str) -> None:
        """Make empty tables of an earlier form; raises NewerDatabaseError where this program does not know it."""
        with self.write() as connection:
            upgrade(connection, form)

    def migrate(self) -> Path | None:
        """Bring the tables to the form that this program knows, and see that the key fits what is stored.

        Gives the copy of an SQLite file that had an earlier form: a program that does not work out can be taken back.

        Raises:
            NewerDatabaseError: a newer program has written it.
            WrongKeyError: it was written under another key.
            StoreError: there is no room for the copy; nothing was changed.
        """
        copy = self._keep_earlier_form()
        with self.write() as connection:
            self.lock(connection, _MIGRATION_LOCK)
            upgrade(connection)
            self._check_key(connection)
        return copy

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """For looking only; each statement sees what is committed.

        Raises:
            StoreUnavailableError: the database cannot be asked now.
        """
        with availability(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends, and undone if the block raises.

        Not to be opened inside another one of the same thread: SQLite's single writer would wait for itself.

        Raises:
            StoreUnavailableError: the database takes nothing now; the transaction left nothing behind.
        """
        with availability(), self._writer:
            with self._engine.begin() as connection:
                if self.is_sqlite:
                    # Past SQLAlchemy, which has its own idea of a beginning; and at once, not at the first change.
                    _driver(connection).execute("BEGIN IMMEDIATE").close()
                yield connection
                began = perf_counter()
            # Of two that end at once on PostgreSQL one may go uncounted; no lock is worth that.
            self.commits = Commits(self.commits.number + 1, self.commits.seconds + perf_counter() - began)
            if self._traces:
                self._erase_traces()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """For looking at everything as it stands at one moment, while others write on.

        Raises:
            StoreUnavailableError: the database cannot be asked now.
        """
        with availability(), self._engine.connect() as connection:
            if self.is_sqlite:
                _driver(connection).execute("BEGIN").close()
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    def apart(self) -> Connection:
        """A connection of its own for locks that outlive a transaction; whoever asked closes it."""
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def erase_traces(self) -> None:
        """After the running transaction, leave nothing of what it removed in SQLite's write-ahead log.

        PostgreSQL has no such step: what is left there until vacuum and log rotation is ciphertext.
        """
        self._traces = self.is_sqlite

    def insert_or_ignore(self, table: Table) -> Insert:
        """INSERT … ON CONFLICT DO NOTHING, for whichever unique index the row would break."""
        if table not in self._ignoring:
            make = sqlite.insert if self.is_sqlite else postgresql.insert
            self._ignoring[table] = make(table).on_conflict_do_nothing()
        return self._ignoring[table]

    def ready(self, statement: ClauseElement) -> str:
        """The statement's SQL with positional parameters: for what runs by the thousand, past SQLAlchemy's compiler."""
        if statement not in self._ready:
            self._ready[statement] = str(statement.compile(dialect=self._engine.dialect))
        return self._ready[statement]

    def lock(self, connection: Connection, number: int) -> None:
        """Serialise transactions that ask for the same number, until they end; on SQLite all writers are serial."""
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(number)))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def check_key(self) -> None:
        """See that the key fits what is stored, and change nothing; the tables are there.

        Raises:
            WrongKeyError: it was written under another key.
        """
        with self.read() as connection:
            self._open_key_check(connection)

    def _keep_earlier_form(self) -> Path | None:
        form = self.form()
        if self.file is None or form in {None, newest()}:
            return None
        check_known(str(form))
        copy = self.file.with_name(f"{self.file.name}.truoc-nang-cap-{form}-{to_ms(self.clock())}")
        draft = copy.with_name(f".{copy.name}.part")
        try:
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600))
            with self.read() as connection, closing(SqliteConnection(draft)) as kept:
                _driver(connection).backup(kept)
            draft.rename(copy)
        except (OSError, SqliteDatabaseError) as error:
            raise StoreError(
                f"{copy}: không chép được cơ sở dữ liệu trước khi nâng cấp: {error}; chưa thay đổi gì"
            ) from None
        finally:
            draft.unlink(missing_ok=True)
        _log.info("earlier_form_kept", form=form, file=copy.name)
        return copy

    def _check_key(self, connection: Connection) -> None:
        if not self._open_key_check(connection):
            content = self.keys.seal(b"", binding("vault", _KEY_CHECK))
            row = {"name": _KEY_CHECK, "content": content, "saved_ms": to_ms(self.clock())}
            connection.execute(insert(vault), row)

    def _open_key_check(self, connection: Connection) -> bool:
        """Whether there is anything yet by which the key can be known again."""
        sealed = connection.scalar(select(vault.c.content).where(vault.c.name == _KEY_CHECK))
        if sealed is None:
            return False
        try:
            self.keys.open(sealed, binding("vault", _KEY_CHECK))
        except WrongKeyError:
            raise WrongKeyError(
                "khóa này không phải của cơ sở dữ liệu này; hãy đặt lại đúng tệp khóa (hoặc ZALO_GOVERNOR_KEY) đã "
                "dùng khi tạo. Không có khóa ấy thì không ai đọc được nội dung; cơ sở dữ liệu giữ nguyên"
            ) from None
        return True

    def _erase_traces(self) -> None:
        """Never raises: the transaction before it is durable, and must not look as if it had failed."""
        busy = True
        try:
            with self._engine.connect() as connection:
                # Whoever reads on for minutes, as a backup does, must not keep the next writer waiting.
                driver = _driver(connection)
                driver.execute(f"PRAGMA busy_timeout = {_TRACES_MS}").close()
                busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}").close()
        except (StoreUnavailableError, DBAPIError, SqliteDatabaseError) as error:
            _log.error("wal_not_truncated", error=type(error).__name__)
        self._traces = bool(busy)
        if busy:
            _log.warning("wal_not_truncated")


def is_written(url: str) -> bool:
    """Whether the database holds anything that was sealed with a key; makes and changes nothing.

    Raises:
        ConfigError: the URL names no database, or its file may not be looked at.
        StoreUnavailableError: the server cannot be asked now.
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
            if not inspect(connection).has_table(vault.name):
                return False
            return connection.scalar(select(vault.c.name).limit(1)) is not None
    finally:
        engine.dispose()


def _driver(connection: Connection) -> SqliteConnection:
    return cast("SqliteConnection", connection.connection.driver_connection)
