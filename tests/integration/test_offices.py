"""Many offices on one PostgreSQL database: each alone with its rows, its locks and its version."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import psycopg
import pytest
from sqlalchemy import func, make_url, select, text
from typer.testing import CliRunner

from tests import postgresql
from tests.later_revision import NEXT, NOW, with_a_later_revision
from tests.unit.storage.stored import BOT, GROUP, MASTER, MEMBER, START, HandClock, entry, message
from zalo_governor.app import scan_worker
from zalo_governor.app.context import AppContext, open_records
from zalo_governor.app.observability import Observability
from zalo_governor.app.scan_worker import ScanWorker
from zalo_governor.cli import app
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.jobs import Job, ScanAttachment
from zalo_governor.features.attachments.scan_jobs import ScanFile
from zalo_governor.pipeline.jobs import JobRunner
from zalo_governor.setup.offices import settings_files
from zalo_governor.storage.engine.database import Database, is_written
from zalo_governor.storage.engine.instance_lock import InstanceLock, OtherInstanceError
from zalo_governor.storage.engine.lock_owner import RunningError, occupant, refuse_while_running
from zalo_governor.storage.engine.transaction import OFFICE_LOCK
from zalo_governor.storage.maintenance.offices import (
    OVERSEER,
    Figures,
    State,
    add_office,
    check_name,
    offices,
    role_of,
    write_figures,
)
from zalo_governor.storage.migrations import newest, upgrade
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import file_scans, inbox, metadata
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.unit_of_work import UnitsOfWork

OURS, THEIRS = "so-noi-vu", "so-y-te"
FIGURES = Figures(running=True, condition="hearing", since=START, version="0.1.0", form="0011", undelivered=2)


class Server(NamedTuple):
    """A database to which two offices were added."""

    folder: Path
    name: str

    @property
    def admin_url(self) -> str:
        return postgresql.database_url(self.folder, self.name)

    def url(self, office: str) -> str:
        return self.admin_url.replace("governor@", f"{role_of(office)}:mat-khau@", 1)

    def open(self, office: str, clock: HandClock) -> Database:
        return Database(self.url(office), Keys(MASTER), clock)

    @contextmanager
    def session(self, role: str) -> Iterator[psycopg.Connection]:
        """SQL as whoever has stolen the password of that role."""
        with psycopg.connect(f"host={self.folder} user={role} dbname={self.name}", autocommit=True) as connection:
            yield connection


@pytest.fixture
def server(postgresql_folder: Path) -> Server:
    made = Server(postgresql_folder, postgresql.new_database(postgresql_folder).partition("@/")[2].partition("?")[0])
    for office in (OURS, THEIRS):
        add_office(made.admin_url, office, "mat-khau")
    return made


@pytest.fixture
def both(server: Server, clock: HandClock) -> Iterator[tuple[Database, Database]]:
    made = (server.open(OURS, clock), server.open(THEIRS, clock))
    for database in made:
        database.migrate()
    yield made
    for database in made:
        database.close()


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(inbox)) or 0


def refused(session: psycopg.Connection, statement: str) -> str | None:
    """The SQLSTATE with which PostgreSQL refuses it; None if it does not."""
    try:
        with session.transaction() if statement.startswith("LOCK") else nullcontext():
            session.execute(statement.encode()).close()
    except psycopg.Error as error:
        return error.sqlstate
    return None


NO_RIGHT = "42501"
ON_A_TABLE = (
    "SELECT count(*) FROM {}", "INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET id = 1", "DELETE FROM {}", "TRUNCATE {}",
    "ALTER TABLE {} ADD COLUMN x int", "ALTER TABLE {} DISABLE TRIGGER ALL", "DROP TABLE {}", "LOCK TABLE {}",
    "COPY {} TO STDOUT", "GRANT ALL ON {} TO CURRENT_USER", "CREATE VIEW x AS SELECT * FROM {}",
    "CREATE TABLE x (LIKE {})", "CREATE TABLE x () INHERITS ({})", "CREATE INDEX ON {} (id)", "VACUUM {}",
)  # fmt: skip
TRICKS = (
    "SET ROLE {}", "SET SESSION AUTHORIZATION {}", "GRANT {} TO CURRENT_USER", "ALTER ROLE {} PASSWORD 'x'",
    "ALTER ROLE {} SET search_path = public", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER BYPASSRLS",
    "CREATE ROLE x", "CREATE DATABASE x", "CREATE TABLE public.x ()", "CREATE TABLE overview.x ()",
    "CREATE TABLE {}.x ()", "CREATE TEMP TABLE inbox ()",
    "CREATE FUNCTION {}.x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER SCHEMA {} RENAME TO x", "DROP SCHEMA {} CASCADE", "GRANT USAGE ON SCHEMA {} TO CURRENT_USER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT ALL ON TABLES TO CURRENT_USER", "REASSIGN OWNED BY {} TO CURRENT_USER",
    "SELECT pg_read_file('PG_VERSION')", "SELECT pg_ls_dir('.')", "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT lo_import('/etc/hostname')", "ALTER SYSTEM SET log_statement = 'all'",
    "DELETE FROM overview.offices", "TRUNCATE overview.offices", "INSERT INTO overview.offices VALUES ('x', 'x')",
    "UPDATE overview.offices SET role = CURRENT_USER", "UPDATE overview.offices SET name = 'x'",
    "ALTER TABLE overview.offices DISABLE ROW LEVEL SECURITY", "DROP POLICY own_row ON overview.offices",
    "LOCK TABLE overview.offices IN EXCLUSIVE MODE", "CREATE INDEX ON overview.offices (name)",
    "SET row_security = off; SELECT * FROM overview.offices",
)  # fmt: skip


def test_a_stolen_password_opens_nothing_of_another_office(server: Server, both: tuple[Database, Database]) -> None:
    for database in both:
        Inbox(database, BOT).admit([entry()])
        write_figures(database, FIGURES)
    ours, theirs = role_of(OURS), role_of(THEIRS)
    with server.session(theirs) as session:
        [large] = session.execute("SELECT lo_from_bytea(0, 'x')").fetchone() or ()
    tables = [table.name for table in metadata.sorted_tables]
    assert len(tables) > 40
    tried = [act.format(f"{theirs}.{table}") for table in (*tables, "alembic_version") for act in ON_A_TABLE]
    tried += [trick.format(theirs) for trick in TRICKS]
    tried += [f"SELECT lo_get({large})", f"SELECT lo_put({large}, 0, 'y')", f"SELECT lo_unlink({large})"]
    with server.session(ours) as session:
        assert {statement: state for statement in tried if (state := refused(session, statement)) != NO_RIGHT} == {}
        session.execute("RESET ROLE; SET row_security = on")
        by_path = "SET search_path = {}; SELECT * FROM inbox".replace("{}", theirs)
        assert refused(session, by_path) == "42P01", "seen by no path either"
        assert session.execute("SELECT name FROM overview.offices").fetchall() == [(OURS,)]
        assert session.execute("UPDATE overview.offices SET figures = NULL").rowcount == 1
        assert session.execute("SELECT 1 FROM pg_stats WHERE schemaname = %s", [theirs]).fetchall() == []
        definers = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace <> 'pg_catalog'::regnamespace"
        assert session.execute(definers.encode()).fetchall() == [], "no function lends its owner's rights"
    assert count(both[1]) == 1
    with server.session("governor") as session:
        session.execute(f"SET ROLE {OVERSEER}".encode())
        assert session.execute("SELECT name, figures IS NULL FROM overview.offices ORDER BY 1").fetchall() == [
            (OURS, True), (THEIRS, False)
        ]  # fmt: skip
        assert refused(session, ON_A_TABLE[0].format(f"{theirs}.inbox")) == NO_RIGHT
        assert refused(session, "UPDATE overview.offices SET figures = NULL") == NO_RIGHT


def test_offices_neither_wait_for_each_other_nor_refuse_each_other(both: tuple[Database, Database]) -> None:
    first, second = both
    ours, theirs, again = InstanceLock(first, "700"), InstanceLock(second, "700"), InstanceLock(first, "700")
    ours.take()
    assert occupant(second, "700") is None
    refuse_while_running(second)
    theirs.take()
    with pytest.raises(OtherInstanceError):
        again.take()
    theirs.release()
    with pytest.raises(RunningError):
        refuse_while_running(first)
    ours.release()
    with first.write() as held:
        for number in (OFFICE_LOCK, 7_400):
            first.lock(held, number)
        Inbox(second, BOT).admit([entry()])
        with UnitsOfWork(second, BOT).begin() as uow:
            uow.tx.lock_office()
        with first.write() as waiting:
            waiting.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(StoreUnavailableError, match="lock timeout"):
                first.lock(waiting, OFFICE_LOCK)
            waiting.rollback()


def test_two_versions_work_beside_each_other_while_one_is_upgraded(
    server: Server, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older, newer = server.open(OURS, clock), server.open(THEIRS, clock)
    older.migrate()
    with_a_later_revision(tmp_path, monkeypatch)
    newer.migrate()
    assert (older.form(), newer.form()) == (NOW, NEXT)
    Inbox(older, BOT).admit([entry()])
    with older.write() as upgrading:
        upgrade(upgrading)
        Inbox(newer, BOT).admit([entry(str(number)) for number in range(5)])
        newer.migrate()
    older.migrate()
    assert (older.form(), newer.form()) == (NEXT, NEXT)
    assert (count(older), count(newer)) == (1, 5)
    older.close()
    newer.close()


def test_the_tables_of_another_schema_are_never_taken_for_ones_own(postgresql_folder: Path, clock: HandClock) -> None:
    url = postgresql.new_database(postgresql_folder)
    first = Database(url, Keys(MASTER), clock)
    first.migrate()
    with first.write() as connection:
        connection.execute(text("CREATE SCHEMA other"))
    second_url = f"{url}&options=-csearch_path%3Dother,public"
    second = Database(second_url, Keys(b"o" * 32), clock)
    assert second.form() is None
    assert not is_written(second_url)
    second.migrate()
    Inbox(second, BOT).admit([entry()])
    assert (count(first), count(second)) == (0, 1)
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("told", "seconds", "state"),
    [
        ({}, 60, State.RUNNING),
        ({}, 600, State.BROKEN),
        ({"running": False}, 600, State.STOPPED),
        ({"running": False, "condition": "starting"}, 600, State.BROKEN),
        ({"condition": "starting"}, 60, State.STARTING),
        ({"condition": "blind"}, 0, State.BROKEN),
        ({"condition": "\x1b[2J"}, 0, State.BROKEN),
    ],
)
def test_the_overview_tells_how_each_office_is(
    server: Server, both: tuple[Database, Database], told: dict[str, object], seconds: int, state: State
) -> None:
    written = FIGURES.model_copy(update={"since": datetime.now(UTC), **told})
    write_figures(both[0], written)
    with server.session("governor") as session:
        ago = timedelta(seconds=seconds)
        session.execute("UPDATE overview.offices SET added_at = added_at - %s, seen_at = seen_at - %s", [ago, ago])
    known, other = offices(server.admin_url)
    assert (known.name, known.state) == (OURS, state)
    assert (other.name, other.state, other.figures) == (THEIRS, State.NEVER_RUN, None)


@pytest.mark.parametrize(
    "hostile",
    [
        "seen_at = 'infinity'", "seen_at = '-infinity'", "seen_at = '4000-01-01 BC'",
        "figures = '[]'", "figures = 'null'", "figures = '{\"version\": 7}'",
        "figures = figures || '{\"since\": \"9999-12-31T23:59:59Z\"}'",
        "figures = figures || '{\"since\": \"2026-11-24\"}'",
        "figures = figures || ('{\"free_mb\": 1' || repeat('0', 3000) || '}')::jsonb",
    ],
)  # fmt: skip
def test_no_office_can_spoil_the_list_for_the_others(server: Server, hostile: str) -> None:
    with server.session(role_of(OURS)) as session:
        session.execute("UPDATE overview.offices SET seen_at = now(), figures = %s", [FIGURES.model_dump_json()])
        session.execute(b"UPDATE overview.offices SET " + hostile.encode())
    listed = CliRunner().invoke(app, ["offices", "--json", "--admin-url", server.admin_url])
    assert [row["name"] for row in json.loads(listed.output)] == [OURS, THEIRS]
    shown = CliRunner().invoke(app, ["offices", "--admin-url", server.admin_url], env={"COLUMNS": "200"})
    assert shown.exception is None or isinstance(shown.exception, SystemExit), shown.exception
    assert THEIRS in shown.output


def test_a_bot_tells_how_it_is_unless_another_process_has_its_place(server: Server, tmp_path: Path) -> None:
    (tmp_path / "governor.yaml").write_text(f"database_url: {server.url(OURS)}\n")
    (tmp_path / "session.json").write_text("{}")
    records = open_records(load_settings(tmp_path / "governor.yaml"), system_clock)
    records.keep_account(BOT)
    bot, lock = Observability(records), InstanceLock(records.database, BOT)
    lock.take()
    bot._write_figures(running=True)
    assert offices(server.admin_url)[0].state is State.NEVER_RUN
    lock.release()
    bot._write_figures(running=True)
    known = offices(server.admin_url)[0]
    assert known.state is State.STARTING
    assert known.figures
    assert (known.figures.form, known.figures.backed_up_at) == (newest(), None)
    assert (known.figures.free_mb or 0) > 0
    records.close()


def test_a_database_without_an_overview_is_left_alone(database: Database) -> None:
    if not database.is_sqlite:
        write_figures(database, FIGURES)


def test_adding_again_changes_nothing_and_names_that_are_taken_are_refused(
    server: Server, both: tuple[Database, Database]
) -> None:
    Inbox(both[0], BOT).admit([entry()])
    write_figures(both[0], FIGURES)
    add_office(server.admin_url, OURS, "mat-khau")
    assert count(both[0]) == 1
    assert offices(server.admin_url)[0].figures == FIGURES
    with server.session(role_of(OURS)) as session:
        session.execute("CREATE SCHEMA zg_so_moi")
    with pytest.raises(ConfigError, match="zg_so_moi"):
        add_office(server.admin_url, "so-moi", "mat-khau")
    for name in ("", "So", "sở", "a_b", "-a", "a-", "a" * 31, "a b", "x\ny"):
        with pytest.raises(ConfigError, match="tên cơ quan"):
            check_name(name)


def test_a_database_of_a_single_installation_is_not_made_one_of_many(database_url: str, database: Database) -> None:
    with pytest.raises(ConfigError):
        add_office(database_url, OURS, "mat-khau")


def test_the_command_sets_an_office_up_and_can_be_repeated(server: Server, tmp_path: Path) -> None:
    config = tmp_path / "xa-na-hu" / "governor.yaml"
    command = ["offices", "add", "xa-na-hu", "--admin-url", server.admin_url, "--offices-dir", str(tmp_path)]

    def add() -> str:
        shown = CliRunner().invoke(app, [*command, "--etc", str(tmp_path / "etc")])
        assert shown.exit_code == 0, shown.output
        return shown.output

    shown = add()
    settings, written = load_settings(config), config.read_bytes()
    password = make_url(str(settings.database_url)).password
    assert password
    assert password not in shown
    assert config.stat().st_mode & 0o777 == 0o640
    assert "systemctl enable --now zalo-governor@xa-na-hu.service zalo-governor-backup@xa-na-hu.timer" in shown
    assert (tmp_path / "etc/tmpfiles.d/zalo-governor@xa-na-hu.conf").exists()
    with server.session("governor") as session:
        [kept] = session.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'zg_xa_na_hu'").fetchone() or ()
    assert kept.startswith("SCRAM-SHA-256$")
    assert password not in add()
    assert config.read_bytes() == written
    config.write_text("groups: []\n")
    [line] = re.findall(r"database_url: \S+", add())
    assert password not in line
    config.write_text(f"{line}\n")
    assert "database_url" not in add()
    listed = CliRunner().invoke(app, ["offices", "--admin-url", server.admin_url], env={"COLUMNS": "200"})
    assert re.findall(r"(\S+) +│ chưa chạy lần nào", listed.output) == [OURS, THEIRS, "xa-na-hu"]
    config.write_text("database_url: postgresql://zg_so_y_te:x@localhost/y\n")
    wrong = CliRunner().invoke(app, command, standalone_mode=False).exception
    assert isinstance(wrong, ConfigError)
    assert "governor.yaml:1: database_url" in str(wrong)


@contextmanager
def scanning(tmp_path: Path) -> Iterator[None]:
    """A worker that scans for all offices of the folder."""
    worker = ScanWorker(lambda: settings_files(tmp_path), system_clock)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


@contextmanager
def logged_in(server: Server, tmp_path: Path, office: str) -> Iterator[AppContext]:
    """The records of an office whose bot has logged in."""
    (tmp_path / office).mkdir()
    (tmp_path / office / "governor.yaml").write_text(f"database_url: {server.url(office)}\n")
    (tmp_path / office / "session.json").write_text('{"imei": "a", "user_agent": "b", "cookies": {"zpw_sek": "c"}}')
    with closing(open_records(load_settings(tmp_path / office / "governor.yaml"), system_clock)) as records:
        records.keep_account(BOT)
        yield records


def order_scan(records: AppContext, key: str = "1") -> None:
    [admitted] = Inbox(records.database, BOT).admit([entry(key)])
    task = ScanAttachment(event_id=admitted.id, message_key=key, sender_uid=MEMBER, sent_at=START, source=Source.LIVE)
    with UnitsOfWork(records.database, BOT).begin() as uow:
        uow.verdicts.store(admitted, message(admitted), Verdict(), START)
        uow.jobs.enqueue(Job(account=BOT, group_id=GROUP, task=task, ordered_at=START))


def scanned(records: AppContext, wanted: int, seconds: float = 60) -> bool:
    """Whether so many files are scanned in time."""

    def done() -> int:
        with records.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(file_scans)) or 0

    return until(lambda: done() == wanted, seconds)


def until(happened: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = monotonic() + seconds
    while not happened() and monotonic() < deadline:
        sleep(0.05)
    return happened()


def test_an_office_that_fails_keeps_no_other_from_being_scanned(server: Server, tmp_path: Path) -> None:
    (tmp_path / OURS).mkdir()
    (tmp_path / OURS / "governor.yaml").write_text(f"database_url: {server.url(OURS)}\n")
    (tmp_path / OURS / "session.json").write_text("{}")
    with logged_in(server, tmp_path, THEIRS) as records:
        order_scan(records)
        with scanning(tmp_path):
            assert scanned(records, 1)
    assert not is_written(server.url(OURS)), "nobody's tables are made for him"


def test_a_scan_worker_leaves_an_office_that_was_upgraded_meanwhile_to_one_of_its_version(
    server: Server, tmp_path: Path
) -> None:
    with logged_in(server, tmp_path, OURS) as records, scanning(tmp_path):
        order_scan(records)
        assert scanned(records, 1)
        with records.database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        order_scan(records, "2")
        assert not scanned(records, 2, seconds=3)


def test_a_scan_worker_follows_what_is_changed_in_the_files_of_an_office(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []
    make = scan_worker._runner

    def noted(records: AppContext, scan: ScanFile) -> JobRunner:
        begun.append(records.settings.attachments.seconds)
        return make(records, scan)

    monkeypatch.setattr(scan_worker, "_runner", noted)
    monkeypatch.setattr(scan_worker, "_FILES_SECONDS", 0.1)
    config = tmp_path / OURS / "governor.yaml"
    with logged_in(server, tmp_path, OURS) as records, scanning(tmp_path):
        assert until(lambda: begun == [60])
        settings = config.read_text()
        config.write_text(f"{settings}attachments: {{seconds: nhiều}}\n")
        order_scan(records)
        assert scanned(records, 1), "with a wrong file, the one before holds"
        config.write_text(f"{settings}attachments: {{seconds: 45}}\n")
        assert until(lambda: begun == [60, 45]), begun
