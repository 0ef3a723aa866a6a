"""The logged-in session of one Zalo account: its cookies, browser identity, and the keys that the login returned."""

import threading
from collections.abc import Callable
from enum import Enum
from typing import assert_never

import requests
import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.auth.encrypted_login import EncryptedLogin
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import (
    ForbiddenHostError,
    LoginRefusedError,
    SessionExpiredError,
    ZaloCallError,
    ZaloError,
)
from zalo_governor.zalo.frames.kinds import FrameCounts
from zalo_governor.zalo.http.base import API_VERSION, CLIENT_TYPE, GovernorApi
from zalo_governor.zalo.http.cookies import CookieStore
from zalo_governor.zalo.http.error_codes import SESSION_EXPIRED
from zalo_governor.zalo.http.file_download import FileDownload
from zalo_governor.zalo.http.rate_limit import EndpointPauses, TokenBucket
from zalo_governor.zalo.http.transport import ZaloTransport, checked_socket_url, http_through
from zalo_governor.zalo.http.upload_waiter import UploadWaiter

log = structlog.get_logger(__name__)

_LOGIN_URL = "https://wpa.chat.zalo.me/api/login/getLoginInfo"
_PLAIN_VERSION = 645
_ENCRYPTED_VERSION = 685
"""Versions of Zalo Web sent with the plain and the encrypted login, as zlapi 1.0.3 and zca-js 2.2.0 do."""


class LoginForm(Enum):
    """The two forms of Zalo's login call getLoginInfo, unencrypted and encrypted (zalo-protocol.md, 2.2 and 2.3)."""

    PLAIN = "plain"
    ENCRYPTED = "encrypted"


