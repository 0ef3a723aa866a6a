"""Many offices in one PostgreSQL database: a role and a schema of its own for each, and one overview of all.

The overview holds health figures only. Row-level security shows each office's role its own row of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from zalo_governor.domain.errors import ConfigError
from zalo_governor.storage.engine.connect import address_of, engine_of
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.driver_errors import availability
from zalo_governor.storage.errors import StoreError

OVERSEER = "zalo_governor_overseer"
"""PostgreSQL role that can read the whole overview. It cannot log in; a person's own role is made a member of it."""
_NAME = re.compile(r"(?!.{31})[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SILENT_AFTER = timedelta(minutes=3)
"""Time after which a running office that has written no figures counts as broken; it writes every minute."""
_STARTS_FOR = timedelta(minutes=5)
_CONNECTIONS = 40
"""Most connections of an office: two pools of 15 (bot and panel), and commands."""
_TABLE = "overview.offices"
_PREPARE = f"""
SELECT pg_advisory_xact_lock(7310);
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OVERSEER}') THEN CREATE ROLE {OVERSEER} NOLOGIN; END IF;
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS overview;
CREATE TABLE IF NOT EXISTS {_TABLE} (
  name text PRIMARY KEY, role name NOT NULL UNIQUE, added_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz, figures jsonb CHECK (octet_length(figures::text) < 4000));
ALTER TABLE {_TABLE} ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_row ON {_TABLE};
CREATE POLICY own_row ON {_TABLE} USING (role = current_user);
DROP POLICY IF EXISTS every_row ON {_TABLE};
CREATE POLICY every_row ON {_TABLE} FOR SELECT TO {OVERSEER} USING (true);
GRANT USAGE ON SCHEMA overview TO {OVERSEER};
GRANT SELECT ON {_TABLE} TO {OVERSEER};
"""  # noqa: S608 - no value from outside in it


class State(StrEnum):
    """State of an office by its figures; BROKEN: it was killed, has a problem, or had one when it was stopped."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPED = "stopped"
    NEVER_RUN = "never_run"
    BROKEN = "broken"


# Limits on what an office writes of itself: it must not garble others' terminals or break their list.
_Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,40}$")]
_Count = Annotated[int, Field(ge=0, lt=10**12)]
_Moment = Annotated[AwareDatetime, Field(gt=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC))]


class Figures(BaseModel):
    """Health figures of an office: counts and states, never content or names of people."""

    # Another office may run a newer version of the program, which writes more fields.
    model_config = ConfigDict(extra="ignore", frozen=True)

    running: bool
    condition: _Word
    """As on the health page: `hearing` if all is well."""
    since: _Moment
    """Since when the office has been in this condition."""
    version: _Word
    form: _Word
    """Schema revision of its tables."""
    line: _Word | None = None
    """State of the connection to Zalo."""
    waiting: _Count | None = None
    """Number of received elements that the rules have not judged yet."""
    gaps_today: _Count | None = None
    undelivered: _Count | None = None
    """Number of the bot's messages given up within seven days."""
    backed_up_at: _Moment | None = None
    backup_overdue: bool = False
    free_mb: _Count = 0


class OfficeRow(NamedTuple):
    """An office in the overview; `figures` is None if it has never run, or has written what cannot be parsed."""

    name: str
    figures: Figures | None
    state: State
    since: datetime | None
    """Time since which the office has been in `state`; None if unknown."""


def check_name(name: str) -> None:
    """Raise ConfigError unless `name`, such as `xa-na-hu`, can name an office's role, folder and systemd unit."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r}: tên cơ quan chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối, bắt đầu bằng chữ, tối đa 30 "
            "ký tự, ví dụ so-noi-vu, xa-na-hu"
        )


def role_of(name: str) -> str:
    """Return the name of the office's PostgreSQL role and schema: `zg_xa_na_hu` for `xa-na-hu`."""
    return f"zg_{name.replace('-', '_')}"


def add_office(admin_url: str, name: str, password: str) -> None:
    """Create for an office a PostgreSQL role with that password, a schema of this role, and a row in the overview.

    All in one transaction. What exists already is kept, but the password is set anew.

    Raises:
        ConfigError: the database cannot be used for several offices, or the schema belongs to somebody else.
        StoreError: PostgreSQL does not allow it, or does not answer.
    """
    role = role_of(name)
    known = text(
        "SELECT to_regclass('public.alembic_version'), quote_ident(current_database()), "
        "(SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = :role), "
        "(SELECT true FROM pg_roles WHERE rolname = :role)"
    )
    add = text(f"INSERT INTO {_TABLE} (name, role) VALUES (:name, :role) ON CONFLICT DO NOTHING")  # noqa: S608
    with _as_administrator(admin_url) as connection:
        single, database, owner, there = connection.execute(known, {"role": role}).one()
        if single:
            raise ConfigError(
                "cơ sở dữ liệu này đang dùng cho một Hệ thống duy nhất (schema public); hãy tạo cơ sở dữ liệu khác cho "
                "nhiều cơ quan: createdb zalo_governor"
            )
        if owner not in {None, role}:
            raise ConfigError(f"schema {role} thuộc người dùng khác của PostgreSQL; hãy chọn tên khác cho cơ quan")
        connection.exec_driver_sql(_PREPARE)
        # Other roles get no search path, so that they never use objects from a schema that an office created.
        # CREATE: a restore builds the tables in a schema beside the present one, then exchanges their names.
        connection.exec_driver_sql(f"""
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
ALTER DATABASE {database} SET search_path = '';
{"" if there else f"CREATE ROLE {role};"}
ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE {role} CONNECTION LIMIT {_CONNECTIONS} PASSWORD '{_scram(connection, role, password)}';
ALTER ROLE {role} IN DATABASE {database} SET search_path = {role};
ALTER ROLE {role} SET statement_timeout = '1h';
ALTER ROLE {role} SET idle_in_transaction_session_timeout = '10min';
GRANT CONNECT, CREATE ON DATABASE {database} TO {role};
CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role};
GRANT USAGE ON SCHEMA overview TO {role};
GRANT SELECT, UPDATE (seen_at, figures) ON {_TABLE} TO {role};
""")
        connection.execute(add, {"name": name, "role": role})


def offices(admin_url: str) -> list[OfficeRow]:
    """Return all offices with their states, sorted by name; only the overview is read, no office's own tables.

    Raises:
        ConfigError: no office was ever added.
        StoreError: PostgreSQL does not allow it, or does not answer.
    """
    # An office may write any timestamp, also one outside Python's range.
    seen = "CASE WHEN seen_at IS NOT NULL THEN least(greatest(seen_at, added_at), now()) END"
    with _as_administrator(admin_url) as connection:
        if not connection.scalar(text(f"SELECT to_regclass('{_TABLE}') IS NOT NULL")):
            raise ConfigError("chưa có cơ quan nào; hãy thêm: zalo-governor offices add TÊN")
        rows = connection.execute(text(f"SELECT name, {seen}, figures, now() FROM {_TABLE} ORDER BY name")).all()  # noqa: S608
    return [_office(*row) for row in rows]


def write_figures(database: Database, figures: Figures) -> None:
    """Write the office's figures into its row of the overview; no effect in a database without an overview."""
    usable = text(
        "SELECT CASE WHEN has_schema_privilege(oid, 'USAGE') THEN to_regclass(:table) IS NOT NULL END "
        "FROM pg_namespace WHERE nspname = 'overview'"
    )
    write = text(f"UPDATE {_TABLE} SET seen_at = now(), figures = CAST(:told AS jsonb) WHERE role = current_user")  # noqa: S608
    with database.write() as connection:
        if connection.scalar(usable, {"table": _TABLE}):
            connection.execute(write, {"told": figures.model_dump_json()})


def _office(name: str, seen_at: datetime | None, told: object, now: datetime) -> OfficeRow:
    if seen_at is None:
        return OfficeRow(name, None, State.NEVER_RUN, None)
    try:
        figures = Figures.model_validate(told)
    except ValidationError:
        return OfficeRow(name, None, State.BROKEN, None)
    if figures.running and now - seen_at > _SILENT_AFTER:
        return OfficeRow(name, figures, State.BROKEN, seen_at)
    state = State.BROKEN
    if figures.condition == "hearing":
        state = State.RUNNING if figures.running else State.STOPPED
    elif figures.running and figures.condition == "starting" and now - figures.since < _STARTS_FOR:
        state = State.STARTING
    return OfficeRow(name, figures, state, figures.since)


@contextmanager
def _as_administrator(url: str) -> Iterator[Connection]:
    address = address_of(url)
    if address.get_backend_name() != "postgresql":
        raise ConfigError("--admin-url: phải là địa chỉ PostgreSQL, ví dụ postgresql://postgres@/zalo_governor")
    engine = engine_of(address)
    try:
        with availability(), engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreError(
            f"PostgreSQL không cho làm việc này: {str(error.orig).splitlines()[0]}; hãy dùng tài khoản quản trị của "
            "PostgreSQL trong --admin-url"
        ) from None
    finally:
        engine.dispose()


def _scram(connection: Connection, role: str, password: str) -> str:
    """Return the SCRAM hash that PostgreSQL stores, so that its log never shows the password itself."""
    driver: Any = connection.connection.driver_connection
    return str(driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())
