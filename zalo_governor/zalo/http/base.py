"""A subclass of zlapi's client in which every call has a timeout and every error answer of Zalo raises an exception."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError
from urllib3.util import parse_url

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.errors import (
    EmptyAnswerError,
    SessionExpiredError,
    ZaloCallError,
    ZaloError,
    ZaloUnavailableError,
)
from zalo_governor.zalo.http.error_codes import DEAD_SESSION_CODES, as_code
from zalo_governor.zalo.http.rate_limit import EndpointPauses
from zalo_governor.zalo.http.service_hosts import ServiceHosts
from zalo_governor.zalo.http.session_life import SessionLife
from zalo_governor.zalo.http.zlapi_stubs import standing_in

if TYPE_CHECKING:

    class _State:
        """Type stub for the part of zlapi's session state that is used here."""

        _session: requests.Session
        _headers: dict[str, str]
        _config: RawDict
        _loggedin: bool
        cloud_id: str | None
        user_imei: str | None

        def _get(self, *args: Any, **kwargs: Any) -> requests.Response: ...
        def _post(self, *args: Any, **kwargs: Any) -> requests.Response: ...

    class ZaloAPI:
        """Type stub for the part of zlapi's client that is used here; zlapi ships no types."""

        _state: _State
        _imei: str
        user_id: str | None
        cloud_id: str | None

        def __init__(self, *, auto_login: bool) -> None: ...
        def _encode(self, params: RawDict) -> str: ...
        def _decode(self, params: str) -> Any: ...
        def __getattr__(self, method: str) -> Any: ...

else:
    # zlapi imports these only for its own socket reader, which is not used here: stubs save 10 MB of memory.
    with standing_in("aiohttp", "rel", "websocket"):
        from zlapi import ZaloAPI

CLIENT_TYPE = 30
_DEAD_STATUSES = frozenset({401, 403, 600})


