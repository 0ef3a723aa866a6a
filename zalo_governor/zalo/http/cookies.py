"""The account's cookies: each goes only to its own hosts, and a rotated one takes the place of its old self."""

import threading
from collections.abc import Iterable
from http.cookiejar import Cookie as JarCookie
from http.cookiejar import CookieJar
from typing import Any

import requests.cookies
from requests import PreparedRequest, Request, Response

from zalo_governor.zalo.credentials import Cookie

_wire: Any = requests.cookies  # the published types leave out what is used of it here


class CookieStore:
    """A domain-aware jar that several threads may use."""

    def __init__(self, cookies: Iterable[Cookie]) -> None:
        self._jar = CookieJar()
        self._lock = threading.Lock()
        for cookie in cookies:
            self._jar.set_cookie(_wire.create_cookie(**cookie.model_dump()))

    def header(self, request: PreparedRequest) -> str | None:
        """The Cookie header for that request, None where no cookie belongs to its host."""
        with self._lock:
            header: str | None = _wire.get_cookie_header(self._jar, request)
        return header

    def header_for(self, host: str) -> str:
        """The Cookie header for the front page of a host over https."""
        return self.header(Request("GET", f"https://{host}/").prepare()) or ""

    def learn(self, request: PreparedRequest, response: Response) -> None:
        """Take what the answer to that request sets or ends."""
        if "set-cookie" not in response.headers:
            return
        given = CookieJar()
        _wire.extract_cookies_to_jar(given, request, response.raw)
        with self._lock:
            _wire.extract_cookies_to_jar(self._jar, request, response.raw)
            for cookie in list(given):
                self._take_place(cookie)

    def all(self) -> tuple[Cookie, ...]:
        """Every cookie, in a stable order."""
        with self._lock:
            cookies = sorted(self._jar, key=lambda cookie: (cookie.domain, cookie.path, cookie.name))
        return tuple(
            Cookie(name=cookie.name, value=cookie.value or "", domain=cookie.domain, path=cookie.path)
            for cookie in cookies
        )

    def _take_place(self, cookie: JarCookie) -> None:
        """Zalo rotates a cookie from one host for all of them; sent beside its old self the new one would be void."""
        for old in list(self._jar):
            if old.name == cookie.name and _overlap(old.domain, cookie.domain):
                self._jar.clear(old.domain, old.path, old.name)
                # The wider of the two: a Set-Cookie without Domain or Path speaks of one host and folder only.
                cookie.domain = min(old.domain, cookie.domain, key=len)
                cookie.path = min(old.path, cookie.path, key=len)
        self._jar.set_cookie(cookie)


def _overlap(one: str, other: str) -> bool:
    one, other = f".{one.lstrip('.')}", f".{other.lstrip('.')}"
    return one.endswith(other) or other.endswith(one)
