"""The logged-in session of one Zalo account: its cookies, browser identity, and the keys that the login returned."""

import hashlib
import re
import threading
from collections.abc import Callable
from enum import Enum
from typing import assert_never

import requests
import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.auth.browser import browser_headers
from zalo_governor.zalo.auth.encrypted_login import EncryptedLogin
from zalo_governor.zalo.credentials import Credentials
from zalo_governor.zalo.errors import (
    ForbiddenHostError,
    LoginRefusedError,
    SessionDeadError,
    SessionExpiredError,
    ZaloCallError,
    ZaloError,
)
from zalo_governor.zalo.frames.decrypt import TAKEN_OVER
from zalo_governor.zalo.frames.kinds import FrameCounts
from zalo_governor.zalo.http.base import CLIENT_TYPE, GovernorApi
from zalo_governor.zalo.http.cookies import CookieStore
from zalo_governor.zalo.http.echoes import Echoes
from zalo_governor.zalo.http.error_codes import DEAD_SESSION_CODES, FINAL_LOGIN_REFUSALS, MEANINGS, Meaning, as_code
from zalo_governor.zalo.http.file_download import FileDownload
from zalo_governor.zalo.http.rate_limit import EndpointPauses, TokenBucket
from zalo_governor.zalo.http.server_clock import ServerClock
from zalo_governor.zalo.http.service_hosts import ServiceHosts
from zalo_governor.zalo.http.session_life import SessionLife
from zalo_governor.zalo.http.transport import ZaloTransport, checked_socket_url, http_through
from zalo_governor.zalo.http.upload_waiter import UploadWaiter

log = structlog.get_logger(__name__)

