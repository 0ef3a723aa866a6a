"""What `zalo-governor doctor` finds wrong with an installation, without a network."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from tests.later_revision import NEXT, with_a_later_revision
from tests.unit.app.monitoring.test_server import free_port
from tests.unit.cli.test_members_command import office
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, START
from zalo_governor.cli import app
from zalo_governor.config.settings import load_settings
from zalo_governor.config.shipped import shipped_config
from zalo_governor.domain.clock import local, system_clock
from zalo_governor.domain.people import EVERYWHERE, GroupSnapshot, Member, Role
from zalo_governor.setup.config_copy import OfficeCopy
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.engine.instance_lock import InstanceLock
from zalo_governor.storage.repositories.identity import SeedPerson
from zalo_governor.storage.repositories.secret_store import SecretStore
from zalo_governor.storage.security.crypto import Keys, master_key
from zalo_governor.storage.unit_of_work import UnitsOfWork


class Office:
    """An installation whose bot has run once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "governor.yaml"
        # The port of every installation may be another one's on this machine.
        self.environment = {
            "ZALO_GOVERNOR_HEALTH__PORT": str(free_port()),
            "ZALO_GOVERNOR_CONFIG_DIR": str(folder / "config"),
        }
        settings = load_settings(self.config)
        keys = Keys(master_key(settings.key_path, None))
        self.database = Database(settings.sqlalchemy_url, keys, system_clock)

    def seen(self, **changes: Any) -> None:
        """What the last sweep showed."""
        values: dict[str, Any] = {
            "group_id": GROUP,
            "name": "điều hành",
            "owner_uid": OTHER,
            "co_admin_uids": (BOT,),
            "member_uids": (BOT, MEMBER, OTHER),
            "total_members": 3,
        }
        snapshot = GroupSnapshot(**(values | changes))
        members = [Member(uid=uid, display_name="") for uid in snapshot.member_uids]
        with UnitsOfWork(self.database, BOT).begin() as uow:
            uow.members.save_group(BOT, snapshot, members, START + timedelta(hours=1))

    def execute(self, statement: str) -> None:
        with self.database.write() as connection:
            connection.execute(text(statement))

    def settings(self, more: str) -> None:
        with self.config.open("a", encoding="utf-8") as settings:
            settings.write(more)

    def doctor(self) -> tuple[int, dict[str, list[dict[str, str]]]]:
        """Exit code, and what each check says."""
        shown = CliRunner().invoke(
            app, ["doctor", "--offline", "--json", "--config", str(self.config)], env=self.environment
        )
        found: dict[str, list[dict[str, str]]] = {}
        for result in json.loads(shown.stdout)["checks"]:
            found.setdefault(result["id"], []).append(result)
        return shown.exit_code, found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    office(folder)
    (folder / "session.json").chmod(0o600)
    made = Office(folder)
    OfficeCopy(shipped_config(), folder / "config").bring_up_to_date({"number": "12/QĐ-UBND", "issued": "2025-10-15"})
    made.settings(
        f'people: [{{full_name: Lò Văn Mẫu, uid: "{MEMBER}", roles: [admin]}},'
        f' {{full_name: Giàng A Mẫu, uid: "{OTHER}", roles: [leader]}}]\n'
    )
    seeds = [
        SeedPerson("Lò Văn Mẫu", "", MEMBER, None, None, {EVERYWHERE: (Role.ADMIN,)}),
        SeedPerson("Giàng A Mẫu", "", OTHER, None, None, {EVERYWHERE: (Role.LEADER,)}),
    ]
    UnitsOfWork(made.database, BOT).seed_people(BOT, seeds)
    made.seen()
    made.execute("UPDATE persons SET reach = 'reached'")
    made.database.close()
    return folder


