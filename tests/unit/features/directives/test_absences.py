"""Rules on what is missing after a directive: no answer within office hours, no report by an hour of the day."""

from datetime import datetime, time, timedelta

import pytest

from tests.unit.features.desk import REGULATION, to
from tests.unit.features.directives.ledger import ORDER, LedgerDesk
from zalo_governor.config.directives import DirectiveSettings
from zalo_governor.config.sections import EscalationSettings
from zalo_governor.domain.clock import VIETNAM
from zalo_governor.domain.regulation import AbsenceRule
from zalo_governor.features.directives.absences import after_working_hours
from zalo_governor.text.directives.times import monday_to_friday

ANSWER = AbsenceRule("tra-loi", "3.1", "chưa trả lời", "nhận chỉ đạo phải trả lời", timedelta(hours=2), None)
REPORT = AbsenceRule("bao-cao", "3.1", "chưa ai báo cáo", "báo cáo trước 16 giờ", timedelta(0), time(16, 0))
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (MONDAY, 1, MONDAY.replace(hour=11)),
        (MONDAY, 2, MONDAY.replace(hour=14)),
        (MONDAY, 8, MONDAY.replace(day=3, hour=10, minute=30)),
        (MONDAY.replace(hour=20), 0.5, MONDAY.replace(day=3, hour=8)),
        (MONDAY.replace(day=6, hour=16), 2, MONDAY.replace(day=9, hour=8, minute=30)),
    ],
)
def test_office_hours_leave_out_noon_night_and_week_end(start: datetime, hours: float, end: datetime) -> None:
    assert (
        after_working_hours(start, timedelta(hours=hours), DirectiveSettings().working_times, monday_to_friday) == end
    )


def missing(desk: LedgerDesk, days: float = 4) -> list[str]:
    desk.take()
    desk.pass_days(days)
    return [text for text in to(desk.take(), "admin") if "có dấu hiệu liên quan khoản 1 Điều 3 Quy chế" in text]


def office(rule: AbsenceRule) -> LedgerDesk:
    return LedgerDesk(
        regulation=REGULATION.informed({}, {}, [rule], None), escalation=EscalationSettings(quiet_hours=None)
    )


def test_who_does_not_answer_in_time_is_told_to_the_admins_once() -> None:
    desk = office(ANSWER)
    desk.reply("y_te", desk.order(ORDER), "Sở Y tế đã nhận chỉ đạo.")
    (told,) = missing(desk)
    assert "chưa trả lời; còn 1 đơn vị nhận: Sở Tài chính. Lý do theo dõi: nhận chỉ đạo phải trả lời." in told


def test_a_unit_that_has_nobody_in_the_group_breaks_no_rule_on_answers() -> None:
    desk = office(ANSWER)
    desk.order("Giao UBND phường Thử Nghiệm báo cáo số hộ phải di dời trước 17h ngày 26/11.")
    assert missing(desk) == []


def test_one_report_is_enough_where_nobody_s_is_what_counts() -> None:
    desk = office(REPORT)
    order = desk.order(ORDER)
    (told,) = missing(desk)
    assert "chưa ai báo cáo; còn 2 đơn vị nhận: Sở Y tế, Sở Tài chính." in told
    desk = office(REPORT)
    order = desk.order(ORDER)
    desk.reply("y_te", order, "Sở Y tế báo cáo: đã tiêm 1.200 liều, đạt 95 % kế hoạch.")
    assert missing(desk) == []
