"""What can go wrong, each thing done on purpose to an office of its own. docs/loi.md says what must come of it.

A new one is a function here and a row there, under the same number. In-process where that says the same as a process.
"""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from openpyxl import Workbook

from tests.rig import ADMIN, BOT, Rig
from tests.unit.storage.stored import GROUP
from zalo_governor.cli import COMMANDS, main
from zalo_governor.config.shipped import shipped_config
from zalo_governor.sandbox.reports.client import ReportRenderer
from zalo_governor.storage.engine import connect

NOBODY = 65534
# Who has no rights may find that Python's own files are not his to read either.
for _name in COMMANDS:
    import_module(f"zalo_governor.cli.{_name.replace('-', '_')}")


class Ended(NamedTuple):
    """How a command ended."""

    code: int | None
    """None where it goes on."""
    said: str


class Office:
    """An installation with a database, a key, a session and settings that are right."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.config = folder / "governor.yaml"
        self.database = folder / "data" / "governor.db"
        self.key = folder / "data" / "governor.key"
        self.session = folder / "session.json"
        self.patch = monkeypatch
        self.files_before: dict[str, str] = {}
        self.rows_before: dict[str, int] = {}
        """As they were when a command was last called."""

    def settings(self, **sections: object) -> None:
        """Settings of these sections in place of what stands there."""
        given = yaml.safe_load(self.config.read_text(encoding="utf-8")) | sections
        self.config.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")

    def written(self, *lines: str) -> None:
        """Lines below those of the settings."""
        with self.config.open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def rules(self, name: str, old: str, new: str) -> None:
        """The office's own copy of the rules, with one thing changed."""
        own = self.folder / "config"
        if not own.exists():
            shutil.copytree(shipped_config(), own)
            self.settings(config_dir="config")
        text = (own / name).read_text(encoding="utf-8")
        assert old in text, (name, old)
        (own / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def command(self, *arguments: str, here: bool = True, rights: bool = True, typed: str = "") -> Ended:
        """The command in this process, as at a terminal in the office's folder; `typed` is what it reads.

        Without rights it runs as a user of the machine to whom nothing of this belongs; a superuser may read it all.
        """
        if not rights and os.geteuid() == 0:
            self._look()
            os.seteuid(NOBODY)
            try:
                return self.command(*arguments, here=here, typed=typed)
            finally:
                os.seteuid(0)
        said = io.StringIO()
        if os.geteuid() != NOBODY:
            self._look()
        settings = ["--config", str(self.config)] if here else []
        self.patch.setattr(sys, "stdin", io.StringIO(typed))
        self.patch.setattr(sys, "argv", ["zalo-governor", *arguments, *settings])
        # Written as bytes where the output is bytes.
        binary = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with contextlib.redirect_stdout(binary), contextlib.redirect_stderr(said), pytest.raises(SystemExit) as ended:
            main()
        binary.flush()
        shown = binary.buffer.getvalue().decode()
        return Ended(int(ended.value.code or 0), shown + said.getvalue())

    def process(self, *arguments: str, limit_kib: int | None = None) -> Ended:
        """The command as a process; no file of it may grow beyond the limit."""
        self._look()
        command = [sys.executable, "-m", "zalo_governor", *arguments, "--config", str(self.config)]
        if limit_kib is not None:
            command = ["bash", "-c", f'ulimit -f {limit_kib}; exec "$@"', "bash", *command]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
        return Ended(done.returncode, done.stdout + done.stderr)

    def touch(self, *statements: str) -> None:
        """Somebody changes the database past the program."""
        with closing(sqlite3.connect(self.database)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def give_data_away(self) -> None:
        """The data belong to him as whom a command without rights runs."""
        if os.geteuid() == 0:
            for path in [self.database.parent, *self.database.parent.iterdir()]:
                shutil.chown(path, NOBODY)

    def _look(self) -> None:
        self.files_before, self.rows_before = self.files(), self.rows()

    def files(self) -> dict[str, str]:
        """Every file but the database's own and the log, by name."""
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith(self.database.name) and path.parent.name != "logs"
        }

    def rows(self) -> dict[str, int]:
        """How many rows each table has; none where the file is no database."""
        try:
            with closing(sqlite3.connect(self.database)) as connection:
                assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
                names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 - names of our own
        except sqlite3.DatabaseError:
            return {}


Provoke = Callable[[Office], Ended]
MISHAPS: dict[str, Provoke] = {}


def mishap(number: str) -> Callable[[Provoke], Provoke]:
    """Files a provocation under its number in docs/loi.md."""

    def file(provoke: Provoke) -> Provoke:
        assert number not in MISHAPS
        MISHAPS[number] = provoke
        return provoke

    return file


def _settings(number: str, *lines: str) -> None:
    def provoke(office: Office) -> Ended:
        office.written(*lines)
        return office.command("members")

    mishap(number)(provoke)


def _rules(number: str, name: str, old: str, new: str, *command: str) -> None:
    def provoke(office: Office) -> Ended:
        office.rules(name, old, new)
        return office.command(*(command or ("members",)))

    mishap(number)(provoke)


def _typed(number: str, *arguments: str, here: bool = True) -> None:
    mishap(number)(lambda office: office.command(*arguments, here=here))


_settings("T03", "schedule:", "   name_sweep: null", "  hints_digest: null")
_settings("T04", "roster:", "  accept_friends: true", "roster:", "  accept_friends: false")
_settings("T05", "vigil: {look_minute: 5}")
_settings("T06", "people:", "  - {full_name: Lò Văn Mẫu, uid: '7'}")
_settings("T07", "zalo: {timeout_seconds: hai mươi}")
_settings("T08", "zalo: {send: {burst: 0}}")
_settings("T09", "schedule: {weekly_day: friday}")
_settings("T10", "schedule: {daily_report: '25:00'}")
_settings("T11", "schedule: {daily_report: 17:00}")
_settings("T14", "people:", "  - {full_name: Lò Văn Mẫu, roles: [admin]}")
_settings("T23", "schedule:", "\tdaily_report: null")
_settings("T24", "zalo:", "  note: 2026-13-45")
_settings("T16", "zalo: {route_to: 'http://zalo.example.vn'}")
_rules("Q01", "rules/3.2-ho-ten-chuc-vu.yaml", "severity:", "severty:")
_rules("Q03", "messages/help.vi.yaml", 'help_row: "- {usage}"', 'help_row: "- {usgae}"')
_rules("Q04", "messages/help.vi.yaml", "help_row:", "help_rwo:")
_rules("Q05", "escalation.yaml", "leader: unanswered", "leader: never")
_rules("Q06", "y-kien.yaml", "deadline_words:", "deadline_word:")
_typed("L01", "rpeort", here=False)
_typed("L02", "report", "--perod", "tuần")
_typed("L03", "roster", "import", here=False)
_typed("L04", "report", "--format", "pdf")
_typed("L05", "trace", "--days", "0", "một câu")
_typed("L06", "cases", "VP12")
_typed("L07", "report", "--group", "8000000000000000999")
_typed("L08", "trace")
_typed("B01", "report", "--period", "hôm nọ")
_typed("B02", "report", "--from", "2026-04-02", "--to", "2026-04-01")
_typed("B03", "report", "--from", "ngày kia")
_typed("B04", "report", "--format", "docx")
_typed("D01", "roster", "import", "/khong/co/danh-sach.xlsx")
_typed("N02", "audit", "verify", "--head", "12-xyz")
_typed("N03", "audit", "list", "--uid", "7999")


@mishap("T01")
def _no_settings(office: Office) -> Ended:
    office.config.unlink()
    return office.command("run")


@mishap("T02")
def _not_utf8(office: Office) -> Ended:
    office.config.write_bytes("office: {province: tỉnh Mẫu}".encode("utf-16"))
    return office.command("members")


@mishap("T12")
def _number_without_quotes(office: Office) -> Ended:
    office.config.write_text(f"groups: [{{id: {GROUP}}}]\n")
    return office.command("members")


@mishap("T13")
def _bad_group_id(office: Office) -> Ended:
    office.settings(groups=[{"id": "nhom-1"}])
    return office.command("members")


@mishap("T15")
def _one_uid_for_two(office: Office) -> Ended:
    people = [{"full_name": name, "uid": "7", "roles": ["member"]} for name in ("Lò Văn Mẫu", "Y Mẫu")]
    office.settings(people=people)
    return office.command("members")


@mishap("T17")
def _nobody_to_tell(office: Office) -> Ended:
    office.session.unlink()
    return office.command("run")._replace(code=None)  # ended by the missing session, not by the note


@mishap("T18")
def _two_leaders(office: Office) -> Ended:
    people = [{"full_name": f"Lãnh đạo {uid}", "uid": uid, "roles": ["leader", "admin"]} for uid in "78"]
    office.settings(people=people)
    office.session.unlink()
    return office.command("run")._replace(code=None)  # ended by the missing session, not by the note


@mishap("T19")
def _settings_of_somebody_else(office: Office) -> Ended:
    office.config.chmod(0)
    return office.command("members", rights=False)


@mishap("T20")
def _settings_are_a_folder(office: Office) -> Ended:
    return office.command("members", "--config", str(office.folder), here=False)


@mishap("T21")
def _wrong_in_the_environment(office: Office) -> Ended:
    office.patch.setenv("ZALO_GOVERNOR_ZALO__TIMEOUT_SECONDS", "hai mươi")
    return office.command("members")


@mishap("T22")
def _no_json_in_the_environment(office: Office) -> Ended:
    office.patch.setenv("ZALO_GOVERNOR_ZALO", "{timeout_seconds")
    return office.command("members")


@mishap("Q02")
def _no_rule_file(office: Office) -> Ended:
    office.rules("quy-che.yaml", "", "")
    (office.folder / "config" / "rules" / "3.2-ho-ten-chuc-vu.yaml").unlink()
    return office.command("members")


@mishap("Q07")
def _no_lexicon(office: Office) -> Ended:
    office.rules("quy-che.yaml", "", "")
    (office.folder / "config" / "lexicons" / "surnames.txt").unlink()
    return office.command("members")


@mishap("Q08")
def _example_fails(office: Office) -> Ended:
    office.rules("rules/3.2-ho-ten-chuc-vu.yaml", "label: fixable", "label: nickname")
    return office.command("rules", "test", "--config-dir", str(office.folder / "config"), here=False)


@mishap("P01")
def _no_session(office: Office) -> Ended:
    office.session.unlink()
    office.touch("DELETE FROM vault WHERE name LIKE 'zalo.%'")
    return office.command("run")


@mishap("P02")
def _session_is_no_json(office: Office) -> Ended:
    office.session.write_text('{"imei": "x",')
    return office.command("run")


@mishap("P03")
def _session_lacks_something(office: Office) -> Ended:
    office.session.write_text(json.dumps({"imei": "x", "user_agent": ""}))
    return office.command("run")


@mishap("P05")
def _session_not_of_a_browser(office: Office) -> Ended:
    office.session.write_text(
        json.dumps({"imei": "x", "user_agent": "Mozilla/5.0", "cookies": {"zpw_sek": "mã phiên"}})
    )
    return office.command("run")


@mishap("P04")
def _session_of_somebody_else(office: Office) -> Ended:
    office.session.chmod(0)
    office.give_data_away()
    return office.command("run", rights=False)


@mishap("K01")
def _no_key(office: Office) -> Ended:
    office.key.rename(office.folder / "cho-khac.key")
    return office.command("members")


@mishap("K02")
def _other_key(office: Office) -> Ended:
    office.key.write_text("a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=\n")
    return office.command("members")


@mishap("K03")
def _key_open_to_all(office: Office) -> Ended:
    office.key.chmod(0o644)
    return office.command("members")


@mishap("K04")
def _half_a_key(office: Office) -> Ended:
    office.key.write_text(office.key.read_text()[:20])
    return office.command("members")


@mishap("K05")
def _key_in_the_environment(office: Office) -> Ended:
    office.patch.setenv("ZALO_GOVERNOR_KEY", "abc")
    return office.command("members")


@mishap("C01")
def _newer_database(office: Office) -> Ended:
    office.touch("UPDATE alembic_version SET version_num = '9999'")
    return office.command("members")


@mishap("C02")
def _no_database(office: Office) -> Ended:
    for path in office.database.parent.glob("governor.db*"):
        path.unlink()
    office.database.write_text("đây là một tệp văn bản, không phải cơ sở dữ liệu\n" * 50)
    return office.command("members")


@mishap("C03")
def _damaged_database(office: Office) -> Ended:
    office.touch("PRAGMA wal_checkpoint(TRUNCATE)")
    with office.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (office.database.stat().st_size - 4096))
    return office.command("members")


