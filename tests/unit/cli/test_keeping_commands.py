"""`erase`, `export`, `upgrade`, `backup`, `report` as somebody types them."""

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.later_revision import NEXT, NOW, with_a_later_revision
from tests.unit.cli.test_members_command import office
from tests.unit.simulator.running import Running
from tests.unit.storage.stored import BOT, GROUP, MEMBER, START, entry, message, sealed_entry
from zalo_governor.app.context import open_records
from zalo_governor.app.status import with_stored
from zalo_governor.backup.encrypted_file import BackupError
from zalo_governor.cli import app
from zalo_governor.cli.exit_codes import ExitCode
from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.doctor.check import Level
from zalo_governor.doctor.context import DoctorContext
from zalo_governor.doctor.installation import backup as backup_check
from zalo_governor.domain.clock import system_clock
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.policy import LineStatus
from zalo_governor.storage.engine.instance_lock import InstanceLock
from zalo_governor.storage.engine.lock_owner import PANEL
from zalo_governor.storage.errors import WrongKeyError
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.schema import events
from zalo_governor.storage.unit_of_work import UnitsOfWork

SECOND = "7000000000000000099"
FORMULA = "=HYPERLINK(1) GIẢ ĐỊNH"


@pytest.fixture
def config(tmp_path: Path) -> str:
    config = office(tmp_path)
    records = open_records(load_settings(Path(config)), system_clock)
    for one in Inbox(records.database, BOT).admit([entry("1", FORMULA), entry("2", "Đã nhận"), sealed_entry("3")]):
        with UnitsOfWork(records.database, BOT).begin() as uow:
            uow.verdicts.store(one, message(one), Verdict(), START)
    # Who is erased holds no role.
    with records.database.write() as connection:
        connection.exec_driver_sql("UPDATE persons SET roles = NULL")
    records.close()
    return config


def run(config: str, *arguments: str, says: str = "") -> Result:
    return CliRunner().invoke(app, [*arguments, "--config", config], input=says, env={"COLUMNS": "160"})


def said(config: str, *arguments: str, says: str = "") -> str:
    result = run(config, *arguments, says=says)
    return result.output + str(result.exception or "")


def rows(config: str, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(Path(config).parent / "data" / "governor.db")) as connection:
        return connection.execute(sql).fetchall()


def test_a_person_is_erased_only_after_the_uid_was_typed_again(config: str) -> None:
    order = ("erase", MEMBER, "--order", "số 12/QĐ-UBND")
    kept = "SELECT count(*) FROM inbox WHERE body IS NOT NULL"
    assert "3 nội dung tin nhắn" in said(config, *order)
    assert "không khớp" in said(config, *order, "--do-it", says="7\n")
    assert rows(config, kept) == [(3,)]
    earlier = Path(config).parent / "data" / "governor.db.truoc-nang-cap-0013-1"
    earlier.touch()
    done = said(config, *order, "--do-it", says=f"{MEMBER}\n")
    assert "Đã xóa" in done
    assert f"rm -r {earlier}" in done
    assert rows(config, kept) == [(0,)]
    [(detail,)] = rows(config, "SELECT detail FROM audit WHERE action = 'person.erased'")
    noted = json.loads(str(detail))
    assert (noted["order"], noted["entries"]) == ("số 12/QĐ-UBND", 3)
    assert "Không có ai" in said(config, *order)


def test_who_cannot_be_noted_as_erased_is_not_erased(config: str) -> None:
    with closing(sqlite3.connect(Path(config).parent / "data" / "governor.db")) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    assert "full" in said(config, "erase", MEMBER, "--order", "số 12/QĐ-UBND", "--do-it", says=f"{MEMBER}\n")
    assert rows(config, "SELECT count(*) FROM inbox WHERE body IS NOT NULL") == [(3,)]
    assert rows(config, "SELECT count(*) FROM erasures") == [(0,)]


