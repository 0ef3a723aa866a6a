"""What people mean by a period."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.features.desk import CATALOGUE, REGULATION
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.periods import as_period, asked, days, named_in, up_to
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.fold import fold

TUESDAY = date(2026, 11, 24)
VOICE = MessageFormatter(CATALOGUE, REGULATION)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("", (2026, 11, 24), (2026, 11, 24)),
        ("hom nay", (2026, 11, 24), (2026, 11, 24)),
        ("hom qua", (2026, 11, 23), (2026, 11, 23)),
        ("tuan", (2026, 11, 23), (2026, 11, 29)),
        ("tuan nay", (2026, 11, 23), (2026, 11, 29)),
        ("tuan truoc", (2026, 11, 16), (2026, 11, 22)),
        ("thang", (2026, 11, 1), (2026, 11, 30)),
        ("thang truoc", (2026, 10, 1), (2026, 10, 31)),
        ("thang 10", (2026, 10, 1), (2026, 10, 31)),
        ("thang 12", (2025, 12, 1), (2025, 12, 31)),
        ("thang 2/2028", (2028, 2, 1), (2028, 2, 29)),
        ("thang 02 nam 2026", (2026, 2, 1), (2026, 2, 28)),
        ("quy", (2026, 10, 1), (2026, 12, 31)),
        ("quy truoc", (2026, 7, 1), (2026, 9, 30)),
        ("quy 1", (2026, 1, 1), (2026, 3, 31)),
        ("quy iii/2025", (2025, 7, 1), (2025, 9, 30)),
        ("01/10-31/10", (2026, 10, 1), (2026, 10, 31)),
        ("1/10 - 31/10", (2026, 10, 1), (2026, 10, 31)),
        ("tu 01/10 den 31/10", (2026, 10, 1), (2026, 10, 31)),
        ("tu ngay 01/10 den ngay 31/10/2025", (2025, 10, 1), (2025, 10, 31)),
        ("01/10/2024-31/10/2025", (2024, 10, 1), (2025, 10, 31)),
        ("01/10/2025–31/10/2025", (2025, 10, 1), (2025, 10, 31)),
        ("01.10-31.10", (2026, 10, 1), (2026, 10, 31)),
        ("20/11-30/11", (2026, 11, 20), (2026, 11, 30)),
        ("01/12-31/12", (2025, 12, 1), (2025, 12, 31)),
        ("25/12-05/01", (2025, 12, 25), (2026, 1, 5)),
        ("25/12-05/01/2026", (2025, 12, 25), (2026, 1, 5)),
        ("29/02/2028", (2028, 2, 29), (2028, 2, 29)),
        ("24/11", (2026, 11, 24), (2026, 11, 24)),
        ("hnay", (2026, 11, 24), (2026, 11, 24)),
        ("20-11", (2026, 11, 20), (2026, 11, 20)),
        ("ngay 20-11-2025", (2025, 11, 20), (2025, 11, 20)),
        ("t10", (2026, 10, 1), (2026, 10, 31)),
        ("thang muoi", (2026, 10, 1), (2026, 10, 31)),
        ("thang muoi hai nam 2024", (2024, 12, 1), (2024, 12, 31)),
        ("thang nam", (2026, 5, 1), (2026, 5, 31)),
        ("q3", (2026, 7, 1), (2026, 9, 30)),
        ("nam", (2026, 1, 1), (2026, 12, 31)),
        ("nam truoc", (2025, 1, 1), (2025, 12, 31)),
        ("nam 2024", (2024, 1, 1), (2024, 12, 31)),
        ("25/11", (2025, 11, 25), (2025, 11, 25)),
    ],
)
def test_is_understood(words: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    span = asked(words, TUESDAY)
    assert span is not None
    assert (span.first, span.last) == (date(*first), date(*last))


@pytest.mark.parametrize(("words", "named"), [("tuan", "24/11/2026"), ("tuan truoc", "22/11/2026")])
def test_the_name_of_a_week_that_still_runs_ends_today(words: str, named: str) -> None:
    span = asked(words, TUESDAY)
    assert span is not None
    assert span.fields["end"] == named


@pytest.mark.parametrize(
    "words",
    [
        "mai",
        "31/02",
        "31/02-01/03",
        "00/10-31/10",
        "thang 13",
        "thang 0",
        "thai",
        "nam 26",
        "nam 3000",
        "quy 5",
        "01/10/2026-31/10/2025",
        "10",
        "01/10-",
        "01/10/1899-31/10/1899",
        "29/02/2027",
        "tuan 5",
        "hom nay roi sao",
    ],
)
def test_is_not_understood(words: str) -> None:
    assert asked(words, TUESDAY) is None


def test_a_day_runs_from_midnight_to_midnight_in_viet_nam() -> None:
    span = asked("hom nay", TUESDAY)
    assert span is not None
    period = as_period(span, VOICE)
    assert period.start == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert period.label == "ngày 24/11/2026"


def test_a_quarter_at_the_edge_of_the_year_ends_at_new_year() -> None:
    span = asked("quy truoc", date(2027, 1, 1))
    assert span is not None
    period = as_period(span, VOICE)
    assert period.end == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert period.label == "quý 4/2026"


def test_days_given_by_date_include_both_ends() -> None:
    period = as_period(days(date(2026, 10, 1), date(2026, 10, 31)), VOICE)
    assert period.end - period.start == timedelta(days=31)


def test_scheduled_periods_leave_no_time_between_two_reports() -> None:
    due = datetime(2026, 11, 24, 10, tzinfo=UTC)
    first = up_to(due, timedelta(days=1), TextId("period_daily"), VOICE)
    second = up_to(due + timedelta(days=1), timedelta(days=1), TextId("period_daily"), VOICE)
    assert first.end == second.start
    assert first.label == "24 giờ tính đến 17:00 ngày 24/11/2026"


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("hom nay", "24/11/2026"),
        ("hom qua", "23/11/2026"),
        ("tuan", "23/11-24/11/2026"),
        ("tuan truoc", "16/11-22/11/2026"),
        ("thang", "tháng 11/2026"),
        ("quy", "quý 4/2026"),
        ("nam truoc", "năm 2025"),
        ("1/10 - 31/10", "01/10/2026-31/10/2026"),
    ],
)
def test_the_report_names_the_words_that_ask_for_its_period_on_a_later_day(words: str, command: str) -> None:
    span = asked(words, TUESDAY)
    assert span is not None
    assert as_period(span, VOICE).command == command
    again = asked(fold(command).lower(), TUESDAY + timedelta(days=40))
    assert again is not None
    assert again.first == span.first
    assert again.last in {span.last, TUESDAY}, "a week that still runs ends today"


def test_a_scheduled_report_names_the_days_that_it_touches() -> None:
    due = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert up_to(due, timedelta(days=1), TextId("period_daily"), VOICE).command == "23/11/2026-24/11/2026"
    midnight = datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert up_to(midnight, timedelta(days=1), TextId("period_daily"), VOICE).command == "23/11/2026"


@given(
    st.text(alphabet="0123456789/-. quythangtuandenhomnay", max_size=40), st.dates(date(2000, 1, 1), date(2100, 1, 1))
)
def test_any_words_give_a_period_in_order_or_nothing(words: str, today: date) -> None:
    span = asked(words, today)
    assert span is None or span.first <= span.last


@pytest.mark.parametrize(
    ("sentence", "default", "first", "last"),
    [
        ("cho toi bao cao thang 10", "thang", (2026, 10, 1), (2026, 10, 31)),
        ("bao cao tuan tu 6/10 den 12/10", "tuan", (2026, 10, 6), (2026, 10, 12)),
        ("tong ket t2-t6 giup toi", "tuan", (2026, 11, 23), (2026, 11, 29)),
        ("2 tuan dau thang 3 co gi", "tuan", (2026, 3, 1), (2026, 3, 31)),
        ("tuan roi lam duoc gi", "tuan", (2026, 11, 16), (2026, 11, 22)),
        ("nam nay quy che sua chua", "", (2026, 1, 1), (2026, 12, 31)),
        ("o viet nam co gi moi", "", (2026, 11, 24), (2026, 11, 24)),
        ("quy vua roi ra sao, quy 3", "thang", (2026, 7, 1), (2026, 9, 30)),
        ("khong noi ky nao", "thang", (2026, 11, 1), (2026, 11, 30)),
    ],
)
def test_a_sentence_names_a_period(
    sentence: str, default: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    span = named_in(sentence, TUESDAY, default)
    assert (span.first, span.last) == (date(*first), date(*last))