@mishap("C12")
def _deleted_database(office: Office) -> Ended:
    made = office.command("backup", "--new-code")
    assert made.code == 0, made.said
    for path in office.database.parent.glob("governor.db*"):
        path.unlink()
    return office.command("members")


@mishap("C04")
def _data_dir_is_a_file(office: Office) -> Ended:
    (office.folder / "tep").write_text("")
    office.settings(data_dir="tep/data")
    return office.command("members")


@mishap("C05")
def _data_of_somebody_else(office: Office) -> Ended:
    (office.folder / "data").chmod(0o700 if os.geteuid() == 0 else 0)
    ended = office.command("members", rights=False)
    (office.folder / "data").chmod(0o700)
    return ended


@mishap("C06")
def _disk_full(office: Office) -> Ended:
    office.touch("PRAGMA wal_checkpoint(TRUNCATE)")
    return office.process("cases", limit_kib=4)


@mishap("C07")
def _locked(office: Office) -> Ended:
    office.patch.setattr(connect, "BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(office.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        return office.command("members")


@mishap("C08")
def _no_server(office: Office) -> Ended:
    office.settings(database_url=f"postgresql://governor@127.0.0.1:{closed_port()}/governor")
    return office.command("members")


@mishap("C09")
def _wrong_password(office: Office) -> Ended:
    with _refusing_server() as port:
        office.settings(database_url=f"postgresql://governor:sai@127.0.0.1:{port}/governor")
        return office.command("members")


@mishap("C10")
def _no_database_url(office: Office) -> Ended:
    office.settings(database_url="/srv/governor.db")
    return office.command("members")


@mishap("C11")
def _other_kind_of_database(office: Office) -> Ended:
    office.settings(database_url="mysql://governor@127.0.0.1/governor")
    return office.command("members")


@mishap("C13")
def _no_name_of_an_office(office: Office) -> Ended:
    return office.command("offices", "add", "Sở Y tế", here=False)


@mishap("C14")
def _database_of_another_office(office: Office) -> Ended:
    office.settings(database_url="postgresql://zg_so_y_te:x@127.0.0.1/zalo_governor")
    folder = office.folder.with_name(f"{office.folder.name}-so-noi-vu")
    shutil.copytree(office.folder, folder / "so-noi-vu")
    try:
        return office.command("offices", "add", "so-noi-vu", "--offices-dir", str(folder), here=False)
    finally:
        shutil.rmtree(folder)


@mishap("C15")
def _no_office(office: Office) -> Ended:
    return office.command("doctor", "--all", "--offices-dir", str(office.folder / "data"), here=False)


@mishap("D02")
def _wrong_cells(office: Office) -> Ended:
    return office.command("roster", "import", _sheet(office, ["Lò Văn Mẫu", "", "12"]))


@mishap("D03")
def _no_heading(office: Office) -> Ended:
    return office.command("roster", "import", _sheet(office, heading=["Cột một", "Cột hai"]))


@mishap("D04")
def _no_spreadsheet(office: Office) -> Ended:
    (office.folder / "danh-sach.pdf").write_bytes(b"%PDF-1.7")
    return office.command("roster", "import", str(office.folder / "danh-sach.pdf"))


@mishap("D05")
def _spreadsheet_with_a_password(office: Office) -> Ended:
    # With a password Excel writes an OLE container instead of a ZIP archive.
    (office.folder / "danh-sach.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2048))
    return office.command("roster", "import", str(office.folder / "danh-sach.xlsx"))


@mishap("D06")
def _no_unicode(office: Office) -> Ended:
    (office.folder / "danh-sach.csv").write_bytes("Họ tên,Chức vụ\n".encode("cp1258", "replace") + b"\xd0\xff\n")
    return office.command("roster", "import", str(office.folder / "danh-sach.csv"))


@mishap("D07")
def _nothing_to_compare(office: Office) -> Ended:
    return office.command("roster", "compare")


@mishap("D08")
def _nowhere_to_write(office: Office) -> Ended:
    return office.command("roster", "export", str(office.folder / "khong-co" / "ra.xlsx"))


@mishap("D09")
def _people_would_go(office: Office) -> Ended:
    before, after = ["Lò Văn Mẫu", "Giám đốc Sở Mẫu"], ["Vàng Thị Mẫu", "Giám đốc Sở Mẫu"]
    assert office.command("roster", "import", _sheet(office, before), "--yes").code == 0
    return office.command("roster", "import", _sheet(office, after), "--replace", "--yes")


@mishap("B05")
def _no_folder_for_the_report(office: Office) -> Ended:
    return office.command("report", "--output", str(office.folder / "khong-co" / "bao-cao.txt"))


@mishap("B06")
def _folder_in_the_way(office: Office) -> Ended:
    (office.folder / "bao-cao.txt").mkdir()
    return office.command("report", "--output", str(office.folder / "bao-cao.txt"))


@mishap("B07")
def _folder_of_somebody_else(office: Office) -> Ended:
    office.give_data_away()
    (office.folder / "bao-cao.txt").write_text("báo cáo cũ")
    (office.folder / "bao-cao.txt").chmod(0o644)
    office.folder.chmod(0o555)
    return office.command("report", "--output", str(office.folder / "bao-cao.txt"), rights=False)


@mishap("B08")
def _broken_template(office: Office) -> Ended:
    office.rules("quy-che.yaml", "", "")
    (office.folder / "config" / "bao-cao.docx").write_bytes(b"PK")
    return office.command("report", "--format", "docx", "--output", str(office.folder / "ra.docx"))


@mishap("B09")
def _printing_takes_too_long(office: Office) -> Ended:
    office.patch.setattr(ReportRenderer.__init__, "__defaults__", (0.01,))
    return office.command("report", "--format", "png", "--output", str(office.folder / "ra.png"))


@mishap("B10")
def _printing_fails(office: Office) -> Ended:
    office.patch.setattr(sys, "executable", "/bin/false")
    return office.command("report", "--format", "xlsx", "--output", str(office.folder / "ra.xlsx"))


@mishap("L09")
def _bad_line(office: Office) -> Ended:
    (office.folder / "tin.jsonl").write_text('{"id": 1}\n')
    return office.command("check", str(office.folder / "tin.jsonl"), here=False)


@mishap("L10")
def _no_text_file(office: Office) -> Ended:
    return office.command("trace", "--file", str(office.folder / "khong-co.txt"))


@mishap("L11")
def _port_taken(office: Office) -> Ended:
    with socket.create_server(("127.0.0.1", 0)) as other:
        return office.command("simulate", "--port", str(other.getsockname()[1]), here=False)


@mishap("N01")
def _log_was_changed(office: Office) -> Ended:
    assert office.command("cases").code == 0
    office.touch("DROP TRIGGER audit_no_update", "UPDATE audit SET subject = 'khác' WHERE id = 1")
    return office.command("audit", "verify")


def _sheet(office: Office, *rows: list[str], heading: list[str] | None = None) -> str:
    book = Workbook()
    sheet = book.create_sheet(index=0)
    for row in (heading or ["Họ tên", "Chức vụ", "Điện thoại"], *rows):
        sheet.append(row)
    book.active = 0
    path = office.folder / "danh-sach.xlsx"
    book.save(path)
    return str(path)


def closed_port() -> int:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def _refusing_server() -> Iterator[int]:
    """Says what a PostgreSQL server says to a wrong password, to whoever connects."""
    fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "governor"\0\0'

    def refuse() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    asked = connection.recv(1024)
                    if asked[4:8] != (196608).to_bytes(4, "big"):  # It asks for TLS or GSS first.
                        connection.sendall(b"N")
                        connection.recv(1024)
                    connection.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=refuse, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


Live = Callable[[Rig], Ended]
LIVE: dict[str, Live] = {}
"""What needs a Zalo to talk to."""


def live(number: str) -> Callable[[Live], Live]:
    """Files a provocation of a running bot under its number in docs/loi.md."""

    def file(provoke: Live) -> Live:
        assert number not in LIVE
        LIVE[number] = provoke
        return provoke

    return file


def _ended(rig: Rig) -> Ended:
    bot = rig.launch_bot()
    rig.until(lambda: not bot.running, "it ends", timeout=60)
    return Ended(bot.stop(), bot.log.read_text(encoding="utf-8"))


def _goes_on(rig: Rig, event: str) -> Ended:
    bot = rig.bot
    assert bot
    rig.until(lambda: bot.log.exists() and event in bot.log.read_text(encoding="utf-8"), f"it says {event}", timeout=60)
    assert bot.running
    return Ended(None, bot.log.read_text(encoding="utf-8"))


@contextmanager
def _with(rig: Rig, section: str, value: object) -> Iterator[None]:
    """The bot is started with another value of a section, goes on, and ends well when it is told to."""
    written = rig.config.read_text(encoding="utf-8")
    rig.config.write_text(yaml.safe_dump(yaml.safe_load(written) | {section: value}, allow_unicode=True))
    try:
        bot = rig.launch_bot()
        yield
    finally:
        code = rig.stop_bot()
        rig.config.write_text(written, encoding="utf-8")
    assert code == 0, bot.log.read_text(encoding="utf-8")


@live("Z01")
def _login_refused(rig: Rig) -> Ended:
    rig.control("config", outer={"/api/login/getLoginInfo": [102, "zpw_sek is wrong"]})
    ended = _ended(rig)
    rig.control("config", outer={})
    return ended


@live("Z02")
def _another_process(rig: Rig) -> Ended:
    with (rig.folder / "data" / f"governor.db-{BOT}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _ended(rig)


@live("Z03")
def _no_network(rig: Rig) -> Ended:
    with _with(rig, "zalo", {"route_to": f"http://127.0.0.1:{closed_port()}"}):
        return _goes_on(rig, "login_waits")


@live("Z04")
def _not_in_the_group(rig: Rig) -> Ended:
    with _with(rig, "groups", [{"id": GROUP}, {"id": "8000000000000000999"}]):
        return _goes_on(rig, "sweep_failed")


@live("Z05")
def _taken_elsewhere(rig: Rig) -> Ended:
    rig.start_bot()
    rig.control("close", code=3000)
    return _goes_on(rig, "duplicate")


@live("Z06")
def _nothing_can_be_written(rig: Rig) -> Ended:
    assert rig.bot
    rig.kill_bot()
    rig.start_bot()
    with closing(sqlite3.connect(rig.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        key = rig.say("Tin trong lúc cơ sở dữ liệu bị giữ")
        ended = _goes_on(rig, "intake_waits")
    rig.until(lambda: key in rig.judged_keys(), "it is heard after all", timeout=60)
    assert rig.stop_bot() == 0
    return ended


@live("Z07")
def _health_port_taken(rig: Rig) -> Ended:
    with socket.create_server(("127.0.0.1", 0)) as other, _with(rig, "health", {"port": other.getsockname()[1]}):
        return _goes_on(rig, "health_port_taken")


@live("Z08")
def _bad_file_while_it_runs(rig: Rig) -> Ended:
    written = rig.config.read_text(encoding="utf-8")
    rig.start_bot()
    rig.config.write_text(f"{written}vigil: {{look_minutes: mười}}\n", encoding="utf-8")
    ended = _goes_on(rig, "configuration_broken")
    line = len(written.splitlines()) + 1
    said = f"- Tệp governor.yaml, dòng {line}, mục vigil.look_minutes: phải là số"
    rig.until(lambda: any(said in text for text in rig.told(ADMIN)), "the admin hears file, line, key, and what to do")
    rig.answer(ADMIN, "/vipham")
    assert rig.stop_bot() == 0
    rig.config.write_text(written, encoding="utf-8")
    return ended


@live("Z09")
def _session_dead_while_the_line_is_open(rig: Rig) -> Ended:
    rig.start_bot()
    rig.control("config", expired=["rig"], expired_code=600)
    rig.tell_bot("/trogiup", ADMIN)
    ended = _goes_on(rig, "session_dead")
    rig.control("config", expired=[])
    assert rig.stop_bot() == 0
    return ended
