"""Reads the state of the running bot from its health page, which is on this machine."""

import json
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.connection import LineState
from zalo_governor.messaging.policy import LineStatus

_SECONDS = 2.0
"""Seconds to wait for an answer, and to reuse it."""


class Health(NamedTuple):
    """The answer of the running bot's page /healthz; `facts` is its JSON: condition, connection, waiting entries …"""

    answers: bool
    """Whether the bot runs and answers; if not, all else is unknown."""
    facts: Mapping[str, Any]


class BotHealth:
    """Asks the bot for its health; `url` is the address of its health page, None if the settings switch that off."""

    def __init__(self, url: str | None, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._known = Health(answers=False, facts={})
        self._asked_at = -_SECONDS

    def now(self) -> Health:
        """Return the bot's answer, at most two seconds old; it is asked again if the last answer is older."""
        if self._url is not None and monotonic() - self._asked_at >= _SECONDS:
            self._asked_at = monotonic()
            self._known = self._asked(self._url)
        return self._known

    def line(self) -> LineStatus:
        """Return the state of the connection to Zalo as the bot reports it; `state` is None if it does not answer."""
        facts = self.now().facts
        state = facts.get("line")
        return LineStatus(
            state=LineState(state) if state in set(LineState) else None,
            since=_moment(facts.get("line_since")),
            resumes_at=_moment(facts.get("resumes_at")),
            heard_at=self._ago(facts.get("heard_seconds_ago")),
            looked_at=self._ago(facts.get("looked_seconds_ago")),
        )

    def _asked(self, url: str) -> Health:
        try:
            with closing(HTTPConnection(urlsplit(url).netloc, timeout=_SECONDS)) as line:
                line.request("GET", "/healthz")
                # A bot with a problem answers with an error status and the same facts.
                return Health(answers=True, facts=json.loads(line.getresponse().read()))
        except (OSError, HTTPException, ValueError):
            return Health(answers=False, facts={})

    def _ago(self, seconds: object) -> datetime | None:
        return self._clock() - timedelta(seconds=seconds) if isinstance(seconds, int | float) else None


def _moment(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
