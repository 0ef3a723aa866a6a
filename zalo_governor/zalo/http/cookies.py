"""The account's cookies: each is sent only to its own hosts, and a cookie that Zalo renews replaces its old value."""

import threading
from collections.abc import Iterable
from http.cookiejar import Cookie as JarCookie
from http.cookiejar import CookieJar
from typing import Any

import requests.cookies
from requests import PreparedRequest, Request, Response

from zalo_governor.zalo.credentials import SESSION_KEY, Cookie

_requests_cookies: Any = requests.cookies  # its published type stubs lack the functions used here
_CHAT = ".chat.zalo.me"


class CookieStore:
    """Thread-safe store of cookies, which sends each cookie only to hosts of its domain."""

    def __init__(self, cookies: Iterable[Cookie]) -> None:
        self._jar = CookieJar()
        self._lock = threading.Lock()
        for cookie in cookies:
            self._jar.set_cookie(_requests_cookies.create_cookie(**cookie.model_dump()))

    def header(self, request: PreparedRequest) -> str | None:
        """Return the value of the Cookie header for the HTTP request; None if no cookie belongs to its host."""
        with self._lock:
            header: str | None = _requests_cookies.get_cookie_header(self._jar, request)
        return header

    def header_for(self, host: str) -> str:
        """Return the value of the Cookie header for https://host/, "" if no cookie belongs to the host."""
        return self.header(Request("GET", f"https://{host}/").prepare()) or ""

    def learn(self, request: PreparedRequest, response: Response) -> None:
        """Store the cookies that the response to an HTTP request sets, and delete those that it expires.

        The session key is never deleted without a new value: Zalo clears it on one domain in the same answer that sets
        it on another (zalo-protocol.md, 14.8), and without it the stored session would be worth nothing.
        """
        if "set-cookie" not in response.headers:
            return
        given = CookieJar()
        _requests_cookies.extract_cookies_to_jar(given, request, response.raw)
        with self._lock:
            keys = [cookie for cookie in self._jar if cookie.name == SESSION_KEY]
            _requests_cookies.extract_cookies_to_jar(self._jar, request, response.raw)
            for cookie in [cookie for cookie in self._jar if cookie.name == SESSION_KEY]:
                self._jar.clear(cookie.domain, cookie.path, cookie.name)
            for cookie in keys:
                self._jar.set_cookie(cookie)
            for cookie in list(given):
                if cookie.value or cookie.name != SESSION_KEY:
                    self._replace_rotated(cookie)

    def all(self) -> tuple[Cookie, ...]:
        """Return all stored cookies, sorted by domain, path and name."""
        with self._lock:
            cookies = sorted(self._jar, key=lambda cookie: (cookie.domain, cookie.path, cookie.name))
        return tuple(
            Cookie(name=cookie.name, value=cookie.value or "", domain=cookie.domain, path=cookie.path)
            for cookie in cookies
        )

    def _replace_rotated(self, cookie: JarCookie) -> None:
        """Store a cookie that Zalo has renewed, and delete its old values on overlapping domains.

        A value renewed by one host is meant for all of Zalo's hosts; if the old value were sent too, the new one would
        have no effect.
        """
        for old in list(self._jar):
            if old.name == cookie.name and _domains_overlap(old.domain, cookie.domain):
                self._jar.clear(old.domain, old.path, old.name)
                # Keep the wider domain and path: a Set-Cookie without Domain or Path covers one host and folder only,
                # but Zalo means the new value for all of its hosts.
                if cookie.name != SESSION_KEY:
                    cookie.domain = min(old.domain, cookie.domain, key=len)
                cookie.path = min(old.path, cookie.path, key=len)
        if cookie.name == SESSION_KEY and f".{cookie.domain.lstrip('.')}".endswith(_CHAT):
            # For all hosts of the chat, and never for more than these: a later clearing on .zalo.me must not delete it.
            cookie.domain = _CHAT
        self._jar.set_cookie(cookie)


def _domains_overlap(one: str, other: str) -> bool:
    one, other = f".{one.lstrip('.')}", f".{other.lstrip('.')}"
    return one.endswith(other) or other.endswith(one)
