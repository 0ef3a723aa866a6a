"""What somebody has given the panel and not decided on yet, such as an uploaded spreadsheet: in memory, for a while."""

import threading
from datetime import timedelta
from secrets import token_urlsafe
from time import monotonic

_MOST = 20


class Drafts:
    """A few things by their tokens, one of each person; the oldest goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, object]] = {}
        self._of: dict[tuple[int, str], str] = {}

    def keep(self, person_id: int, thing: object, lasts: timedelta, about: str = "") -> str:
        """Keep a thing of the person for a while, in place of the one before about the same; return its token.

        The token is hard to guess.
        """
        token = token_urlsafe(16)
        with self._lock:
            self._kept.pop(self._of.get((person_id, about), ""), None)
            self._of[person_id, about] = token
            self._kept[token] = (monotonic() + lasts.total_seconds(), thing)
            for old in [old for old, (until, _) in self._kept.items() if until < monotonic()]:
                del self._kept[old]
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
            self._of = {whose: kept for whose, kept in self._of.items() if kept in self._kept}
        return token

    def of(self, person_id: int, about: str) -> object | None:
        """Return what the person has given about something; None if nothing, or no longer."""
        return self.get(self._of.get((person_id, about), ""))

    def get(self, token: str) -> object | None:
        """Return the thing; None if there is none, or no longer."""
        with self._lock:
            until, thing = self._kept.get(token, (0.0, None))
        return thing if until >= monotonic() else None

    def replace(self, token: str, thing: object) -> None:
        """Keep another thing under the same token, for as long as the one before."""
        with self._lock:
            if token in self._kept:
                self._kept[token] = (self._kept[token][0], thing)

    def drop(self, token: str) -> None:
        """Forget a thing."""
        with self._lock:
            self._kept.pop(token, None)
