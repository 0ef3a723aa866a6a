import threading

import pytest

from zalo_governor.zalo.http.rate_limit import TokenBucket


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
