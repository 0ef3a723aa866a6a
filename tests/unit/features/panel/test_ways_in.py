"""The way into the panel: who gets a link by chat, what it opens, and how it ends."""

import re
from datetime import timedelta

from tests.unit.features.desk import Desk, to
from zalo_governor.config.panel import PanelSettings
from zalo_governor.features.panel.access import begin_session

ON = PanelSettings(enabled=True, listen="10.1.2.3", behind_proxy=True, address="https://bang.mau.gov.vn")


def link_of(desk: Desk, who: str) -> str:
    desk.say(who, "/bang", place="private")
    [said] = to(desk.take(), who)
    found = re.search(r"https://bang\.mau\.gov\.vn/vao/(\S+)", said)
    assert found is not None, said
    return found[1]


def test_a_link_opens_one_session_for_the_person_who_asked_and_no_second() -> None:
    desk = Desk(panel=ON)
    link = link_of(desk, "admin")
    begun = begin_session(desk.uow, link, desk.now)
    assert begun is not None
    person_id, secret = begun
    assert person_id == desk.person("admin").id
    assert desk.uow.panel_keys.holder(secret, desk.now) == person_id
    assert begin_session(desk.uow, link, desk.now) is None
    assert desk.uow.panel_keys.holder(link, desk.now) is None, "a link is no session"


def test_a_link_lasts_ten_minutes_and_a_session_eight_hours() -> None:
    desk = Desk(panel=ON)
    desk.say("admin", "/bang", place="private")
    [said] = to(desk.take(), "admin")
    assert "một lần trong 10 phút" in said
    assert "dùng được 8 giờ;" in said
    assert begin_session(desk.uow, link_of(desk, "admin"), desk.now + timedelta(minutes=10)) is None
    begun = begin_session(desk.uow, link_of(desk, "admin"), desk.now + timedelta(minutes=9))
    assert begun is not None
    entered = desk.now + timedelta(minutes=9)
    assert desk.uow.panel_keys.holder(begun[1], entered + timedelta(hours=7, minutes=59))
    assert desk.uow.panel_keys.holder(begun[1], entered + timedelta(hours=8)) is None


def test_the_chat_ends_all_sessions_and_voids_the_link_that_was_not_used() -> None:
    desk = Desk(panel=ON)
    begun = begin_session(desk.uow, link_of(desk, "leader"), desk.now)
    unused = link_of(desk, "leader")
    desk.say("leader", "/thoatbang", place="private")
    assert "(1 phiên)" in to(desk.take(), "leader")[0]
    assert begun is not None
    assert desk.uow.panel_keys.holder(begun[1], desk.now) is None
    assert begin_session(desk.uow, unused, desk.now) is None


def test_every_step_stands_in_the_audit_log_without_a_secret() -> None:
    desk = Desk(panel=ON)
    link = link_of(desk, "admin")
    begun = begin_session(desk.uow, link, desk.now)
    assert begun is not None
    rows = [row for row in desk.store.audited if row["action"].startswith("panel.")]
    assert [row["action"] for row in rows] == ["panel.link", "panel.entered"]
    assert link not in str(desk.store.audited)
    assert begun[1] not in str(desk.store.audited)
