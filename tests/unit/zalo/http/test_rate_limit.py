import threading
from datetime import UTC, datetime, timedelta

import pytest

from zalo_governor.zalo.errors import TooManyRequestsError, ZaloCallError
from zalo_governor.zalo.http.rate_limit import EndpointPauses, TokenBucket


class Watch:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def read(self) -> float:
        return self.now


def test_a_burst_goes_at_once_and_the_rest_at_the_agreed_pace() -> None:
    watch = Watch()
    bucket = TokenBucket(per_second=2, burst=3, monotonic=watch.read, sleep=watch.sleep)
    for _ in range(3):
        bucket.take()
    assert watch.slept == []
    for _ in range(4):
        bucket.take()
    assert watch.now == pytest.approx(2.0)


def test_another_pace_counts_from_the_next_call_on() -> None:
    watch = Watch()
    bucket = TokenBucket(per_second=2, burst=1, monotonic=watch.read, sleep=watch.sleep)
    bucket.take()
    bucket.apply(per_second=10, burst=1)
    before = watch.read()
    bucket.take()
    assert watch.read() - before == pytest.approx(0.1)


def test_after_a_rest_no_more_than_a_burst_has_been_saved_up() -> None:
    watch = Watch()
    bucket = TokenBucket(per_second=2, burst=3, monotonic=watch.read, sleep=watch.sleep)
    watch.now = 1000.0
    for _ in range(4):
        bucket.take()
    assert watch.slept == [pytest.approx(0.5)]


def test_many_threads_together_keep_to_the_pace() -> None:
    slept: list[float] = []
    bucket = TokenBucket(per_second=10, burst=1, monotonic=lambda: 0.0, sleep=slept.append)
    threads = [threading.Thread(target=bucket.take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slept) == [pytest.approx(0.1 * turn) for turn in range(1, 5)]


SMS, GROUP = "/api/message/sms", "/api/group/sendmsg"


class Wall:
    """A clock on the wall that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def call(pauses: EndpointPauses, path: str, code: int = 0) -> float:
    """Make a call that Zalo answers with a code; give the seconds for which no such call is to be made."""
    try:
        with pauses.around_call(path):
            if code:
                raise ZaloCallError(code, "", path)
    except TooManyRequestsError as error:
        return error.seconds
    return 0.0


def test_code_221_pauses_an_endpoint_ever_longer_and_no_other_until_a_call_succeeds() -> None:
    wall, asked = Wall(), []
    pauses = EndpointPauses(wall)
    for _ in range(6):
        asked.append(call(pauses, SMS, 221))
        assert call(pauses, SMS) == asked[-1]
        assert call(pauses, GROUP) == 0
        wall.now += timedelta(seconds=asked[-1])
    assert asked == [30, 60, 120, 240, 480, 600]
    assert call(pauses, SMS) == 0
    assert call(pauses, SMS, 429) == 30


def test_another_code_pauses_nothing_and_a_clock_set_back_makes_no_pause_longer() -> None:
    wall = Wall()
    pauses = EndpointPauses(wall)
    with pytest.raises(ZaloCallError), pauses.around_call(SMS):
        raise ZaloCallError(114, "", SMS)
    assert call(pauses, SMS, 221) == 30
    wall.now -= timedelta(hours=1)
    assert call(pauses, SMS) == 0
