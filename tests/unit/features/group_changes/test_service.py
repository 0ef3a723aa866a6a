"""What is changed about the group: on record always, a case where nobody allowed it, told to whom it belongs."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.features.desk import BOT, GROUP, UIDS, Desk, to
from zalo_governor.config.sections import ApprovalSettings
from zalo_governor.domain.events import (
    AdminChanged,
    EventBase,
    GroupInfoChanged,
    GroupSettingChanged,
    InviteLinkChanged,
    NamedUid,
    PinChanged,
)
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import ChangeKind
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.people import GroupSnapshot, Role
from zalo_governor.rules.base import NO_CONTEXT, Maturity, Parameters
from zalo_governor.rules.checks.group_changes import GroupInfoParameters, GroupInfoRule, GroupPictureRule

GIVEN: dict[str, Any] = {"severity": Severity.MINOR, "maturity": Maturity.ACTIVE}
RULES = (
    GroupInfoRule(clause="6.1", parameters=GroupInfoParameters(), **GIVEN),
    GroupPictureRule(clause="6.5", parameters=Parameters(), **GIVEN),
)
OTHER = "8000000000000000002"
SEEN = GroupSnapshot(
    group_id=GROUP,
    name="Nhóm điều hành",
    owner_uid=UIDS["admin"],
    co_admin_uids=(UIDS["admin_staff"],),
    settings={"joinAppr": 1, "lockSendMsg": 0},
    description="",
    avatar_url="https://a.zadn.vn/1/cu.jpg",
)
RENAMED = {"name": "Nhóm mới", "owner_uid": UIDS["admin"]}


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.store.group = SEEN
    return made


def act(desk: Desk, kind: type[EventBase], who: str | None = "member", **values: Any) -> EventBase:
    shared = {"account": BOT, "thread_id": GROUP, "sender_uid": UIDS[who] if who else "", "at": desk.now}
    event = kind.model_validate(shared | values)
    return desk.hear(event, *[finding for rule in RULES for finding in rule.check(event, NO_CONTEXT)])


def rename(desk: Desk, who: str | None = "member", **values: Any) -> None:
    act(desk, GroupInfoChanged, who, **(RENAMED | values))


def test_what_a_member_changes_goes_to_the_desk_with_before_and_after(desk: Desk) -> None:
    rename(desk)
    posted = desk.take()
    for who in ("admin", "admin_staff"):
        [alert] = to(posted, who)
        assert "VP1" in alert
        assert "đồng chí Giàng A Viên" in alert
        assert 'tên Nhóm: từ "Nhóm điều hành" thành "Nhóm mới"' in alert
        assert "khoản 1 Điều 6" in alert
    assert to(posted, "leader") == []
    [asked] = to(posted, "member")
    assert "/duyet VP1" in asked
    [case] = desk.store.book.values()
    assert (case.clause, case.label, case.state.value) == ("6.1", "name", "reminded")
    [kept] = desk.store.kept_changes
    assert (kept.actor_id, kept.case_id) == (desk.person("member").id, 1)


def test_what_the_admin_changes_goes_to_the_leader_and_not_to_himself_as_if_nothing(desk: Desk) -> None:
    rename(desk, "admin")
    posted = desk.take()
    [report] = to(posted, "leader")
    assert 'từ "Nhóm điều hành" thành "Nhóm mới"' in report
    assert "/duyet VP1" in report
    [own] = to(posted, "admin")
    assert "tài khoản của đồng chí đã thực hiện" in own
    assert "Đã báo cáo Trưởng nhóm" in own
    assert to(posted, "admin_staff") == []
    assert desk.store.book[1].leader_told_at == desk.now


def test_what_the_staff_changes_goes_to_the_leader_and_the_admin(desk: Desk) -> None:
    rename(desk, "admin_staff")
    posted = desk.take()
    assert len(to(posted, "leader")) == 1
    assert "Đã báo cáo Trưởng nhóm" in to(posted, "admin")[0]


def test_on_trial_the_leader_is_not_told_and_the_admin_reads_that() -> None:
    desk = Desk(trial=timedelta(days=14))
    desk.store.group = SEEN
    rename(desk, "admin_staff")
    posted = desk.take()
    assert {notice.thread_id for notice in posted} == {UIDS["admin"]}
    [alert] = to(posted, "admin")
    assert "Chạy thử: chưa gửi Trưởng nhóm." in alert
    assert "Đã báo cáo Trưởng nhóm" not in alert
    assert desk.store.book[1].leader_told_at is None


def test_the_leaders_own_act_and_the_programs_own_are_recorded_and_held_against_nobody(desk: Desk) -> None:
    rename(desk, "leader")
    shared = {"account": BOT, "thread_id": GROUP, "sender_uid": BOT, "at": desk.now}
    desk.hear(GroupSettingChanged.model_validate(shared | {"settings": {"joinAppr": 0, "lockSendMsg": 0}}))
    assert desk.store.book == {}
    assert desk.take() == []
    assert [kept.change.kind for kept in desk.store.kept_changes] == [ChangeKind.NAME, ChangeKind.SETTING]
    assert desk.store.group
    assert desk.store.group.settings["joinAppr"] == 0


def test_an_act_that_repeats_what_was_is_no_finding(desk: Desk) -> None:
    rename(desk, name="Nhóm điều hành")
    act(desk, GroupSettingChanged, settings=SEEN.settings)
    assert desk.store.book == {}
    assert desk.store.kept_changes == []


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (GroupSettingChanged, {"settings": {"joinAppr": 0}}, '"duyệt thành viên mới": từ bật thành tắt'),
        (GroupInfoChanged, {"description": "Trao đổi"}, 'mô tả của Nhóm: trước để trống, nay là "Trao đổi"'),
        (GroupInfoChanged, {"avatar_url": "https://b.zadn.vn/2/moi.jpg"}, "ảnh đại diện của Nhóm được thay"),
        (AdminChanged, {"members": (NamedUid(uid=UIDS["stranger"]),), "granted": True}, "thêm phó nhóm"),
        (AdminChanged, {"members": (NamedUid(uid=UIDS["admin_staff"]),), "granted": False}, "bỏ phó nhóm"),
        (GroupInfoChanged, {"owner_uid": UIDS["member"]}, "thành đồng chí Giàng A Viên"),
        (InviteLinkChanged, {"link": "https://zalo.me/g/mau"}, "đường dẫn mời vào Nhóm"),
    ],
)  # fmt: skip
def test_every_kind_of_change_is_told_in_words(
    desk: Desk, kind: type[EventBase], values: dict[str, Any], said: str
) -> None:
    act(desk, kind, **values)
    [alert] = [text for text in to(desk.take(), "admin") if "VP1" in text]
    assert said in alert
    [shown] = answer(desk, "admin", "/xem VP1")
    assert said in shown


def test_the_same_picture_from_another_host_is_the_same(desk: Desk) -> None:
    rename(desk, name=None, avatar_url="https://z.zadn.vn/9/cu.jpg?x=1")
    assert desk.store.book == {}


def test_what_a_sweep_finds_was_done_by_nobody_known(desk: Desk) -> None:
    rename(desk, None, source=Source.SWEEP, owner_uid=None)
    [alert] = to(desk.take(), "admin")
    assert "không rõ người thực hiện" in alert
    [shown] = answer(desk, "admin", "/xem VP1")
    assert "Người liên quan: người chưa xác định" in shown


def test_pins_are_recorded_and_nobody_is_told(desk: Desk) -> None:
    act(desk, PinChanged, act="new_pin_topic", title="Lịch công tác tuần")
    assert desk.take() == []
    [kept] = desk.store.kept_changes
    assert (kept.change.item, kept.change.after) == ("new_pin_topic", "Lịch công tác tuần")


def test_who_changes_the_same_again_joins_the_case_and_floods_nobody(desk: Desk) -> None:
    for number in range(20):
        rename(desk, name=f"Tên {number}")
    assert len(desk.store.book) == 1
    assert desk.store.book[1].count == 20
    assert len(to(desk.take(), "admin")) == 2


# ---- approvals


def answer(desk: Desk, who: str, typed: str) -> list[str]:
    desk.take()
    desk.say(who, typed, place="private")
    return to(desk.take(), who)


def test_what_was_allowed_beforehand_opens_no_case_once(desk: Desk) -> None:
    [told] = answer(desk, "leader", "/duyet đổi tên nhóm")
    assert "áp dụng một lần" in told
    assert "14:05 25/11/2026" in told
    desk.later(hours=1)
    rename(desk, "admin")
    assert desk.take() == []
    assert desk.store.kept_changes[0].approval_id == 1
    assert "change.approved" in desk.actions()
    rename(desk, "admin", name="Nhóm khác nữa")
    assert [case.label for case in desk.store.book.values()] == ["name"]


def test_what_was_allowed_for_a_time_counts_until_then(desk: Desk) -> None:
    answer(desk, "leader", "duyệt cài đặt trong 2 giờ")
    for minutes, value in ((30, 0), (60, 1), (60, 0)):
        desk.later(minutes=minutes)
        act(desk, GroupSettingChanged, "admin", settings={"joinAppr": value})
    assert len(desk.store.kept_changes) == 3
    assert [kept.case_id for kept in desk.store.kept_changes] == [None, None, 1]


@pytest.mark.parametrize("allowed", ["đổi ảnh nhóm", "đổi tên nhóm thành Tên khác", "chỉ quản trị được ghim"])
def test_an_approval_covers_nothing_else(desk: Desk, allowed: str) -> None:
    answer(desk, "leader", f"/duyet {allowed}")
    rename(desk, "admin")
    assert desk.states() == ["reminded"]


def test_a_name_that_was_allowed_word_by_word_is_covered(desk: Desk) -> None:
    answer(desk, "leader", "/duyet đổi tên nhóm thành NHÓM MỚI")
    rename(desk, "admin")
    assert desk.store.book == {}


def test_the_desk_is_told_what_the_leader_allows(desk: Desk) -> None:
    desk.say("leader", "/duyet thêm phó nhóm", place="private")
    posted = desk.take()
    assert (
        'đã đồng ý trước khi thay đổi trên Nhóm Zalo điều hành tỉnh Mẫu, nội dung: "thêm phó nhóm'
        in to(posted, "admin")[0]
    )
    assert len(to(posted, "admin_staff")) == 1


def test_allowed_afterwards_the_case_closes_and_all_are_told(desk: Desk) -> None:
    rename(desk)
    desk.later(hours=47)
    desk.take()
    desk.say("leader", "/duyet VP1", place="private")
    posted = desk.take()
    assert "vụ việc khép lại" in to(posted, "leader")[0]
    assert "đồng chí Lò Văn Chủ (Chủ tịch UBND tỉnh) đã duyệt" in to(posted, "admin")[0]
    assert len(to(posted, "member")) == 1
    assert desk.states() == ["approved"]
    assert desk.store.kept_changes[0].approval_id == 1
    assert "Đã được đồng chí Lò Văn Chủ" in answer(desk, "admin", "/xem VP1")[0]


def test_after_its_time_it_is_no_longer_allowed(desk: Desk) -> None:
    rename(desk)
    desk.later(hours=49)
    [told] = answer(desk, "leader", "/duyet VP1")
    assert "đã quá thời hạn duyệt" in told
    assert desk.states() == ["reminded"]


def test_the_admin_gets_the_words_with_which_to_ask(desk: Desk) -> None:
    assert (
        "xin đồng chí nhắn riêng cho Hệ thống: /duyet đổi tên nhóm" in answer(desk, "admin", "/duyet đổi tên nhóm")[0]
    )
    rename(desk, "admin")
    assert "/duyet VP1" in answer(desk, "admin", "/duyet VP1")[0]
    assert desk.store.given == []
    assert desk.states() == ["reminded"]


def test_a_member_may_not_allow_anything(desk: Desk) -> None:
    assert "không thuộc" in answer(desk, "member", "/duyet đổi tên nhóm")[0]
    assert desk.store.given == []


def test_whose_word_counts_is_policy() -> None:
    desk = Desk(approval=ApprovalSettings(roles=(Role.LEADER, Role.LEADERSHIP)))
    desk.store.group = SEEN
    answer(desk, "leadership", "/duyet đổi tên nhóm")
    rename(desk, "admin")
    assert desk.store.book == {}


def test_in_private_the_leader_of_several_groups_names_the_one(desk: Desk) -> None:
    desk = Desk(groups={GROUP: "Điều hành", OTHER: "Ngành Y tế"})
    assert "kèm tên Nhóm ở cuối" in answer(desk, "leader", "/duyet đổi tên nhóm")[0]
    assert desk.store.given == []
    assert "Nhóm Ngành Y tế" in answer(desk, "leader", "/duyet đổi tên Ngành Y tế")[0]
    assert [approval.group_id for approval in desk.store.given] == [OTHER]


@pytest.mark.parametrize(
    ("allowed", "group", "name"),
    [
        ("đổi tên nhóm Điều hành thành Chăm sóc sức khỏe Y tế", GROUP, "chamsocsuckhoeyte"),
        ("đổi tên Ngành Y tế thành Ngành Y tế Mẫu trong 2 giờ", OTHER, "nganhytemau"),
        ("đồng ý đổi tên nhóm Ngành Y tế", OTHER, ""),
        ("chế độ duyệt thành viên Ngành Y tế", OTHER, "joinAppr"),
        ("đổi tên nhóm thành Chăm sóc sức khỏe Y tế", None, ""),
        ("đổi tên nhóm thành Ngành Y tế", None, ""),
    ],
)
def test_a_new_name_that_ends_like_the_name_of_a_group_names_none(allowed: str, group: str | None, name: str) -> None:
    desk = Desk(groups={GROUP: "Điều hành", OTHER: "Ngành Y tế"})
    [told] = answer(desk, "leader", f"/duyet {allowed}")
    given = [(approval.group_id, approval.item) for approval in desk.store.given]
    assert given == ([(group, name)] if group else [])
    assert group or "đổi tên nhóm, tên hiện nay, thành, tên mới" in told


@pytest.mark.parametrize(
    ("allowed", "name"),
    [("đổi tên Thanh tra Mẫu", ""), ("đổi tên nhóm Thanh tra Mẫu thành Thanh tra tỉnh Mẫu", "thanhtratinhmau")],
)
def test_the_name_of_a_group_may_hold_the_word_before_the_new_name(allowed: str, name: str) -> None:
    desk = Desk(groups={GROUP: "Điều hành", OTHER: "Thanh tra Mẫu"})
    answer(desk, "leader", f"/duyet {allowed}")
    assert [(one.group_id, one.item) for one in desk.store.given] == [(OTHER, name)]


def test_in_a_chosen_group_the_new_name_is_all_that_follows() -> None:
    desk = Desk(groups={GROUP: "Điều hành", OTHER: "Ngành Y tế"})
    answer(desk, "leader", "/nhom Điều hành")
    answer(desk, "leader", "/duyet đổi tên nhóm thành Chăm sóc sức khỏe Y tế")
    assert [(one.group_id, one.item) for one in desk.store.given] == [(GROUP, "chamsocsuckhoeyte")]


def test_nobody_of_the_desk_closes_a_case_on_himself(desk: Desk) -> None:
    rename(desk, "admin")
    assert "không tự khép lại được" in answer(desk, "admin", "/baonham VP1 tôi đổi theo ý kiến miệng")[0]
    assert desk.states() == ["reminded"]
    answer(desk, "admin_staff", "/baonham VP1 thử nghiệm")
    assert desk.states() == ["false_alarm"]


def test_only_a_change_of_the_group_can_be_allowed(desk: Desk) -> None:
    desk.seal("member")
    assert "không phải là thay đổi của Nhóm" in answer(desk, "leader", "/duyet VP1")[0]


def test_passed_on_to_the_leader_a_change_is_told_as_one(desk: Desk) -> None:
    rename(desk)
    desk.take()
    desk.say("admin", "/chuyen VP1", place="private")
    [report] = to(desk.take(), "leader")
    assert 'tên Nhóm: từ "Nhóm điều hành" thành "Nhóm mới"' in report
    assert desk.now - desk.store.book[1].event_at == timedelta()