class GovernorApi(ZaloAPI):
    """Client of Zalo's HTTP API: that of the unofficial library zlapi 1.0.3, made to send over our own HTTP session.

    All of zlapi's API methods work, but its socket reader is disabled.

    Args:
        http: the HTTP session that sends all requests.
        imei: browser id of the account.
        headers: headers by which the account's browser describes itself.
        client_version: version of Zalo Web that each call presents to Zalo as `zpw_ver`.
        life: records after each call whether Zalo accepted the session, and decides which calls may be made.
        hosts: gives the host of each service.
        log_in: logs in; called in place of zlapi's own login.
        before: called before each request, for example to wait for the rate limit.
        pauses: pauses of the endpoints that have had too many calls.
    """

    def __init__(
        self,
        http: requests.Session,
        *,
        imei: str,
        headers: Mapping[str, str],
        client_version: int,
        life: SessionLife,
        hosts: ServiceHosts,
        log_in: Callable[[], None],
        before: Callable[[], None],
        pauses: EndpointPauses,
    ) -> None:
        super().__init__(auto_login=False)
        self._log_in = log_in
        self._before_call = before
        self._pauses = pauses
        # A copy, as zlapi shares one dict of headers between all clients of a process; without zlapi's own description
        # of a browser, which is another one.
        ours = {name.lower() for name in headers}
        self._state._headers = {
            name: value
            for name, value in self._state._headers.items()
            if name.lower() not in ours and not name.lower().startswith("sec-ch-ua")
        } | dict(headers)
        self._state._session = http
        self._imei = imei
        self._state.user_imei = imei
        self._life = life
        self._hosts = hosts
        self.client_version = client_version
        """Version of Zalo Web that each call presents to Zalo as `zpw_ver`."""

    def use_config(self, config: RawDict) -> None:
        """Set the account and the key that later calls use; `config` holds what a login returned.

        Its keys are `secret_key` (encrypts parameters and answers), `send2me_id` (the account's uid), `zpw_ws` (URLs of
        the socket) and `phone_number`.
        """
        self._state._config = config
        self._state._loggedin = True
        self.user_id = self.cloud_id = self._state.cloud_id = config["send2me_id"]

    def call(self, method: str, url: str, params: RawDict, **query: object) -> Any:
        """Call Zalo's API with encrypted parameters; return `data` of the decrypted answer.

        An answer has an outer JSON object, whose own `data` is the encrypted inner object; each has an error code.
        `query` is added to the URL unencrypted.

        Raises:
            SessionExpiredError: the caller must log in and call again.
            TooManyRequestsError: no such call is to be made for a while.
            ZaloCallError: Zalo answered an outer or inner error code, or HTTP 4xx.
            ZaloUnavailableError: no usable answer.
        """
        names: RawDict = {"zpw_ver": self.client_version, "zpw_type": CLIENT_TYPE, **query}
        sealed = {"params": self._encode({**params, "imei": self._imei})}
        with self._pauses.around_call(_path(url)):
            if method == "GET":
                return self._answer(self._exchange(self._state._get, url, params=names | sealed))
            return self._answer(self._exchange(self._state._post, url, params=names, data=sealed))

    def upload(self, url: str, params: RawDict, name: str, content: bytes, **query: object) -> Any:
        """Upload `content`, one chunk of the file `name`, with the encrypted parameters in the URL.

        Returns and raises the same as `call`.
        """
        sealed = self._encode({**params, "imei": self._imei})
        names: RawDict = {"zpw_ver": self.client_version, "zpw_type": CLIENT_TYPE, **query, "params": sealed}
        chunk = {"chunkContent": (name, content, "application/octet-stream")}
        with self._pauses.around_call(_path(url)):
            return self._answer(self._exchange(self._state._post, url, params=names, files=chunk))

    def ping(self, url: str) -> None:
        """Make an API call whose answer is unencrypted and holds nothing but an error code, such as a keep-alive.

        Raises the same errors as `call`, also if the error code is not 0.
        """
        query: RawDict = {
            "zpw_ver": self.client_version,
            "zpw_type": CLIENT_TYPE,
            "params": self._encode({"imei": self._imei}),
        }
        response = self._exchange(self._state._get, url, params=query)
        with self._recorded(response) as path:
            _require_success(outer_answer(response), path)

    def plain(self, url: str, query: RawDict) -> RawDict:
        """Make a call without Zalo's own encryption of parameters and answer (TLS stays); return the JSON object.

        The caller must check the error code in it.

        Raises:
            ZaloError: no answer, one that is no JSON object, or an HTTP status of 400 or more.
        """
        return outer_answer(self._exchange(self._state._get, url, params=query))

    def login(self, *_args: object, **_kwargs: object) -> None:
        """Log in by calling `log_in`; zlapi's own login would bypass the session. All arguments are ignored."""
        self._log_in()

    def listen(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Raise ZaloError, since zlapi's own socket reader must not be used.

        It loses messages, and kills the process when another session takes over.
        """
        raise ZaloError("the socket is read by zalo.socket.listener")

    _listen = listen

    def _get(self, url: str, **kwargs: Any) -> requests.Response:
        response = self._exchange(self._state._get, url, **kwargs)
        self._answer(response)
        return response

    def _post(self, url: str, **kwargs: Any) -> requests.Response:
        response = self._exchange(self._state._post, url, **kwargs)
        self._answer(response)
        return response

    def _exchange(self, transfer: Callable[..., requests.Response], url: str, **kwargs: Any) -> requests.Response:
        url = self._hosts.route(url)
        path = _path(url)
        if (dead := self._life.refusal(path)) is not None:
            raise SessionExpiredError(dead.code, "the session is dead, and not asked again yet", path)
        self._before_call()
        if "zpw_ver" in (kwargs.get("params") or {}):
            # zlapi's own methods name the version that zlapi was made for.
            kwargs["params"] = {**kwargs["params"], "zpw_ver": self.client_version}
        try:
            # Following a redirect would repeat a send with another HTTP method, or fetch an HTML page.
            return transfer(url, **kwargs, allow_redirects=False)
        except (requests.RequestException, HTTPError) as error:
            # Without the cause: its text contains the whole URL.
            raise ZaloUnavailableError(type(error).__name__, path, sent=_may_have_been_sent(error)) from None

    @contextmanager
    def _recorded(self, response: requests.Response) -> Iterator[str]:
        """Return a context manager for reading the answer to a URL path, which records if Zalo accepted the session."""
        path = _path(response.url)
        try:
            yield path
        except SessionExpiredError as error:
            if error.code in DEAD_SESSION_CODES:
                self._life.call_refused(path, error.code)
            raise
        else:
            self._life.call_accepted(path)

    def _answer(self, response: requests.Response) -> Any:
        with self._recorded(response) as path:
            outer = outer_answer(response)
            _require_success(outer, path)
            data = outer.get("data")
            if data is None or data == "":
                raise EmptyAnswerError(path)
            if not isinstance(data, str):
                return data
            try:
                inner = self._decode(data)
            except Exception as error:
                # zlapi raises errors of any class, whose text may quote the decoded content.
                why = f"an answer that cannot be decoded ({type(error).__name__})"
                raise ZaloUnavailableError(why, path, sent=True) from None
            if not isinstance(inner, dict):
                raise ZaloUnavailableError("an answer that is no object", path, sent=True)
            _require_success(inner, path)
            return inner.get("data")


def outer_answer(response: requests.Response) -> RawDict:
    """Return the JSON object in an HTTP response of Zalo, not yet decrypted, without checking its `error_code`.

    Raises:
        SessionExpiredError: HTTP 401, 403 or 600.
        ZaloCallError: another HTTP status 4xx.
        ZaloUnavailableError: no usable answer.
    """
    path, status = _path(response.url), response.status_code
    if status in _DEAD_STATUSES:
        raise SessionExpiredError(status, f"HTTP {status}", path)
    if status >= 500 or 300 <= status < 400 or status == 408:
        raise ZaloUnavailableError(f"HTTP {status}", path, sent=True, status=status)
    if status >= 400:
        raise ZaloCallError(status, f"HTTP {status}", path)
    try:
        outer = json.loads(response.content)
    except (ValueError, RecursionError):
        raise ZaloUnavailableError("an answer that is not JSON", path, sent=True) from None
    if not isinstance(outer, dict):
        raise ZaloUnavailableError("an answer that is no object", path, sent=True)
    return outer


def _require_success(answer: RawDict, path: str) -> None:
    if code := as_code(answer.get("error_code") or 0):
        kind = SessionExpiredError if code in DEAD_SESSION_CODES else ZaloCallError
        raise kind(code, str(answer.get("error_message") or ""), path)


def _path(url: str) -> str:
    return parse_url(url).path or "/"


def _may_have_been_sent(error: BaseException) -> bool:
    """Return whether Zalo may have received the request before its connection failed with this error."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return False
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return not isinstance(cause, NewConnectionError)