_LOGIN_PATH = "/api/login/getLoginInfo"
_LOGIN_URL = f"https://wpa.chat.zalo.me{_LOGIN_PATH}"
KNOWN_VERSIONS = (691, 685, 647)
"""Versions of Zalo Web that may be announced to Zalo, that of its present web client first (zalo-protocol.md, 14.8)."""
_UNSUPPORTED = re.compile(
    r"version|unsupported|not supported|too old|out ?of ?date|outdated|upgrade|update|phiên bản|không (còn )?hỗ trợ|"
    r"cập nhật|nâng cấp",
    re.IGNORECASE,
)
"""Words in Zalo's error message which show that a login was refused because of the announced version."""


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
        on_credentials: stores the new credentials; called after each answer that changed a cookie, in the thread that
            made the call.
        clock: gives the present time, which is sent with the login.
        pace: rate limit of the calls; None for five a second and bursts of twenty.
        client_version: version of Zalo Web to present to Zalo, None for the newest known one; the other known ones are
            tried if Zalo says that it does not accept it.
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
        self._wanted_version = client_version or KNOWN_VERSIONS[0]
        self._form = LoginForm.PLAIN
        self._route_to = route_to
        self._on_credentials = on_credentials
        self._clock = clock
        self._cookies = CookieStore(credentials.cookies)
        self._persisted = credentials.model_copy(update={"cookies": self._cookies.all()})
        self._persist_lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._uid = ""
        self.logins = 0
        """Number of logins of this session so far, to be passed to `renew`."""
        self.socket_urls: tuple[str, ...] = ()
        """URLs of Zalo's socket servers, in Zalo's order of preference; () before the first login."""
        self.timeout = timeout
        self.uploads = UploadWaiter()
        self.echoes = Echoes()
        self.frames = FrameCounts(clock)
        self.zalo_clock = ServerClock()
        self._http = http_through(ZaloTransport(self._cookies, route_to=route_to, timeout=timeout))
        self._http.hooks["response"].append(self._on_answer)
        self.life = SessionLife(clock)
        """Whether Zalo accepts the session, and whether the program may log in by itself."""
        self.browser_headers = browser_headers(credentials.user_agent)
        """Headers by which this account's browser describes itself, the same for login, calls and socket."""
        self._hosts = ServiceHosts(routed=route_to is not None)
        self._pauses = EndpointPauses(clock)
        self.api = GovernorApi(
            self._http,
            imei=credentials.imei,
            headers=self.browser_headers,
            client_version=self._versions()[0],
            life=self.life,
            hosts=self._hosts,
            log_in=self.login,
            before=(pace or TokenBucket(per_second=5, burst=20)).take,
            pauses=self._pauses,
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
    def client_version(self) -> int:
        """Return the version of Zalo Web that is presented to Zalo: the one that Zalo accepted at the last login."""
        return self.api.client_version

    @property
    def login_digest(self) -> str:
        """Return a digest of the imei (browser id), which is new with each login by QR code: 32 hexadecimal digits."""
        return hashlib.sha256(self._credentials.imei.encode()).hexdigest()[:32]

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
            ZaloCallError: Zalo wants no login now (codes 221, -69), or answered HTTP 4xx.
            ZaloUnavailableError: no usable answer.
        """
        with self._login_lock:
            self._login()

    def renew(self, known_logins: int) -> None:
        """Log in again, unless another thread has done so since the caller read `known_logins` from `logins`.

        This fetches new keys with the stored cookies. It is no new login of the browser, after which Zalo would not
        show earlier messages any more.

        Raises:
            SessionDeadError: the program must not log in by itself now; see `SessionLife.may_log_in`.
            LoginRefusedError, ForbiddenHostError, ZaloCallError, ZaloUnavailableError: as for `login`.
        """
        with self._login_lock:
            if self.logins != known_logins:
                return
            if not self.life.may_log_in:
                dead = self.life.dead
                raise SessionDeadError(dead.code if dead else TAKEN_OVER, "chờ người đăng nhập lại")
            self._login()

    def downloads(self, *, most_bytes: int, seconds: float) -> FileDownload:
        """Return a downloader of files up to `most_bytes` from Zalo's file servers, each within `seconds`.

        It sends the headers of the session's browser, but no cookies.
        """
        return FileDownload(
            self._route_to,
            most_bytes=most_bytes,
            seconds=seconds,
            idle_seconds=self.timeout,
            headers=self.browser_headers,
        )

    def close(self) -> None:
        """Close the session's HTTP connections; a later call opens new ones."""
        self._http.close()

    def _login(self) -> None:
        self.life.login_begins()
        try:
            with self._pauses.around_call(_LOGIN_PATH):
                self._enter(self._login_data())
        except LoginRefusedError as error:
            self.life.login_refused(error.code)
            raise
        self.life.logged_in()

    def _enter(self, data: RawDict) -> None:
        uid, sockets = str(data["uid"]), data["zpw_ws"]
        if self._uid not in {"", uid}:
            raise LoginRefusedError(0, "cookie là của một tài khoản khác với trước")
        self.socket_urls = self._allowed_socket_urls(sockets)
        self._hosts.learn(data.get("zpw_service_map_v3"))
        self.api.use_config(
            {
                "phone_number": str(data.get("phone_number") or ""),
                "secret_key": data["zpw_enk"],
                "send2me_id": uid,
                "zpw_ws": sockets,
            }
        )
        self._uid = uid
        self.logins += 1
        log.info(
            "logged_in", uid=uid, sockets=len(self.socket_urls), form=self._form.value, version=self.client_version
        )

    def _login_data(self) -> RawDict:
        """Log in with the first version of Zalo Web and form of call that Zalo accepts; store both, return the data."""
        versions, refused = self._versions(), set(self._credentials.refused_versions)
        while True:
            version = versions.pop(0)
            errors: list[LoginRefusedError | ZaloCallError] = []
            for form in sorted(LoginForm, key=lambda form: form is not self._form):
                try:
                    data = self._request_login(form, version)
                except (LoginRefusedError, ZaloCallError) as error:
                    errors.append(error)
                    # Before the first login, one form may refuse a session that the other form accepts.
                    if error.code in _NO_OTHER_FORM or (self.logins and error.code in DEAD_SESSION_CODES):
                        raise
                    log.warning("login_form_refused", form=form.value, code=error.code)
                else:
                    self._form, self.api.client_version = form, version
                    self._credentials = self._credentials.model_copy(
                        update={"refused_versions": tuple(sorted(refused - {version}))}
                    )
                    self._save()
                    return data
            if not versions or not any(_UNSUPPORTED.search(error.message) for error in errors):
                raise errors[-1]
            log.warning("version_refused", version=version, next=versions[0], code=errors[-1].code)
            refused.add(version)

    def _versions(self) -> list[int]:
        """Return the versions of Zalo Web to try, the configured one first and those that Zalo has refused last."""
        versions = dict.fromkeys((self._wanted_version, *KNOWN_VERSIONS))
        return sorted(versions, key=self._credentials.refused_versions.__contains__)

    def _request_login(self, form: LoginForm, version: int) -> RawDict:
        """Call getLoginInfo in the given form; return `data` of the answer after checking its required fields."""
        match form:
            case LoginForm.PLAIN:
                data = _success(self._call_login(self._plain_query(version))).get("data")
            case LoginForm.ENCRYPTED:
                call = EncryptedLogin(
                    imei=self._credentials.imei,
                    client_type=CLIENT_TYPE,
                    client_version=version,
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

    def _plain_query(self, version: int) -> RawDict:
        return {
            "imei": self._credentials.imei,
            "type": CLIENT_TYPE,
            "client_version": version,
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

    def _on_answer(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        self.zalo_clock.note(response)
        self._save()

    def _save(self) -> None:
        with self._persist_lock:
            credentials = self._credentials.model_copy(update={"cookies": self._cookies.all()})
            if credentials == self._persisted:
                return
            try:
                self._on_credentials(credentials)
            except Exception as error:
                # The call itself succeeded; the next answer saves the cookies again.
                log.error("credentials_not_kept", error=type(error).__name__)
                return
            self._persisted = credentials


_NOT_NOW = frozenset(code for code, meaning in MEANINGS.items() if meaning in {Meaning.WAIT, Meaning.PAUSE})
"""Codes after which a later login may succeed."""
_NO_OTHER_FORM = FINAL_LOGIN_REFUSALS | _NOT_NOW
"""Codes after which the other form of login, or another version, would be refused too."""


def _success(answer: RawDict) -> RawDict:
    code = as_code(answer.get("error_code") or 0)
    message = str(answer.get("error_message") or "")
    if code in _NOT_NOW:
        raise ZaloCallError(code, message, _LOGIN_PATH)
    if code != 0:
        raise LoginRefusedError(code, message)
    return answer


_REQUIRED: dict[str, type | tuple[type, ...]] = {"uid": (str, int), "zpw_enk": str, "zpw_ws": list}
