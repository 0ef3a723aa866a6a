"""After a sealed case: who is told when, and what the same content posted again, recalls and receipts make of it."""

import re
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.desk import BOT, GROUP, NOW, SEALED, UIDS, UNMARKED, Desk, escalation, to
from zalo_governor.config.sections import RetentionSettings
from zalo_governor.domain.events import GroupCall, MessageRecalled, MessageRef, MessageSeen
from zalo_governor.domain.findings import Finding, SealedFinding
from zalo_governor.domain.inbound import Source
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import EVERYWHERE, Reach, Role
from zalo_governor.features.facade import FeatureFacade

UNVERIFIED = "chưa được Quản trị Nhóm xác minh"


def recall(desk: Desk, key: str, who: str = "member") -> None:
    desk.hear(
        MessageRecalled(account=BOT, thread_id=GROUP, sender_uid=UIDS[who], at=desk.now, target=MessageRef(key=key)),
    )


def seen(desk: Desk, key: str, *who: str, delivered: tuple[str, ...] = ()) -> None:
    desk.hear(
        MessageSeen(
            account=BOT,
            thread_id=GROUP,
            at=desk.now,
            target_key=key,
            seen_uids=tuple(UIDS[name] for name in who),
            delivered_uids=tuple(UIDS[name] for name in (*who, *delivered)),
        )
    )


def test_the_admin_and_the_member_hear_at_once_and_the_leader_not_yet() -> None:
    desk = Desk()
    desk.seal("member")
    posted = desk.take()
    assert "thu hồi ngay" in to(posted, "member")[0]
    assert "Quá 14:20 sẽ báo cáo Trưởng nhóm" in to(posted, "admin")[0]
    desk.tick(minutes=14, seconds=59)
    assert desk.take() == []


@pytest.mark.parametrize("finding", [SEALED, UNMARKED], ids=["sealed", "light"])
def test_what_is_told_at_once_is_not_gathered_because_a_clock_moves_on_meanwhile(
    finding: Finding | SealedFinding,
) -> None:
    ticks = count()
    desk = Desk(clock=lambda: NOW + timedelta(microseconds=next(ticks)))
    desk.say("member", "Tin", finding)
    assert [case.desk_due_at for case in desk.store.book.values()] == [None]
    assert to(desk.take(), "admin")


def test_with_no_answer_for_15_minutes_the_leader_is_told_once_and_that_nobody_has_verified_it() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.tick(minutes=15)
    posted = desk.take()
    (report,) = to(posted, "leader")
    for part in ("VP1", UNVERIFIED, "Giàng A Viên", "14:05 24/11", "khoản 1 Điều 4", "Kính xin ý kiến qua /ghichu"):
        assert part in report
    assert [notice.purpose for notice in posted if notice.thread_id == UIDS["leader"]] == [Purpose.LEADER_ALERT]
    for who in ("admin", "admin_staff"):
        assert "VP1 sau 15 phút chưa có trả lời" in to(posted, who)[0]
    desk.tick(hours=5)
    assert desk.take() == []
    assert desk.store.audited[-1] | {"rule": ""} == {
        "action": "case.leader",
        "at": desk.store.audited[-1]["at"],
        "actor": None,
        "group": GROUP,
        "subject": "VP1",
        "rule": "",
        "leaders": 1,
        "withheld": 0,
        "verified": False,
    }


@pytest.mark.parametrize("minutes", [3, 45])
def test_the_office_sets_the_minutes(minutes: int) -> None:
    desk = Desk(escalation=escalation(leader_after_minutes=minutes))
    desk.seal("member")
    desk.tick(minutes=minutes - 1)
    assert to(desk.take(), "leader") == []
    desk.tick(minutes=1)
    assert len(to(desk.take(), "leader")) == 1


