"""How often Zalo is called."""

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """Lets calls pass at `per_second` on average and up to `burst` at once; the others wait their turn, in order."""

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
        """Let calls pass at another pace from now on."""
        with self._lock:
            self._per_second = per_second
            self._burst = burst

    def take(self) -> None:
        """Return when a call may be made."""
        with self._lock:
            now = self._monotonic()
            self._tokens = min(float(self._burst), self._tokens + (now - self._at) * self._per_second) - 1
            self._at = now
            # Below zero the bucket is in debt: this caller waits until the debt of those before it and its own is paid.
            wait = -self._tokens / self._per_second
        if wait > 0:
            self._sleep(wait)
