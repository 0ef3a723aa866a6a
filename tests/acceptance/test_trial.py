"""A new account on trial: what the admin gets, what nobody else gets, the page, and the day it is switched on."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import ADMIN, GROUP, LEADER, Rig, rig, somebody
from zalo_governor.cli.demo.processes import ask, ask_json
from zalo_governor.config.shipped import shipped_config

_RULE = "3.1-tieng-viet-co-dau"
_SECRET = "TÀI LIỆU GIẢ ĐỊNH, độ mật: Tuyệt mật. Phương án phòng thủ khu vực năm 2027 (giả định)"

_DRAFT = """\
id: bao-mua
clause: "5.1"
title: báo cáo mưa
why: báo cáo mưa gửi theo mẫu
tell: admin
check:
  words: {any_of: [báo cáo mất mùa, báo cáo mật mưa]}
examples:
  match: [{text: "báo cáo mất mùa"}]
  no_match: [{text: "báo cáo"}]
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as made:
        made.configure("trial", days=14)
        made.configure("introduction", post_in_group=True)
        made.configure("escalation", leader_after_minutes=0.05)
        made.start_bot()
        yield made


def test_only_the_admin_gets_anything_until_it_is_switched_on(office: Rig, tmp_path: Path) -> None:
    config = ["--config", str(office.config)]

    # A light finding and a secret: the admin at once, nobody else, and the leader's escalation is withheld as well.
    office.say("de nghi cac dong chi gui bao cao mat mua truoc ngay mai", light := somebody())
    case = office.case_of(light)
    assert any("Chạy thử: chưa nhắn người liên quan" in text for text in office.told_of(case, ADMIN))
    office.say(_SECRET, grave := somebody())
    sealed = office.case_of(grave)
    office.until(
        lambda: any("chưa gửi tin cho Trưởng nhóm" in text for text in office.told_of(sealed, ADMIN)),
        "the admin hears that the leader was not told",
    )
    assert [office.told(uid) for uid in (light, grave, LEADER, GROUP)] == [[], [], [], []]
    assert {found["state"] for found in office.cases()} == {"new"}

    # Who holds a role is answered when he asks; members do not know the program yet.
    assert any(
        "tin giữ lại trong thời gian chạy thử, không gửi" in text for text in office.answer(LEADER, "/baocao hôm nay")
    )
    office.tell_bot("/trogiup", light)
    shown = office.answer(ADMIN, f"/xem {case}")[0]
    assert "chưa gửi: thành viên 1 tin" in shown
    office.answer(ADMIN, f"/baonham {case} tên viết tắt")
    assert "Đang chạy thử" in office.answer(ADMIN, "/trangthai")[0]
    page = office.answer(ADMIN, "/chaythu")[0]
    assert "khoản 1 Điều 3 Quy chế: 1 vụ việc, báo nhầm 1 (100%)" in page
    assert "- Trưởng nhóm: 1 tin cho 1 người (khoản 1 Điều 4 Quy chế: 1)" in page
    assert ask(["trial", *config]).splitlines()[1:3] == page.splitlines()[1:3]
    [kept] = ask_json(["trial", "--json", *config])
    assert kept["on_trial"]
    assert {row["addressee"] for row in kept["withheld"]} == {"leader", "member"}

    # Who opened the case is on record.
    listed = ask(["audit", "list", "--json", "--case", case, *config])
    assert '"way":"xem"' in listed
    assert len(listed.splitlines()) == 1

    # A rule tried again: as it is nothing differs; with other thresholds it no longer finds what it found. What was
    # said is shown only where that is asked for, which is on record.
    as_it_is = ask_json(["rules", "replay", _RULE, "--json", *config])
    assert (as_it_is["new"], as_it_is["gone"], as_it_is["same"]) == ({}, {}, {"no_diacritics:minor": 1})
    assert as_it_is["sealed"] == 1
    rules = tmp_path / "changed"
    shutil.copytree(shipped_config(), rules)
    path = rules / "rules" / f"{_RULE}.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("  violation: 0.65", "  violation: 1000000"), encoding="utf-8"
    )
    changed = ["rules", "replay", _RULE, "--config-dir", str(rules), *config]
    said = ask(changed)
    assert "Dấu hiệu mất đi: 1 (no_diacritics:minor 1)" in said
    assert "Dấu hiệu thêm: 1 (no_diacritics:suspect 1)" in said
    assert f"no_diacritics:minor {case}" in said
    assert "bao cao" not in said
    assert "«de nghi cac dong chi gui bao cao mat mua truoc ngay mai»" in ask([*changed, "--with-text"])
    path = rules / "rules" / "4.1-noi-dung-mat.yaml"
    stricter = re.sub(r"\bglance: .*", "glance: -1000", path.read_text(encoding="utf-8"))
    stricter, thresholds = re.subn(r"((?:classified|look)_from): .*", r"\1: 0.000001", stricter)
    assert thresholds == 6
    path.write_text(stricter, encoding="utf-8")
    by_the_door = ask([*changed, "--with-text"])
    assert f"no_diacritics:minor {case}" in by_the_door
    assert "de nghi" not in by_the_door, "what another rule would seal now is not shown either"
    accesses = ask(["audit", "list", "--json", "--action", "rules.replayed", *config]).splitlines()
    assert [json.loads(line)["detail"]["shown"] != [] for line in accesses] == [False, False, True, False]

    # A rule in YAML is tried before it is put among the rules.
    draft = tmp_path / "bao-mua.yaml"
    draft.write_text(_DRAFT, encoding="utf-8")
    tried = ask(["rules", "try", str(draft), *config])
    assert "bao-mua: 1 dấu hiệu trong " in tried
    assert re.search(r"^  \d\d:\d\d \d\d/\d\d  mục \d+ bao-mua:triage$", tried, re.MULTILINE)

    # Switched on from the machine: the admin hears of it, the group once, and members are asked from now on.
    assert "Đã chuyển sang hoạt động chính thức" in ask(["go-live", "--yes", *config])
    office.until(lambda: any("hoạt động chính thức" in text for text in office.told(ADMIN)), "the admin hears of it")
    office.until(lambda: len(office.told(GROUP)) == 1, "the group hears of it")
    assert "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15" in office.told(GROUP)[0]
    assert "Lò Văn Minh" in office.told(GROUP)[0]
    office.say("xin gui cac dong chi lich hop tuan sau", later := somebody())
    office.told_of(office.case_of(later), later)
    assert office.told(light) == []
    assert "đã hoạt động chính thức từ" in ask(["bat-dau", "--yes", *config])

    # And not again after a restart.
    office.stop_bot()
    office.start_bot()
    assert "đang hoạt động chính thức" in office.answer(ADMIN, "/batdau")[0]
    assert len(office.told(GROUP)) == 1
