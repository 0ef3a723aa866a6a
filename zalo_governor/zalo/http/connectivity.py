"""The way to Zalo, tried without any session: nobody is logged in or out by it."""

import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import requests

from zalo_governor.zalo.errors import ZaloUnavailableError
from zalo_governor.zalo.http.cookies import CookieStore
from zalo_governor.zalo.http.transport import ZaloTransport

_ADDRESS = "https://wpa.chat.zalo.me/"


class Answer(NamedTuple):
    """What came back from Zalo's door."""

    clock: datetime | None
    """Zalo's clock at that moment, from its Date header, to the second; None where it sent none."""
    seconds: float
    """How long it took."""


def knock(*, route_to: str | None, timeout: float) -> Answer:
    """Ask Zalo for nothing in particular; whatever HTTP answer comes, the way is open.

    Raises:
        ZaloUnavailableError: none came; its text names the class of what failed.
    """
    with requests.Session() as http:
        http.trust_env = False
        http.mount("https://", ZaloTransport(CookieStore(()), route_to=route_to, timeout=timeout))
        began = time.monotonic()
        try:
            answer = http.head(_ADDRESS, allow_redirects=False)
        except requests.RequestException as error:
            raise ZaloUnavailableError(type(error).__name__, "/", sent=False) from None
        return Answer(_moment(answer.headers.get("Date")), time.monotonic() - began)


def _moment(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
