"""A backup of either database, put back into either, and what must not come back with it."""

import errno
import json
import os
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, inspect, select, update
from typer.testing import CliRunner

from tests import postgresql
from tests.later_revision import NOW, with_a_later_revision
from tests.unit.storage.stored import (
    BOT,
    GROUP,
    MASTER,
    MEMBER,
    OTHER,
    START,
    HandClock,
    entry,
    message,
    new_case,
    notice,
)
from zalo_governor.app.context import open_records
from zalo_governor.backup import rebuild as rebuilding
from zalo_governor.backup.create import Backups, LastBackup, give_up_oldest, is_overdue, last_backup
from zalo_governor.backup.encrypted_file import BackupError, SealedWriter
from zalo_governor.backup.rebuild import Steps
from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.backup.rehearsal import rehearse
from zalo_governor.backup.restore import Restored, restore
from zalo_governor.backup.staging import _Beside, _Schema, schemas_put_aside
from zalo_governor.cli import app
from zalo_governor.config.settings import Settings, load_settings
from zalo_governor.doctor.check import Level
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.installation import database as database_check
from zalo_governor.doctor.installation import secret_files
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.feedback import RemarkKind
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.inbound import RawDict, Seal
from zalo_governor.domain.people import Member
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.instance_lock import InstanceLock
from zalo_governor.storage.engine.lock_owner import PANEL, RunningError, refuse_while_running
from zalo_governor.storage.errors import OlderDatabaseError
from zalo_governor.storage.maintenance.erasure import erase
from zalo_governor.storage.maintenance.offices import add_office, role_of
from zalo_governor.storage.migrations import newest
from zalo_governor.storage.repositories.audit import SqlAuditLog
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.schema import cases, events, inbox, metadata, outbox
from zalo_governor.storage.security.crypto import Keys, keep_master_key, master_key
from zalo_governor.storage.unit_of_work import UnitsOfWork
from zalo_governor.system.atomic_files import replace_file

CODE = RecoveryCode(b"c" * 15)
STEPS = Steps(*[lambda _more: None] * 3)
WORDS = "Xin gửi báo cáo GIẢ ĐỊNH"


class Place:
    """An installation: a folder with its settings, on a database of its own."""

    def __init__(self, folder: Path, url: str | None, clock: HandClock) -> None:
        self.folder = folder
        self.clock = clock
        self.config = folder / "governor.yaml"
        folder.mkdir()
        self.config.write_text(yaml.safe_dump({"database_url": url}))
        self.settings = load_settings(self.config)

    def open(self) -> Database:
        database = Database(self.settings.sqlalchemy_url, Keys(MASTER), self.clock)
        database.migrate()
        return database

    def fill(self) -> None:
        keep_master_key(self.settings.key_path, MASTER)
        database = self.open()
        admitted = Inbox(database, BOT).admit([entry(str(number), f"{WORDS} {number}") for number in range(5)])
        with UnitsOfWork(database, BOT).begin() as uow:
            for one in admitted[:4]:
                uow.verdicts.store(one, message(one), Verdict(), START)
            person = uow.people.find_or_create(BOT, MEMBER)
            assert person
            uow.cases.add(new_case(person.id, admitted[0].id))
            uow.outbox.add(notice("Kính gửi đồng chí GIẢ ĐỊNH", person_id=person.id))
            uow.audit.append("case.opened", at=START, actor_id=None, group_id=GROUP, subject="VP1", detail={})
        database.close()

    def backup(self, to: Path | None = None) -> Path:
        database = self.open()
        backups = Backups(self.settings, self.config, database, self.clock)
        backups.keep_code(CODE)
        made = backups.make(to or self.folder / "out", CODE, BOT, written=lambda _: None, checked=lambda _: None)
        database.close()
        return made.path

    def restore(self, path: Path, *, replace: bool = False, code: RecoveryCode = CODE) -> Restored:
        return restore(path, code, self.config, self.clock, _looking, STEPS, replace=replace)

    def count(self) -> dict[str, int]:
        database = self.open()
        with database.read() as connection:
            counted = {
                table.name: connection.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }
        database.close()
        return counted