@pytest.mark.parametrize("answer", ["/baonham VP1 trích thơ", "/chuyen VP1"])
@pytest.mark.parametrize("who", ["admin", "admin_staff"])
def test_an_answer_of_the_desk_ends_the_wait(answer: str, who: str) -> None:
    desk = Desk()
    desk.seal("member")
    desk.say(who, answer, place="private")
    desk.take()
    desk.tick(minutes=30)
    assert desk.take() == []


def test_a_secret_that_is_referred_without_chuyen_is_told_to_the_leader_in_time_and_the_answer_says_so() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.say("admin", "/xacnhan VP1", place="private")
    [said] = to(desk.take(), "admin")
    assert "Trưởng nhóm chưa được báo cáo, đề nghị gửi /chuyen VP1. Quá 14:20 sẽ báo cáo Trưởng nhóm." in said
    desk.say("admin", "/xem VP1", place="private")
    assert "Quá 14:20 24/11/2026 sẽ báo cáo Trưởng nhóm." in to(desk.take(), "admin")[0]
    desk.tick(minutes=16)
    posted = desk.take()
    [report] = to(posted, "leader")
    assert "do đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) chuyển" in report
    assert "đã chuyển cơ quan có thẩm quyền" in report
    assert UNVERIFIED not in report
    assert "chưa có trả lời" not in to(posted, "admin")[0]


@pytest.mark.parametrize("recalled", [False, True])
def test_of_a_referred_secret_whose_review_the_member_asks_for_the_leader_is_not_told_that_nobody_answered(
    *, recalled: bool
) -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.say("member", "/xemlai VP1 số liệu này đã công bố trên báo", place="private")
    if recalled:
        recall(desk, key)
    desk.take()
    desk.tick(minutes=16)
    posted = desk.take()
    [report] = to(posted, "leader")
    assert "do đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) chuyển" in report
    assert UNVERIFIED not in report
    assert "chưa trả lời" not in report
    assert "chưa có trả lời" not in to(posted, "admin")[0]


def test_where_the_leader_is_told_at_no_time_the_answer_has_no_gap() -> None:
    desk = Desk()
    desk.seal("member")
    for line in ("/baonham VP1 trích báo", "/xemlai VP1 đề nghị xem thêm", "/xacnhan VP1"):
        desk.take()
        desk.say("admin", line, place="private")
    assert "đề nghị gửi /chuyen VP1. Nếu nhầm" in to(desk.take(), "admin")[0]


def test_a_referral_that_was_taken_back_is_no_answer() -> None:
    desk = Desk()
    desk.seal("member")
    for line in ("/xacnhan VP1", "/hoantac VP1"):
        desk.say("admin", line, place="private")
    desk.take()
    desk.tick(minutes=16)
    assert UNVERIFIED in to(desk.take(), "leader")[0]


@pytest.mark.parametrize("line", ["/xem VP1", "/daxem VP1", "/vipham", "đồng chí xem giúp"])
def test_looking_is_no_answer(line: str) -> None:
    desk = Desk()
    desk.seal("member")
    desk.say("admin", line, place="private")
    desk.tick(minutes=15)
    assert UNVERIFIED in to(desk.take(), "leader")[0]


def test_an_answer_of_somebody_else_is_none() -> None:
    desk = Desk()
    desk.seal("member")
    desk.say("member", "/baonham VP1 không phải", place="private")
    desk.tick(minutes=15)
    assert len(to(desk.take(), "leader")) == 1


@pytest.mark.parametrize("answer", ["/baonham VP1 nhầm", "/xacnhan VP1"])
def test_nobody_takes_his_own_case_out_of_the_leaders_sight(answer: str) -> None:
    desk = Desk()
    desk.seal("admin_staff")
    desk.say("admin_staff", answer, place="private")
    desk.take()
    desk.tick(minutes=15)
    assert UNVERIFIED in to(desk.take(), "leader")[0]


