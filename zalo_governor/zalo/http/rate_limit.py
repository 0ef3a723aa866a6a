"""Limits the rate of calls to Zalo with a token bucket, and pauses the calls of which Zalo has had too many."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.zalo.errors import TooManyRequestsError, ZaloCallError
from zalo_governor.zalo.http.error_codes import TOO_MANY_REQUESTS, Meaning, meaning_of

log = structlog.get_logger(__name__)

_FIRST_PAUSE_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 600.0


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


class EndpointPauses:
    """Pauses of those endpoints of Zalo's API that answered "too many requests" (code 221, HTTP 429); thread-safe.

    Zalo limits the calls of each endpoint separately, and a call made too early restarts its limit (zalo-protocol.md,
    14.9). Only calls of the refused endpoint are paused, for twice as long each time until one succeeds.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses: dict[str, tuple[datetime, float]] = {}
        """Path of an endpoint -> beginning and length in seconds of its last pause."""

    @contextmanager
    def around_call(self, path: str) -> Iterator[None]:
        """Return a context manager in whose block one call to the endpoint is made, unless that is paused.

        Raises:
            TooManyRequestsError: the endpoint is paused, or Zalo has refused this call so that it is paused now.
        """
        # The absolute distance, as a clock that was set back must not make the pause longer.
        began, length = self._pauses.get(path, (self._clock(), 0.0))
        left = length - abs((self._clock() - began) / timedelta(seconds=1))
        if left > 0:
            raise TooManyRequestsError(TOO_MANY_REQUESTS, path, left, asked=False)
        try:
            yield
        except ZaloCallError as error:
            if meaning_of(error.code) is not Meaning.PAUSE:
                raise
            seconds = min(max(2 * length, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
            self._pauses[path] = (self._clock(), seconds)
            log.warning("endpoint_paused", path=path, seconds=seconds)
            raise TooManyRequestsError(error.code, path, seconds, asked=True) from error
        self._pauses.pop(path, None)
