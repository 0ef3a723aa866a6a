"""Deadlines by the calendar of Viet Nam, and what replies say."""

from datetime import UTC, date, datetime

import pytest

from zalo_governor.domain.directives import AnswerKind
from zalo_governor.features.directives.reading import first_day_of_tet, reader_for
from zalo_governor.text.directives.times import workday

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ORDER = "Giao Sở Mẫu báo cáo số liệu hộ nghèo trước 17h ngày 26/11."


def test_public_holidays_are_skipped_where_the_office_wants_it() -> None:
    feast = date(2027, 2, 8)  # a Monday of the lunar New Year
    assert workday(skip_holidays=False)(feast)
    assert not workday(skip_holidays=True)(feast)
    assert not workday(skip_holidays=True)(date(2026, 11, 28))
    assert workday(skip_holidays=True)(date(2026, 11, 25))


def test_tet_is_where_the_calendar_says() -> None:
    assert [first_day_of_tet(year) for year in (2026, 2027)] == [date(2026, 2, 17), date(2027, 2, 6)]
    found = reader_for(skip_holidays=False).deadline("trước Tết Sở Y tế", AT)
    assert found == (datetime(2027, 2, 5, 10, 0, tzinfo=UTC), "Sở Y tế", None)


@pytest.mark.parametrize("typed", ["hết tháng 2", "cuối tháng 2"])
def test_the_29th_of_the_next_february_is_too_far_ahead_and_the_28th_of_the_last_is_meant(typed: str) -> None:
    in_april = datetime(2027, 4, 15, 2, 0, tzinfo=UTC)
    found = reader_for(skip_holidays=False).deadline(f"{typed} Sở Y tế", in_april)
    assert found == (datetime(2027, 2, 28, 10, 0, tzinfo=UTC), "Sở Y tế", None)


def test_a_deadline_that_was_over_when_it_was_set_is_told_from_one_that_runs() -> None:
    reader = reader_for(skip_holidays=False)
    now = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    _, [item] = reader.directive("Sở Y tế gửi số liệu trước 9h sáng nay.", "leader", now)
    assert (item.due_at, item.missed_at) == (None, AT)
    _, [item] = reader.directive("Theo công văn ngày 20/11, Sở Y tế gửi số liệu.", "leader", now)
    assert (item.due_at, item.missed_at) == (None, None)
    assert reader.due(ORDER, AT) == datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("Rõ ạ, Sở triển khai ngay.", AnswerKind.RECEIVED),
        ("Sở Mẫu báo cáo: toàn tỉnh còn 1.245 hộ nghèo, giảm 3%.", AnswerKind.REPORTED),
        ("Sở xin gia hạn đến 28/11 vì còn hai xã chưa gửi số liệu.", AnswerKind.DELAYED),
        ("Báo cáo đồng chí, đến nay chưa xong vì mất điện.", AnswerKind.DELAYED),
        ("Số liệu của năm nào ạ?", None),
        ("Dạ chưa có kết quả ạ.", AnswerKind.DELAYED),
        ("Chưa báo cáo được, số liệu chưa đủ.", AnswerKind.DELAYED),
        ("Chưa có số liệu, Sở đang tổng hợp từ mười huyện.", AnswerKind.DELAYED),
        ("Không thể hoàn thành đúng hạn vì thiếu người.", AnswerKind.DELAYED),
        ("Kết quả chưa có ạ, bên em không kịp nộp chiều nay.", AnswerKind.DELAYED),
        ("Sở báo cáo: đã cấp 8/10 xã, còn 2 xã chưa xong.", AnswerKind.REPORTED),
        ("Đơn vị nào chưa có số liệu ạ?", None),
        ("Dự thảo công văn em vừa trình trên iOffice", AnswerKind.REPORTED),
        ("CSGT đã có mặt phân luồng sang cầu cứng", AnswerKind.REPORTED),
        ("Cảm ơn anh đã gửi tài liệu ạ", None),
        ("Các xã đã gửi danh sách về chưa mấy anh", None),
        ("Sở đang rà lại phụ lục, xin anh đến 9h30 được không ạ", AnswerKind.DELAYED),
        ("Trời tối đường xa, xin làm sáng mai ạ", AnswerKind.DELAYED),
    ],
)
def test_replies_are_received_reported_delayed_or_nothing(reply: str, kind: AnswerKind | None) -> None:
    assert reader_for(skip_holidays=False).answer(reply, ORDER) is kind
