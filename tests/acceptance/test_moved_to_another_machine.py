"""A backup on one machine is put back on another, where another bot account takes over: the office goes on working."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.opened import opened
from tests.rig import ADMIN, BOT, GROUP, LEADER, MEMBER, Rig, rig, somebody
from zalo_governor.config.settings import load_settings
from zalo_governor.domain.clock import system_clock
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.security.crypto import Keys, master_key

SECOND = "7000000000000000099"
UNMARKED = "kinh gui cac dong chi, de nghi cac don vi gui bao cao ve van phong truoc ngay mai"
SECRET = "Em gửi các đồng chí văn bản tuyệt mật số 812/KH-GIẢ ĐỊNH về kho Hạt Mắc Khén"
WORDS = ("Hạt Mắc Khén", "812/KH")


def order(*arguments: str, code: str = "", says: str = "", ends: int = 0) -> str:
    """Run a command as a process; gives what it says."""
    environment = os.environ | {"ZALO_GOVERNOR_RECOVERY_CODE": code, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "zalo_governor", *arguments],
        input=says,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == ends, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.timeout(240)
def test_roles_cases_and_coverage_go_on_under_another_account_and_nothing_sealed_comes_along(tmp_path: Path) -> None:
    first, second, kept = tmp_path / "first", tmp_path / "second", tmp_path / "kept"
    first.mkdir()
    with rig(first) as made:
        made.control("world", groups=[{"id": GROUP, "members": [BOT, MEMBER, LEADER, ADMIN]}])
        made.start_bot()
        made.say("Tin nghe được trước khi sao lưu")
        made.say(UNMARKED)
        made.say(SECRET, somebody())
        case = made.case_of(MEMBER)
        made.until(lambda: len(made.judged_keys()) >= 2 and made.report()["coverage"]["sealed"] == 1, "all is judged")
        code, backup = _backed_up(made, kept)
        before = made.report()
        lost = made.say("Tin nghe được sau khi sao lưu, trước khi máy hỏng")
        made.until(lambda: lost in made.judged_keys(), "it is judged")
        made.kill_bot()
        shutil.rmtree(first / "data")

        made.control("world", accounts=[{"uid": SECOND, "cookie": "second"}])
        members = [SECOND, MEMBER, LEADER, ADMIN]
        made.control("world", groups=[{"id": GROUP, "members": members}])
        made.control("hist", messages=[{"_text": "Tin trong lúc mất máy", "uidFrom": ADMIN}], group_id=GROUP)
        _restored(made, second, backup, code)
        assert "đề nghị chạy: zalo-governor account replace" in order("run", "-c", str(made.config), ends=1)
        replaced = order("account", "replace", "--yes", "-c", str(made.config))
        assert re.search(r"bằng 7000000000000000099: \d+ người được nhận ra", replaced)
        made.start_bot()
        _see_coverage(made, before)
        _see_the_case(made, case)
        _see_no_secret(made, [first, second, kept])


def _backed_up(made: Rig, folder: Path) -> tuple[str, Path]:
    """Recovery code and file; the bot runs on."""
    assert "chưa có mã khôi phục" in order("backup", str(folder), "-c", str(made.config), ends=1).lower()
    said = order("backup", str(folder), "--new-code", "-c", str(made.config))
    found = re.search(r"\b(?:[0-9A-Z]{5}-){5}[0-9A-Z]{5}\b", said)
    assert found
    assert "đã đọc lại và khớp" in said
    [path] = folder.iterdir()
    # From then on nobody has to be there.
    order("backup", str(folder), "--keep", "1", "-c", str(made.config))
    [path] = folder.iterdir()
    return found[0], path


def _restored(made: Rig, folder: Path, backup: Path, code: str) -> None:
    """On an empty machine: settings, key and database come out of the file."""
    made.config, made.database = folder / "governor.yaml", folder / "data" / "governor.db"
    said = order("restore", str(backup), "-c", str(made.config), code=code.lower())
    assert re.search(r"Đã khôi phục bản sao lưu lúc \d\d:\d\d \d\d/\d\d/\d{4}: ", said), said
    assert "--replace" in order("restore", str(backup), "-c", str(made.config), code=code, ends=1)
    session = {"imei": "second", "user_agent": "Mozilla/5.0 (rig)", "cookies": {"zpw_sek": "second"}}
    (folder / "session.json").write_text(json.dumps(session))
    made.folder = folder


def _see_coverage(made: Rig, before: dict[str, int]) -> None:
    """Nothing is judged twice; what was said meanwhile is brought back, and the time of it is a gap."""
    made.until(lambda: made.report()["activity"]["messages"] == 5, "what was missed is judged")
    after = made.report()
    [gap] = after["coverage"]["gaps"]
    assert gap["closed"]
    assert gap["recovered"] == after["coverage"]["recovered"] == 2
    assert after["coverage"]["sealed"] == 1
    assert after["clauses"] == before["clauses"]


def _see_the_case(made: Rig, case: str) -> None:
    """Whoever held a role holds it under the new uid; the case is the same one and can be answered."""
    [shown] = _answer(made, ADMIN, f"/xem {case}")
    assert case in shown
    assert UNMARKED[:20] in shown
    assert case in "".join(_answer(made, ADMIN, f"/xacnhan {case}"))
    assert _answer(made, LEADER, "/baocao")
    fresh = somebody()
    made.say(UNMARKED, fresh)
    made.until(lambda: bool(made.told(fresh)), "what is said now is told as ever")
    # People may have been told numbers between the backup and the loss.
    assert made.query("SELECT max(id) > 100 FROM cases") == [(1,)]


def _answer(made: Rig, uid: str, typed: str) -> list[str]:
    told = len(made.told(uid))
    message = {"_text": typed, "uidFrom": uid}
    made.control("push", frames=[{"cmd": 501, "account": SECOND, "data": {"msgs": [message]}}])
    made.until(lambda: len(made.told(uid)) > told, f"{typed} is answered")
    return made.told(uid)[told:]


def _see_no_secret(made: Rig, folders: list[Path]) -> None:
    made.stop_bot()
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"]
    for word in WORDS:
        assert not [path for path in files if word.encode() in path.read_bytes()]
    settings = load_settings(made.config)
    database = Database(settings.sqlalchemy_url, Keys(master_key(settings.key_path, None)), system_clock)
    try:
        everything = list(opened(database))
    finally:
        database.close()
    assert everything
    for word in WORDS:
        assert not [where for where, plain in everything if word.encode() in plain]
