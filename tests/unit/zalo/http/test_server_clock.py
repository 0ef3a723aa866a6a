from datetime import UTC, datetime, timedelta

import requests

from zalo_governor.zalo.http.server_clock import ServerClock

NOON = datetime(2026, 12, 2, 12, 0, 0, tzinfo=UTC)


def answer(date: str | None) -> requests.Response:
    response = requests.Response()
    if date is not None:
        response.headers["Date"] = date
    return response


def test_zalos_clock_is_the_date_of_its_last_answer_and_the_time_since() -> None:
    passed = [5.0]
    clock = ServerClock(lambda: passed[0])
    assert clock.now() is None
    clock.note(answer("Wed, 02 Dec 2026 12:00:00 GMT"))
    passed[0] += 90
    assert clock.now() == NOON + timedelta(seconds=90)
    for useless in (None, "", "noon", "Wed, 02 Dec 2026 12:00:00"):
        clock.note(answer(useless))
    assert clock.now() == NOON + timedelta(seconds=90)
    clock.note(answer("Wed, 02 Dec 2026 12:02:00 GMT"))
    assert clock.now() == NOON + timedelta(seconds=120)
