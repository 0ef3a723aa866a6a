"""What members tell the office: numbered, passed on, and read by the desk alone."""

from datetime import UTC, datetime, time

import pytest

from tests.unit.features.desk import GROUP, GROUP_NAME, NOW, PEOPLE, SEALED, Desk, escalation, to
from zalo_governor.domain.escalation import QuietHours

DESK = ("admin", "admin_staff")


@pytest.mark.parametrize("place", ["private", "group"])
def test_an_incident_reaches_the_desk_at_once(place: str) -> None:
    desk = Desk()
    desk.say("member", "/suco Từ sáng máy không nhận được tin", place=place)
    posted = desk.take()
    for who in DESK:
        (text,) = to(posted, who)
        assert "sự cố SC-1" in text
        assert "14:05" in text
        assert "Từ sáng máy không nhận được tin" in text
    assert "SC-1" in to(posted, "member")[0]
    assert not [notice for notice in posted if notice.is_group and "sáng" in notice.text]
    assert desk.store.audited[-1]["about"] == "SC-1"
    assert "sáng" not in repr(desk.store.audited)


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ("Từ tối máy không nhận được tin", True),
        ("gặp lỗi khi gửi tệp", True),
        ("Khẩn: không gửi được công điện", False),
        ("gấp, máy không nhận được tin", False),
        ("khan cap, khong gui duoc", False),
    ],
)
def test_at_night_only_what_is_called_urgent_wakes_the_desk(said: str, *, waits: bool) -> None:
    desk = Desk(escalation=escalation(quiet_hours=QuietHours(start=time(22), end=time(6))))
    desk.now = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    desk.say("member", f"/suco {said}", place="private")
    posted = desk.take()
    morning = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert [len(to(posted, who)) for who in DESK] == [0 if waits else 1] * 2
    assert ("06:00" in to(posted, "member")[0]) is waits
    desk.now = morning
    desk.tick()
    assert [len(to(desk.take(), who)) for who in DESK[:1]] == [1 if waits else 0]


def test_the_incidents_of_a_night_come_as_one_message_in_the_morning() -> None:
    desk = Desk(escalation=escalation(quiet_hours=QuietHours(start=time(22), end=time(6))))
    desk.now = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    desk.say("member", "/suco Từ tối máy không nhận được tin", place="private")
    desk.later(hours=2)
    desk.say("stranger", "/suco Không gửi được tệp", place="private")
    desk.take()
    duties = desk.office.duties
    duties.on_cases(desk.uow)
    assert desk.take() == []
    due = duties.next_due(desk.uow)
    assert due == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    desk.now = due
    duties.on_cases(desk.uow)
    duties.on_cases(desk.uow)
    posted = desk.take()
    for who in DESK:
        (text,) = to(posted, who)
        assert "báo 2 sự cố" in text
        assert "- SC-1: 23:30 24/11/2026" in text
        assert "- SC-2: 01:30 25/11/2026" in text
        assert "Không gửi được tệp" in text
    assert duties.next_due(desk.uow) is None


def test_suggestions_are_gathered_and_told_once() -> None:
    desk = Desk()
    desk.say("member", "/gop y Nên ghim lịch trực", place="private")
    desk.say("stranger", "góp ý: Nên có mẫu báo cáo", place="private")
    assert not [text for who in DESK for text in to(desk.take(), who)]
    assert desk.office.duties.suggestions_digest(desk.uow, NOW) == 2
    (text,) = to(desk.take(), "admin")
    assert "GY-1" in text
    assert "Nên có mẫu báo cáo" in text
    desk.later(days=1)
    assert desk.office.duties.suggestions_digest(desk.uow, desk.now) == 0
    assert desk.take() == []


@pytest.mark.parametrize(("word", "code"), [("suco", "SC-1"), ("gopy", "GY-1")])
def test_only_the_desk_reads_what_was_said(word: str, code: str) -> None:
    desk = Desk()
    desk.say("member", f"/{word} Lời của thành viên", place="private")
    desk.take()
    for who in PEOPLE:
        desk.say(who, f"/{word}", place="private")
        (text,) = to(desk.take(), who)
        assert (code in text and "Lời của thành viên" in text) is (who in DESK)
        assert ("Cách viết" in text) is (who not in DESK)


@pytest.mark.parametrize("word", ["suco", "gopy"])
def test_of_a_suspected_secret_nothing_is_kept(word: str) -> None:
    desk = Desk()
    desk.say("member", f"/{word} lời không được lưu", SEALED, place="private")
    assert desk.store.remarked == []
    assert not [notice for notice in desk.take() if "lời không được lưu" in notice.text]


@pytest.mark.parametrize("word", ["suco", "gopy"])
def test_in_private_a_member_of_several_groups_names_the_one_whose_desk_is_told(word: str) -> None:
    other = "8000000000000000002"
    desk = Desk(groups={GROUP: GROUP_NAME, other: "Ngành Y tế"})
    desk.say("member", f"/{word} máy không nhận được tin", place="private")
    assert "kèm tên Nhóm ở cuối" in to(desk.take(), "member")[0]
    assert desk.store.remarked == []
    desk.say("member", f"/{word} máy không nhận được tin của nhóm ngành Y tế", place="private")
    [remark] = desk.store.remarked
    assert (remark.group_id, remark.text) == (other, "máy không nhận được tin của nhóm ngành Y tế")
    desk.say("member", f"/nhom {GROUP_NAME}", place="private")
    desk.say("member", f"/{word} tệp không mở được", place="private")
    assert desk.store.remarked[-1].group_id == GROUP
    desk.say("member", f"/{word} tệp không mở được ngành Y tế", place="private")
    assert desk.store.remarked[-1].group_id == other


def test_the_group_at_the_end_of_a_long_remark_counts_though_not_all_of_it_is_kept() -> None:
    other = "8000000000000000002"
    desk = Desk(groups={GROUP: GROUP_NAME, other: "Ngành Y tế"})
    desk.say("member", f"/suco {'máy không nhận được tin ' * 80}, nhóm Ngành Y tế", place="private")
    [remark] = desk.store.remarked
    assert (remark.group_id, len(remark.text), remark.text[-1]) == (other, 1500, "…")
