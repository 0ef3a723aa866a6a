"""The simulated HTTP API of Zalo.

A handler decrypts the parameters of a call, applies the active faults, runs the endpoint function for the path and
encrypts the answer.
"""

import asyncio
import json
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any

import structlog
from aiohttp import web

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.api import ENDPOINTS, Call, login
from zalo_governor.simulator.crypto import envelope, read_params, sealed_answer
from zalo_governor.simulator.errors import AnswerError, EnvelopeError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.world import Account

_log = structlog.get_logger(__name__)

KEEP_ALIVE = "/keepalive"
"""Path of the API call with which clients keep their session alive.

Its answer is not encrypted; the misspelled key `config_vesion` in it is Zalo's own.
"""


class HttpApp:
    """Handler of all calls of clients to the simulated HTTP API of Zalo.

    The handler gets every request that is not for a WebSocket, a picture, the login site or the control API.
    """

    def __init__(self, stage: EventBus) -> None:
        self._stage = stage
        self._called: dict[str, list[float]] = {}
        """API path -> monotonic times (seconds) of its recent calls, for paths with a rate limit (`Faults.most`)."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one API call of a client and record it in the request log."""
        stage, path = self._stage, request.path
        form, upload = await _read_form(request)
        entry = call_entry(request, stage.world.now_ms())
        await asyncio.sleep(stage.faults.hang.get(path, 0))
        response = self._answer(request, entry, form, upload)
        entry["status"] = response.status
        stage.ledger.call(entry)
        if path in stage.faults.lose_answer and request.transport is not None:
            request.transport.abort()
        return response

    def _answer(self, request: web.Request, entry: RawDict, form: dict[str, str], upload: bytes) -> web.Response:
        stage, path = self._stage, request.path
        if path in stage.faults.status:
            page = "<html><body>simulated failure</body></html>"
            return web.Response(status=stage.faults.status[path], text=page, content_type="text/html")
        cookie = session_cookie(request)
        valid = bool(cookie) and cookie not in stage.faults.expired
        account = stage.world.account_of(cookie)
        refusal = self._outer_refusal(request, valid)
        if path in login.PLAIN:
            answer, entry["params"] = login.PLAIN[path](stage, account, dict(request.query), refusal)
            return self._response(request, answer, account, entry)
        if path not in ENDPOINTS and path != KEEP_ALIVE:
            text = f"the simulator has no path {path}"
            return web.json_response(envelope(None, 404, text), status=404)
        wrapped = request.query.get("params") or form.get("params")
        try:
            params = read_params(wrapped, account.secret_key) if wrapped else {}
        except EnvelopeError as error:
            return self._response(request, envelope(None, 114, str(error)), account, entry)
        entry["params"] = params
        if refusal:
            return self._response(request, refusal, account, entry)
        if self._exceeds_rate_limit(path):
            answer = sealed_answer(None, account.secret_key, 221, "too many requests")
            return self._response(request, answer, account, entry)
        if path in stage.faults.empty:
            return self._response(request, envelope(None), account, entry)
        call = Call(stage, account, request.method, path, dict(request.query), params, upload)
        code, answer = _run_endpoint(call)
        return self._response(request, answer, account, entry, inner_code=code)

    def _exceeds_rate_limit(self, path: str) -> bool:
        limit = self._stage.faults.most.get(path)
        if limit is None:
            return False
        most, seconds = limit
        now = time.monotonic()
        recent = [at for at in self._called.get(path, []) if now - at < seconds]
        refused = len(recent) >= most
        self._called[path] = recent if refused else [*recent, now]
        return refused

    def _outer_refusal(self, request: web.Request, valid: bool) -> RawDict | None:
        path, faults = request.path, self._stage.faults
        if path in faults.outer:
            return envelope(None, *faults.outer[path])
        if not valid and not (path in login.PLAIN and faults.expired_may_log_in):
            return envelope(None, faults.expired_code, "zpw_sek is missing or wrong")
        if request.query.get("client_version", "") in map(str, faults.refused_versions):
            return envelope(None, 1, "client version is not supported")
        return None

    def _response(
        self, request: web.Request, answer: RawDict, account: Account, entry: RawDict, *, inner_code: int = 0
    ) -> web.Response:
        entry["error_code"] = answer["error_code"] or inner_code
        response = web.json_response(answer)
        value = self._stage.faults.rotate_cookie
        if value is not None and self._arrives(request):
            self._stage.faults = self._stage.faults.model_copy(update={"rotate_cookie": None})
            self._stage.world.renew(account, value)
            response.headers.add("Set-Cookie", f"zpw_sek={value}; Domain=.zalo.me; Path=/; Secure; HttpOnly")
        if self._stage.faults.clear_cookie:
            for domain in (".zalo.me", ".chat.zalo.me"):
                response.headers.add("Set-Cookie", cleared_key(domain))
        return response

    def _arrives(self, request: web.Request) -> bool:
        """Return whether the client receives the answer: it has not closed its connection, nor is that to be broken."""
        return request.transport is not None and request.path not in self._stage.faults.lose_answer