def test_passed_on_by_the_admin_the_leader_reads_who_reports() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.say("admin", "trình VP1", place="private")
    posted = desk.take()
    (report,) = to(posted, "leader")
    assert "do đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) chuyển" in report
    assert UNVERIFIED not in report
    assert "đang báo cáo Trưởng nhóm" in to(posted, "admin")[0]
    desk.say("admin_staff", "/chuyen VP1", place="private")
    posted = desk.take()
    assert to(posted, "leader") == []
    assert "đã được báo cáo Trưởng nhóm lúc 14:05 24/11/2026" in to(posted, "admin_staff")[0]


def test_the_admin_may_pass_on_what_the_leader_has_heard_of_unverified() -> None:
    desk = Desk()
    desk.seal("member")
    desk.tick(minutes=15)
    desk.take()
    desk.say("admin", "/chuyen VP1", place="private")
    assert len(to(desk.take(), "leader")) == 1


def test_a_light_case_is_passed_on_with_its_clause_and_never_by_the_program() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.tick(days=2)
    assert to(desk.take(), "leader") == []
    desk.say("admin", "/chuyen VP1", place="private")
    (report,) = to(desk.take(), "leader")
    assert "khoản 1 Điều 3" in report
    assert "noi dung" not in report


def test_a_secret_that_was_recalled_meanwhile_is_reported_as_recalled() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.later(minutes=2)
    recall(desk, key)
    desk.take()
    desk.tick(minutes=13)
    (report,) = to(desk.take(), "leader")
    assert "đã được thu hồi hoặc xóa" in report


def test_a_leader_is_not_asked_to_look_into_his_own_message() -> None:
    desk = Desk()
    desk.seal("leader")
    desk.tick(minutes=15)
    posted = desk.take()
    assert to(posted, "leader") == []
    assert "chưa được khai báo Trưởng nhóm" in to(posted, "admin")[-1]
    desk.tick(hours=1)
    assert desk.take() == []


def test_a_leader_who_takes_no_messages_is_written_to_and_the_desk_learns_it() -> None:
    desk = Desk()
    desk.change("leader", reach=Reach.REFUSED)
    desk.seal("member")
    desk.tick(minutes=15)
    posted = desk.take()
    assert len(to(posted, "leader")) == 1
    assert "trực tiếp báo cáo" in to(posted, "admin")[-1]


def test_a_secret_that_was_heard_late_waits_for_an_answer_as_well() -> None:
    desk = Desk()
    desk.seal("member", source=Source.BACKFILL)
    desk.office.tell_recovered(desk.uow, GROUP)
    desk.take()
    desk.tick(minutes=15)
    assert len(to(desk.take(), "leader")) == 1


def test_a_secret_in_a_name_that_a_sweep_found_is_told_at_once() -> None:
    desk = Desk()
    desk.seal("member", source=Source.SWEEP)
    assert "KHẨN" in to(desk.take(), "admin")[0]


def test_the_same_content_from_somebody_else_is_a_case_that_names_the_first() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    desk.later(days=30)
    desk.take()
    desk.change("report_reader", title="")
    desk.seal("report_reader", mac=b"one")
    posted = desk.take()
    assert "VP2" in to(posted, "admin")[0]
    assert len(to(posted, "report_reader")) == 1
    desk.say("admin", "/xem VP2", place="private")
    assert "trùng với vụ việc VP1" in to(desk.take(), "admin")[0]


def test_other_content_names_no_other_case() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    desk.seal("report_reader", mac=b"two")
    assert not [text for text in to(desk.take(), "admin") if "trùng" in text]


def test_what_could_not_be_looked_at_is_never_called_the_same() -> None:
    desk = Desk()
    desk.seal("member", mac=b"none", size=0)
    desk.seal("report_reader", mac=b"none", size=0)
    assert not [text for text in to(desk.take(), "admin") if "trùng" in text]


