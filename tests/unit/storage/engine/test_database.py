import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.unit.storage.stored import MASTER, HandClock, entry
from zalo_governor.domain.errors import ConfigError, StoreUnavailableError
from zalo_governor.storage import migrations
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.errors import NewerDatabaseError, OlderDatabaseError, StoreError, WrongKeyError
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.security.crypto import Keys


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
    Inbox(database).admit([entry()])
    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert files == {"governor.db": 0o600, "governor.db-wal": 0o600, "governor.db-shm": 0o600}


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


@pytest.mark.usefixtures("durable")
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


def test_a_database_from_before_the_base_is_refused_and_left_alone(database: Database, path: Path) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0012'")
    for open_it in (database.migrate, database.require_newest):
        with pytest.raises(OlderDatabaseError, match=r"0012 .*cài lại bản đã tạo ra nó.*zalo-governor init"):
            open_it()
    assert database.form() == "0012"
    assert not list(path.parent.glob("*truoc-nang-cap*"))


def test_a_database_of_another_key_is_refused_and_left_alone(database: Database, path: Path) -> None:
    Inbox(database).admit([entry()])
    other = Database(f"sqlite:///{path}", Keys(b"o" * 32), HandClock())
    with pytest.raises(WrongKeyError, match="không phải của cơ sở dữ liệu này"):
        other.migrate()
    other.close()
    database.migrate()
    assert Inbox(database).waiting(after_id=0, limit=9)[0].entry == entry()


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
        Inbox(hasty).admit([entry()])
    blocker.execute("ROLLBACK")
    blocker.close()
    assert len(Inbox(hasty).admit([entry()])) == 1
    hasty.close()


def test_a_failing_transaction_leaves_nothing_behind(database: Database) -> None:
    vault = SecretStore(database)
    vault.save("session", b"first")

    def interrupted() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("DELETE FROM vault")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert vault.load("session") == b"first"


def test_secrets_in_the_vault_come_back_and_are_replaced(database: Database, path: Path) -> None:
    vault = SecretStore(database)
    assert vault.load("session") is None
    vault.save("session", b"cookie GIA DINH 1")
    vault.save("session", b"cookie GIA DINH 2")
    assert vault.load("session") == b"cookie GIA DINH 2"
    assert not any(b"GIA DINH" in file.read_bytes() for file in path.parent.iterdir())
