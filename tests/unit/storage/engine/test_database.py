import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert

from tests.unit.storage.stored import BOT, MASTER, HandClock, entry
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError
from zalo_governor.storage import migrations
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.errors import NewerDatabaseError, StoreError, WrongKeyError
from zalo_governor.storage.repositories.gaps import SqlGaps
from zalo_governor.storage.repositories.inbox import InboxCounts, SqlInbox
from zalo_governor.storage.schema import accounts, metadata
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.security.secret_store import Vault
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "governor.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}", Keys(MASTER), HandClock())
    database.migrate()
    yield database
    database.close()


def test_all_files_of_the_database_are_for_their_owner_only(database: Database, path: Path) -> None:
    SqlInbox(database).admit([entry()])
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert files == {"governor.db": 0o600, "governor.db-wal": 0o600, "governor.db-shm": 0o600}


def test_migrations_make_exactly_the_tables_of_the_schema(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.migrate()


def test_the_newest_form_is_the_one_that_alembic_finds_and_needs_no_alembic(database: Database, path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert migrations.newest() == ScriptDirectory.from_config(config).get_current_head()
    code = f"""
import sys
from tests.unit.storage.stored import MASTER, HandClock
from zalo_governor.storage.security.crypto import Keys
from zalo_governor.storage.engine.database import Database
Database({f"sqlite:///{path}"!r}, Keys(MASTER), HandClock()).migrate()
assert "alembic" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[4])


def test_cases_of_an_earlier_version_are_there_after_the_update(path: Path) -> None:
    earlier = Database(f"sqlite:///{path.with_name('earlier.db')}", Keys(MASTER), HandClock())
    with earlier.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO persons (id, full_name, title, reach) VALUES (1, 'Lò Văn Mẫu', '', 'unknown')"
        )
        connection.exec_driver_sql(
            "INSERT INTO cases (id, group_id, rule_id, clause, severity, label, sealed, person_id, state, opened_ms, "
            "event_ms, last_event_ms, count, first_event_id, message_key, late, state_ms) "
            "VALUES (12, '8', '3.1', '3.1', 'minor', 'x', 0, 1, 'new', 1, 1, 1, 1, 1, '5', 0, 1)"
        )
    earlier.migrate()
    with SqlUnitsOfWork(earlier, "1").begin() as uow:
        case = uow.cases.get(12)
        assert case is not None
        assert (case.code, case.due_at, case.leader_told_at, case.same_as) == ("VP12", None, None, None)
        assert uow.cases.next_due(["8"]) is None
    earlier.close()


def test_what_an_earlier_version_had_not_judged_waits_after_the_update(path: Path) -> None:
    earlier = Database(f"sqlite:///{path.with_name('earlier.db')}", Keys(MASTER), HandClock())
    earlier.make_tables("0017")
    with earlier.write() as connection:
        for number, (state, reason) in enumerate([("done", None), ("waiting", None), ("dead", "no such shape")], 1):
            connection.exec_driver_sql(
                "INSERT INTO inbox (id, account, thread_id, is_group, kind, key, sender_uid, at_ms, source, "
                "received_ms, fingerprint, state, reason) "
                "VALUES (?, '1', '8', 1, 'message', ?, '2', 1, 'live', 1, x'00', ?, ?)",
                (number, str(number), state, reason),
            )
    earlier.migrate()
    inbox = SqlInbox(earlier)
    assert inbox.counts() == InboxCounts(heard=3, waiting=1, dead=1)
    assert [item.id for item in inbox.waiting(after_id=0, limit=9)] == [2]
    assert [item.id for item in inbox.judged("1", after_id=0, limit=9)] == [1]
    earlier.close()


def test_commits_survive_a_power_cut_and_deletions_are_wiped(database: Database) -> None:
    with database.write() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabaseError, match="9999"):
        database.migrate()


def test_a_database_of_another_key_is_refused_and_left_alone(database: Database, path: Path) -> None:
    SqlInbox(database).admit([entry()])
    other = Database(f"sqlite:///{path}", Keys(b"o" * 32), HandClock())
    with pytest.raises(WrongKeyError, match="không phải của cơ sở dữ liệu này"):
        other.migrate()
    other.close()
    database.migrate()
    assert SqlInbox(database).waiting(after_id=0, limit=9)[0].entry == entry()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://h/secret", "not a url with secret"])
def test_an_unfit_url_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match="database_url") as complaint:
        Database(url, Keys(MASTER), HandClock())
    assert "secret" not in str(complaint.value)


def test_a_file_that_is_no_database_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Kính gửi các đồng chí " * 100)
    database = Database(f"sqlite:///{path}", Keys(MASTER), HandClock())
    with pytest.raises(StoreError, match="not a database"):
        database.migrate()
    database.close()
    assert path.read_text().startswith("Kính gửi")


def test_a_locked_database_is_said_to_be_unavailable_and_later_works(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zalo_governor.storage.engine.connect.BUSY_SECONDS", 0.05)
    hasty = Database(f"sqlite:///{path}", Keys(MASTER), HandClock())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="locked"):
        SqlInbox(hasty).admit([entry()])
    blocker.execute("ROLLBACK")
    blocker.close()
    assert len(SqlInbox(hasty).admit([entry()])) == 1
    hasty.close()


def test_a_failing_transaction_leaves_nothing_behind(database: Database) -> None:
    vault = Vault(database)
    vault.save("session", b"first")

    def interrupted() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("DELETE FROM vault")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert vault.load("session") == b"first"


def test_secrets_in_the_vault_come_back_and_are_replaced(database: Database, path: Path) -> None:
    vault = Vault(database)
    assert vault.load("session") is None
    vault.save("session", b"cookie GIA DINH 1")
    vault.save("session", b"cookie GIA DINH 2")
    assert vault.load("session") == b"cookie GIA DINH 2"
    assert not any(b"GIA DINH" in file.read_bytes() for file in path.parent.iterdir())


def test_gaps_of_an_older_program_that_go_on_are_still_to_be_recovered(path: Path) -> None:
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        _upgrade_to("0001", connection)
        connection.execute(insert(accounts), {"uid": BOT, "number": 0})
        connection.exec_driver_sql(
            "INSERT INTO gaps (id, group_id, began_ms, ended_ms, cause, recovered, closed) "
            "VALUES (1, 'g', 5, 9, '1006', 0, false), (2, 'g', 12, NULL, '1006', 0, false)"
        )
    engine.dispose()
    database = Database(f"sqlite:///{path}", Keys(MASTER), HandClock())
    database.migrate()
    assert [(gap.id, gap.heard_id) for gap in SqlGaps(database, BOT).pending_gaps("g")] == [(2, 12 << 20)]
    database.close()


def _upgrade_to(revision: str, connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_looking_for_equal_content_reads_no_ordinary_message(database: Database) -> None:
    """Sealed content is rare, and messages are millions."""
    with database.read() as connection:
        plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT id FROM inbox WHERE seal_mac = x'00'").all()
    assert "ix_inbox_seal_mac" in str(plan)


def test_a_full_disk_is_called_so_at_the_very_statement_that_meets_it(database: Database) -> None:
    """A reaction that failed for it is tried again; for any other error its event goes on without a case."""
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(StoreUnavailableError, match="full"):
            connection.execute(insert(accounts), {"uid": "7" * 100_000, "number": 1})