def _looking(_settings: Settings, keys: Keys) -> Callable[[RawDict], Seal | None]:
    """A door that knows one word more than the one by which the bodies were let in."""

    def look(raw: RawDict) -> Seal | None:
        if str(raw.get("content", "")).endswith("3"):
            return Seal("4.1-noi-dung-mat", "classified", "mat", 3, keys.mac(b"3"))
        return None

    return look


@pytest.fixture
def filled(tmp_path: Path, database_url: str, clock: HandClock) -> Place:
    place = Place(tmp_path / "first", database_url if database_url.startswith("postgresql") else None, clock)
    place.fill()
    return place


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Place:
    url = None
    if request.param == "postgresql":
        url = postgresql.new_database(request.getfixturevalue("postgresql_folder"))
    return Place(tmp_path / "second", url, clock)


def office(folder: Path, database: str, name: str, clock: HandClock) -> Place:
    """An installation that is one of several on one database."""
    add_office(database, name, "mat-khau")
    return Place(folder, database.replace("governor@", f"{role_of(name)}:mat-khau@", 1), clock)


def test_an_office_moves_from_sqlite_into_its_schema_and_back_beside_another(
    tmp_path: Path, clock: HandClock, postgresql_folder: Path
) -> None:
    database = postgresql.new_database(postgresql_folder)
    first, other = Place(tmp_path / "first", None, clock), office(tmp_path / "other", database, "so-y-te", clock)
    first.fill()
    other.fill()
    beside = other.count()
    moved, back = office(tmp_path / "moved", database, "so-noi-vu", clock), Place(tmp_path / "back", None, clock)
    path = first.backup()
    before = first.count()
    done = moved.restore(path)
    assert done.kept == "schema zg_so_noi_vu_truoc_20261124_080000"
    assert _put_aside(moved) == ["zg_so_noi_vu_truoc_20261124_080000"]
    assert _put_aside(other) == []
    # What waited to be judged is fetched again; when it was restored is claimed.
    assert moved.count() == before | {"inbox": before["inbox"] - 1, "waiting": 0, "job_runs": before["job_runs"] + 1}
    path = moved.backup()
    before = moved.count()
    back.restore(path)
    assert back.count() == before
    assert other.count() == beside
    assert _beside(moved) == _beside(other) == []


def test_a_backup_is_put_back_into_either_database_and_work_goes_on(filled: Place, empty: Place) -> None:
    path = filled.backup()
    assert path.stat().st_mode & 0o777 == 0o600
    before = filled.count()
    done = empty.restore(path)
    after = empty.count()
    # What waited to be judged is fetched again; the backup and the restoring are on record.
    assert after["inbox"] == before["inbox"] - 1 == 4
    assert after["cases"] == before["cases"] == 1
    assert after["audit"] == before["audit"]
    assert (done.rebuilt.sealed, done.rebuilt.erased, done.known_until) == (1, 0, None)
    assert empty.settings.key_path.read_bytes() == filled.settings.key_path.read_bytes()
    database = empty.open()
    assert not SqlAuditLog(database).verify().faults
    assert last_backup(SecretStore(database)) == LastBackup(at=START, name=path.name)
    with database.read() as connection:
        kept = connection.execute(
            select(inbox.c.key, inbox.c.body.is_not(None), inbox.c.seal_rule).order_by(inbox.c.id)
        )
        assert [tuple(row) for row in kept] == [
            ("0", True, None), ("1", True, None), ("2", True, None), ("3", False, "4.1-noi-dung-mat")
        ]  # fmt: skip
        assert connection.scalar(select(outbox.c.repeated))
    with UnitsOfWork(database, BOT).begin() as uow:
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person
        case = uow.cases.add(new_case(person.id, 1))
    assert case.id > 100
    database.close()


