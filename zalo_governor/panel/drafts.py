"""Data that a person has given the panel but not stored yet, such as an uploaded spreadsheet; in memory only."""

import threading
from datetime import timedelta
from secrets import token_urlsafe
from time import monotonic

_MOST = 20


class Drafts:
    """Up to 20 drafts of all people, by token; at most one for each person and subject; the oldest are dropped first.

    A draft is anything that a page keeps for a person, such as the rows of an uploaded spreadsheet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, object]] = {}
        self._of: dict[tuple[int, str], str] = {}

    def keep(self, person_id: int, thing: object, lasts: timedelta, about: str = "") -> str:
        """Keep a draft of the person for the time `lasts`; return its token, which is hard to guess.

        It replaces the person's earlier draft with the same subject `about`, such as "report:…".
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
        """Return the person's draft with the subject `about`; None if there is none, or its time is over."""
        return self.get(self._of.get((person_id, about), ""))

    def get(self, token: str) -> object | None:
        """Return the draft with this token; None if there is none, or its time is over."""
        with self._lock:
            until, thing = self._kept.get(token, (0.0, None))
        return thing if until >= monotonic() else None

    def replace(self, token: str, thing: object) -> None:
        """Replace the draft with this token by `thing`; its time ends as before. Do nothing if there is none."""
        with self._lock:
            if token in self._kept:
                self._kept[token] = (self._kept[token][0], thing)

    def drop(self, token: str) -> None:
        """Delete the draft with this token."""
        with self._lock:
            self._kept.pop(token, None)
