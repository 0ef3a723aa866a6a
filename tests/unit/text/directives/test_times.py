"""The times that a message names, resolved by the conventions of offices."""

from datetime import date, datetime

import pytest

from zalo_governor.text.directives.times import named_times
from zalo_governor.text.fold import fold

TUESDAY = datetime.fromisoformat("2026-11-24T09:10")


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Gửi trước 16h hôm nay", "2026-11-24T16:00"),
        ("Gửi trước 16h30 ngày 27/11", "2026-11-27T16:30"),
        ("Gửi trước 24h00 ngày 27/11", "2026-11-28T00:00"),
        ("Gửi trước ngày 27/11", "2026-11-26T17:00"),
        ("Gửi trước hoặc trong ngày 27/11", "2026-11-27T17:00"),
        ("Ngày 27/11, trước 10h, các xã báo cáo", "2026-11-27T10:00"),
        ("Chậm nhất ngày 05 tháng 12 năm 2026", "2026-12-05T17:00"),
        ("Hạn thứ Sáu", "2026-11-27T17:00"),
        ("Hạn thứ Ba", "2026-12-01T17:00"),
        ("Sáng thứ 2 tuần sau trình tôi", "2026-11-30T11:30"),
        ("Xong trong tuần này", "2026-11-27T17:00"),
        ("Đầu tuần sau trình", "2026-11-30T17:00"),
        ("Trong 3 ngày làm việc phải xong", "2026-11-27T17:00"),
        ("Trong 5 ngày phải xong", "2026-11-29T17:00"),
        ("Mười ngày nữa báo cáo", "2026-12-04T17:00"),
        ("30 phút nữa gửi tôi", "2026-11-24T09:40"),
        ("Trong 24h phải có nước", "2026-11-25T09:10"),
        ("4h rưỡi chiều gửi tôi", "2026-11-24T16:30"),
        ("16h kém 15 gửi tôi", "2026-11-24T15:45"),
        ("8h gửi tôi", "2026-11-25T08:00"),
        ("Đầu giờ chiều mai nộp", "2026-11-25T13:30"),
        ("Tối nay có báo cáo", "2026-11-24T21:00"),
        ("Hết tháng này chi xong", "2026-11-30T17:00"),
        ("Xong trong quý I", "2027-03-31T17:00"),
        ("Ngày 10 tháng sau trình", "2026-12-10T17:00"),
        ("Nộp trước ngày 15/1", "2027-01-14T17:00"),
    ],
)
def test_a_time_is_resolved(said: str, moment: str) -> None:
    for text in (said, fold(said)):
        assert datetime.fromisoformat(moment) in [named.moment for named in named_times(text, TUESDAY)], text


@pytest.mark.parametrize(
    "said", ["Thực hiện Công văn số 3412/UBND-NN", "Đạt 61,4% kế hoạch", "QL32 km 34 sạt", "Tối đa 4 trang"]
)
def test_numbers_of_other_things_are_no_times(said: str) -> None:
    assert named_times(said, TUESDAY) == []


def test_an_impossible_date_is_none() -> None:
    assert named_times("Gửi trước ngày 31/2", TUESDAY) == []


def test_holidays_are_no_working_days_where_the_office_says_so() -> None:
    def is_workday(day: date) -> bool:
        return day.weekday() < 5 and day != date(2026, 11, 25)

    [named] = named_times("Trong 3 ngày làm việc", TUESDAY, is_workday)
    assert named.moment == datetime.fromisoformat("2026-11-30T17:00")