def test_the_same_content_again_from_the_same_person_joins_and_both_hear_of_it() -> None:
    desk = Desk()
    desk.seal("member", mac=b"one")
    desk.take()
    desk.later(minutes=6)
    desk.seal("member", mac=b"one")
    posted = desk.take()
    alert = to(posted, "admin")[0]
    assert "đăng lại (lần thứ 2) lúc 14:11 24/11/2026" in alert
    assert all(f"/{command} VP1" in alert for command in ("chuyen", "xacnhan", "baonham"))
    assert "lần thứ 2" in to(posted, "admin")[0]
    assert "14:11" in to(posted, "member")[0]
    for _ in range(50):
        desk.seal("member", mac=b"one")
    assert len(to(desk.take(), "admin")) <= 1
    assert [case.count for case in desk.store.book.values()] == [52]


def test_a_case_closes_when_the_last_of_its_messages_is_gone_whenever_that_is() -> None:
    desk = Desk()
    first, second = desk.seal("member", mac=b"one").key, desk.seal("member", mac=b"one").key
    recall(desk, first)
    assert desk.states() == ["reminded"]
    desk.later(hours=3)
    recall(desk, second)
    assert desk.states() == ["remedied"]


def test_a_deletion_by_an_administrator_names_who_deleted() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.take()
    desk.delete("admin", key)
    assert "đã được đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) xóa lúc 14:05 24/11/2026" in to(desk.take(), "admin")[0]
    desk.say("admin", "/xem VP1", place="private")
    assert "đã được đồng chí Nguyễn Văn Quản (Giám đốc Sở Mẫu) xóa" in to(desk.take(), "admin")[0]


def test_a_recall_after_the_case_was_referred_is_noted_and_told_and_changes_no_state() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.take()
    recall(desk, key)
    assert "thu hồi" in to(desk.take(), "admin")[0]
    assert desk.states() == ["referred"]


def test_the_case_says_what_is_to_be_done_next_and_what_is_done() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.take()

    def steps() -> str:
        desk.say("admin", "/xem VP1", place="private")
        return to(desk.take(), "admin")[-1].partition("Việc cần làm tiếp: ")[2]

    before = steps()
    for word in ("thu hồi", "/xoa VP1", "/chuyen VP1", "/xacnhan VP1", "/baonham VP1"):
        assert word in before
    seen(desk, key, "leadership")
    assert "/daxem VP1" in steps()
    recall(desk, key)
    assert "/xoa" not in steps()
    desk.say("admin", "/chuyen VP1", place="private")
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.take()
    after = steps()
    assert "/chuyen" not in after
    assert "/xacnhan" not in after


def test_who_has_seen_a_message_under_a_case_is_counted_and_named_on_request() -> None:
    desk = Desk()
    key = desk.seal("member").key
    seen(desk, key, "leadership", "member", delivered=("report_reader",))
    seen(desk, key, "stranger")
    desk.take()
    desk.say("admin", "/xem VP1", place="private")
    (shown,) = to(desk.take(), "admin")
    assert "2 người đã xem, 1 người đã nhận" in shown
    assert "Vàng Thị Phó" not in shown
    desk.say("admin", "/daxem VP1", place="private")
    (named,) = to(desk.take(), "admin")
    assert "- đồng chí Vàng Thị Phó (Phó Chủ tịch UBND tỉnh): đã xem" in named
    assert "- đồng chí Đỗ Văn Phòng (Chánh Văn phòng): đã nhận" in named
    assert "Giàng A Viên" not in named
    assert "có thể chưa đủ" in named
    assert desk.store.audited[-1]["subject"] == "daxem"
    assert desk.store.audited[-1]["about"] == "VP1"


def test_receipts_of_other_messages_are_not_kept() -> None:
    desk = Desk()
    seen(desk, desk.say("member", "Vâng ạ").key, "leadership")
    assert desk.store.has_read == {}


def test_without_a_receipt_the_desk_hears_that_the_figure_may_be_too_small() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.say("admin", "/daxem VP1", place="private")
    assert "chưa báo có ai nhận hoặc xem" in to(desk.take(), "admin")[0]


