"""Checks whether Zalo can be reached, without using or affecting any login session."""

import time
from datetime import datetime
from typing import NamedTuple

import requests

from zalo_governor.zalo.errors import ZaloUnavailableError
from zalo_governor.zalo.http.cookies import CookieStore
from zalo_governor.zalo.http.server_clock import date_of
from zalo_governor.zalo.http.transport import ZaloTransport, http_through

_ADDRESS = "https://wpa.chat.zalo.me/"


class Answer(NamedTuple):
    """Zalo's answer to a check of whether it can be reached."""

    clock: datetime | None
    """Time of Zalo's clock, from the Date header of the answer, to the second; None if it has no valid one."""
    seconds: float
    """Time in seconds from the request to the answer."""


def knock(*, route_to: str | None, timeout: float) -> Answer:
    """Send a HEAD request to Zalo; any HTTP answer, even one with an error status, means that Zalo can be reached.

    `route_to` is a URL on this machine to use instead of Zalo, or None; `timeout` is in seconds.

    Raises:
        ZaloUnavailableError: no answer came; its text names the class of the network error.
    """
    with http_through(ZaloTransport(CookieStore(()), route_to=route_to, timeout=timeout)) as http:
        began = time.monotonic()
        try:
            answer = http.head(_ADDRESS, allow_redirects=False)
        except requests.RequestException as error:
            raise ZaloUnavailableError(type(error).__name__, "/", sent=False) from None
        return Answer(date_of(answer), time.monotonic() - began)