def test_words_that_stand_a_second_time_are_looked_at_as_well(filled: Place, empty: Place) -> None:
    database = filled.open()
    with UnitsOfWork(database, BOT).begin() as uow:
        person = uow.people.find_or_create(BOT, MEMBER)
        assert person
        for number in range(2, 4):
            about: dict[str, Any] = {"group_id": GROUP, "person_id": person.id, "at": START}
            uow.feedback.add(RemarkKind.SUGGESTION, text=f"{WORDS} {number}", **about)
            uow.outbox.add(notice(f"Kính gửi: {WORDS} {number}", person_id=person.id))
    database.close()
    empty.restore(filled.backup())
    database = empty.open()
    with UnitsOfWork(database, BOT).begin() as uow:
        kept = uow.feedback.between(GROUP, RemarkKind.SUGGESTION, START, START + timedelta(hours=1))
    assert [remark.text for remark in kept] == [f"{WORDS} 2", ""]
    with database.read() as connection:
        notices = connection.execute(select(outbox.c.body != b"", outbox.c.state).order_by(outbox.c.id)).all()
    assert [tuple(row) for row in notices] == [(True, "waiting"), (True, "waiting"), (False, "refused")]
    database.close()


def test_what_was_sealed_or_erased_after_the_backup_does_not_come_back(filled: Place) -> None:
    path = filled.backup()
    database = filled.open()
    with database.write() as connection:
        seal = {"seal_rule": "4.1-noi-dung-mat", "seal_label": "classified", "seal_size": 3, "seal_mac": b"m" * 16}
        connection.execute(update(inbox).where(inbox.c.key == "1").values(body=None, **seal))
    database.close()
    done = filled.restore(path, replace=True)
    assert done.rebuilt.sealed == 2
    database = filled.open()
    with database.read() as connection:
        assert connection.scalars(select(inbox.c.key).where(inbox.c.body.is_not(None))).all() == ["0", "2"]
        assert connection.scalar(select(func.count()).select_from(events).where(events.c.sealed)) == 2
    database.close()


def test_a_later_backup_tells_of_an_erasure_where_the_database_itself_is_lost(filled: Place, empty: Place) -> None:
    path = filled.backup()
    filled.clock.forward(hours=1)
    database = filled.open()
    with UnitsOfWork(database, BOT).begin() as uow:
        member = uow.people.find_or_create(BOT, MEMBER)
    assert member
    with database.write() as connection:
        gone = erase(connection, database.keys, member.id, "số 12/QĐ", filled.clock())
    database.close()
    assert gone
    later = filled.backup()
    done = empty.restore(path)
    assert (done.rebuilt.erased, done.known_until) == (1, later.name)
    database = empty.open()
    with database.read() as connection:
        assert not connection.scalar(select(func.count()).select_from(inbox).where(inbox.c.body.is_not(None)))
        assert MEMBER not in connection.scalars(select(inbox.c.sender_uid)).all()
    database.close()


def test_who_was_erased_after_two_entries_of_that_person_were_merged_is_erased_in_both_and_counted_once(
    filled: Place, empty: Place
) -> None:
    twice = [Member(uid=uid, display_name="Lò Văn Mẫu", global_id="g1") for uid in (OTHER, MEMBER)]
    database = filled.open()
    with UnitsOfWork(database, BOT).begin() as uow:
        kept = uow.people.find_or_create(BOT, OTHER)
    assert kept
    path = filled.backup()
    filled.clock.forward(hours=1)
    with UnitsOfWork(database, BOT).begin() as uow:
        uow.members.link_global_ids(BOT, twice)
    merged = filled.backup()
    filled.clock.forward(hours=1)
    with database.write() as connection:
        assert erase(connection, database.keys, kept.id, "số 12/QĐ", filled.clock())
    database.close()
    later = filled.backup()
    # What was erased already when the backup was made is not erased again.
    for made, again in ((path, 1), (merged, 1), (later, 0)):
        assert empty.restore(made, replace=True).rebuilt.erased == again
        database = empty.open()
        with database.read() as connection:
            assert not connection.scalar(select(func.count()).select_from(inbox).where(inbox.c.body.is_not(None)))
            assert MEMBER not in connection.scalars(select(inbox.c.sender_uid)).all()
        database.close()
        empty.clock.forward(hours=1)


def test_a_key_file_that_was_damaged_is_replaced_by_that_of_the_backup_and_kept_beside(filled: Place) -> None:
    path, key = filled.backup(), filled.settings.key_path
    database = filled.open()
    with UnitsOfWork(database, BOT).begin() as uow:
        member = uow.people.find_or_create(BOT, MEMBER)
    assert member
    with database.write() as connection:
        erase(connection, database.keys, member.id, "số 12/QĐ", filled.clock())
    database.close()
    key.write_bytes(key.read_bytes()[:20])
    done = filled.restore(path, replace=True)
    assert (done.rebuilt.erased, done.known_until) == (1, "cơ sở dữ liệu trước khi khôi phục")
    assert master_key(key, None) == MASTER
    [damaged] = key.parent.glob("governor.key.truoc-*")
    assert len(damaged.read_bytes()) == 20


