"""Rules and settings change while the bot runs: what is right counts at once, what is wrong changes nothing."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.rig import ADMIN, MEMBER, Rig, rig, somebody
from zalo_governor.config.shipped import shipped_config

_NO_MARKS = "de nghi cac don vi gui bao cao truoc ngay mai"
_RULE = "3.1-tieng-viet-co-dau"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Rig]:
    """A bot that goes by the office's own copy of the rules."""
    with rig(tmp_path) as made:
        shutil.copytree(shipped_config(), tmp_path / "config")
        settings = yaml.safe_load(made.config.read_text())
        made.config.write_text(yaml.safe_dump(settings | {"config_dir": "config"}, allow_unicode=True))
        made.start_bot()
        yield made


def rule_file(office: Rig) -> Path:
    return office.folder / "config" / "rules" / f"{_RULE}.yaml"


def reloads(office: Rig) -> int:
    return office.logged("configuration_changed")


def refusals(office: Rig) -> list[str]:
    return [text for text in office.told(ADMIN) if "chưa được áp dụng" in text]


def asks_for_cases(office: Rig, uid: str) -> None:
    """Only the desk is answered so."""
    office.tell_bot("/vipham", uid)
    office.until(lambda: any("Không có vụ việc" in text for text in office.told(uid)), "the desk's command is answered")


def test_a_bad_rule_changes_nothing_and_a_mended_one_counts_and_no_message_is_lost(office: Rig) -> None:
    said: list[str] = []
    good = rule_file(office).read_text(encoding="utf-8")

    # A bad file: the old rules hold, the admin hears of it once, with file, line and key.
    rule_file(office).write_text(good.replace("severity: minor", "severity: rat-nang"), encoding="utf-8")
    line = next(n for n, row in enumerate(good.splitlines(), 1) if row.startswith("severity:"))
    while not office.logged("configuration_broken"):
        said.append(office.say("chào các đồng chí", somebody()))
    said.append(office.say(_NO_MARKS, writer := somebody()))
    office.case_of(writer)
    office.until(lambda: refusals(office) != [], "the admin hears that the file is wrong")
    [told] = refusals(office)
    assert f"{_RULE}.yaml, dòng {line}, mục severity" in told
    assert reloads(office) == 0

    # The same fault saved again is no news.
    rule_file(office).write_text(good.replace("severity: minor", "severity: rat-nang  # xem lại"), encoding="utf-8")
    office.until(lambda: office.logged("configuration_broken") == 2, "the fault is seen again")
    assert len(refusals(office)) == 1

    # Mended, and the rule on trial now: a new finding makes no case, and the admin hears that all is well.
    rule_file(office).write_text(good.replace("maturity: active", "maturity: shadow"), encoding="utf-8")
    while not reloads(office):
        said.append(office.say("đã nhận được văn bản", somebody()))
    office.until(lambda: any("đã được sửa" in text for text in office.told(ADMIN)), "the admin hears that it is mended")
    said.append(office.say(_NO_MARKS + " nhe", shadowed := somebody()))
    office.until(lambda: set(said) <= set(office.judged_keys()), "everything that was said is judged")
    assert office.query("SELECT count(*) FROM person_uids u JOIN cases c USING (person_id) WHERE u.uid = ?", shadowed)[
        0
    ] == (0,)
    assert len(office.judged_keys()) == len(set(office.judged_keys()))
    [(changed,)] = office.query(
        "SELECT count(*) FROM audit WHERE action = 'config.changed' AND detail LIKE ?", "%3.1-%"
    )
    assert changed >= 1


def test_the_door_goes_by_the_new_rules_as_well(office: Rig) -> None:
    """Here by a rule that is on trial now: it seals as before, and makes no case."""
    path = office.folder / "config" / "rules" / "4.1-noi-dung-mat.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["maturity"] = "shadow"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    office.until(lambda: reloads(office) == 1, "the rule is on trial")
    office.say("TÀI LIỆU MẬT (GIẢ ĐỊNH): độ mật: Tuyệt mật, phương án phòng thủ khu vực GIẢ ĐỊNH", writer := somebody())
    asked = "SELECT f.shadow, i.body IS NULL FROM findings f JOIN inbox i ON i.id = f.event_id WHERE i.sender_uid = ?"
    office.until(lambda: office.query(asked, writer) != [], "the secret is judged")
    assert set(office.query(asked, writer)) == {(1, 1)}
    assert office.cases() == []


def test_settings_count_at_once_or_the_admin_hears_that_they_wait_for_a_restart(office: Rig) -> None:
    # Somebody becomes of the desk while the bot runs, by SIGHUP without waiting for the next look.
    settings = yaml.safe_load(office.config.read_text())
    settings["people"].append(
        {"full_name": "Vàng Thị Mẫu", "title": "chuyên viên", "uid": MEMBER, "roles": ["admin_staff"]}
    )
    settings["vigil"] = {"look_minutes": 7}
    office.config.write_text(yaml.safe_dump(settings, allow_unicode=True))
    assert office.bot
    os.kill(office.bot.pid, signal.SIGHUP)
    office.until(lambda: reloads(office) == 1, "the settings are taken over")
    asks_for_cases(office, MEMBER)
    office.until(
        lambda: any("vigil" in text for text in office.told(ADMIN)), "the admin hears what waits for a restart"
    )

    # Half a file: the settings that were hold, and so do the roles.
    office.config.write_text(office.config.read_text() + "people: [")
    office.until(lambda: bool(office.logged("configuration_broken")), "half a file is seen")
    asks_for_cases(office, ADMIN)