class ZaloSession:
    """HTTP session of one Zalo account, for login, API calls and downloads of files; thread-safe.

    Args:
        credentials: cookies, imei (browser id) and user agent of the account.
        route_to: URL on this machine that receives all requests instead of Zalo; None for Zalo itself.
        timeout: seconds, for every connect and every read.
        on_credentials: called in the calling thread after each answer that changed a cookie, to store the new
            credentials.
        clock: gives the present time, which is sent with the login.
        pace: rate limit of the calls; None for five a second and bursts of twenty.
        client_version: version of Zalo Web to present to Zalo; None for the default of the form of login in use.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        route_to: str | None,
        timeout: float,
        on_credentials: Callable[[Credentials], None],
        clock: Clock,
        pace: TokenBucket | None = None,
        client_version: int | None = None,
    ) -> None:
        self._credentials = credentials
        self._client_version = client_version
        self._form = LoginForm.PLAIN
        self._route_to = route_to
        self._on_credentials = on_credentials
        self._clock = clock
        self._cookies = CookieStore(credentials.cookies)
        self._persisted = self._cookies.all()
        self._persist_lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._uid = ""
        self._logins = 0
        self._socket_urls: tuple[str, ...] = ()
        self.timeout = timeout
        self.uploads = UploadWaiter()
        self.frames = FrameCounts(clock)
        self._http = http_through(ZaloTransport(self._cookies, route_to=route_to, timeout=timeout))
        self._http.hooks["response"].append(self._save_cookies)
        self.api = GovernorApi(
            self._http,
            imei=credentials.imei,
            user_agent=credentials.user_agent,
            log_in=self.login,
            before=(pace or TokenBucket(per_second=5, burst=20)).take,
            pauses=EndpointPauses(clock),
        )
        """Client with zlapi's API methods, which sends its calls through this session."""

    @property
    def uid(self) -> str:
        """Return the account's uid (user id) by which the account sees itself; raises ZaloError before the first login.

        Zalo gives each account its own set of uids: another account sees this one under another uid.
        """
        if not self._uid:
            raise ZaloError("not logged in yet")
        return self._uid

    @property
    def user_agent(self) -> str:
        """Return the User-Agent of this account, the same for login, calls and socket."""
        return self._credentials.user_agent

    @property
    def socket_urls(self) -> tuple[str, ...]:
        """Return the URLs of Zalo's socket servers, in Zalo's order of preference; () before the first login."""
        return self._socket_urls

    @property
    def logins(self) -> int:
        """Return the number of logins of this session so far, to be passed to `renew`."""
        return self._logins

    def cookie_header(self, host: str) -> str:
        """Return the value of the Cookie header that a browser would send to the host."""
        return self._cookies.header_for(host)

    def login(self) -> None:
        """Log in with the cookies and store the keys that Zalo returns; may be repeated at any time.

        Zalo's login call has a plain and an encrypted form. If Zalo refuses one form, the other is tried: the first
        login begins with the plain form, later ones begin with the form that succeeded last.

        Raises:
            LoginRefusedError: the session has expired, belongs to another account than before, or the answer lacks what
                a session needs.
            ForbiddenHostError: the answer names no allowed socket URL.
            ZaloUnavailableError: no usable answer.
        """
        with self._login_lock:
            self._login()

    def renew(self, known_logins: int) -> None:
        """Log in again, unless another thread has done so since the caller read `known_logins` from `logins`.

        Raises the same errors as `login`.
        """
        with self._login_lock:
            if self._logins == known_logins:
                self._login()

    def downloads(self, *, most_bytes: int, seconds: float) -> FileDownload:
        """Return a download of files of up to `most_bytes` from Zalo's file servers, each within `seconds`.

        It sends the session's user agent, but none of its cookies.
        """
        return FileDownload(
            self._route_to,
            most_bytes=most_bytes,
            seconds=seconds,
            idle_seconds=self.timeout,
            user_agent=self.user_agent,
        )

    def close(self) -> None:
        """Close the session's HTTP connections; a later call opens new ones."""
        self._http.close()

    def _login(self) -> None:
        data = self._login_data()
        uid, sockets = str(data["uid"]), data["zpw_ws"]
        if self._uid not in {"", uid}:
            raise LoginRefusedError(0, "cookie là của một tài khoản khác với trước")
        self._socket_urls = self._allowed_socket_urls(sockets)
        self.api.client_version = self._client_version or _CALL_VERSIONS[self._form]
        self.api.become(
            {
                "phone_number": str(data.get("phone_number") or ""),
                "secret_key": data["zpw_enk"],
                "send2me_id": uid,
                "zpw_ws": sockets,
            }
        )
        self._uid = uid
        self._logins += 1
        log.info("logged_in", uid=uid, sockets=len(self._socket_urls), form=self._form.value)

    def _login_data(self) -> RawDict:
        try:
            return self._request_login(self._form)
        except (LoginRefusedError, ZaloCallError) as error:
            # Before the first login, one form may refuse a session that the other form accepts.
            if error.code == _TOO_MANY or (self._logins and error.code in _SESSION_DEAD_CODES):
                raise
            log.warning("login_form_refused", form=self._form.value, code=error.code)
        other = LoginForm.ENCRYPTED if self._form is LoginForm.PLAIN else LoginForm.PLAIN
        data = self._request_login(other)
        self._form = other
        return data

    def _request_login(self, form: LoginForm) -> RawDict:
        """Call getLoginInfo in the given form; return `data` of the answer after checking its required fields."""
        match form:
            case LoginForm.PLAIN:
                data = _success(self._call_login(self._plain_query())).get("data")
            case LoginForm.ENCRYPTED:
                call = EncryptedLogin(
                    imei=self._credentials.imei,
                    client_type=CLIENT_TYPE,
                    client_version=self._client_version or _ENCRYPTED_VERSION,
                    now_ms=to_ms(self._clock()),
                )
                data = _success(call.read(_success(self._call_login(call.query)).get("data"))).get("data")
            case _:
                assert_never(form)
        if not isinstance(data, dict):
            raise LoginRefusedError(0, "câu trả lời không có dữ liệu")
        missing = [name for name, kind in _REQUIRED.items() if not data.get(name) or not isinstance(data[name], kind)]
        if missing:
            raise LoginRefusedError(0, f"câu trả lời thiếu {', '.join(missing)}")
        return data

    def _plain_query(self) -> RawDict:
        return {
            "imei": self._credentials.imei,
            "type": CLIENT_TYPE,
            "client_version": self._client_version or _PLAIN_VERSION,
            "computer_name": "Web",
            "ts": to_ms(self._clock()),
        }

    def _call_login(self, query: RawDict) -> RawDict:
        try:
            return self.api.plain(_LOGIN_URL, query)
        except SessionExpiredError as error:
            raise LoginRefusedError(error.code, error.message) from None

    def _allowed_socket_urls(self, sockets: list[object]) -> tuple[str, ...]:
        allowed = []
        for address in sockets:
            try:
                allowed.append(checked_socket_url(str(address), routed=self._route_to is not None))
            except ForbiddenHostError as error:
                log.error("socket_address_refused", error=error)
        if not allowed:
            raise ForbiddenHostError("the login named no socket that may be opened")
        return tuple(allowed)

    def _save_cookies(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        with self._persist_lock:
            cookies = self._cookies.all()
            if cookies == self._persisted:
                return
            try:
                self._on_credentials(self._credentials.model_copy(update={"cookies": cookies}))
            except Exception as error:
                # The call itself succeeded; the next answer saves the cookies again.
                log.error("credentials_not_kept", error=type(error).__name__)
                return
            self._persisted = cookies


_TOO_MANY = 429
_SESSION_DEAD_CODES = frozenset({SESSION_EXPIRED, 401})
"""Error codes for an expired session: the other form of login would be refused too."""


def _success(answer: RawDict) -> RawDict:
    code = answer.get("error_code") or 0
    if code != 0:
        raise LoginRefusedError(code if isinstance(code, int) else -1, str(answer.get("error_message") or ""))
    return answer


_CALL_VERSIONS = {LoginForm.PLAIN: API_VERSION, LoginForm.ENCRYPTED: _ENCRYPTED_VERSION}
_REQUIRED: dict[str, type | tuple[type, ...]] = {"uid": (str, int), "zpw_enk": str, "zpw_ws": list}
