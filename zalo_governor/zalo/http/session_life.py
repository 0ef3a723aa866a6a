"""Records whether Zalo still accepts the session, by its answers to API calls; a socket may outlive the session."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.zalo.http.error_codes import FINAL_LOGIN_REFUSALS, SESSION_REVOKED

log = structlog.get_logger(__name__)

_CALL_AGAIN_SECONDS = 30.0
"""While the session is dead, seconds until a call that was refused may be tried again."""
_LOG_IN_AGAIN_SECONDS = 60.0
"""While the session is dead, seconds until the next automatic login."""
_FORGOTTEN_SECONDS = 120.0
"""Seconds after which refused calls that were not repeated are ignored: any accepted call then revives the session."""


class DeadSession(NamedTuple):
    """Zalo's error code for the session, and since when Zalo has refused it."""

    code: int
    since: datetime


class SessionLife:
    """Record of whether Zalo accepts the session's calls; thread-safe.

    A call that is refused because of its session (102, 401) leads to a login with the stored cookies, which gives
    new keys. The session is dead if Zalo refuses that login, or the call once more after it. Code 600 means that the
    cookie itself is no longer valid, mostly because somebody logged in elsewhere: the session is dead at once, and the
    program does not log in, as that would end the other login (zalo-protocol.md, 14.8). The session is alive again when
    a call that was refused is accepted.
    """

    def __init__(self, clock: Clock, seconds: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._dead: DeadSession | None = None
        self._final = False
        self._refused: dict[str, float] = {}
        """Path of each refused call -> when it was refused last; none after one of them was accepted."""
        self._logged_in_at: float | None = None
        """When a login succeeded after the first of these refusals; None if none has."""
        self._login_tried_at = float("-inf")
        self.taken_over = False
        """Whether another client has taken over the session or the account: set and reset by the socket's listener."""

    @property
    def dead(self) -> DeadSession | None:
        """Return with which code and since when Zalo has refused the session; None while the session is alive."""
        return self._dead

    @property
    def may_log_in(self) -> bool:
        """Return whether the program may log in by itself now: while the session is dead, once a minute.

        Never after another client took the session over, or after code 600 or -1005: a person must log in.
        """
        if self.taken_over or self._final:
            return False
        return self._dead is None or self._seconds() - self._login_tried_at >= _LOG_IN_AGAIN_SECONDS

    def refusal(self, path: str) -> DeadSession | None:
        """Return the dead session because of which the call to `path` must not be sent now; None if it may be sent.

        While the session is dead, a call that Zalo refused may be sent again after 30 seconds or a new login.
        """
        if self._dead is None:
            return None
        with self._lock:
            refused_at = self._refused.get(path)
            if refused_at is None or (self._logged_in_at is not None and self._logged_in_at > refused_at):
                return None
            return self._dead if self._seconds() - refused_at < _CALL_AGAIN_SECONDS else None

    def call_refused(self, path: str, code: int) -> None:
        """Record that Zalo refused a call because of its session; `path` is "" for a frame of the socket."""
        with self._lock:
            self._refused[path] = self._seconds()
            if code == SESSION_REVOKED or self._logged_in_at is not None:
                self._die(code)

    def call_accepted(self, path: str) -> None:
        """Record that Zalo accepted the call to `path`."""
        if self._dead is None and not self._refused:
            return
        with self._lock:
            old = self._seconds() - _FORGOTTEN_SECONDS
            if not self._refused.keys().isdisjoint({path, ""}) or all(at <= old for at in self._refused.values()):
                self._revive()

    def login_begins(self) -> None:
        """Record that a login is tried."""
        self._login_tried_at = self._seconds()

    def login_refused(self, code: int) -> None:
        """Record that Zalo refused the login with the stored cookies."""
        with self._lock:
            self._die(code)

    def logged_in(self) -> None:
        """Record that a login succeeded; if calls were refused before, the session is alive once one is accepted."""
        with self._lock:
            if self._refused:
                self._logged_in_at = self._seconds()
            else:
                self._revive()

    def _die(self, code: int) -> None:
        if self._dead is None:
            log.error("session_dead", code=code)
            self._dead = DeadSession(code, self._clock())
        self._final = self._final or code in FINAL_LOGIN_REFUSALS

    def _revive(self) -> None:
        if self._dead is not None:
            log.info("session_alive", since=self._dead.since.isoformat())
        self._dead, self._final, self._logged_in_at, self._refused = None, False, None, {}