def test_a_database_with_something_in_it_stays_unless_it_is_to_be_replaced(filled: Place) -> None:
    path = filled.backup()
    with pytest.raises(BackupError, match="--replace"):
        filled.restore(path)
    done = filled.restore(path, replace=True)
    assert done.kept


def test_no_file_is_replaced_under_a_running_panel_which_would_go_on_with_the_old_one(filled: Place) -> None:
    if filled.settings.database_url:
        pytest.skip("on PostgreSQL the panel sees the restored tables")
    path, database = filled.backup(), filled.open()
    panel = InstanceLock(database, PANEL)
    panel.take()
    refuse_while_running(database)  # Other work on the database does not replace it.
    with pytest.raises(RunningError, match="systemctl stop zalo-governor-panel"):
        filled.restore(path, replace=True)
    panel.release()
    database.close()
    assert filled.restore(path, replace=True).kept


def test_a_wrong_code_and_a_damaged_file_change_nothing(filled: Place, empty: Place) -> None:
    path = filled.backup()
    with pytest.raises(BackupError, match=CODE.mark):
        empty.restore(path, code=RecoveryCode(b"x" * 15))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BackupError, match="bị hỏng hoặc bị cắt"):
        empty.restore(path)
    assert not empty.settings.key_path.exists()
    assert sorted(item.name for item in empty.folder.iterdir()) == ["governor.yaml"]


def test_who_knows_the_code_cannot_make_a_file_that_does_harm(filled: Place, tmp_path: Path, clock: HandClock) -> None:
    key, settings = {"key": b64encode(MASTER).decode()}, {"file": "governor.yaml", "content": b64encode(b"{}").decode()}
    hostile: dict[str, list[Any]] = {
        "no key": [settings],
        "no settings": [key],
        "a key that is none": [{"key": "AAAA"}, settings],
        "a table": [key, settings, _table('cases"; DROP TABLE inbox; --', ["id"]), [1]],
        "bytes": [key, settings, _table("vault", ["name"], ["name"]), [1]],
        "a row too long": [key, settings, _table("vault", ["name"]), [1, 2]],
        "a column that is none": [key, settings, _table("vault", [7]), [{}]],
        "a number": [key, settings, 7],
    }
    before = filled.count()
    new = tmp_path / "third" / "governor.yaml"
    for what, lines in hostile.items():
        path = _written(tmp_path / f"{what}.zgbackup", lines)
        for into in (new, filled.config):
            with pytest.raises(GovernorError, match=r"không đầy đủ|đúng 32 byte"):
                restore(path, CODE, into, clock, _looking, STEPS, replace=True)
    assert not _beside(filled)
    assert not list((tmp_path / "third").rglob("*.db"))
    assert filled.count() == before


