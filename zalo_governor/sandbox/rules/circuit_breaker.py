"""Switches off, for a while, rules that repeatedly make the rules process hang or crash."""

from collections import deque
from collections.abc import Callable, Mapping

import structlog

log = structlog.get_logger(__name__)

_MOST = 5
_WITHIN_SECONDS = 600.0


class CircuitBreaker:
    """Circuit breaker: a rule that makes the rules process hang or crash 5 times in 10 minutes is off for 10 minutes.

    No event is judged while the process restarts, so such a rule delays all others. `seconds` is a monotonic clock.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._times: dict[str, deque[float]] = {}
        self._until: dict[str, float] = {}

    def note(self, rule_id: str) -> None:
        """Record that the rule made the process hang or crash; switch the rule off if that happened too often."""
        now = self._seconds()
        times = self._times.setdefault(rule_id, deque(maxlen=_MOST))
        times.append(now)
        if len(times) == _MOST and now - times[0] <= _WITHIN_SECONDS:
            times.clear()
            self._until[rule_id] = now + _WITHIN_SECONDS
            log.error("rule_suspended", rule=rule_id, seconds=_WITHIN_SECONDS)

    def suspended(self) -> Mapping[str, str]:
        """Return the rules that are switched off now: rule id -> reason."""
        if not self._until:
            return {}
        now = self._seconds()
        self._until = {rule_id: until for rule_id, until in self._until.items() if until > now}
        return dict.fromkeys(self._until, f"suspended: hung or crashed {_MOST} times")
