"""Days as an officer types them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from zalo_governor.domain.errors import ConfigError
from zalo_governor.messaging import typed_dates
from zalo_governor.messaging.typed_dates import day_of, end_of, parse_day, shown_period, start_of

NOW = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
"""In Viet Nam half past one of the 28th."""


@pytest.fixture(autouse=True)
def at_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_dates, "system_clock", lambda: NOW)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("01/11/2026", date(2026, 11, 1)),
        ("1/11/2026", date(2026, 11, 1)),
        ("01-11-2026", date(2026, 11, 1)),
        ("2026-11-01", date(2026, 11, 1)),
        ("ngày 01/11", date(2026, 11, 1)),
        ("30/12", date(2025, 12, 30)),
        ("hôm nay", date(2026, 11, 28)),
        ("Hôm qua", date(2026, 11, 27)),
        ("hom kia", date(2026, 11, 26)),
        ("yesterday", date(2026, 11, 27)),
        ("7 ngày", date(2026, 11, 21)),
        ("7 ngày trước", date(2026, 11, 21)),
        ("30d", date(2026, 10, 29)),
        ("2 tuần", date(2026, 11, 14)),
        ("4w", date(2026, 10, 31)),
    ],
)
def test_a_day_is_typed_in_many_ways(typed: str, day: date) -> None:
    assert day_of(typed, "--from") == day
    assert parse_day(typed) == day
    assert end_of(typed, "--to") - start_of(typed, "--from") == timedelta(days=1)


@pytest.mark.parametrize("typed", ["2026-11-01T14:30", "01/11/2026 14:30", "14h30 01/11/2026", "14:30 ngày 1/11"])
def test_a_time_of_day_may_stand_beside_it(typed: str) -> None:
    assert start_of(typed, "--since") == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    assert end_of(typed, "--until") == datetime(2026, 11, 1, 7, 31, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "ago"), [("12h", 720), ("12 giờ", 720), ("30 phút", 30)])
def test_hours_and_minutes_count_from_now(typed: str, ago: int) -> None:
    assert start_of(typed, "--since") == NOW - timedelta(minutes=ago)


@pytest.mark.parametrize("typed", ["", "mai kia", "31/02/2026", "01/13/2026", "7 năm", "25:00 01/11/2026", "99"])
def test_anything_else_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(ConfigError, match=r"--from: không phải ngày.*01/11/2026.*hôm qua"):
        day_of(typed, "--from")
    assert parse_day(typed) is None


def test_a_period_is_told_in_the_order_day_month_year() -> None:
    start, end = start_of("2026-11-01", "--since"), end_of("2026-11-07", "--until")
    assert shown_period(start, end) == "từ 01/11/2026 đến hết 07/11/2026"
    assert shown_period(None, end_of("07/11/2026 14:29", "")) == "đến 14:30 07/11/2026"
    assert shown_period(None, None) == ""
