"""The times that a message names, resolved by the conventions of offices."""

from datetime import date, datetime

import pytest

from zalo_governor.text.directives.times import a_year_before, named_times, names_no_day
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
        ("9 giờ kém 15 sáng mai có mặt", "2026-11-25T08:45"),
        ("Mười giờ kém mười lăm sáng mai mang bản vẽ lên", "2026-11-25T09:45"),
        ("Sáu rưỡi sáng mai kê xong ghế", "2026-11-25T06:30"),
        ("4 rưỡi nộp", "2026-11-24T16:30"),
        ("04:30 đo nước", "2026-11-25T04:30"),
        ("Trước 3pm gửi nhé", "2026-11-24T15:00"),
        ("Hăm lăm tây nộp", "2026-11-25T17:00"),
        ("Mùng ba tháng tư bàn giao", "2027-04-03T17:00"),
        ("Chậm nhất ngày hai bảy", "2026-11-27T17:00"),
        ("Đến hết quý giải ngân xong", "2026-12-31T17:00"),
        ("Chúa nhật dọn xong", "2026-11-29T17:00"),
        ("Tiếng rưỡi nữa có ảnh", "2026-11-24T10:40"),
        ("Lấp xong trong năm ngày", "2026-11-29T17:00"),
        ("Hạn: 27.11.2026", "2026-11-27T17:00"),
        ("Thứ tư, 15 giờ, không trễ", "2026-11-25T15:00"),
        ("Gửi ngày 5/1 năm sau", "2027-01-05T17:00"),
        ("Hết đêm nay bơm xong", "2026-11-24T23:59"),
        ("By Friday gửi danh sách", "2026-11-27T17:00"),
        ("Chiều mai vào lúc 15h gửi tôi", "2026-11-25T15:00"),
        ("Xong trước cuối tháng 12", "2026-12-31T17:00"),
        ("Xong trước cuối tháng sau", "2026-12-31T17:00"),
        ("Xong trước hết tháng này", "2026-11-30T17:00"),
        ("Xong trước đầu tháng 12", "2026-11-30T17:00"),
        ("Xong trước tháng 12", "2026-11-30T17:00"),
        ("Xong trước giữa tháng 12", "2026-12-15T17:00"),
        ("Chậm nhất giữa tháng 12", "2026-12-15T17:00"),
        ("Xong trước hết quý I", "2027-03-31T17:00"),
        ("Xong trước cuối tuần", "2026-11-27T17:00"),
        ("Xong trước cuối năm", "2026-12-31T17:00"),
        ("Gửi trước 12h đêm nay", "2026-11-25T00:00"),
        ("Gửi trước 12h30 đêm nay", "2026-11-25T00:30"),
        ("Gửi trước 1h đêm mai", "2026-11-26T01:00"),
        ("Gửi trước 12h đêm 25/11", "2026-11-26T00:00"),
        ("Gửi trước 12h khuya nay", "2026-11-25T00:00"),
        ("Gửi trước 10h khuya nay", "2026-11-24T22:00"),
        ("Gửi trước 1h khuya mai", "2026-11-26T01:00"),
        ("Gửi trước 12 giờ khuya", "2026-11-25T00:00"),
        ("Gửi trước 1h trưa mai", "2026-11-25T13:00"),
        ("Gửi trước 11h30 trưa mai", "2026-11-25T11:30"),
    ],
)
def test_a_time_is_resolved(said: str, moment: str) -> None:
    for text in (said, fold(said)):
        assert datetime.fromisoformat(moment) in [named.moment for named in named_times(text, TUESDAY)], text


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Gửi trước 12h tối nay", "2026-11-25T00:00"),
        ("Gửi trước 11h tối nay", "2026-11-24T23:00"),
        ("truoc 12h30 toi can so lieu", "2026-11-24T12:30"),
    ],
)
def test_an_evening_ends_at_midnight_and_toi_without_marks_may_be_i(said: str, moment: str) -> None:
    assert [named.moment for named in named_times(said, TUESDAY)] == [datetime.fromisoformat(moment)]


