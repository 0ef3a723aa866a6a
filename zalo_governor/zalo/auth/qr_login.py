"""Logs in with a QR code that a person scans with the Zalo app on a telephone (zalo-protocol.md, 2.6).

The program sees no password and no code sent to a telephone: it only receives the cookies of a browser session.
"""

import base64
import binascii
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, Self
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.credentials import Cookie
from zalo_governor.zalo.errors import (
    LoginRefusedError,
    QrDeclinedError,
    QrExpiredError,
    QrRefusedError,
    ZaloUnavailableError,
)
from zalo_governor.zalo.http.base import outer_answer
from zalo_governor.zalo.http.cookies import CookieStore
from zalo_governor.zalo.http.transport import ZaloTransport, http_through

QR_SECONDS = 100.0
"""How long a login QR code is valid, in seconds, according to Zalo's login page."""

_ID = "https://id.zalo.me/account"
_CHAT = "https://chat.zalo.me/"
_PC = "https://zalo.me/pc"
_USER_INFO = "https://jr.chat.zalo.me/jr/userinfo"
_VERSION = re.compile(r"https://stc-zlogin\.zdn\.vn/main-([\w.-]+?)\.js")
_STILL_WAITING = 8
_DECLINED = -13
_MAX_REDIRECTS = 10
_MIN_POLL_SECONDS = 1.0
_PNG = b"\x89PNG\r\n\x1a\n"


class QrCode(NamedTuple):
    """A QR code for logging in, to be scanned by a person."""

    code: str
    """Zalo's id of the QR code."""
    image: bytes
    """The picture of the QR code, as the bytes of a PNG."""


