"""Deadlines that people type to the bot: a slip is asked about, never stored as another year or another moment."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.features.desk import to
from tests.unit.features.directives.ledger import DUE, ORDER, LedgerDesk
from zalo_governor.domain.audit import AuditEntry
from zalo_governor.domain.directives import DirectiveState
from zalo_governor.features.directives.register import with_addressee


def asked(typed: str) -> tuple[LedgerDesk, str]:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.take()
    desk.say("leader", typed, place="private")
    [text] = to(desk.take(), "leader")
    return desk, text


def test_a_date_that_is_over_is_not_taken_for_next_years() -> None:
    desk, text = asked("/giahan CĐ1 10/11")
    assert {one.due_at for one in desk.store.assignees} == {DUE}
    assert "hạn 17:00 thứ Ba 10/11 đã qua" in text
    assert "năm sau" in text


@pytest.mark.parametrize(
    ("typed", "due", "shown"),
    [
        ("10/11/2027", datetime(2027, 11, 10, 10, 0, tzinfo=UTC), "hạn 17:00 thứ Tư 10/11/2027"),
        ("15/1", datetime(2027, 1, 15, 10, 0, tzinfo=UTC), "hạn 17:00 thứ Sáu 15/01/2027"),
        ("17h ngày 30/11", datetime(2026, 11, 30, 10, 0, tzinfo=UTC), "hạn 17:00 thứ Hai 30/11"),
        ("12 tháng", datetime(2027, 11, 24, 10, 0, tzinfo=UTC), "hạn 17:00 thứ Tư 24/11/2027"),
        ("sáng thứ sáu tuần sau", datetime(2026, 12, 4, 4, 30, tzinfo=UTC), "thứ Sáu 04/12"),
    ],
)
def test_a_new_deadline_is_shown_with_weekday_and_another_year(typed: str, due: datetime, shown: str) -> None:
    desk, text = asked(f"/giahan CĐ1 {typed}")
    assert {one.due_at for one in desk.store.assignees} == {due}
    assert shown in text


def test_units_with_deadlines_of_their_own_are_not_overwritten_unasked() -> None:
    desk, text = asked("/giahan CĐ1 27/11 Sở Y tế")
    assert "từ hạn 17:00 thứ Năm 26/11 thành hạn 17:00 thứ Sáu 27/11" in text
    for line, changed in (("/giahan CĐ1 30/11", False), ("/giahan CĐ1 30/11 tất cả", True)):
        desk.say("leader", line, place="private")
        [text] = to(desk.take(), "leader")
        assert "hạn 17:00 thứ Năm 26/11 (1 đơn vị); hạn 17:00 thứ Sáu 27/11 (1 đơn vị)" in text
        assert ("/giahan CĐ1 30/11 tất cả" in text) is not changed
        assert (len({one.due_at for one in desk.store.assignees}) == 1) is changed


def test_sang_without_marks_is_asked_about() -> None:
    desk, text = asked("/giahan CĐ1 sang thu sau")
    assert {one.due_at for one in desk.store.assignees} == {DUE}
    assert "có thể là" in text
    assert text.count("thứ Sáu") == 2


def test_a_directive_entered_by_hand_with_a_date_that_is_over_is_asked_about() -> None:
    desk = LedgerDesk()
    said = desk.order("Sở Y tế rà soát giúp tôi việc này.")
    desk.store.directives.clear()
    desk.take()
    desk.reply("leader", said, "/giaoviec Sở Y tế, 10/11")
    assert desk.store.directives == []
    assert "đã qua" in to(desk.take(), "leader")[0]


def test_more_time_asked_for_keeps_a_directive_open_that_names_no_deadline() -> None:
    desk = LedgerDesk()
    order = desk.order("Giao Sở Y tế, Sở Tài chính kiểm tra, báo cáo tôi việc cấp thuốc cho các xã.")
    desk.reply("y_te", order, "Rõ ạ, Sở triển khai ngay.")
    desk.reply("tai_chinh", order, "Sở xin gia hạn đến 28/11 vì còn ba xã chưa gửi số liệu.")
    assert desk.directive().state is DirectiveState.OPEN
    desk.take()
    desk.say("leader", "/giahan CĐ1 28/11 Sở Tài chính", place="private")
    assert "đã đổi thời hạn của 1 đơn vị nhận (Sở Tài chính), từ" in to(desk.take(), "leader")[0]
    [row] = [row for row in desk.store.audited if row["action"] == "directive.extended"]
    entry = AuditEntry(id=1, at=desk.now, actor_id=1, group_id="", action=row["action"], subject="CĐ1", detail=row)
    assert with_addressee(desk.uow, entry).detail["addressee"] == "Sở Tài chính"


def test_at_a_deadline_only_those_are_named_whose_deadline_it_is() -> None:
    desk = LedgerDesk()
    desk.order(ORDER)
    desk.say("leader", "/giahan CĐ1 17h ngày 30/11 Sở Tài chính", place="private")
    desk.take()
    desk.until(DUE + timedelta(minutes=1))
    [line] = to(desk.take(), "leader")
    assert line.endswith("của 1/1 đơn vị nhận: Sở Y tế. Xem chi tiết: gửi CĐ1.")


def test_a_day_that_does_not_exist_is_asked_about_and_is_not_today() -> None:
    desk, text = asked("/giahan CĐ1 17h ngày 31/11")
    assert {one.due_at for one in desk.store.assignees} == {DUE}
    assert "/giahan" in text
