"""Sends the dead-man signal: calls a URL at intervals while all is well, so that another machine notices silence.

The calls are those of healthchecks.io: the URL itself while the bot is well, URL/start when it starts, URL/fail when it
has a problem. They contain nothing but the name of the problem.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic

import requests
import structlog

from zalo_governor.app.monitoring.health import Health
from zalo_governor.config.monitoring import HeartbeatSettings
from zalo_governor.domain.clock import Clock

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 10.0
"""Seconds between two checks of the bot's health, at most."""
_AGAIN_SECONDS = 30.0
"""Seconds until a signal that could not be sent is sent again, at most."""
_TIMEOUT_SECONDS = (5.0, 10.0)
"""How long to wait for the connection, and then for the answer."""

START, FAIL = "start", "fail"


class DeadManSignal:
    """Sender of the dead-man signal, in a thread of its own; each call of the URL runs in a further thread.

    Args:
        settings: returns the settings in force, which may change while the bot runs.
        health: returns the bot's health, as shown on /healthz.
        count: called with the outcome of each call, `sent` or `failed`, for the metrics.
        clock: gives the present time.
    """

    def __init__(
        self,
        settings: Callable[[], HeartbeatSettings],
        health: Callable[[], Health],
        *,
        count: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._health = health
        self._count = count
        self._clock = clock
        self._stopping = threading.Event()
        self._call: threading.Thread | None = None
        """The call in progress. Until it ends, it alone changes the attributes below."""
        self._url: str | None = None
        self._due_at = 0.0
        """Monotonic time of the next signal."""
        self._said_start = False
        self._said_bad = False
        """Whether the last signal that arrived told of a problem."""
        self._bad_since: float | None = None
        """Monotonic time since when the bot has had a problem; None if it has none."""
        self._failing_since: datetime | None = None

    @property
    def failing_since(self) -> datetime | None:
        """Return since when no signal could be sent; None if the last one arrived."""
        return self._failing_since

    def run(self) -> None:
        """Send signals at the intervals that the settings give, until stopped."""
        while True:
            settings = self._settings()
            self._look(settings)
            if self._stopping.wait(min(settings.every.total_seconds(), _LOOK_SECONDS)):
                return

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()

    def _look(self, settings: HeartbeatSettings) -> None:
        """Start to send the signal that is due, unless the one before is still being sent."""
        if self._call and self._call.is_alive():
            return
        url = settings.url.get_secret_value().rstrip("/") if settings.url else None
        if url != self._url:
            self._url, self._due_at, self._said_start, self._said_bad = url, 0.0, False, False
            self._failing_since = None
        if url is None:
            return
        kind, reason = self._due(settings)
        if kind is None:
            return
        self._call = threading.Thread(
            target=self._send, args=(url, kind, reason, settings), name="dead-man call", daemon=True
        )
        self._call.start()

    def _due(self, settings: HeartbeatSettings) -> tuple[str | None, str]:
        """Return (end of the URL to call now, name of the problem or ""); (None, "") if no call is due."""
        now = monotonic()
        if not self._said_start:
            return (START, "") if now >= self._due_at else (None, "")
        health = self._health()
        if health.good:
            self._bad_since = None
            return ("", "") if now >= self._due_at or self._said_bad else (None, "")
        self._bad_since = self._bad_since or now
        lasting = now - self._bad_since >= settings.fail_after.total_seconds()
        due = now >= self._due_at or not self._said_bad
        return (FAIL, health.condition.value) if lasting and due else (None, "")

    def _send(self, url: str, kind: str, reason: str, settings: HeartbeatSettings) -> None:
        every = settings.every.total_seconds()
        try:
            answer = requests.post(
                f"{url}/{kind}".rstrip("/"),
                data=reason.encode(),
                headers={"User-Agent": "zalo-governor"},
                timeout=_TIMEOUT_SECONDS,
                # The URL is a secret, which a redirect would give to another server.
                allow_redirects=False,
                # The answer's text is of no interest, however long it is.
                stream=True,
            )
            answer.close()
            if not answer.ok or answer.is_redirect:
                raise requests.HTTPError(response=answer)
        except (requests.RequestException, ValueError, OSError) as error:
            self._count("failed")
            if self._failing_since is None:
                self._failing_since = self._clock()
                code = error.response.status_code if isinstance(error, requests.HTTPError) else None
                log.warning("dead_man_signal_not_sent", error=error, code=code)
            self._due_at = monotonic() + min(every, _AGAIN_SECONDS)
            return
        self._count("sent")
        if self._failing_since:
            log.info("dead_man_signal_sent_again")
        self._failing_since = None
        # The first signal of health follows as soon as the bot is connected.
        self._due_at = 0.0 if kind == START else monotonic() + every
        self._said_start, self._said_bad = True, kind == FAIL
