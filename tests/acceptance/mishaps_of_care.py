"""What can go wrong with what an operator does to an installation: logging in, keeping, moving, erasing, examining."""

import fcntl
import re
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from tests.acceptance.mishaps import Ended, Office, closed_port, mishap
from tests.unit.cli.telephone import telephone
from tests.unit.simulator.running import Running
from tests.unit.storage.stored import BOT, GROUP, MEMBER, OTHER, new_case
from zalo_governor.app.context import open_records
from zalo_governor.backup.recovery_code import RecoveryCode, RecoveryCodeError
from zalo_governor.cli import doctor as doctor_command
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.unit_of_work import UnitsOfWork

_ANSWERS = "office: {province: tỉnh Mẫu}\ngroups: [tinh mau]\npeople: {leader: su, admin: mau}\n"


@contextmanager
def _zalo(office: Office) -> Iterator[Running]:
    """A simulated Zalo to which the office's program goes."""
    simulator = Running()
    # A command that logs in lets SIGTERM end its process.
    before = signal.getsignal(signal.SIGTERM)
    try:
        office.settings(zalo={"route_to": simulator.url})
        yield simulator
    finally:
        signal.signal(signal.SIGTERM, before)
        simulator.close()


@contextmanager
def _running(office: Office) -> Iterator[None]:
    """Somebody runs the office's account."""
    with office.database.with_name(f"{office.database.name}-{BOT}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _login(number: str, *steps: str, uid: str = BOT) -> None:
    def provoke(office: Office) -> Ended:
        with _zalo(office) as zalo:
            orders = [{"do": step, "uid": uid} if step == "scan" else {"do": step} for step in steps]
            with telephone(zalo, orders):
                return office.command("login")

    mishap(number)(provoke)


_login("G01", "scan", "decline")
_login("G02", *["expire"] * 5)
_login("G04", "scan", "confirm", uid=MEMBER)


@mishap("G03")
def _no_network(office: Office) -> Ended:
    before = signal.getsignal(signal.SIGTERM)
    office.settings(zalo={"route_to": f"http://127.0.0.1:{closed_port()}"})
    try:
        return office.command("login")
    finally:
        signal.signal(signal.SIGTERM, before)


@mishap("G05")
def _login_beside_the_bot(office: Office) -> Ended:
    with _zalo(office), _running(office):
        return office.command("login")


@mishap("G06")
def _no_file_of_answers(office: Office) -> Ended:
    return _init(office, None)


@mishap("G07")
def _unknown_answer(office: Office) -> Ended:
    return _init(office, _ANSWERS.replace("groups:", "group:"))


@mishap("G08")
def _too_few_answers(office: Office) -> Ended:
    office.config.unlink()
    return _init(office, "office: {province: tỉnh Mẫu}\n")


@mishap("G09")
def _two_of_that_name(office: Office) -> Ended:
    people = [{"uid": uid, "name": f"{name} - Chuyên viên"} for uid, name in ((MEMBER, "Y Sử"), (OTHER, "Vàng A Sử"))]
    with _zalo(office) as zalo:
        zalo.order("world", people=people, groups=[{"id": GROUP, "members": [BOT, MEMBER, OTHER]}])
        return _init(office, _ANSWERS)


def _init(office: Office, answers: str | None) -> Ended:
    before = signal.getsignal(signal.SIGTERM)
    if answers is not None:
        (office.folder / "tra-loi.yaml").write_text(answers, encoding="utf-8")
    try:
        return office.command("init", "--answers", str(office.folder / "tra-loi.yaml"))
    finally:
        signal.signal(signal.SIGTERM, before)


@mishap("S01")
def _no_recovery_code(office: Office) -> Ended:
    return office.command("backup", str(office.folder / "sao-luu"))


@mishap("S02")
def _backup_into_a_file(office: Office) -> Ended:
    (office.folder / "tep").write_text("")
    return office.command("backup", str(office.folder / "tep" / "sao-luu"), "--new-code")


@mishap("S03")
def _backup_on_a_full_disk(office: Office) -> Ended:
    office.rules("quy-che.yaml", "", "")
    _backed_up(office)
    office.touch("PRAGMA wal_checkpoint(TRUNCATE)")
    return office.process("backup", str(office.folder / "sao-luu"), limit_kib=64)


@mishap("S04")
def _other_code(office: Office) -> Ended:
    _, code = _backed_up(office)
    _backed_up(office)
    return _restore(office, code)


@mishap("S05")
def _mistyped_code(office: Office) -> Ended:
    _, code = _backed_up(office)
    # One wrong letter in thirty-two fits the group by chance.
    return _restore(office, next(typed for letter in "0123" if not _fits(typed := letter + code[1:])))


def _fits(code: str) -> bool:
    try:
        RecoveryCode.read(code)
    except RecoveryCodeError:
        return False
    return True


@mishap("S06")
def _damaged_backup(office: Office) -> Ended:
    file, code = _backed_up(office)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return _restore(office, code)


@mishap("S07")
def _half_a_backup(office: Office) -> Ended:
    file, code = _backed_up(office)
    file.write_bytes(file.read_bytes()[:-20])
    return _restore(office, code)


@mishap("S08")
def _backup_of_a_newer_version(office: Office) -> Ended:
    file, code = _backed_up(office)
    file.write_bytes(file.read_bytes().replace(b'"format":1', b'"format":9', 1))
    return _restore(office, code)


@mishap("S09")
def _no_backup(office: Office) -> Ended:
    (office.folder / "bao-cao.zgbackup").write_text("đây là một tệp văn bản")
    return office.command("restore", str(office.folder / "bao-cao.zgbackup"))


@mishap("S10")
def _something_is_there(office: Office) -> Ended:
    file, _ = _backed_up(office)
    return office.command("restore", str(file))


@mishap("S15")
def _something_unreadable_is_there(office: Office) -> Ended:
    file, _ = _backed_up(office)
    office.database.write_text("đây là một tệp văn bản, không phải cơ sở dữ liệu\n" * 50)
    return office.command("restore", str(file))


@mishap("S11")
def _restored_under_the_bot(office: Office) -> Ended:
    file, _ = _backed_up(office)
    with _running(office):
        return office.command("restore", str(file), "--replace")


def _backed_up(office: Office) -> tuple[Path, str]:
    """A backup and the code that opens it."""
    file = office.folder / "ban.zgbackup"
    made = office.command("backup", str(file), "--new-code")
    assert made.code == 0, made.said
    found = re.search(r"^ +((?:\w{5}-){5}\w{5})$", made.said, re.MULTILINE)
    assert found
    return file, found[1]


def _restore(office: Office, code: str) -> Ended:
    return office.command("restore", str(office.folder / "ban.zgbackup"), "--replace", typed=f"{code}\n")


@mishap("S12")
def _upgrade_to_an_older_version(office: Office) -> Ended:
    office.touch("UPDATE alembic_version SET version_num = '9999'")
    return office.command("upgrade")


@mishap("S16")
def _of_before_the_base(office: Office) -> Ended:
    office.touch("UPDATE alembic_version SET version_num = '0012'")
    ran, upgraded = office.command("run"), office.command("upgrade")
    assert "hãy cài lại bản đã tạo ra nó" in " ".join(ran.said.split()), ran.said
    assert ran.code == upgraded.code
    return upgraded


@mishap("S13")
def _upgrade_with_broken_rules(office: Office) -> Ended:
    office.rules("rules/3.2-ho-ten-chuc-vu.yaml", "severity:", "severty:")
    return office.command("upgrade")


@mishap("S14")
def _upgraded_under_the_bot(office: Office) -> Ended:
    with _running(office):
        return office.command("upgrade")


@mishap("X01")
def _nobody_of_that_uid(office: Office) -> Ended:
    return office.command("erase", "7999", "--order", "số 12/QĐ-UBND")


@mishap("X02")
def _holds_a_role(office: Office) -> Ended:
    return office.command("erase", MEMBER, "--order", "số 12/QĐ-UBND", "--do-it")


@mishap("X03")
def _case_in_hand(office: Office) -> Ended:
    records = open_records(load_settings(office.config), system_clock)
    with closing(records), UnitsOfWork(records.database, BOT).begin() as uow:
        person = uow.people.find(BOT, OTHER)
        assert person
        uow.cases.add(new_case(person.id, 1))
    return office.command("erase", OTHER, "--order", "số 12/QĐ-UBND", "--do-it")


@mishap("X04")
def _other_uid_typed(office: Office) -> Ended:
    return office.command("erase", OTHER, "--order", "số 12/QĐ-UBND", "--do-it", typed="7999\n")


@mishap("X05")
def _erased_under_the_bot(office: Office) -> Ended:
    with _running(office):
        return office.command("erase", OTHER, "--order", "số 12/QĐ-UBND", "--do-it")


@mishap("X06")
def _bad_cursor(office: Office) -> Ended:
    return office.command("export", "events", str(office.folder / "ra.csv"), "--after", "trang-2")


@mishap("X07")
def _nowhere_to_export(office: Office) -> Ended:
    return office.command("export", "events", str(office.folder / "khong-co" / "ra.jsonl"))


@mishap("X08")
def _export_over_a_folder(office: Office) -> Ended:
    (office.folder / "ra.jsonl").mkdir()
    return office.command("export", "cases", str(office.folder / "ra.jsonl"))


@mishap("X09")
def _other_kind_of_export(office: Office) -> Ended:
    return office.command("export", "cases", str(office.folder / "ra.pdf"))


@mishap("G10")
def _same_account(office: Office) -> Ended:
    with _zalo(office):
        return office.command("account", "replace", "--yes")


@mishap("G11")
def _replaced_under_the_bot(office: Office) -> Ended:
    with _running(office):
        return office.command("account", "replace", "--yes")


@mishap("V01")
def _not_on_trial(office: Office) -> Ended:
    assert office.command("go-live", "--yes").code == 0
    return office.command("go-live", "--yes")


@mishap("V02")
def _nobody_to_ask(office: Office) -> Ended:
    return office.command("go-live")


@mishap("V03")
def _never_started(office: Office) -> Ended:
    office.touch("DELETE FROM vault WHERE name LIKE 'zalo.%'")
    return office.command("trial")


@mishap("V04")
def _rule_that_there_is_not(office: Office) -> Ended:
    return office.command("rules", "replay", "9.9-khong-co")


@mishap("V05")
def _time_that_there_is_not(office: Office) -> Ended:
    return office.command("rules", "replay", "3.1-tieng-viet-co-dau", "--since", "tháng trước")


@mishap("V06")
def _doctor_finds_an_error(office: Office) -> Ended:
    office.written("vigil: {look_minute: 5}")
    return office.command("doctor", "--offline")


@mishap("V07")
def _doctor_warns(office: Office) -> Ended:
    return office.command("doctor", "--offline")


@mishap("V08")
def _doctor_finds_all_well(office: Office) -> Ended:
    people = [("Giàng A Sử", OTHER, "leader"), ("Lò Văn Mẫu", MEMBER, "admin")]
    office.settings(
        people=[{"full_name": name, "uid": uid, "roles": [role]} for name, uid, role in people],
        alarm={"webhook": "http://127.0.0.1:9/"},
        health={"port": None},
    )
    office.rules("quy-che.yaml", 'number: "893/QĐ-UBND"', 'number: "12/QĐ-UBND"')
    office.session.chmod(0o600)
    return office.command("doctor", "--offline")


@mishap("V09")
def _clock_far_off(office: Office) -> Ended:
    office.patch.setattr(doctor_command, "system_clock", lambda: system_clock() + timedelta(minutes=10))
    with _zalo(office):
        return office.command("doctor")