def test_in_the_small_hours_tonight_is_the_night_that_lasts() -> None:
    [named] = named_times("Gửi trước 3h đêm nay", datetime.fromisoformat("2026-11-24T00:40"))
    assert named.moment == datetime.fromisoformat("2026-11-24T03:00")


@pytest.mark.parametrize("said", ["trước ngày 01 tháng 01 năm 0001", "ngày 31 tháng 12 năm 9999"])
def test_a_date_of_another_century_is_none_and_breaks_nothing(said: str) -> None:
    assert named_times(f"Sở Y tế báo cáo {said}", TUESDAY) == []
    assert all(names_no_day(f"24h {said}", named.moment) for named in named_times(f"24h {said}", TUESDAY))


@pytest.mark.parametrize(
    "said", ["Thực hiện Công văn số 3412/UBND-NN", "Đạt 61,4% kế hoạch", "QL32 km 34 sạt", "Tối đa 4 trang"]
)
def test_numbers_of_other_things_are_no_times(said: str) -> None:
    assert named_times(said, TUESDAY) == []


@pytest.mark.parametrize("said", ["Gửi trước ngày 31/2", "Gửi lúc 5 giờ kém 75", "Gửi lúc 4h75"])
def test_an_impossible_time_is_none(said: str) -> None:
    assert named_times(said, TUESDAY) == []


def test_holidays_are_no_working_days_where_the_office_says_so() -> None:
    def is_workday(day: date) -> bool:
        return day.weekday() < 5 and day != date(2026, 11, 25)

    [named] = named_times("Trong 3 ngày làm việc", TUESDAY, is_workday)
    assert named.moment == datetime.fromisoformat("2026-11-30T17:00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Xong trước Tết Nguyên đán", "2027-02-05T17:00"),
        ("xong truoc tet nhe", "2027-02-05T17:00"),
        ("Báo cáo chậm nhất mùng 6 Tết", "2027-02-11T17:00"),
        ("Báo cáo trước 10h mùng 6 Tết", "2027-02-11T10:00"),
    ],
)
def test_the_lunar_new_year_is_a_time_where_somebody_knows_when_it_is(text: str, moment: str) -> None:
    def tet(year: int) -> date | None:
        return {2026: date(2026, 2, 17), 2027: date(2027, 2, 6)}.get(year)

    [named] = named_times(text, TUESDAY, tet=tet)
    assert named.moment == datetime.fromisoformat(moment)


def test_gifts_and_duty_rosters_of_tet_are_no_times() -> None:
    said = "Chuẩn bị quà Tết cho hộ nghèo, lịch trực Tết"
    assert named_times(said, TUESDAY, tet=lambda _year: date(2027, 2, 6)) == []
    assert named_times("Xong trước Tết", TUESDAY) == []


@pytest.mark.parametrize(
    ("typed", "moment", "none"),
    [
        ("17h ngày 31/4", "2026-11-24T17:00", True),
        ("ngày 31 tháng 11", "2026-11-24T17:00", True),
        ("17h 29/2", "2027-01-05T17:00", True),
        ("trước 29/2/2028", "2028-02-28T17:00", False),
        ("17h ngày 30/11", "2026-11-30T17:00", False),
        ("từ 8h-11h ngày 10-12/11", "2026-11-12T11:00", False),
    ],
)
def test_a_day_that_the_calendar_does_not_have_is_noticed(typed: str, moment: str, none: bool) -> None:
    assert names_no_day(typed, datetime.fromisoformat(moment)) is none


def test_the_29th_of_february_has_a_day_in_the_year_before() -> None:
    assert a_year_before(datetime.fromisoformat("2028-02-29T17:00")) == datetime.fromisoformat("2027-02-28T17:00")
