"""Estimates the present time of Zalo's clock from the Date headers of its HTTP answers."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from requests import Response


class ServerClock:
    """Zalo's clock, to the second: the Date of Zalo's last answer plus the time since then; thread-safe.

    It does not depend on this machine's clock, which may be changed.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: tuple[datetime, float] | None = None

    def note(self, answer: Response) -> None:
        """Set the clock from an HTTP answer of Zalo that has just arrived; ignored if it has no valid Date header."""
        if date := date_of(answer):
            self._last = date, self._monotonic()

    def now(self) -> datetime | None:
        """Return the present time of Zalo's clock; None before the first answer with a Date header."""
        if not self._last:
            return None
        date, came = self._last
        return date + timedelta(seconds=self._monotonic() - came)


def date_of(answer: Response) -> datetime | None:
    """Return the time in the answer's Date header, which is to the second; None if it has no valid one."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("Date") or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
