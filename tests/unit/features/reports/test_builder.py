"""The report: one page, its figures, and when it is sent by itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.desk import (
    BOT,
    CATALOGUE,
    GROUP,
    GROUP_NAME,
    LETTERHEAD,
    NOW,
    REGULATION,
    UIDS,
    UNMARKED,
    Desk,
    escalation,
    to,
)
from zalo_governor.config.sections import ScheduleSettings
from zalo_governor.domain.audit import AuditHead, PrintedHead
from zalo_governor.domain.clock import local, today
from zalo_governor.domain.connection import BackfillEnd, Gap
from zalo_governor.domain.documents import ReportFormat
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Group, GroupSnapshot, Role
from zalo_governor.domain.reports import Activity, ActivityReport, ClauseFigures, Handling, LeakSigns, Period
from zalo_governor.features.reports.builder import compose, render_json
from zalo_governor.features.reports.document.document import paper_of
from zalo_governor.features.reports.scheduled import ScheduledReports
from zalo_governor.features.reports.sentences import coverage_line, span_in_words
from zalo_governor.features.reports.text import TEXT_LIMIT, render_text
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.periods import as_period, asked

VOICE = MessageFormatter(CATALOGUE, REGULATION)
SUSPICIOUS = GroupSnapshot(
    group_id=GROUP,
    name=GROUP_NAME,
    owner_uid="1",
    official_uids=("8", "9"),
    link_opened_at=NOW,
    link_expires_at=NOW + timedelta(days=1),
)
PERIOD = Period(start=NOW - timedelta(days=7), end=NOW + timedelta(hours=1), label="tuần thử", command="tuần")


def figures(clause: str, cases: int, before: int = 0, **more: int) -> ClauseFigures:
    values = {"open": 0, "remedied": 0, "confirmed": 0, "false_alarms": 0, "reported": 0, "approved": 0} | more
    return ClauseFigures(clause=clause, cases=cases, before=before, **values)


def report(desk: Desk) -> ActivityReport:
    return compose(desk.uow, Group(GROUP, GROUP_NAME), PERIOD, VOICE, desk.policy.clock)


def text_of(desk: Desk) -> str:
    return render_text(report(desk), VOICE)


def test_a_report_of_the_first_minute_of_a_day_ends_on_that_day() -> None:
    midnight = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    today = PERIOD.model_copy(update={"start": midnight, "end": midnight + timedelta(seconds=30)})
    assert span_in_words(today, VOICE, brief=True) == "từ 00:00 đến 00:00 ngày 24/11/2026"
    yesterday = PERIOD.model_copy(update={"start": midnight - timedelta(days=1), "end": midnight})
    assert span_in_words(yesterday, VOICE) == "cả ngày 23/11/2026"


def test_the_message_begins_with_the_three_lines_and_has_the_figures_below() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.seal("stranger")
    desk.store.figures = [
        figures("3.1", 5, 4, open=2, remedied=2, false_alarms=1),
        figures("4.1", 1, confirmed=1),
        figures("3.2", 0),
    ]
    desk.store.gap_list = [
        Gap(id=1, group_id=GROUP, began_at=NOW - timedelta(minutes=65), ended_at=NOW, cause="x", closed=True)
    ]
    first, grave, pending, silent, *rest = text_of(desk).splitlines()
    assert first == "BÁO CÁO HOẠT ĐỘNG CỦA NHÓM ZALO ĐIỀU HÀNH TỈNH MẪU, tuần thử"
    assert grave == "1. Dấu hiệu nghiêm trọng: CÓ, 1 vụ việc (1 đang xử lý). Bí mật nhà nước (khoản 1 Điều 4): VP2."
    assert pending == "2. Đang xử lý, quá hạn: 2 vụ việc đang xử lý; không có chỉ đạo đang theo dõi."
    assert silent == "3. Thời gian Hệ thống gián đoạn: 1 giờ 5 phút (1 lần), đã lấy lại đủ tin."
    assert rest[1:4] == [
        "Vụ việc phát sinh: 5, không kể 1 báo nhầm; kể cả báo nhầm là 6 (kỳ trước 4, tăng 50%)",
        "- Bí mật nhà nước (khoản 1 Điều 4): 1",
        "- Có dấu, Unicode (khoản 1 Điều 3): 4",
    ]
    text = "\n".join(rest)
    assert "100 tin nhắn của 20 người (kỳ trước 100, không đổi)" in text
    assert "Báo cáo đầy đủ các ngày nói trên: /baocao tuần docx (hoặc ảnh, xlsx)." in text
    assert "Chi tiết từng vụ việc do Quản trị Nhóm báo cáo khi có yêu cầu." in text
    assert text.endswith("chưa phải kết luận.")
    assert "Tên hiển thị" not in text
    assert "!" not in text


def test_a_quiet_period_reads_well() -> None:
    desk = Desk()
    desk.store.activity_now = Activity(messages=0, senders=0, joined=0, left=0, recalled=0, changes=0, calls=0)
    text = text_of(desk)
    for part in (
        "1. Dấu hiệu nghiêm trọng: không có.",
        "2. Đang xử lý, quá hạn: không có vụ việc đang xử lý; không có chỉ đạo đang theo dõi.",
        "3. Thời gian Hệ thống gián đoạn: không có.",
    ):
        assert part in text
    assert "Trong kỳ không phát sinh vụ việc." in text
    assert "Trong kỳ, Nhóm không có tin nhắn." in text
    assert ": 0" not in text


def test_an_unfinished_gap_is_counted_up_to_now_and_said() -> None:
    desk = Desk()
    desk.store.gap_list = [Gap(id=1, group_id=GROUP, began_at=NOW - timedelta(minutes=90), cause="x")]
    assert "3. Thời gian Hệ thống gián đoạn: 1 giờ 30 phút (1 lần). 1 lần chưa lấy lại đủ tin." in text_of(desk)


def test_where_nothing_is_known_of_the_preceding_period_it_is_not_called_zero() -> None:
    desk = Desk()
    desk.store.figures = [figures("3.1", 5)]
    assert "Vụ việc phát sinh: 5 (kỳ trước không có)" in text_of(desk)
    desk.store.first_heard_at = PERIOD.start
    assert "Vụ việc phát sinh: 5 (kỳ trước chưa có số liệu)" in text_of(desk)


def test_a_running_period_ends_now_and_is_compared_with_as_long_a_time_before() -> None:
    desk = Desk()
    asked_for: list[tuple[datetime, datetime]] = []

    def activity(group_id: str, start: datetime, end: datetime) -> Activity:
        asked_for.append((start, end))
        return desk.store.activity_now

    desk.uow.statistics.activity = activity  # type: ignore[method-assign]
    span = asked("thang", today(NOW))
    assert span is not None
    month = compose(desk.uow, Group(GROUP, GROUP_NAME), as_period(span, VOICE), VOICE, desk.policy.clock)
    start = datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert (month.period.start, month.period.end) == (start, NOW)
    assert (start - (NOW - start), start) in asked_for
    text = render_text(month, VOICE)
    assert "đến 14:05 24/11/2026" in text
    assert "\nBáo cáo đầy đủ: /baocao tháng 11/2026 docx (hoặc ảnh, xlsx)." in text
    assert "30/11/2026" not in paper_of(month, LETTERHEAD, VOICE).model_dump_json()


@given(st.lists(st.integers(1, 10**9), min_size=40, max_size=40), st.integers(0, 30))
def test_the_message_keeps_its_limit_whatever_the_figures(numbers: list[int], open_cases: int) -> None:
    desk = Desk(escalation=escalation(repeat_window_minutes=0))
    desk.change("member", full_name="Nguyễn Phúc Công Tằng Tôn Nữ Thị Hoàng Anh Minh Châu Bảo Ngọc Như Ý" * 3)
    for number in range(open_cases):
        desk.say("member", "noi dung", UNMARKED)
        desk.seal("stranger", mac=bytes([number]))
        desk.later(seconds=1)
    desk.store.figures = [
        figures(f"3.{index}", value, value // 3 + 1, open=value) for index, value in enumerate(numbers)
    ]
    desk.store.handled = Handling(taken_back=10**9, passed_over=10**9, repeated=10**9, longest_remedy_minutes=10**9)
    desk.store.group = SUSPICIOUS
    text = text_of(desk)
    assert len(text) <= TEXT_LIMIT == 1200
    assert text.endswith("chưa phải kết luận.")
    assert "khoản khác" in text


def test_how_long_it_took_who_repeats_and_the_signs_of_clause_4_6_are_on_the_page_where_there_are_any() -> None:
    desk = Desk()
    quiet = text_of(desk)
    desk.store.handled = Handling(taken_back=2, passed_over=5, repeated=3, longest_remedy_minutes=12)
    desk.store.group = SUSPICIOUS
    text, made = text_of(desk), paper_of(report(desk), LETTERHEAD, VOICE)
    written = made.model_dump_json()
    for part in (
        "Vụ việc lâu nhất được thu hồi hoặc khắc phục trong 12 phút.",
        "3 người liên quan đến từ hai vụ việc trở lên",
        "Trong kỳ, 2 vụ việc (tính cả vụ việc phát sinh từ kỳ trước) được xác định là báo nhầm.",
        "Nội dung đã xác định là báo nhầm được đăng lại 5 lần",
        "có 2 tài khoản của tổ chức hoặc phần mềm (Official Account) trong Nhóm",
        "đường dẫn mời mở từ 14:05 24/11/2026, hết hạn 14:05 25/11/2026",
    ):
        assert part in text
        assert part in written
    assert "Chuyển tin ra ngoài (khoản 6 Điều 4), điểm cần lưu ý: có 2" in text
    for part in ("Vụ việc lâu nhất được", "người liên quan đến từ hai", "điểm cần lưu ý"):
        assert part not in quiet
    assert "chưa thấy điểm nào cần lưu ý" in paper_of(report(Desk()), LETTERHEAD, VOICE).model_dump_json()


def test_an_invitation_that_has_run_out_is_no_sign() -> None:
    desk = Desk()
    desk.store.group = SUSPICIOUS.model_copy(update={"official_uids": ()})
    desk.later(days=1)
    assert report(desk).signs == LeakSigns()


def test_a_paper_calls_today_by_its_date() -> None:
    desk = Desk()
    span = asked("", today(NOW))
    assert span is not None
    day = compose(desk.uow, Group(GROUP, GROUP_NAME), as_period(span, VOICE), VOICE, desk.policy.clock)
    assert "MẪU, ngày 24/11/2026\n" in render_text(day, VOICE)
    written = paper_of(day, LETTERHEAD, VOICE)
    assert written.subject.endswith("ngày 24/11/2026")
    assert "hôm nay" not in written.model_dump_json()


def test_of_what_members_wrote_the_scheduled_papers_of_the_desk_alone_have_the_words() -> None:
    desk = Desk()
    desk.say("member", "/gopy Nên ghim lịch trực", place="private")
    desk.store.first_heard_at = NOW - timedelta(days=90)
    desk.take()
    desk.office.duties.report("monthly_report", desk.transaction, NOW + timedelta(days=30))
    files = [(notice.thread_id, notice.file) for notice in desk.take() if notice.file]
    assert files
    for uid, file in files:
        assert ("Nên ghim lịch trực" in file.model_dump_json()) is (uid == UIDS["admin"])
        assert "GY-1" in file.model_dump_json()


def test_json_has_every_figure_and_the_codes() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    desk.store.figures = [figures("3.1", 1)]
    data = json.loads(render_json(report(desk)))
    assert data["open_cases"][0]["code"] == "VP1"
    assert data["names"] == {str(desk.person("member").id): "Giàng A Viên (Chủ tịch UBND xã Mẫu)"}
    assert data["coverage"]["heard"] == 120
    assert data["cannot_check"] == ["4.6"]
    assert ActivityReport.model_validate(data) == report(desk)


@pytest.mark.parametrize(("duty", "label"), [("daily_report", "24 giờ tính đến"), ("weekly_report", "7 ngày tính đến")])
def test_a_scheduled_report_goes_out_once_for_each_due_time(duty: str, label: str) -> None:
    desk = Desk()
    due = datetime(2026, 11, 24, 10, tzinfo=UTC)
    run = partial(desk.office.duties.report, duty)
    assert run(desk.transaction, due) == 3
    assert run(desk.transaction, due) == 0
    posted = desk.take()
    assert {notice.purpose for notice in posted} == {Purpose.REPORT}
    for who in ("leader", "report_reader", "admin"):
        (text,) = to(posted, who)
        assert f"{label} 17:00 ngày 24/11/2026" in text
    assert run(desk.transaction, due + timedelta(days=7)) == 3


@pytest.mark.parametrize(
    ("duty", "due", "label", "days"),
    [
        ("monthly_report", datetime(2026, 12, 1, 1, tzinfo=UTC), "tháng 11/2026", "20261101-20261130"),
        ("monthly_report", datetime(2026, 1, 1, 1, tzinfo=UTC), "tháng 12/2025", "20251201-20251231"),
        ("quarterly_report", datetime(2026, 10, 1, 1, tzinfo=UTC), "quý 3/2026", "20260701-20260930"),
        ("quarterly_report", datetime(2026, 1, 1, 1, tzinfo=UTC), "quý 4/2025", "20251001-20251231"),
    ],
)
def test_the_report_of_a_month_or_quarter_comes_with_its_files_once(
    duty: str, due: datetime, label: str, days: str
) -> None:
    desk = Desk()
    desk.now = due
    desk.store.first_heard_at = due - timedelta(days=400)
    run = partial(desk.office.duties.report, duty)
    assert run(desk.transaction, due) == 3
    assert run(desk.transaction, due) == 0
    mine = [notice for notice in desk.take() if notice.person_id == desk.person("leader").id]
    text, *files = mine
    assert label in text.text
    assert [notice.file.face for notice in files if notice.file] == [ReportFormat.DOCX, ReportFormat.PNG]
    assert all(notice.file and notice.file.name.endswith(f"-{days}.{notice.file.face}") for notice in files)
    assert all("chưa lập được tệp" in notice.text for notice in files)


def test_an_office_may_want_no_files() -> None:
    desk = Desk(schedule=ScheduleSettings(report_files=()))
    desk.office.duties.report("monthly_report", desk.transaction, datetime(2026, 12, 1, 1, tzinfo=UTC))
    assert all(notice.file is None for notice in desk.take())


def test_no_report_is_made_up_for_a_time_before_the_program_heard_anything() -> None:
    desk = Desk()
    desk.store.first_heard_at = datetime(2026, 11, 24, 10, 1, tzinfo=UTC)
    assert desk.office.duties.report("daily_report", desk.transaction, datetime(2026, 11, 24, 10, tzinfo=UTC)) == 0
    assert desk.take() == []


def test_the_report_says_when_nobody_listened_yet() -> None:
    desk = Desk()
    desk.store.first_heard_at = None
    text = text_of(desk)
    assert "1. Dấu hiệu nghiêm trọng: chưa có số liệu." in text
    assert "3. Thời gian Hệ thống gián đoạn: chưa có số liệu, vì Hệ thống chưa theo dõi Nhóm trong kỳ này." in text
    assert "tin nhắn" not in text
    assert "chưa có cơ sở nhận xét" in paper_of(report(desk), LETTERHEAD, VOICE).model_dump_json()


def test_of_a_time_before_the_program_listened_nothing_is_known_whatever_is_pending_now() -> None:
    desk = Desk()
    desk.seal("member")
    desk.take()
    desk.store.first_heard_at = NOW
    desk.say("leader", "/baocao 01/11/2026", place="private")
    text = "\n".join(to(desk.take(), "leader"))
    assert "1. Dấu hiệu nghiêm trọng: chưa có số liệu." in text
    assert "VP1" not in text


def test_what_may_be_missing_of_private_messages_is_said_and_what_was_made_good_is_not() -> None:
    desk = Desk()
    begun = NOW - timedelta(hours=1)
    whole = Gap(id=1, group_id=BOT, began_at=begun, ended_at=NOW, cause="x", closed=True)
    desk.store.gap_list = [whole]
    assert "tin nhắn riêng" not in text_of(desk)
    desk.store.gap_list = [whole, whole.model_copy(update={"id": 2, "closed": False})]
    assert "1 lần gián đoạn chưa lấy lại đủ tin nhắn riêng" in text_of(desk)


def test_each_day_is_called_proven_unless_something_of_it_is_missing_and_it_says_why() -> None:
    desk = Desk()
    begun = NOW - timedelta(days=2)
    gap = Gap(id=1, group_id=GROUP, began_at=begun, ended_at=begun + timedelta(minutes=5), cause="x", closed=True)
    desk.store.gap_list = [gap]
    days = report(desk).days
    assert all(row.proven for row in days)
    whole = f"Số ngày đã kiểm chứng là nhận đủ tin: {len(days)}/{len(days)}."
    assert whole in paper_of(report(desk), LETTERHEAD, VOICE).model_dump_json()
    login = {"closed": False, "outcome": BackfillEnd.UNREACHABLE}
    desk.store.gap_list = [gap.model_copy(update=login)]
    doubtful = [f"{row.day:%d/%m/%Y}" for row in report(desk).days if not row.proven]
    paper = paper_of(report(desk), LETTERHEAD, VOICE).model_dump_json()
    assert doubtful == [f"{local(begun):%d/%m/%Y}"]
    assert f"nhận đủ tin: {len(days) - 1}/{len(days)}; chưa kiểm chứng được: {doubtful[0]}." in paper
    assert "chưa lấy lại đủ: Zalo không cho lấy tin trước lần đăng nhập này" in paper


def test_an_encrypted_group_is_not_readable_and_never_complete() -> None:
    desk = Desk()
    whole = Gap(id=1, group_id=GROUP, began_at=NOW - timedelta(hours=1), ended_at=NOW, cause="x", closed=True)
    desk.store.gap_list = [whole]
    assert "mã hóa" not in text_of(desk)
    desk.store.group = GroupSnapshot(group_id=GROUP, name="", owner_uid="1", encrypted=True)
    said = text_of(desk)
    assert said.count("không đọc được tin, tệp vì Nhóm bật mã hóa đầu cuối") == 2
    assert "đã lấy lại đủ" not in said
    made = report(desk)
    assert coverage_line(made.coverage, VOICE).startswith("Không đọc được tin, tệp vì Nhóm bật mã hóa đầu cuối")
    assert [gap.closed for gap in made.coverage.gaps] == [False]


def test_a_hidden_list_of_members_is_said_and_nobody_is_missing() -> None:
    desk = Desk()
    seen = GroupSnapshot(group_id=GROUP, name="", owner_uid="1", member_uids=("1", "2", "3"), total_members=339)
    desk.store.group = seen.model_copy(update={"total_members": 3})
    assert "ẩn danh sách" not in text_of(desk)
    desk.store.group = seen
    members = report(desk).membership
    assert (members.hidden_of, members.missing) == (339, 0)
    assert "chỉ thấy 3 trong 339 người: không biết ai vắng, ai đã rời Nhóm" in text_of(desk)


def test_the_audit_head_in_the_json_is_what_audit_verify_takes() -> None:
    desk, head = Desk(), AuditHead(1234, bytes.fromhex("cb" * 16))
    desk.uow.audit.head = lambda: head  # type: ignore[method-assign]
    assert PrintedHead.read(json.loads(render_json(report(desk)))["audit_head"]) == PrintedHead.read(str(head))


def test_who_reads_the_reports_of_many_groups_gets_one_message_with_a_line_for_each() -> None:
    others = {str(8 * 10**18 + 2 + n): f"Xã {n}" for n in range(4)}
    desk = Desk(groups={GROUP: "Điều hành"} | others)
    desk.change("admin", grants={GROUP: frozenset({Role.ADMIN})})
    due = NOW + timedelta(hours=3)
    for _ in range(2):
        desk.office.duties.report("daily_report", desk.transaction, due)
    told = desk.take()
    [overview] = to(told, "leader")
    assert "của 5 Nhóm:" in overview
    assert overview.count("\n- ") == 5
    assert "- Nhóm Xã 3: 100 tin nhắn" in overview
    [report] = to(told, "admin")
    assert "BÁO CÁO HOẠT ĐỘNG" in report


def test_who_reads_many_groups_gets_the_overview_once_a_day_whichever_group_has_the_report() -> None:
    others = {str(8 * 10**18 + 2 + n): f"Xã {n}" for n in range(4)}
    desk = Desk(groups={GROUP: "Điều hành"} | others)
    offices = {one: replace(desk.policy, here=frozenset({one})) for one in desk.policy.groups}
    common = replace(desk.policy, offices=offices)
    for hours, office in enumerate(common.all_offices[1:], 3):
        ScheduledReports(office, common).report("daily_report", desk.transaction, NOW + timedelta(hours=hours))
    [overview] = to(desk.take(), "leader")
    assert "của 5 Nhóm:" in overview


def test_who_reads_many_groups_gets_one_weekly_overview_though_the_groups_have_different_days() -> None:
    others = {str(8 * 10**18 + 2 + n): f"Xã {n}" for n in range(4)}
    desk = Desk(groups={GROUP: "Điều hành"} | others)
    offices = {one: replace(desk.policy, here=frozenset({one})) for one in desk.policy.groups}
    common = replace(desk.policy, offices=offices)
    for week in range(2):
        for day, office in enumerate(common.all_offices[1:4], 1):
            ScheduledReports(office, common).report(
                "weekly_report", desk.transaction, NOW + timedelta(days=7 * week + day)
            )
        [overview] = to(desk.take(), "leader")
        assert "của 5 Nhóm:" in overview


def test_a_month_before_the_program_heard_anything_is_summed_up_for_nobody() -> None:
    desk = Desk(groups={GROUP: "Điều hành"} | {str(8 * 10**18 + 2 + n): f"Xã {n}" for n in range(4)})
    desk.store.first_heard_at = NOW
    desk.office.duties.report("monthly_report", desk.transaction, NOW - timedelta(hours=1))
    assert desk.take() == []
