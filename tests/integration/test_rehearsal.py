"""A rehearsal does what a restore does, touches nothing, leaves nothing and is remembered."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.integration.test_backup_on_databases import CODE, STEPS, WORDS, Place, _looking, filled
from tests.unit.storage.stored import BOT
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.backup.rehearsal import LastRehearsal, Rehearsal, last_rehearsal, rehearse
from zalo_governor.backup.staging import put_aside
from zalo_governor.storage.engine.instance_lock import InstanceLock
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.schema import inbox, vault
from zalo_governor.storage.security.crypto import keep_master_key

__all__ = ["filled"]


def rehearsed(place: Place, path: Path, code: RecoveryCode = CODE) -> Rehearsal:
    return rehearse(path, code, place.config, place.clock, _looking, STEPS)


def remembered(place: Place) -> LastRehearsal | None:
    database = place.open()
    try:
        return last_rehearsal(SecretStore(database))
    finally:
        database.close()


def tree(folder: Path) -> dict[str, str]:
    """All files, and what is in them; what SQLite itself makes beside a database it only reads is left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
        if not path.name.endswith(("-shm", "-wal"))
    }


def test_a_rehearsal_says_what_a_restore_would_find_while_the_bot_runs(filled: Place) -> None:
    path, before = filled.backup(), filled.count()
    database = filled.open()
    with database.write() as connection:
        seal = {"seal_rule": "4.1-noi-dung-mat", "seal_label": "classified", "seal_size": 3, "seal_mac": b"m" * 16}
        connection.execute(update(inbox).where(inbox.c.key == "1").values(body=None, **seal))
    lock = InstanceLock(database, BOT)
    lock.take()
    filled.clock.forward(hours=1)
    done = rehearsed(filled, path)
    assert (done.cases, done.messages, done.rebuilt.sealed, done.rebuilt.erased) == (1, 4, 2, 0)
    assert done.end.audit_head
    assert done.remembered
    assert filled.count() == before | {"vault": before["vault"] + 1}
    lock.release()
    database.close()
    assert remembered(filled) == LastRehearsal(at=filled.clock(), name=path.name, made_at=done.made_at)
    assert put_aside(filled.settings.data_dir) == []


def test_nothing_but_the_memory_of_it_changes(filled: Place) -> None:
    if filled.settings.database_url:
        pytest.skip("files only on SQLite")
    path = filled.backup()
    rehearsed(filled, path)
    before = tree(filled.folder)
    with pytest.raises(BackupError, match="K-"):
        rehearsed(filled, path, RecoveryCode(b"d" * 15))
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BackupError, match="bị hỏng"):
        rehearsed(filled, path)
    after = tree(filled.folder)
    name = path.relative_to(filled.folder).as_posix()
    assert {**before, name: ""} == {**after, name: ""}
    known = filled.open()
    with known.read() as connection:
        assert connection.scalar(select(func.count()).select_from(vault).where(vault.c.name == "backup.rehearsal")) == 1
    known.close()


def test_a_machine_without_the_installation_rehearses_and_keeps_nothing(filled: Place, tmp_path: Path) -> None:
    path = filled.backup(tmp_path / "out")
    empty = tmp_path / "empty"
    empty.mkdir()
    done = rehearse(path, CODE, empty / "governor.yaml", filled.clock, _looking, STEPS)
    assert (done.cases, done.remembered) == (1, False)
    assert list(empty.iterdir()) == []


def test_a_backup_of_another_installation_is_not_remembered_here(filled: Place, tmp_path: Path) -> None:
    path = filled.backup(tmp_path / "out")
    other = Place(tmp_path / "other", None, filled.clock)
    keep_master_key(other.settings.key_path, b"other key" + bytes(23))
    with closing(sqlite3.connect(other.settings.data_dir / "governor.db")):
        pass
    before = tree(other.folder)
    assert not rehearsed(other, path).remembered
    assert tree(other.folder) == before


def test_what_a_killed_rehearsal_left_is_known_and_gone_with_the_next(
    filled: Place,
) -> None:
    path = filled.backup()
    script = (
        "import os, sys; from pathlib import Path\n"
        "from datetime import UTC, datetime\n"
        "from tests.integration.test_backup_on_databases import CODE, STEPS, _looking\n"
        "from zalo_governor.backup import rebuild, rehearsal\n"
        "rebuild._take_away = lambda *_: os.kill(os.getpid(), 9)\n"
        "rehearsal.rehearse(Path(sys.argv[1]), CODE, Path(sys.argv[2]), lambda: datetime.now(UTC), _looking, STEPS)\n"
    )
    command = [sys.executable, "-c", script, str(path), str(filled.config)]
    assert subprocess.run(command, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())}).returncode == -9
    [left] = put_aside(filled.settings.data_dir)
    assert left.name.startswith("dien-tap-")
    assert left.stat().st_mode & 0o777 == 0o700
    for file in left.rglob("*"):
        assert WORDS.encode() not in file.read_bytes(), "the content is encrypted there as everywhere"
    rehearsed(filled, path)
    assert put_aside(filled.settings.data_dir) == []