class QrLogin:
    """One login by QR code: call `code`, `wait_for_scan`, `wait_for_confirmation`, `enter`, then read `cookies`.

    Every method raises ZaloUnavailableError if there is no usable answer, and ForbiddenHostError if Zalo redirects to a
    host that is not Zalo's. `timeout` is in seconds and applies to every connect and every read. `route_to` is a URL on
    this machine that receives all requests instead of Zalo; None for Zalo itself.
    """

    def __init__(self, *, user_agent: str, route_to: str | None, timeout: float) -> None:
        self._store = CookieStore(())
        self._timeout = timeout
        self._http = http_through(ZaloTransport(self._store, route_to=route_to, timeout=timeout))
        self._http.headers.update(
            {"User-Agent": user_agent, "Accept": "*/*", "Accept-Language": "vi-VN,vi;q=0.9,en;q=0.8"}
        )
        self._version = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._http.close()

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """Return all cookies that Zalo has set during the login, each with its domain."""
        return self._store.all()

    def code(self) -> QrCode:
        """Request a new QR code from Zalo, which invalidates any earlier one, and return it.

        Raises:
            QrRefusedError: Zalo issued no code.
        """
        if not self._version:
            self._open_page()
        data = self._call("/authen/qr/generate", {"continue": _PC})
        code, image = data.get("code"), str(data.get("image") or "").rpartition("base64,")[2]
        try:
            content = base64.b64decode(image, validate=True)
        except binascii.Error:
            content = b""
        if not isinstance(code, str) or not code or not content.startswith(_PNG):
            raise QrRefusedError(0, "câu trả lời không có mã QR")
        return QrCode(code, content)

    def wait_for_scan(self, code: QrCode, seconds: float = QR_SECONDS) -> str:
        """Wait until somebody has scanned the QR code; return the display name of the account that scanned it.

        Raises:
            QrExpiredError: nobody scanned it within `seconds`.
            QrRefusedError: the QR code is no longer valid.
        """
        data = self._poll("/authen/qr/waiting-scan", {"code": code.code, "continue": _CHAT}, seconds)
        return str(data.get("display_name") or "")

    def wait_for_confirmation(self, code: QrCode, seconds: float = QR_SECONDS) -> None:
        """Wait until the person who scanned the QR code confirms the login on the telephone.

        Raises:
            QrDeclinedError: the person declined.
            QrExpiredError: the person did not answer within `seconds`.
            QrRefusedError: the QR code is no longer valid.
        """
        given = {"code": code.code, "gToken": "", "gAction": "CONFIRM_QR", "continue": _CHAT}
        self._poll("/authen/qr/waiting-confirm", given, seconds)

    def enter(self) -> str:
        """Finish the login that was confirmed on the telephone: fetch the session's cookies; return the account's name.

        Raises:
            LoginRefusedError: Zalo does not report the session as logged in.
        """
        address = f"{_ID}/checksession?continue=https%3A%2F%2Fchat.zalo.me%2Findex.html"
        for _ in range(_MAX_REDIRECTS):
            response = self._send("GET", address)
            location = response.headers.get("location")
            if not location or not 300 <= response.status_code < 400:
                break
            address = urljoin(address, location)
        data = _data_of(outer_answer(self._send("GET", _USER_INFO, referer=_CHAT)))
        info = data.get("info")
        if not data.get("logged"):
            raise LoginRefusedError(0, "mã đã được xác nhận nhưng phiên chưa đăng nhập")
        return str(info.get("name") or "") if isinstance(info, dict) else ""

    def _open_page(self) -> None:
        page = self._send("GET", f"{_ID}?continue=https%3A%2F%2Fchat.zalo.me%2F")
        if page.status_code >= 400:
            raise ZaloUnavailableError(f"HTTP {page.status_code}", "/account", sent=True)
        found = _VERSION.search(page.text)
        if not found:
            raise QrRefusedError(0, "trang đăng nhập không cho biết phiên bản, có thể Zalo đã đổi trang")
        self._version = found[1]
        for path, form in (("/logininfo", {}), ("/verify-client", {"type": "device"})):
            # Zalo's own page makes these calls and ignores their answers.
            with suppress(QrRefusedError):
                self._call(path, {**form, "continue": _PC})

    def _call(self, path: str, form: Mapping[str, str]) -> RawDict:
        """Post a form to a path of Zalo's login site; return the field `data` of the answer, {} if there is none.

        Raises:
            QrRefusedError: Zalo answered with an error code.
        """
        answer = self._request(path, form, self._timeout)
        if code := _code_of(answer):
            raise QrRefusedError(code, str(answer.get("error_message") or ""))
        return _data_of(answer)

    def _poll(self, path: str, form: Mapping[str, str], seconds: float) -> RawDict:
        deadline = time.monotonic() + seconds
        failed: ZaloUnavailableError | None = None
        while (left := deadline - time.monotonic()) > 0:
            began = time.monotonic()
            try:
                # A long poll: Zalo answers when something happens or after some time, so a read timeout is no error.
                answer = self._request(path, form, left)
                failed = None
            except ZaloUnavailableError as error:
                failed = error
            else:
                code = _code_of(answer)
                if code == 0:
                    return _data_of(answer)
                if code == _DECLINED:
                    raise QrDeclinedError
                if code != _STILL_WAITING:
                    raise QrRefusedError(code, str(answer.get("error_message") or ""))
            pause = min(_MIN_POLL_SECONDS - (time.monotonic() - began), deadline - time.monotonic())
            time.sleep(max(pause, 0))
        if failed and failed.message != requests.ReadTimeout.__name__:
            raise failed
        raise QrExpiredError

    def _request(self, path: str, form: Mapping[str, str], timeout: float) -> RawDict:
        given = {**form, "v": self._version}
        return outer_answer(self._send("POST", f"{_ID}{path}", form=given, timeout=timeout))

    def _send(
        self,
        method: str,
        address: str,
        *,
        form: Mapping[str, str] | None = None,
        referer: str = "https://id.zalo.me/",
        timeout: float | None = None,
    ) -> requests.Response:
        headers = {"Referer": referer} | ({"Origin": "https://id.zalo.me"} if form else {})
        limits = (self._timeout, timeout or self._timeout)
        try:
            return self._http.request(
                method, address, data=form, headers=headers, timeout=limits, allow_redirects=False
            )
        except (requests.RequestException, HTTPError) as error:
            path = parse_url(address).path or "/"
            raise ZaloUnavailableError(type(error).__name__, path, sent=True) from None


def _code_of(answer: RawDict) -> int:
    code = answer.get("error_code") or 0
    return code if isinstance(code, int) else -1


def _data_of(answer: RawDict) -> RawDict:
    data = answer.get("data")
    return data if isinstance(data, dict) else {}
