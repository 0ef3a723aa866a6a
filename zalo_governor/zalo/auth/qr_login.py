"""Logs in with a QR code that a person scans with the Zalo app on a telephone (zalo-protocol.md, 2.6).

The program sees no password and no code sent to a telephone: it only receives the cookies of a browser session.
"""

import base64
import binascii
import re
import time
from collections.abc import Mapping
from typing import NamedTuple, Self
from urllib.parse import urljoin

import requests
import structlog
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.auth.browser import browser_headers
from zalo_governor.zalo.credentials import SESSION_KEY, Cookie
from zalo_governor.zalo.errors import (
    LoginRefusedError,
    QrDeclinedError,
    QrExpiredError,
    QrRefusedError,
    ZaloCallError,
    ZaloUnavailableError,
)
from zalo_governor.zalo.events.ids import as_object
from zalo_governor.zalo.http.base import outer_answer
from zalo_governor.zalo.http.cookies import CookieStore
from zalo_governor.zalo.http.error_codes import INVALID_LOGIN, as_code
from zalo_governor.zalo.http.transport import ZaloTransport, http_through

log = structlog.get_logger(__name__)

QR_SECONDS = 100.0
"""How long a login QR code is valid, in seconds, according to Zalo's login page."""

_ID = "https://id.zalo.me/account"
_CHAT = "https://chat.zalo.me/"
_CHAT_PAGE = f"{_CHAT}index.html"
_CHECK_SESSION = f"{_ID}/checksession?continue=https%3A%2F%2Fchat.zalo.me%2Findex.html"
_PC = "https://zalo.me/pc"
_USER_INFO = "https://jr.chat.zalo.me/jr/userinfo"
_VERSION = re.compile(r"https://stc-zlogin\.zdn\.vn/main-([\w.-]+?)\.js")
_STILL_WAITING = 8
_DECLINED = -13
_MAX_REDIRECTS = 10
_OPEN_PAGE, _ENTER, _ASK_WHO = "mở trang đăng nhập", "mở phiên đăng nhập", "hỏi phiên đăng nhập của tài khoản nào"
_STEPS = {
    "/logininfo": "chuẩn bị đăng nhập",
    "/verify-client": "nhận thiết bị",
    "/authen/qr/generate": "tạo mã QR",
    "/authen/qr/waiting-scan": "chờ quét mã",
    "/authen/qr/waiting-confirm": "chờ xác nhận trên điện thoại",
}
"""Path of an API call of the login page -> name of this step of the login, in messages to people."""
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

    Every method raises ZaloUnavailableError if Zalo gives no usable answer, and ForbiddenHostError if it redirects to a
    host that is not Zalo's. `timeout` is in seconds and applies to every connect and every read. `route_to` is a URL on
    this machine that receives all requests instead of Zalo; None for Zalo itself.
    """

    def __init__(self, *, user_agent: str, route_to: str | None, timeout: float) -> None:
        self._store = CookieStore(())
        self._timeout = timeout
        self._http = http_through(ZaloTransport(self._store, route_to=route_to, timeout=timeout))
        self._http.headers.update({"Accept": "*/*", **browser_headers(user_agent)})
        self._version = ""
        self.unheeded: list[QrRefusedError] = []
        """Errors of the calls that prepare a code: the code may still be issued, but its scan will probably fail."""

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
            raise QrRefusedError(0, "câu trả lời không có mã QR", _STEPS["/authen/qr/generate"])
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
            LoginRefusedError: Zalo does not report the session as logged in, or gave no session key for it.
            QrRefusedError: Zalo refused a step.
        """
        self._follow(_CHECK_SESSION)
        response = self._send("GET", _USER_INFO, referer=_CHAT)
        _require_page(response, _ASK_WHO)
        answer = outer_answer(response)
        _require_success(answer, _ASK_WHO)
        data = as_object(answer.get("data"))
        if not data.get("logged"):
            raise LoginRefusedError(0, "mã đã được xác nhận nhưng phiên chưa đăng nhập")
        if not self._has_key():
            self._follow(_CHAT_PAGE)
        if not self._has_key():
            raise LoginRefusedError(0, "mã đã được xác nhận nhưng Zalo không đưa cookie của phiên (zpw_sek)")
        return str(as_object(data.get("info")).get("name") or "")

    def _has_key(self) -> bool:
        return any(cookie.name == SESSION_KEY for cookie in self._store.all())

    def _follow(self, address: str) -> None:
        """Fetch a page as a browser does, with its redirects, each of which may set cookies."""
        response = self._send("GET", address)
        for _ in range(_MAX_REDIRECTS):
            location = response.headers.get("location")
            if not location or not 300 <= response.status_code < 400:
                break
            address = urljoin(address, location)
            response = self._send("GET", address)
        _require_page(response, _ENTER)

    def _open_page(self) -> None:
        page = self._send("GET", f"{_ID}?continue=https%3A%2F%2Fchat.zalo.me%2F")
        _require_page(page, _OPEN_PAGE)
        found = _VERSION.search(page.text)
        if not found:
            raise QrRefusedError(0, "trang đăng nhập không cho biết phiên bản, có thể Zalo đã đổi trang", _OPEN_PAGE)
        self._version = found[1]
        for path, form in (("/logininfo", {}), ("/verify-client", {"type": "device"})):
            # Zalo's own page goes on whatever the answers are; without these calls the code is invalid.
            try:
                self._call(path, {**form, "continue": _PC})
            except QrRefusedError as refused:
                log.warning("qr_step_refused", step=path, code=refused.code)
                if refused.code == INVALID_LOGIN:
                    raise
                self.unheeded.append(refused)

    def _call(self, path: str, form: Mapping[str, str]) -> RawDict:
        """Post a form to a path of Zalo's login site; return the field `data` of the answer, {} if there is none.

        Raises:
            QrRefusedError: Zalo answered with an error code.
        """
        answer = self._request(path, form, self._timeout)
        _require_success(answer, _STEPS[path])
        return as_object(answer.get("data"))

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
                code = as_code(answer.get("error_code") or 0)
                if code == _DECLINED:
                    raise QrDeclinedError("the login was declined on the telephone")
                if code != _STILL_WAITING:
                    _require_success(answer, _STEPS[path])
                    return as_object(answer.get("data"))
            pause = min(_MIN_POLL_SECONDS - (time.monotonic() - began), deadline - time.monotonic())
            time.sleep(max(pause, 0))
        if failed and failed.message != requests.ReadTimeout.__name__:
            raise failed
        raise QrExpiredError("the QR code has expired")

    def _request(self, path: str, form: Mapping[str, str], timeout: float) -> RawDict:
        given = {**form, "v": self._version}
        try:
            return outer_answer(self._send("POST", f"{_ID}{path}", form=given, timeout=timeout))
        except ZaloCallError as error:
            raise QrRefusedError(error.code, error.message, _STEPS[path]) from None

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


def _require_success(answer: RawDict, step: str) -> None:
    if code := as_code(answer.get("error_code") or 0):
        raise QrRefusedError(code, str(answer.get("error_message") or ""), step)


def _require_page(response: requests.Response, step: str) -> None:
    """Raise QrRefusedError if Zalo refused the page, and ZaloUnavailableError if its server failed."""
    status = response.status_code
    if status >= 500:
        raise ZaloUnavailableError(f"HTTP {status}", parse_url(response.url).path or "/", sent=True, status=status)
    if status >= 400:
        raise QrRefusedError(status, f"HTTP {status}", step)
    if "json" in response.headers.get("content-type", ""):
        _require_success(outer_answer(response), step)
