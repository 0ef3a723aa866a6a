"""The worst comes first and is named in every format; nobody is singled out who only shares a place."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.features.desk import (
    BOT,
    CATALOGUE,
    GROUP,
    LETTERHEAD,
    NOW,
    REGULATION,
    UIDS,
    UNMARKED,
    Desk,
    escalation,
)
from tests.unit.features.reports.test_builder import PERIOD, figures, report, text_of
from tests.unit.storage.stored import new_directive
from zalo_governor.domain.connection import Gap
from zalo_governor.domain.directive_figures import figures_of
from zalo_governor.domain.directives import Assignee
from zalo_governor.domain.documents import ReportDocument
from zalo_governor.domain.events import MessageRecalled, MessageRef
from zalo_governor.domain.findings import Finding, Severity
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.domain.regulation import Clause, Enforcement
from zalo_governor.domain.reports import AgencyFigures
from zalo_governor.features.reports.document.document import paper_of
from zalo_governor.features.reports.summary import Codes, headlines
from zalo_governor.messaging.formatter import MessageFormatter

VOICE = MessageFormatter(CATALOGUE, REGULATION)


def paper(desk: Desk) -> ReportDocument:
    return paper_of(report(desk), LETTERHEAD, VOICE)


def proposed(desk: Desk, name: str) -> str:
    [table] = [table for table in paper(desk).tables if table.key == "proposal"]
    [value] = [str(row[1]) for row in table.rows if row[0] == name]
    return value


def test_the_only_secret_is_named_before_all_that_is_more_frequent() -> None:
    desk = Desk()
    desk.seal("stranger")
    desk.store.figures = [figures(f"9.{place}", 90 - place) for place in range(12)]
    desk.store.figures += [figures("6.1", 2), figures("4.5", 2), figures("4.1", 1)]
    text = text_of(desk)
    rows = [line for line in text.splitlines() if line.startswith("- ")]
    assert rows[:3] == [
        "- Bí mật nhà nước (khoản 1 Điều 4): 1",
        "- Người ngoài thành phần (khoản 5 Điều 4): 2",
        "- Thay đổi thông tin Nhóm (khoản 1 Điều 6): 2",
    ]
    assert rows[-1].startswith("- 9 khoản khác: ")
    assert "khoản 1 Điều 4): VP1" in text[:200]
    [clauses] = [table for table in paper(desk).tables if table.key == "clauses"]
    assert clauses.rows[0][0] == "Bí mật nhà nước (khoản 1 Điều 4)"


def test_a_secret_that_was_settled_still_counts_as_grave_and_a_false_alarm_does_not() -> None:
    desk = Desk()
    for who in ("member", "stranger"):
        desk.seal(who)
    desk.say("admin", "/xacnhan VP1", place="private")
    desk.say("admin", "/baonham VP2 đề cương tập huấn", place="private")
    assert "1. Dấu hiệu nghiêm trọng: CÓ, 1 vụ việc. Bí mật nhà nước (khoản 1 Điều 4): VP1." in text_of(desk)
    grave, pending, _ = paper(desk).headlines
    assert (grave.value, pending.value) == (
        "CÓ, 1 vụ việc",
        "không có vụ việc đang xử lý; không có chỉ đạo đang theo dõi",
    )


def test_a_recalled_secret_is_open_until_somebody_decides() -> None:
    desk = Desk()
    key = desk.seal("member").key
    desk.hear(
        MessageRecalled(
            account=BOT, thread_id=GROUP, sender_uid=UIDS["member"], at=desk.now, target=MessageRef(key=key)
        )
    )
    grave, pending, _ = paper(desk).headlines
    assert (grave.value, pending.value) == (
        "CÓ, 1 vụ việc (1 đang xử lý)",
        "1 vụ việc đang xử lý; không có chỉ đạo đang theo dõi",
    )
    [table] = [table for table in paper(desk).tables if table.key == "open"]
    assert table.rows[0][3] == "đã thu hồi hoặc xóa"
    [states] = [table for table in paper(desk).tables if table.key == "states"]
    assert states.rows == (("đang xử lý: đã thu hồi hoặc xóa", 1),)
    assert "cho ý kiến về 1 vụ việc" in str(paper(desk))


def test_the_critical_and_the_undecided_come_first_where_not_all_are_named() -> None:
    desk = Desk(escalation=escalation(repeat_window_minutes=0))
    label: dict[str, Any] = {"rule_id": "4.5-rule", "clause": "4.5", "label": "drugs"}
    for severity in (Severity.MAJOR, Severity.MAJOR, Severity.MAJOR, Severity.CRITICAL):
        desk.say("member", "nội dung", Finding(severity=severity, **label))
        desk.later(seconds=1)
    desk.say("admin", "/xacnhan VP1", place="private")
    note = headlines(report(desk), VOICE, Codes(secrets=1, others=3))[0].note
    assert "VP4, VP2, VP3 và 1 vụ việc khác" in note


@pytest.mark.parametrize("days", [-30, 1])
def test_an_open_secret_from_outside_the_period_is_said_as_such(days: int) -> None:
    desk = Desk()
    desk.seal("stranger")
    case = desk.store.book[1]
    moved = case.model_copy(update={"opened_at": PERIOD.end + timedelta(days=days)})
    desk.store.book[1] = moved
    desk.now = PERIOD.end + timedelta(days=max(days, 0) + 1)
    assert "nghiêm trọng: CÓ, 1 vụ việc (1 đang xử lý; 1 phát sinh ngoài kỳ báo cáo)." in text_of(desk)


def test_what_could_not_be_checked_is_not_called_a_secret() -> None:
    desk = Desk()
    desk.seal("stranger")
    desk.store.book[1] = desk.store.book[1].model_copy(update={"label": "unchecked"})
    grave = paper(desk).headlines[0]
    assert (grave.value, grave.note) == ("CÓ, 1 vụ việc (1 đang xử lý)", "Nội dung chưa kiểm tra được: VP1.")


def test_directives_that_are_overdue_stand_in_the_second_line() -> None:
    desk = Desk()
    made = report(desk)
    late = made.model_copy(update={"directives": made.directives.model_copy(update={"open_now": 12, "overdue_now": 3})})
    value = paper_of(late, LETTERHEAD, VOICE).headlines[1].value
    assert value == "không có vụ việc đang xử lý; 12 chỉ đạo đang theo dõi, quá hạn 3"


def test_a_clause_without_name_is_cited() -> None:
    clause = Clause(number="QĐ.1.1", summary="x", enforced=Enforcement.ROLE)
    assert clause.named == "khoản 1 Điều 1 Quyết định"
    assert clause.model_copy(update={"name": "Trưởng nhóm"}).named == "Trưởng nhóm (khoản 1 Điều 1 Quyết định)"


def test_no_agency_is_ranked_by_signs() -> None:
    desk = Desk()
    desk.store.figures = [figures("3.1", 6)]
    desk.store.agency_list = [AgencyFigures(agency="Sở Y tế", messages=9, senders=1, cases=6)]
    made = paper(desk)
    [agencies] = [table for table in made.tables if table.key == "agencies"]
    assert agencies.rows == (("Sở Y tế", 9, 1),)
    assert not [row for table in made.tables if table.key == "proposal" for row in table.rows if "Sở Y tế" in row[1:]]


def test_clauses_that_share_the_first_place_are_all_named_and_none_where_all_are_equal() -> None:
    desk = Desk()
    name = "Khoản phát sinh nhiều nhất"
    desk.store.figures = [figures("3.1", 2), figures("3.2", 2)]
    assert proposed(desk, name) == "không có khoản nào nhiều hơn"
    desk.store.figures = [figures("3.1", 6), figures("3.2", 2)]
    assert proposed(desk, name).endswith("(khoản 1 Điều 3): 6 vụ việc (6 trong 8)")
    desk.store.figures = [figures("3.1", 60), figures("3.2", 20)]
    assert proposed(desk, name).endswith("(khoản 1 Điều 3): 60 vụ việc (75%)")
    desk.store.figures = []
    assert proposed(desk, name) == "không có vụ việc"


def test_a_case_that_a_person_has_to_look_at_first_is_counted_beside_the_grave_ones() -> None:
    desk = Desk()
    desk.seal("stranger")
    desk.say("member", "noi dung", UNMARKED)
    desk.store.book[2] = desk.store.book[2].model_copy(update={"severity": Severity.TRIAGE})
    assert "VP1. Ngoài ra có 1 vụ việc chưa rõ, cần kiểm tra thêm." in text_of(desk)
    told = desk.store.book[2].model_copy(update={"leader_told_at": desk.now})
    desk.store.book[2] = told
    assert "cần kiểm tra thêm: VP2." in text_of(desk), "the leader, who was told of it, may open it"
    [cases] = [table for table in paper(desk).tables if table.key == "open"]
    assert [str(row[3]).endswith(", cần kiểm tra thêm") for row in cases.rows] == [False, True]
    assert [row[1] == "chưa nêu tên" for row in cases.rows] == [False, True], "who is not asked yet is not named"


def test_who_added_an_outsider_does_not_look_like_the_outsider() -> None:
    desk = Desk()
    desk.say("member", "noi dung", UNMARKED)
    added = {"rule_id": OUTSIDERS, "clause": "4.5", "label": "added"}
    desk.store.book[1] = desk.store.book[1].model_copy(update=added)
    [cases] = [table for table in paper(desk).tables if table.key == "open"]
    assert "; là người thêm hoặc duyệt" in str(cases.rows[0][1])


def test_of_the_time_before_the_program_listened_there_are_no_figures_and_no_rates() -> None:
    desk = Desk()
    desk.store.first_heard_at = NOW - timedelta(minutes=4)
    desk.store.by_day = {NOW.date(): 100}
    desk.store.figures = [figures("3.1", 5)]
    made = report(desk)
    assert [row.day for row in made.days] == [NOW.date()]
    tables = {table.key: table for table in paper(desk).tables}
    assert len(tables["hours"].rows) < 24
    assert tables["clauses"].rows[0][-1] == "chưa có"
    assert proposed(desk, "Số vụ việc trên 1.000 tin nhắn") == "chưa tính, vì chưa đủ 1.000 tin nhắn"
    assert proposed(desk, "Tin gửi trước 7 giờ và sau 18 giờ") == "chưa tính, vì theo dõi chưa đủ 24 giờ"
    written = paper(desk).model_dump_json()
    assert "Số liệu từ 14 giờ 01 phút đến 14 giờ 05 phút ngày 24/11/2026: Nhóm có 100 tin nhắn" in written
    assert "nhiều tin nhất" not in written


def test_a_gap_that_was_made_good_is_not_called_incomplete() -> None:
    desk = Desk()
    gap = Gap(id=1, group_id=GROUP, began_at=NOW - timedelta(seconds=20), ended_at=NOW, cause="x", closed=True)
    desk.store.gap_list = [gap]
    assert "3. Thời gian Hệ thống gián đoạn: dưới 1 phút (1 lần), đã lấy lại đủ tin." in text_of(desk)
    made = {section.key: " ".join(section.lines) for section in paper(desk).sections}
    assert "gián đoạn dưới 1 phút và đã lấy lại đủ tin" in made["remarks"]
    assert "chưa đầy đủ" not in made["remarks"]
    desk.store.gap_list = [gap.model_copy(update={"closed": False})]
    made = {section.key: " ".join(section.lines) for section in paper(desk).sections}
    assert "có 1 lần chưa lấy lại đủ tin" in made["remarks"]


def test_clauses_days_and_hours_that_share_the_first_place_are_all_named_and_none_where_all_are_equal() -> None:
    desk = Desk()
    day = NOW.date()
    desk.store.by_day = {day - timedelta(days=1): 5, day: 5}
    desk.store.figures = [figures("3.1", 4), figures("3.2", 4), figures("4.5", 1)]
    written = paper(desk).model_dump_json()
    assert "Ngày nhiều tin nhất: 23/11/2026, 24/11/2026 (5 tin)." in written
    assert "tập trung ở: Có dấu, Unicode (khoản 1 Điều 3), Tên hiển thị (khoản 2 Điều 3)." in written
    desk.store.by_day = {day - timedelta(days=place): 5 for place in range(8)}
    desk.store.figures = [figures("3.1", 4), figures("3.2", 4)]
    written = paper(desk).model_dump_json()
    assert "Ngày nhiều tin nhất" not in written
    assert "tập trung" not in written


def test_remarks_and_requests_follow_the_figures() -> None:
    desk = Desk()
    quiet = {section.key: section.lines for section in paper(desk).sections}
    assert quiet["remarks"] == ("Trong kỳ, Hệ thống không ghi nhận vụ việc có dấu hiệu vi phạm Quy chế.",)
    desk.seal("stranger")
    desk.store.figures = [figures("4.1", 1), figures("3.1", 5, 2, false_alarms=3)]
    made = {section.key: " ".join(section.lines) for section in paper(desk).sections}
    for part in ("(6) tăng so với kỳ trước", "trách nhiệm của cơ quan có thẩm quyền", "3 trong 6 vụ việc là báo nhầm"):
        assert part in made["remarks"]
    assert "cho ý kiến về 1 vụ việc đang xử lý có dấu hiệu liên quan bí mật nhà nước (VP1)" in made["requests"]
    assert (
        "thực hiện đúng quy định: viết bằng tiếng Việt có dấu, bộ mã Unicode (khoản 1 Điều 3 Quy chế)."
        in made["requests"]
    )
    desk.store.members = desk.store.members.model_copy(update={"outsiders": 0})
    desk.store.book.clear()
    desk.store.figures = []
    calm = {section.key: section.lines for section in paper(desk).sections}
    assert calm["requests"] == ("Không có kiến nghị.",)


def test_a_unit_without_anybody_in_the_group_counts_neither_as_silent_nor_as_overdue() -> None:
    order = new_directive(1, at=NOW - timedelta(days=3)).model_copy(update={"id": 7, "unconfirmed": True})
    asked = Assignee(directive_id=7, group_id=GROUP, item=0, name="Sở Y tế", due_at=NOW - timedelta(days=1))
    answers = figures_of([order], [asked, asked.model_copy(update={"name": "Sở Nội vụ", "person_ids": (5,)})], NOW)
    assert (answers.asked, answers.silent, answers.overdue, answers.absent) == (2, 1, 1, 1)
    desk = Desk()
    told = paper_of(report(desk).model_copy(update={"directives": answers}), LETTERHEAD, VOICE)
    [table] = [table for table in told.tables if table.key == "directives"]
    assert [row[0] for row in table.rows] == ["Sở Nội vụ"]
    assert table.title.endswith("(số lượt) (1 chỉ đạo Hệ thống tự ghi, chưa ai xác nhận)")
    assert (
        "1 đơn vị khi giao chưa có người trong Nhóm (1 lượt), không tính là chưa trả lời: Sở Y tế."
        in told.model_dump_json()
    )


def test_an_addressee_whom_nobody_knows_is_not_called_a_unit_without_anybody_in_the_group() -> None:
    order = new_directive(1, at=NOW - timedelta(days=3)).model_copy(update={"id": 7})
    unit = Assignee(directive_id=7, group_id=GROUP, item=0, name="Sở Y tế")
    answers = figures_of([order], [unit, unit.model_copy(update={"name": "các chủ đầu tư", "known": False})], NOW)
    assert (answers.absent, answers.unrecognised) == (2, 1)
    desk = Desk()
    told = paper_of(report(desk).model_copy(update={"directives": answers}), LETTERHEAD, VOICE)
    [section] = [section for section in told.sections if section.key == "directives"]
    assert "Chưa xác định được đơn vị nhận (1 lượt): các chủ đầu tư." in section.notes
    assert any(
        "1 đơn vị khi giao chưa có người trong Nhóm (1 lượt)" in note and "Sở Y tế." in note for note in section.notes
    )
    assert "1 lượt giao khi đơn vị chưa có người trong Nhóm; 1 lượt chưa xác định được đơn vị nhận." in section.lines[0]


def test_the_numbers_of_each_row_add_up() -> None:
    """A unit that came into the group later, one that has answered in part, one that has not answered at all."""
    order = new_directive(1, at=NOW - timedelta(days=3)).model_copy(update={"id": 7})
    absent = Assignee(directive_id=7, group_id=GROUP, item=0, name="UBND xã Mẫu")
    present = absent.model_copy(update={"person_ids": (5,)})
    answered = present.model_copy(update={"received_at": NOW, "reported_at": NOW})
    late = answered.model_copy(update={"due_at": NOW - timedelta(days=1)})
    overdue = present.model_copy(update={"name": "Sở Nội vụ", "due_at": NOW - timedelta(days=1)})
    told_only = present.model_copy(update={"received_at": NOW})
    closed = answered.model_copy(update={"id": 9})
    asked_all = [absent, present, answered, told_only, late, overdue, closed]
    answers = figures_of([order], asked_all, NOW, closed={9: False})
    desk = Desk()
    desk.store.figures = [
        figures("4.1", 9, open=2, remedied=1, confirmed=1, referred=3, false_alarms=2),
        figures("6.1", 3, open=1, approved=2),
    ]
    told = paper_of(report(desk).model_copy(update={"directives": answers}), LETTERHEAD, VOICE)
    tables = {table.key: table for table in told.tables}
    for row in tables["directives"].rows:
        asked, *parts, silent = map(int, row[1:-1])
        assert asked == sum(parts)
        assert silent <= parts[4] + parts[5]
    for row in tables["clauses"].rows:
        cases, *parts = map(int, row[1:-1])
        assert cases == sum(parts)
    said = " ".join(line for section in told.sections for line in section.lines)
    assert "đã xác định vi phạm 1; đã chuyển cơ quan có thẩm quyền 3; Trưởng nhóm đã duyệt 2" in said
    assert "Các đơn vị: đã trả lời 3 lượt (trong đó đã hoàn thành 1, hoàn thành quá hạn 1, 1 lượt đã nhận" in said
    assert "chỉ đạo không nêu thời hạn); kết thúc theo quyết định của quản trị 1 lượt; chưa trả lời" in said
    assert "chưa trả lời trên Nhóm 2 lượt; 1 lượt giao khi" in said
    assert "Quá hạn mà chưa báo cáo kết quả: 1 lượt." in said