def test_a_backup_from_before_a_change_that_makes_more_rows_of_one_is_restored(
    empty: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    double = "INSERT INTO trials (account, group_id, began_ms) SELECT account, group_id || '9', began_ms FROM trials"
    with_a_later_revision(tmp_path, monkeypatch, body=f'op.execute("{double}")')
    lines = [
        {"key": b64encode(MASTER).decode(), "form": NOW},
        {"file": "governor.yaml", "content": b64encode(b"{}").decode()},
        _table("trials", ["account", "group_id", "began_ms"]),
        [BOT, GROUP, 1],
    ]
    empty.restore(_written(tmp_path / "older.zgbackup", lines))
    assert empty.count()["trials"] == 2


def test_a_backup_from_before_the_base_is_refused(filled: Place, tmp_path: Path) -> None:
    before = filled.count()
    path = _written(tmp_path / "old.zgbackup", [{"key": b64encode(MASTER).decode(), "form": "0012"}])
    with pytest.raises(OlderDatabaseError, match=r"0012 .*cài lại bản đã tạo ra nó"):
        filled.restore(path, replace=True)
    with pytest.raises(OlderDatabaseError, match=r"0012 .*cài lại bản đã tạo ra nó"):
        rehearse(path, CODE, filled.config, filled.clock, _looking, STEPS)
    assert not _beside(filled)
    assert filled.count() == before


def _table(name: str, columns: list[Any], binary: list[str] | None = None) -> dict[str, Any]:
    return {"table": name, "columns": columns, "binary": binary or []}


def _written(path: Path, lines: list[Any]) -> Path:
    """A file that opens under the code; the manifest is made up around its key."""
    counts: dict[str, int] = {}
    with path.open("wb") as file:
        writer = SealedWriter(file, CODE, program="1.0", made_at="2026-11-24T01:00:00+00:00")
        for line in lines:
            match line:
                case {"key": _}:
                    manifest = {"program": "1.0", "made_at": "2026-11-24T01:00:00+00:00", "form": newest()}
                    written: Any = {"manifest": {**manifest, **line, "account": BOT}}
                case {"table": table}:
                    written, counts = line, {**counts, table: 0}
                case list():
                    written, last = line, list(counts)[-1]
                    counts[last] += 1
                case _:
                    written = line
            writer.line(json.dumps(written).encode())
        writer.line(json.dumps({"end": {"counts": counts, "audit_head": ""}}).encode())
        writer.finish()
    return path


def test_a_restoring_that_was_killed_leaves_nothing_behind_once_another_one_is_made(
    filled: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled.backup()
    with monkeypatch.context() as killed:
        killed.setattr(rebuilding, "_take_away", _killed)
        killed.setattr(_Beside, "close", lambda _: None)
        killed.setattr(_Schema, "close", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            filled.restore(path, replace=True)
    assert _beside(filled)
    filled.clock.forward(hours=1)
    filled.restore(path, replace=True)
    assert not _beside(filled)


def test_a_kill_at_the_swap_leaves_one_of_the_two_databases_in_its_place(
    filled: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if filled.settings.database_url:
        pytest.skip("one transaction on PostgreSQL")
    path, before = filled.backup(), filled.count()
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", _killed)
        with pytest.raises(KeyboardInterrupt):
            filled.restore(path, replace=True)
    assert filled.count() == before
    filled.clock.forward(hours=1)
    done = filled.restore(path, replace=True)
    assert done.kept
    with closing(sqlite3.connect(done.kept)) as kept:
        assert kept.execute("SELECT count(*) FROM inbox").fetchone() == (before["inbox"],)


def test_the_copy_that_a_restore_keeps_is_named_after_an_erasure_and_by_doctor(filled: Place) -> None:
    done = filled.restore(filled.backup(), replace=True)
    assert done.kept
    kept = done.kept.removeprefix("schema ")
    how = f"rm -r {kept}" if kept.startswith("/") else f'DROP SCHEMA "{kept}" CASCADE'
    filled.settings.zalo.session_file.write_text("{}")
    with closing(open_records(filled.settings, filled.clock)) as records:
        records.keep_account(BOT)
        with records.database.write() as connection:
            connection.execute(update(cases).values(state="confirmed"))
    order = ["erase", MEMBER, "--order", "12/QĐ-UBND", "--do-it", "--config", str(filled.config)]
    said = CliRunner().invoke(app, order, input=f"{MEMBER}\n", env={"COLUMNS": "400"}).output
    assert f"đề nghị xóa: {how}" in said
    filled.clock.forward(days=15)
    if kept.startswith("/"):
        os.utime(kept, (0, 0))
    with closing(DoctorContext(filled.config, filled.clock, offline=True, send_test=False)) as context:
        found = [one for check in (secret_files, database_check) for one in check(context) if how in one.mend]
    assert [one.level for one in found] == [Level.WARNING]


def _put_aside(place: Place) -> list[str]:
    with closing(place.open()) as database:
        return schemas_put_aside(database)


def test_another_key_that_was_there_is_kept_beside(filled: Place, empty: Place) -> None:
    other = b"o" * 32
    keep_master_key(empty.settings.key_path, other)
    empty.restore(filled.backup(), replace=True)
    assert master_key(empty.settings.key_path, None) == MASTER
    [kept] = empty.settings.data_dir.glob("governor.key.truoc-*")
    assert master_key(kept, None) == other


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def _beside(place: Place) -> list[str]:
    if not place.settings.database_url:
        return [item.name for item in place.settings.data_dir.glob("khoi-phuc-*")]
    database = place.open()
    with database.read() as connection:
        found = [name for name in inspect(connection).get_schema_names() if "khoi_phuc_" in name]
    database.close()
    return found


def test_an_empty_machine_gets_settings_and_key_as_well(filled: Place, tmp_path: Path) -> None:
    path = filled.backup()
    # Settings that name no PostgreSQL, so that the new folder is all there is.
    config = tmp_path / "third" / "governor.yaml"
    if filled.settings.database_url:
        pytest.skip("the settings in the backup name the same server")
    done = restore(path, CODE, config, filled.clock, _looking, STEPS, replace=False)
    assert config.read_bytes() == filled.config.read_bytes()
    assert done.settings.key_path.parent == tmp_path / "third" / "data"
    assert (tmp_path / "third" / "data" / "governor.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "third" / "data").stat().st_mode & 0o777 == 0o700
    assert done.made_at == START


def test_the_service_can_read_the_configuration_that_root_restored_and_half_of_it_is_not_left_as_the_whole(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Place(tmp_path / "first", None, clock)
    for name in ("rules/a.yaml", "rules/b.yaml"):
        path = first.folder / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("id: a", encoding="utf-8")
    first.config.write_text("config_dir: config\n", encoding="utf-8")
    first.settings = load_settings(first.config)
    first.fill()
    path, config = first.backup(), tmp_path / "third" / "governor.yaml"

    def full_disk(file: Path, content: bytes, *, mode: int) -> None:
        if file.name == "b.yaml" and "third" in file.parts:
            raise OSError(errno.ENOSPC, "full")
        replace_file(file, content, mode=mode)

    monkeypatch.setattr(rebuilding, "replace_file", full_disk)
    with pytest.raises(OSError, match="full"):
        restore(path, CODE, config, clock, _looking, STEPS, replace=False)
    monkeypatch.undo()
    restore(path, CODE, config, clock, _looking, STEPS, replace=True)
    found = sorted((tmp_path / "third" / "config").rglob("*.yaml"))
    assert [(file.name, file.stat().st_mode & 0o777) for file in found] == [("a.yaml", 0o644), ("b.yaml", 0o644)]
    assert [file.name for file in (tmp_path / "third").iterdir() if file.name.startswith(".")] == []


def test_backups_from_when_the_clock_was_ahead_are_given_up_before_the_newest(filled: Place) -> None:
    folder = filled.folder / "out"
    filled.clock.forward(days=400)
    ahead = [filled.backup(folder).name]
    filled.clock.forward(days=-399)
    made = [filled.backup(folder)]
    assert give_up_oldest(made[-1], 1) == [folder / ahead[0]]
    filled.clock.forward(days=1)
    made.append(filled.backup(folder))
    assert give_up_oldest(made[-1], 1) == made[:1]


def test_the_oldest_backups_are_given_up_and_people_are_told_when_none_was_made_of_late(filled: Place) -> None:
    folder = filled.folder / "out"
    names = []
    for _ in range(3):
        names.append(filled.backup(folder).name)
        filled.clock.forward(hours=1)
    (folder / f".{names[1]}.part").touch()
    assert len(give_up_oldest(folder / names[-1], 2)) == 1
    assert sorted(item.name for item in folder.iterdir()) == names[1:]
    database = filled.open()
    vault = SecretStore(database)
    known = last_backup(vault)
    assert known
    assert known.name == names[-1]
    hour = timedelta(hours=1)
    assert not is_overdue(vault, filled.clock.now, hour)
    assert is_overdue(vault, filled.clock.forward(minutes=1), hour)
    assert not is_overdue(vault, filled.clock.now, None)
    database.close()


def test_a_new_installation_has_as_long_to_make_its_first_backup(database: Database, clock: HandClock) -> None:
    vault, two_days = SecretStore(database), timedelta(days=2)
    assert vault.begun_at() == clock.now
    clock.now += two_days
    assert not is_overdue(vault, clock.now, two_days)
    clock.now += timedelta(minutes=1)
    assert is_overdue(vault, clock.now, two_days)