@pytest.fixture
def installed(template: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(template, tmp_path / "office")
    made = Office(tmp_path / "office")
    yield made
    made.database.close()


def test_a_sound_installation_is_called_sound(installed: Office) -> None:
    code, found = installed.doctor()
    bad = [result for results in found.values() for result in results if result["level"] in {"warning", "error"}]
    assert (code, bad) == (0, [])
    assert [result["says"] for result in found["zalo_rights"]] == [
        "điều hành: tài khoản của Hệ thống là phó nhóm trên Zalo"
    ]
    assert "09:00 24/11/2026" in found["zalo_groups"][0]["says"]
    piped = ["doctor", "--offline", "--config", str(installed.config)]
    *rows, summary = CliRunner().invoke(app, piped, env=installed.environment).stdout.splitlines()
    assert "TỐT\tThư mục dữ liệu\t" in "\n".join(rows)
    assert summary.endswith("mục bỏ qua. Chưa kiểm tra gì qua mạng, vì lệnh có --offline.")


def test_people_are_looked_for_in_the_groups_of_their_roles_and_counted_once(installed: Office) -> None:
    health = "8000000000000000002"
    installed.config.write_text(f"""
groups: [{{id: "{GROUP}", name: điều hành}}, {{id: "{health}", name: Ngành Y tế}}]
people:
- {{full_name: Lò Văn Mẫu, uid: "{MEMBER}", roles: [admin], groups: all}}
- {{full_name: Giàng A Mẫu, uid: "{OTHER}", roles: [leader], groups: [điều hành]}}
- {{full_name: Giàng A Mẫu, uid: "{OTHER}", roles: [report_reader], groups: [Ngành Y tế]}}
- {{full_name: Tẩn A Mẫu, uid: "7000000000000000077", roles: [overseer], groups: all}}
""")
    installed.seen(group_id=health, member_uids=(BOT, MEMBER))
    _, found = installed.doctor()
    [missing] = found["people_present"]
    assert "Giàng A Mẫu" in missing["says"]
    assert missing["says"].endswith("không thấy trong Nhóm Ngành Y tế")
    installed.seen(group_id=health)
    _, found = installed.doctor()
    assert [result["says"] for result in found["people_present"]] == ["2 người có vai trò đều ở trong Nhóm"]


def test_a_group_without_a_leader_is_warned_of_though_another_group_has_one(installed: Office) -> None:
    installed.config.write_text(f"""
groups: [{{id: "{GROUP}", name: điều hành}}, {{id: "8000000000000000002", name: Ngành Y tế}}]
people:
- {{full_name: Lò Văn Mẫu, uid: "{MEMBER}", roles: [admin], groups: all}}
- {{full_name: Giàng A Mẫu, uid: "{OTHER}", roles: [leader], groups: [điều hành]}}
""")
    _, found = installed.doctor()
    [warned] = [result["says"] for result in found["settings"] if result["level"] == "warning"]
    assert warned.startswith("people (Nhóm Ngành Y tế): chưa ai có vai trò leader")


def test_all_offices_are_checked_and_one_that_is_not_well_hides_no_other(installed: Office, tmp_path: Path) -> None:
    (tmp_path / "so-khac").mkdir()
    (tmp_path / "so-khac" / "governor.yaml").write_text("khong_co: 1\n")
    command = ["doctor", "--all", "--offline", "--offices-dir", str(tmp_path)]
    shown = CliRunner().invoke(app, command, env=installed.environment | {"COLUMNS": "300"})
    assert shown.exit_code == 2
    assert re.search(r"TỐT +│ office +│ +│", shown.stdout)
    assert re.search(rf"LỖI +│ so-khac │ Cấu hình: {tmp_path}/so-khac/governor.yaml:1: khong_co", shown.stdout)
    told = json.loads(CliRunner().invoke(app, [*command, "--json"], env=installed.environment).stdout)
    assert {name: found["level"] for name, found in told.items()} == {"office": "skipped", "so-khac": "error"}
    none = CliRunner().invoke(app, [*command[:-1], str(tmp_path / "so-khac")], standalone_mode=False).exception
    assert "chưa có cơ quan nào" in str(none)


def test_a_wrong_line_of_any_word_list_is_told_with_the_rules(installed: Office) -> None:
    path = installed.folder / "config" / "lexicons" / "short-forms.tsv"
    path.write_text("Phó Giám đốc PGĐ\n", encoding="utf-8")
    _, found = installed.doctor()
    assert [row["says"] for row in found["rules"]] == [
        f"{path}:1: phải gồm dạng đầy đủ, một dấu tab, rồi dạng viết gọn"
    ]


def test_a_group_whose_regulation_has_no_folder_is_told_with_the_rules(installed: Office) -> None:
    installed.config.write_text(f'groups: [{{id: "{GROUP}", regulation: so-y-te}}]\n')
    code, found = installed.doctor()
    [told] = found["rules"]
    assert code == 2
    assert told["says"].startswith("groups: regulation: không có thư mục quy chế so-y-te")


def test_the_sample_of_the_regulation_is_warned_of_until_it_is_the_offices_own(installed: Office) -> None:
    [own] = installed.doctor()[1]["regulation"]
    assert (own["level"], "số 12/QĐ-UBND ngày 15 tháng 10 năm 2025" in own["says"]) == ("good", True)
    shutil.copy(shipped_config() / "quy-che.yaml", installed.folder / "config")
    code, found = installed.doctor()
    [sample] = found["regulation"]
    assert (code, sample["level"], "bản mẫu" in sample["says"]) == (1, "warning", True)
    assert "zalo-governor init" in sample["mend"]
    # An office that took the number that was once offered to it is asked to look.
    path = installed.folder / "config" / "quy-che.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("issuer: UBND tỉnh Mẫu", "issuer: UBND tỉnh Lai Châu"))
    assert installed.doctor()[1]["regulation"][0]["level"] == "note"


def test_it_says_that_there_is_no_backup_and_warns_once_one_was_due(installed: Office) -> None:
    [found] = installed.doctor()[1]["backup"]
    assert (found["level"], found["says"]) == ("note", "Chưa có bản sao lưu nào")
    assert "zalo-governor backup" in found["mend"]
    installed.execute("UPDATE vault SET saved_ms = saved_ms - 3 * 86400000")
    code, told = installed.doctor()
    assert (code, told["backup"][0]["level"]) == (1, "warning")


def test_it_says_when_the_last_backup_was_made_and_whether_that_is_long_ago(installed: Office) -> None:
    made = system_clock() - timedelta(hours=1)
    vault = SecretStore(installed.database)
    vault.save("backup.last", json.dumps({"at": made.isoformat(), "name": "sao-luu.zgb"}).encode())
    [found] = installed.doctor()[1]["backup"]
    assert found["level"] == "good"
    assert f"{local(made):%H:%M %d/%m/%Y} (sao-luu.zgb)" in found["says"]
    made -= timedelta(days=3)
    vault.save("backup.last", json.dumps({"at": made.isoformat(), "name": "sao-luu.zgb"}).encode())
    [found] = installed.doctor()[1]["backup"]
    assert found["level"] == "warning"
    assert "quá hạn" in found["says"]


def test_it_asks_for_copies_off_the_machine_and_for_rehearsals(installed: Office) -> None:
    found = installed.doctor()[1]
    for check, words in (("backup_copy", "chỉ nằm trên máy này"), ("rehearsal", "Chưa diễn tập")):
        [result] = found[check]
        assert (result["level"], words in result["says"]) == ("note", True), "in the first week it is only advice"
    installed.execute("UPDATE vault SET saved_ms = saved_ms - 8 * 86400000")
    code, found = installed.doctor()
    assert (code, found["backup_copy"][0]["level"], found["rehearsal"][0]["level"]) == (1, "warning", "warning")

    vault, now = SecretStore(installed.database), system_clock()
    installed.settings("backup: {copy_to: [/mnt/nas, 'rclone:kho:zalo'], remind_days: 3}\n")
    assert installed.doctor()[1]["backup_copy"][0]["level"] == "note"

    def copied(days: int, *, failed: bool = False) -> list[dict[str, str]]:
        at = (now - timedelta(days=days)).isoformat()
        good, bad = {"good_at": at, "name": "sao-luu.zgbackup"}, {"failed": failed}
        vault.save("backup.copies", json.dumps({"/mnt/nas": good, "rclone:kho:zalo": bad}).encode())
        return installed.doctor()[1]["backup_copy"]

    assert [result["level"] for result in copied(1)] == ["good"]
    assert [result["level"] for result in copied(4)] == ["warning"]
    [failed] = copied(1, failed=True)
    assert (failed["level"], "rclone:kho:zalo không thành" in failed["says"]) == ("warning", True)

    for days, level in ((89, "good"), (91, "warning")):
        at = (now - timedelta(days=days)).isoformat()
        vault.save("backup.rehearsal", json.dumps({"at": at, "name": "sao-luu.zgbackup", "made_at": at}).encode())
        assert installed.doctor()[1]["rehearsal"][0]["level"] == level


def _newer(made: Office) -> None:
    made.execute("UPDATE alembic_version SET version_num = 'r9999'")


def _other_key(made: Office) -> None:
    key = made.folder / "data" / "governor.key"
    key.write_text("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=")


def _bad_rules(made: Office) -> None:
    folder = made.folder / "config"
    (folder / "quy-che.yaml").write_text("title: x\nspare: 1\n")
    (folder / "messages").mkdir(exist_ok=True)
    (folder / "messages" / "own.vi.yaml").write_text("a: [\n")
    made.settings("config_dir: config\n")


def _small_faults(made: Office) -> None:
    (made.folder / "data").chmod(0o755)
    (made.folder / "session.json").chmod(0o644)
    for name, age in (("governor.db.truoc-nang-cap-r0018-1", 30), ("governor.db.truoc-20261125-020000", 1)):
        (made.folder / "data" / name).touch()
        os.utime(made.folder / "data" / name, (0, time.time() - age * 86_400))
    made.environment.clear()
    made.settings("health: {port: null}\n")
    made.seen(co_admin_uids=(), member_uids=(BOT, MEMBER), total_members=200)
    made.execute("UPDATE group_members SET present = 0 WHERE uid = '7000000000000000003'")
    made.execute("UPDATE persons SET reach = 'refused' WHERE full_name LIKE 'Lò%'")
    made.execute("UPDATE persons SET reach = 'unknown' WHERE full_name LIKE 'Giàng%'")


Says = dict[str, str]

WRONG: list[tuple[Callable[[Office], object], int, Says]] = [
    (lambda made: made.settings("spare: 1\n"), 2, {"settings": "governor.yaml:3: spare: không có mục này"}),
    (lambda made: made.settings("zalo: {ping_seconds: -1, spare: 2}\n"), 2, {"settings": "zalo.ping_seconds"}),
    (lambda made: made.config.unlink(), 2, {"settings": "governor.yaml"}),
    (_bad_rules, 2, {"rules": "quy-che.yaml"}),
    (_bad_rules, 2, {"rules": "own.vi.yaml:2"}),
    (lambda made: (made.folder / "data" / "governor.key").chmod(0o640), 2, {"key": "governor.key"}),
    (lambda made: (made.folder / "data" / "governor.key").unlink(), 2, {"key": "mà không có tệp khóa"}),
    (lambda made: (made.folder / "data" / "governor.key").write_text("ngắn"), 2, {"key": "Khóa không dùng được"}),
    (_other_key, 2, {"database": "Khóa không phải của cơ sở dữ liệu này"}),
    (_newer, 2, {"database": "do phiên bản mới hơn ghi"}),
    (lambda made: (made.folder / "data" / "governor.db").write_bytes(b"rubbish" * 200), 2, {"database": "file"}),
    (lambda made: made.seen(member_uids=(MEMBER, OTHER)), 2, {"zalo_groups": "không còn trong Nhóm"}),
    (
        _small_faults,
        1,
        {
            "data_dir": "vào được",
            "secret_files": "truoc-nang-cap",
            "health": "Không mở cổng giám sát",
            "zalo_rights": "không xóa được tin",
            "people_present": "Giàng A Mẫu",
            "people_reachable": "không nhận được tin riêng",
        },
    ),
]


@pytest.mark.parametrize(("spoil", "code", "says"), WRONG)
def test_what_is_wrong_is_said_and_how_to_mend_it(
    installed: Office, spoil: Callable[[Office], object], code: int, says: Says
) -> None:
    spoil(installed)
    expect(installed, code, says)


def test_a_database_of_an_earlier_revision_is_to_be_upgraded(
    installed: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_later_revision(tmp_path, monkeypatch)
    outdated = {"database": f"chương trình này dùng {NEXT}", "process": "chưa có cơ sở dữ liệu đúng phiên bản"}
    expect(installed, 1, outdated)


def test_a_database_from_before_the_base_says_what_to_do(installed: Office) -> None:
    with installed.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0012'")
    expect(installed, 2, {"database": "hãy cài lại bản đã tạo ra nó"})


def expect(installed: Office, code: int, says: Says) -> None:
    """The doctor ends with the code, and of each check named it says these words and how to mend it."""
    installed.database.close()
    left, found = installed.doctor()
    assert left == code, found
    for check, words in says.items():
        results = [result for result in found[check] if words in result["says"]]
        assert results, found[check]
        assert all(result["mend"] for result in results if result["level"] in {"warning", "error"})


def test_members_are_counted_as_they_are_now_and_not_as_the_last_sweep_saw_them(installed: Office) -> None:
    installed.execute("UPDATE group_members SET present = false WHERE uid = (SELECT max(uid) FROM group_members)")
    installed.database.close()
    _, found = installed.doctor()
    assert "điều hành: 2 thành viên, kể cả tài khoản của Hệ thống" in found["zalo_groups"][0]["says"]


def test_offline_it_does_not_say_that_zalo_was_asked(installed: Office) -> None:
    _, found = installed.doctor()
    assert "không hỏi Zalo" in found["process"][0]["says"]


def test_a_mail_user_without_a_password_is_a_note(installed: Office) -> None:
    smtp = '{"host": "127.0.0.1", "port": 1, "user": "canh-bao", "sender": "a@b.vn", "recipients": ["c@b.vn"]}'
    installed.environment["ZALO_GOVERNOR_ALARM__SMTP"] = smtp
    shown = CliRunner().invoke(app, ["doctor", "--json", "--config", str(installed.config)], env=installed.environment)
    alarm = [result for result in json.loads(shown.stdout)["checks"] if result["id"] == "alarm"]
    assert [result["level"] for result in alarm] == ["note", "error"]
    assert "canh-bao" in alarm[0]["says"]


def test_a_running_bot_is_seen_by_its_lock_which_stays_with_it(installed: Office) -> None:
    lock = InstanceLock(installed.database, BOT)
    lock.take()
    try:
        _, found = installed.doctor()
        assert f"tiến trình {os.getpid()}" in found["process"][0]["says"]
        assert found["health"][0]["level"] == "warning", "it runs, and nobody answers at its port"
    finally:
        lock.release()
    _, found = installed.doctor()
    assert "không chạy" in found["process"][0]["says"]


def test_an_empty_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "governor.yaml").write_text("groups: []\n")
    shown = CliRunner().invoke(app, ["doctor", "--offline", "--config", str(tmp_path / "governor.yaml")])
    assert shown.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["governor.yaml"]
    assert "BỎ QUA\tChương trình\tchưa có cơ sở dữ liệu" in shown.output
    assert shown.output.splitlines()[-1].startswith("0 lỗi, ")


def test_the_doctor_leaves_everything_as_it_found_it(installed: Office) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        files = [path for path in sorted(installed.folder.rglob("*")) if path.is_file()]
        return {path.name: (path.stat().st_mode, path.read_bytes()) for path in files if not path.name.endswith("-shm")}

    installed.doctor()
    before = state()
    installed.doctor()
    assert state() == before
