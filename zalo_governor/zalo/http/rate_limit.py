"""Limits the rate of calls to Zalo with a token bucket."""

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """Token bucket: allows `per_second` calls on average and up to `burst` at once; further callers wait in order.

    `monotonic` is a clock in seconds, and `sleep` waits for seconds; tests replace both.
    """

    def __init__(
        self,
        *,
        per_second: float,
        burst: int,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = float(burst)
        self._at = monotonic()

    def apply(self, *, per_second: float, burst: int) -> None:
        """Change the rate limit, from now on."""
        with self._lock:
            self._per_second = per_second
            self._burst = burst

    def take(self) -> None:
        """Wait until the caller may make one call, and count that call."""
        with self._lock:
            now = self._monotonic()
            self._tokens = min(float(self._burst), self._tokens + (now - self._at) * self._per_second) - 1
            self._at = now
            # A negative balance is the number of calls ahead, this one included: wait until it is refilled.
            wait = -self._tokens / self._per_second
        if wait > 0:
            self._sleep(wait)