def cleared_key(domain: str) -> str:
    """Return the value of the header Set-Cookie that clears the session cookie on a domain."""
    return f"zpw_sek=; Domain={domain}; Path=/; Max-Age=0; Secure; HttpOnly"


def call_entry(request: web.Request, now_ms: int) -> RawDict:
    """Return the entry with which the request log describes an HTTP request received at `now_ms` (milliseconds).

    The caller fills in the keys `params` (decrypted parameters) and `error_code`, which are None at first.
    """
    return {
        "method": request.method,
        "path": request.path,
        "host": request.headers.get("X-Orig-Host") or request.host,
        "query": {key: value for key, value in request.query.items() if key != "params"},
        "params": None,
        "error_code": None,
        "headers": {key: value for key, value in request.headers.items() if key.lower() != "cookie"},
        "at_ms": now_ms,
    }


def session_cookie(request: web.Request) -> str:
    """Return the value of the session cookie `zpw_sek` of a request, "" if it has none.

    After a cookie change the client library zlapi may send the cookie twice; the first one counts.
    """
    for part in request.headers.get("Cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "zpw_sek":
            return _unquoted(value)
    return ""


def _unquoted(value: str) -> str:
    try:
        return SimpleCookie(f"zpw_sek={value}")["zpw_sek"].value
    except (CookieError, KeyError):
        return value


def _run_endpoint(call: Call) -> tuple[int, RawDict]:
    """Run the endpoint function of an API call.

    Returns:
        The error code that is inside the encrypted answer (returned separately for the request log), and the body of
        the answer.
    """
    key = call.account.secret_key
    if call.path in call.stage.faults.inner:
        code, message = call.stage.faults.inner[call.path]
        return code, sealed_answer(None, key, code, message)
    if call.path == KEEP_ALIVE:
        return 0, envelope({"config_vesion": 1})
    try:
        data = ENDPOINTS[call.path](call)
    except AnswerError as error:
        return error.code, sealed_answer(None, key, error.code, error.message)
    except (KeyError, TypeError, ValueError) as error:
        _log.info("invalid_params", path=call.path, error=type(error).__name__)
        return 114, sealed_answer(None, key, 114, "invalid params")
    seen: Any = call.stage.world.seen_by(call.account, data)
    # Only the history call returns its data as a JSON string.
    return 0, sealed_answer(json.dumps(seen, ensure_ascii=False) if call.path.startswith("/api/cm/get") else seen, key)


async def _read_form(request: web.Request) -> tuple[dict[str, str], bytes]:
    """Return the text fields of a POST body (none for other methods) and the joined bytes of the files in it."""
    fields: dict[str, str] = {}
    upload = b""
    if request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                upload += value.file.read()
            elif isinstance(value, str):
                fields[name] = value
            else:
                upload += value
    return fields, upload
