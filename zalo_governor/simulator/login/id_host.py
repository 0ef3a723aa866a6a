"""Simulation of the login site id.zalo.me and of the hosts to which it redirects the browser.

The site shows a QR code; once somebody has scanned it and confirmed the login, the browser gets a session cookie.
"""

import base64
import io
import secrets
from collections.abc import Awaitable, Callable

import segno
from aiohttp import web

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import envelope
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.http_app import call_entry, cleared_key
from zalo_governor.simulator.qr_codes import QrCode, QrState
from zalo_governor.simulator.world import Account

_VERSION = "2.44.12"
_POLL_SECONDS = 5.0
"""Seconds for which the server delays the answer to a call that asks whether the QR code's state has changed.

It answers earlier if the state changes. Zalo's own value is not known.
"""
_VISITOR = "zsession"
_STILL_WAITING = envelope({}, 8, "waiting")
_CODE_EXPIRED = envelope({}, -16, "the code counts no longer")
"""Answer to a call about an expired QR code; the error code is invented, as Zalo's own is not documented."""
_WRONG_CALL_ORDER = envelope({}, -1, "not in the order of the login page")
_PAGE = f'<html><head><script src="https://stc-zlogin.zdn.vn/main-{_VERSION}.js"></script></head><body></body></html>'


class IdHost:
    """Handler of all requests to the simulated login site id.zalo.me, where a user logs in by QR code."""

    def __init__(self, stage: EventBus) -> None:
        self._stage = stage
        self._login_calls: dict[str, set[str]] = {}
        """Visitor (id of a browser session) -> names of the calls that the visitor's login page has made.

        A QR code is only issued after the calls that Zalo's own page makes first.
        """
        self._answers: dict[str, Callable[[str, dict[str, str]], Awaitable[RawDict]]] = {
            "/account/logininfo": self._record_login_call("logininfo"),
            "/account/verify-client": self._record_login_call("verify-client"),
            "/account/authen/qr/generate": self._generate,
            "/account/authen/qr/waiting-scan": self._waiting_scan,
            "/account/authen/qr/waiting-confirm": self._waiting_confirm,
        }
        self._pages: dict[str, Callable[[str], web.Response]] = {
            "/account": self._page,
            "/account/checksession": self._check_session,
            "/index.html": self._chat,
            "/jr/userinfo": self._user_info,
        }

    @property
    def paths(self) -> list[str]:
        """Return the URL paths of all pages and API calls of the login site."""
        return [*self._answers, *self._pages]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request to the login site (for a page or an API call) and record it in the request log."""
        faults, path = self._stage.faults, request.path
        form = {name: str(value) for name, value in (await request.post()).items()}
        entry = call_entry(request, self._stage.world.now_ms()) | {"params": form}
        if path in faults.status:
            response = web.Response(status=faults.status[path], text="<html></html>", content_type="text/html")
        elif path in faults.outer:
            response = web.json_response(envelope(None, *faults.outer[path]))
            entry["error_code"] = faults.outer[path][0]
        elif path in self._pages:
            response = self._pages[path](request.cookies.get(_VISITOR, ""))
        else:
            answer = await self._answers[path](request.cookies.get(_VISITOR, ""), form)
            entry["error_code"] = answer["error_code"]
            response = web.json_response(answer)
        entry["status"] = response.status
        self._stage.ledger.call(entry)
        return response

    def _page(self, _visitor: str) -> web.Response:
        response = web.Response(text=_PAGE, content_type="text/html")
        response.headers.add("Set-Cookie", f"{_VISITOR}={secrets.token_hex(8)}; Domain=zalo.me; Path=/; Secure")
        return response

    def _record_login_call(self, call: str) -> Callable[[str, dict[str, str]], Awaitable[RawDict]]:
        async def announce(visitor: str, form: dict[str, str]) -> RawDict:
            if not visitor or form.get("v") != _VERSION:
                return _WRONG_CALL_ORDER
            self._login_calls.setdefault(visitor, set()).add(call)
            return envelope({})

        return announce

    async def _generate(self, visitor: str, form: dict[str, str]) -> RawDict:
        if self._login_calls.get(visitor) != {"logininfo", "verify-client"} or form.get("v") != _VERSION:
            return _WRONG_CALL_ORDER
        code = self._stage.qr_codes.give(visitor)
        image = base64.b64encode(_qr_png(code.token)).decode()
        options = {"enabledCheckOCR": False, "enabledMultiLayer": False}
        return envelope(
            {"code": code.code, "image": f"data:image/png;base64,{image}", "token": code.token, "options": options}
        )

    async def _waiting_scan(self, visitor: str, form: dict[str, str]) -> RawDict:
        code = await self._wait_for_change(visitor, form, QrState.SHOWN)
        if code is None or code.state is QrState.EXPIRED:
            return _CODE_EXPIRED
        return _STILL_WAITING if code.state is QrState.SHOWN else envelope({"avatar": "", "display_name": code.name})

    async def _waiting_confirm(self, visitor: str, form: dict[str, str]) -> RawDict:
        code = await self._wait_for_change(visitor, form, QrState.SCANNED)
        if code is None or code.state is QrState.EXPIRED or form.get("gAction") != "CONFIRM_QR":
            return _CODE_EXPIRED
        if code.state is QrState.DECLINED:
            return envelope({}, -13, "declined")
        return envelope({}) if code.state is QrState.CONFIRMED else _STILL_WAITING

    async def _wait_for_change(self, visitor: str, form: dict[str, str], state: QrState) -> QrCode | None:
        code = self._stage.qr_codes.of(visitor, form.get("code", ""))
        if code:
            await self._stage.qr_codes.left(code, state, _POLL_SECONDS)
        return code

    def _check_session(self, visitor: str) -> web.Response:
        """Redirect the browser after the login: to chat.zalo.me, with a new cookie `zpsid`.

        A visitor (browser session) who is not logged in is redirected to the login page. Zalo's own series of redirects
        is not known; here two hosts set one cookie each, for different domains.
        """
        if not self._stage.qr_codes.confirmed(visitor):
            return web.Response(status=302, headers={"Location": "https://id.zalo.me/account"})
        response = web.Response(status=302, headers={"Location": "https://chat.zalo.me/index.html"})
        response.headers.add("Set-Cookie", f"zpsid={secrets.token_hex(16)}; Domain=.zalo.me; Path=/; Secure; HttpOnly")
        return response

    def _chat(self, visitor: str) -> web.Response:
        response = web.Response(text="<html></html>", content_type="text/html")
        code, faults = self._stage.qr_codes.confirmed(visitor), self._stage.faults
        if code and faults.withheld_keys:
            self._stage.faults = faults.model_copy(update={"withheld_keys": faults.withheld_keys - 1})
        elif code:
            cookie, world = secrets.token_hex(16), self._stage.world
            world.renew(Account(code.uid), cookie)
            line = f"zpw_sek={cookie}; Domain=.chat.zalo.me; Path=/; Secure; HttpOnly"
            response.headers.add("Set-Cookie", line)
            response.headers.add("Set-Cookie", cleared_key(".zalo.me"))
        return response

    def _user_info(self, visitor: str) -> web.Response:
        code = self._stage.qr_codes.confirmed(visitor)
        info = {"name": code.name, "avatar": ""} if code else {"name": "", "avatar": ""}
        data = {"logged": code is not None, "session_chat_valid": code is not None, "info": info}
        return web.json_response(envelope(data))


def _qr_png(text: str) -> bytes:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=5, border=2)
    return out.getvalue()