def test_an_account_that_cannot_be_noted_as_replaced_is_not_replaced(config: str) -> None:
    simulator = Running()
    try:
        simulator.order("world", accounts=[{"uid": SECOND, "cookie": "second"}])
        simulator.order("world", groups=[{"id": GROUP, "members": [SECOND, MEMBER]}])
        with Path(config).open("a", encoding="utf-8") as file:
            file.write(f"zalo: {{route_to: '{simulator.url}'}}\n")
        session = {"imei": "second", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": "second"}}
        (Path(config).parent / "session.json").write_text(json.dumps(session))
        database = Path(config).parent / "data" / "governor.db"
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        assert "full" in said(config, "account", "replace", "--yes")
        assert rows(config, "SELECT uid FROM accounts") == [(BOT,)]
        assert rows(config, "SELECT * FROM former_accounts") == []
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("DROP TRIGGER full")
        with closing(open_records(load_settings(Path(config)), system_clock)) as records:
            panel = InstanceLock(records.database, PANEL)
            panel.take()
            assert "systemctl stop zalo-governor-panel" in said(config, "account", "replace", "--yes")
            panel.release()
        assert f"Đã thay tài khoản {BOT} bằng {SECOND}" in said(config, "account", "replace", says="c\nc\nc\n")
        [(detail,)] = rows(config, "SELECT detail FROM audit WHERE action = 'account.replaced'")
        assert json.loads(str(detail))["new"] == SECOND
    finally:
        simulator.close()


def test_nobody_is_erased_while_the_bot_runs(config: str) -> None:
    records = open_records(load_settings(Path(config)), system_clock)
    lock = InstanceLock(records.database, BOT)
    lock.take()
    assert "đang chạy" in said(config, "erase", MEMBER, "--order", "số 1", "--do-it")
    assert "đang chạy" in said(config, "upgrade")
    lock.release()
    records.close()


def test_without_the_key_an_upgrade_is_refused_and_no_other_key_is_made(config: str) -> None:
    key = Path(config).parent / "data" / "governor.key"
    key.unlink()
    refused = run(config, "upgrade")
    assert isinstance(refused.exception, WrongKeyError)
    assert "không có tệp khóa" in str(refused.exception)
    assert not key.exists()


def test_what_is_exported_has_words_only_on_demand_and_never_a_formula(config: str, tmp_path: Path) -> None:
    plain, worded = tmp_path / "a.jsonl", tmp_path / "b.csv"
    assert "2 dòng" in said(config, "export", "events", str(plain), "--limit", "2")
    assert "4 dòng, từ 01/01/2020." in said(config, "export", "events", str(plain), "--since", "1/1/2020")
    assert "0 dòng, đến hết 31/12/2019." in said(config, "export", "events", str(plain), "--until", "31/12/2019")
    assert "GIẢ ĐỊNH" not in plain.read_text()
    cursor = said(config, "export", "events", str(plain), "--limit", "2").split("--after ")[1].strip()
    rest = said(config, "export", "events", str(plain), "--after", cursor)
    assert "2 dòng" in rest
    assert "--after" not in rest
    said(config, "export", "events", str(worded), "--with-text")
    with worded.open(encoding="utf-8-sig") as file:
        texts = [row["Nội dung"] for row in csv.DictReader(file)]
    assert {"", f"'{FORMULA}", "Đã nhận"} < set(texts)
    assert worded.stat().st_mode & 0o777 == 0o600
    assert len(rows(config, "SELECT 1 FROM audit WHERE action = 'export'")) == 6
    for wrong in (("a.txt",), ("a.csv", "--after", "x"), ("a.csv", "--since", "hôm nào")):
        assert run(config, "export", "cases", str(tmp_path / wrong[0]), *wrong[1:]).exit_code != 0


def test_an_earlier_form_is_kept_beside_and_a_newer_one_refused(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "không có gì phải nâng cấp" in said(config, "upgrade")
    database = Path(config).parent / "data" / "governor.db"
    with_a_later_revision(tmp_path, monkeypatch)
    assert f"từ cấu trúc (schema) {NOW} sang {NEXT}" in said(config, "upgrade")
    assert rows(config, "SELECT count(*) FROM later") == [(0,)]
    [copy] = database.parent.glob(f"governor.db.truoc-nang-cap-{NOW}-*")
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(NOW,)]
        assert connection.execute(f"SELECT count(*) FROM {events.name}").fetchall() == [(4,)]  # noqa: S608
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "phiên bản ấy hoặc mới hơn" in said(config, "upgrade")
    assert rows(config, "SELECT version_num FROM alembic_version") == [("9999",)]


ALTERED = ("DROP TRIGGER audit_no_update", "UPDATE audit SET subject = 'khác'")


def test_a_log_that_the_upgrade_alters_takes_it_back(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(config, "export", "cases", str(Path(config).parent / "a.jsonl"))
    with_a_later_revision(tmp_path, monkeypatch, body="; ".join(f'op.execute("{step}")' for step in ALTERED))
    assert "như trước khi nâng cấp" in said(config, "upgrade")
    assert rows(config, "SELECT version_num FROM alembic_version") == [(NOW,)]


def test_a_log_that_was_altered_before_is_told_and_does_not_hold_the_upgrade_up(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(config, "export", "cases", str(Path(config).parent / "a.jsonl"))
    with closing(sqlite3.connect(Path(config).parent / "data" / "governor.db")) as connection:
        for step in ALTERED:
            connection.execute(step)
        connection.commit()
    with_a_later_revision(tmp_path, monkeypatch)
    upgraded = run(config, "upgrade")
    assert upgraded.exit_code == 0
    assert "từ trước khi nâng cấp; các chỗ ấy giữ nguyên" in " ".join(upgraded.output.split())
    assert rows(config, "SELECT version_num FROM alembic_version") == [(NEXT,)]


def test_a_backup_that_cannot_be_written_leaves_nothing(config: str, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    assert "không ghi được" in said(config, "backup", str(taken / "in"), "--new-code")
    assert "Chưa có mã" not in said(config, "backup", str(tmp_path / "out"))
    [made] = (tmp_path / "out").iterdir()
    assert made.suffix == ".zgbackup"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_altered_audit_log_is_told_of_at_each_backup_and_restored_only_where_that_is_accepted(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    first = said(config, "backup", str(out), "--new-code")
    code = re.search(r"(?:[0-9A-Z]{5}-){5}[0-9A-Z]{5}", first)
    assert code
    assert "CẢNH BÁO" not in first
    with closing(sqlite3.connect(Path(config).parent / "data" / "governor.db")) as connection, connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET subject = 'khác' WHERE id = 1")
    altered = out / "sua.zgbackup"
    made = run(config, "backup", str(altered))
    assert made.exit_code == 0
    assert "CẢNH BÁO: nhật ký kiểm tra không toàn vẹn ở 1 chỗ" in made.output
    with closing(DoctorContext(Path(config), system_clock, offline=True, send_test=False)) as context:
        assert [found.level for found in backup_check(context)] == [Level.GOOD, Level.ERROR]
    with closing(open_records(load_settings(Path(config)), system_clock)) as records:
        assert with_stored(LineStatus(state=None), records, BOT).audit_faults == 1
    monkeypatch.setenv("ZALO_GOVERNOR_RECOVERY_CODE", code[0])
    for way in ("--check", "--replace"):
        assert "--altered-audit" in said(config, "restore", way, str(altered))
        assert "không toàn vẹn ở 1 chỗ" in said(config, "restore", way, "--altered-audit", str(altered))
    assert run(config, "audit", "verify").exit_code == ExitCode.FAULTS_FOUND
    [(detail,)] = rows(config, "SELECT detail FROM audit WHERE action = 'database.restored'")
    assert json.loads(str(detail))["audit_faults"] == 1


def test_a_wrong_rule_file_stops_no_backup_and_a_restore_says_what_to_mend(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(config).parent / "config"
    shutil.copytree(shipped_config(), folder)
    rule = min(folder.rglob("rules/*.yaml"))
    rule.write_text("id: [", encoding="utf-8")
    with Path(config).open("a", encoding="utf-8") as file:
        file.write("config_dir: config\n")
    file_made = tmp_path / "out" / "ban.zgbackup"
    made = run(config, "backup", str(file_made), "--new-code")
    assert made.exit_code == 0
    assert "Vẫn sao lưu" in made.output
    assert rule.name in made.output
    code = re.search(r"(?:[0-9A-Z]{5}-){5}[0-9A-Z]{5}", made.output)
    assert code
    monkeypatch.setenv("ZALO_GOVERNOR_RECOVERY_CODE", code[0])
    new = tmp_path / "new" / "governor.yaml"
    there = new.parent / "config" / rule.relative_to(folder)
    assert str(there) in "".join(said(str(new), "restore", str(file_made)).split())
    assert not (new.parent / "data" / "governor.db").exists()
    shutil.copy(shipped_config() / rule.relative_to(folder), there)
    assert "Đã khôi phục" in said(str(new), "restore", str(file_made))


def test_a_restore_is_rehearsed_and_says_what_it_found(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = re.search(r"(?:[0-9A-Z]{5}-){5}[0-9A-Z]{5}", said(config, "backup", str(tmp_path / "out"), "--new-code"))
    assert code
    [made] = (tmp_path / "out").iterdir()
    monkeypatch.setenv("ZALO_GOVERNOR_RECOVERY_CODE", code[0])
    done = said(config, "restore", "--check", str(made))
    assert re.search(
        r"Diễn tập thành công: bản sao lưu lúc \d\d:\d\d \d\d/\d\d/\d{4} khôi phục được, mất \d+ giây", done
    )
    assert re.search(r"Có 0 vụ việc, [1-9] tin nhắn", done)
    assert "Đã ghi nhận ngày diễn tập" in done
    assert "chỉ dùng một trong hai" in said(config, "restore", "--check", "--replace", str(made))
    assert list((tmp_path / "data").glob("*dien-tap*")) == []
    # Where root alone may write, the operator is told so.
    (tmp_path / "file").touch()
    elsewhere = run(str(tmp_path / "file" / "governor.yaml"), "restore", str(made))
    assert isinstance(elsewhere.exception, BackupError)
    assert "không khôi phục được ở đây" in str(elsewhere.exception)


def test_the_report_of_a_group_is_worded_as_its_own_regulation_says(config: str) -> None:
    folder = Path(config).parent / "config"
    shutil.copytree(shipped_config(), folder)
    (folder / "regulations" / "dak-lak" / "messages").mkdir()
    words = folder / "regulations" / "dak-lak" / "messages" / "rieng.vi.yaml"
    words.write_text('report: "BẢN TIN CỦA {group}, {period}"\n', encoding="utf-8")
    groups = f'groups: [{{id: "{GROUP}", name: điều hành, regulation: dak-lak}}]\nconfig_dir: config\n'
    Path(config).write_text(groups, encoding="utf-8")
    shown = CliRunner().invoke(app, ["report", "--config", config])
    assert shown.output.startswith("BẢN TIN CỦA NHÓM ĐIỀU HÀNH"), shown.output
