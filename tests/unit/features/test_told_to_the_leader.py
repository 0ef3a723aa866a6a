"""What the leader reads of a case is true of what the case is about: a message, a name, a coming."""

from typing import Any

import pytest

from tests.unit.features.cases.test_service import observe
from tests.unit.features.desk import BAD_NAME, GROUP, SEALED, UNMARKED, Desk, to
from tests.unit.features.members.test_outsiders import STRANGER, Group
from zalo_governor.domain.events import MemberRemoved, NameObserved
from zalo_governor.domain.findings import Finding, Severity


def passed_on(desk: Desk, code: str = "VP1") -> str:
    desk.take()
    desk.say("admin", f"/chuyen {code}", place="private")
    [report] = to(desk.take(), "leader")
    return report


def test_of_a_message_it_says_whether_the_group_still_shows_it() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    report = passed_on(desk)
    assert "Tin của đồng chí Giàng A Viên" in report
    assert "Chưa ghi nhận việc thu hồi" in report


@pytest.mark.parametrize("case", ["secret", "link", "newcomer"])
@pytest.mark.parametrize("unanswered", [False, True])
def test_with_long_names_and_several_groups_it_names_the_group_and_keeps_its_limit(
    *, unanswered: bool, case: str
) -> None:
    group = Group(groups={GROUP: "Nhóm Zalo điều hành phòng, chống thiên tai tỉnh Mẫu", "8": "Nhóm Zalo chống dịch"})
    group.change(
        "member", full_name="Nguyễn Thị Phương Thảo", title="Phó Chủ tịch Thường trực UBND xã Mường Mẫu Thượng"
    )
    if case == "secret":
        group.seal("member")
    elif case == "link":
        more: dict[str, Any] = {"clause": "4.4", "severity": Severity.CRITICAL, "label": "lookalike_link"}
        group.say("member", "liên kết", Finding(rule_id="4.4-lien-ket", **more))
    else:
        group.comes(STRANGER)
    if unanswered and case != "newcomer":
        group.take()
        group.tick(minutes=16)
        [report] = to(group.take(), "leader")
    else:
        report = passed_on(group)
    assert len(report) <= 400
    assert "điều hành phòng" in report


def test_of_a_name_there_is_no_message_and_it_says_whether_the_name_was_mended() -> None:
    desk = Desk()
    observe(desk, "Viên xã Mẫu", BAD_NAME)
    report = passed_on(desk)
    assert "Tên hiển thị của đồng chí Giàng A Viên" in report
    assert "Tên chưa được sửa" in report
    assert "Tin nhắn" not in report
    assert "thu hồi" not in report


def test_of_a_name_that_was_mended_it_says_after_how_long() -> None:
    desk = Desk()
    observe(desk, "Viên xã Mẫu", BAD_NAME)
    desk.later(minutes=7)
    observe(desk, "Giàng A Viên - Chủ tịch UBND xã Mẫu")
    assert "Tên đã được sửa (7 phút sau khi ghi nhận)" in passed_on(desk)


def test_of_a_coming_it_says_who_came_by_whom_and_whether_still_there() -> None:
    group = Group()
    group.comes(STRANGER)
    report = passed_on(group)
    assert 'tài khoản "Hùng Xây Dựng 88", do tài khoản của đồng chí Giàng A Viên' in report
    assert "khoản 5 Điều 4" in report
    assert "còn trong Nhóm" in report
    for word in ("Tin nhắn", "thu hồi"):
        assert word not in report


def test_of_a_coming_that_is_over_it_says_since_when() -> None:
    group = Group()
    group.comes(STRANGER)
    group.later(minutes=3)
    group.goes(STRANGER, MemberRemoved)
    assert "đã ra khỏi Nhóm lúc 14:08 24/11/2026" in passed_on(group)


def test_of_a_secret_that_no_message_bears_it_says_nothing_about_recalling() -> None:
    desk = Desk()
    observed = desk.message("member", "").model_dump(include={"account", "thread_id", "sender_uid", "at"})
    desk.hear(NameObserved(name="…", **observed), SEALED)
    report = passed_on(desk)
    assert "khoản 1 Điều 4" in report
    assert "thu hồi" not in report.split("Trạng thái")[0]