def test_who_has_read_what_is_dropped_after_the_time_that_the_office_sets() -> None:
    desk = Desk(retention=RetentionSettings(readers_days=7))
    desk.office.duties.forget_readers(desk.uow)
    assert desk.store.forgotten_before == NOW - timedelta(days=7)


def test_a_call_is_on_record_under_clause_4_3_and_accuses_nobody() -> None:
    desk = Desk()
    desk.hear(GroupCall(account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, action="groupcall"))
    assert desk.take() == []
    assert desk.store.book == {}
    (row,) = desk.store.audited
    assert (row["action"], row["subject"], row["call"]) == ("call", "4.3", "groupcall")


def test_calls_stand_in_the_status_and_the_report_and_only_where_there_were_any() -> None:
    desk = Desk()
    for calls, mentioned in ((0, False), (3, True)):
        desk.store.activity_now = desk.store.activity_now.model_copy(update={"calls": calls})
        desk.say("admin", "/trangthai", place="private")
        desk.say("admin", "/baocao", place="private")
        status, report = to(desk.take(), "admin")
        assert ("3 cuộc gọi" in status, "3 cuộc gọi trong Nhóm" in report) == (mentioned, mentioned)


def test_who_is_told_goes_by_role_and_never_by_name() -> None:
    desk = Desk()
    desk.change("leader", grants={EVERYWHERE: frozenset({Role.MEMBER})})
    desk.change("stranger", full_name="Lò Văn Chủ", title="Chủ tịch UBND tỉnh")
    desk.seal("member")
    desk.tick(minutes=15)
    posted = desk.take()
    assert to(posted, "stranger") == to(posted, "leader") == []


def test_a_finding_of_the_door_on_a_message_is_sealed_whatever_the_leader_gets() -> None:
    desk = Desk()
    desk.say("member", "văn bản giả định", SEALED)
    desk.tick(minutes=15)
    assert not [notice for notice in desk.take() if "giả định" in notice.text]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["seal", "/xacnhan", "/baonham", "/chuyen", "/xem", "recall", "wait", "restart"]),
            st.sampled_from(["member", "stranger", "admin_staff", "admin"]),
            st.integers(0, 6),
        ),
        max_size=25,
    )
)
def test_whatever_happens_a_case_without_an_answer_reaches_the_leader_once_and_one_with_an_answer_never(
    story: list[tuple[str, str, int]],
) -> None:
    desk = Desk()
    keys: list[str] = []
    answered: set[str] = set()
    told: list[str] = []
    for act, who, which in story:
        code = f"VP{which}"
        if act == "seal":
            keys.append(desk.seal(who, mac=bytes([which])).key)
        elif act.startswith("/"):
            case = desk.store.book.get(which)
            before = case and case.due_at
            desk.say(who, f"{act} {code} ghi chú" if act == "/baonham" else f"{act} {code}", place="private")
            foreign = case is not None and desk.person(who).id != case.person_id
            moved = case is not None and (desk.store.book[which].state is not case.state or act == "/chuyen")
            if before and who.startswith("admin") and moved and (foreign or act == "/chuyen") and act != "/xem":
                answered.add(code)
        elif act == "recall" and keys:
            recall(desk, keys[which % len(keys)])
        elif act == "restart":
            # All that is kept is in the uow: another process has the same.
            desk.office = FeatureFacade(desk.policy)
        else:
            desk.tick(minutes=4 * which)
        told += [text for text in to(desk.take(), "leader") if UNVERIFIED in text]
    desk.tick(minutes=15)
    told += [text for text in to(desk.take(), "leader") if UNVERIFIED in text]
    unverified = [match[1] for text in told if (match := re.search(r"vụ việc (VP\d+), chưa", text))]
    assert sorted(unverified) == sorted({case.code for case in desk.store.book.values()} - answered)
