"""The panel as a web application: checks access, has pages made in threads, and sends them to the browser."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import structlog
from aiohttp import web

from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.errors import StoreUnavailableError
from zalo_governor.domain.panel import PANEL_ROLES, SESSION_LASTS
from zalo_governor.features.panel.access import ENTRY
from zalo_governor.panel.assets import PREFIX, Assets
from zalo_governor.panel.change_streams import ChangeStreams
from zalo_governor.panel.connection import Connection
from zalo_governor.panel.controls import label
from zalo_governor.panel.forms import Form, TooLargeError, flat, read_form
from zalo_governor.panel.gatekeeper import COOKIE, HEADERS, Buckets, RefusalLog, entries, is_our_host, is_ours
from zalo_governor.panel.live import Changes
from zalo_governor.panel.office import Office
from zalo_governor.panel.rendering import Templates
from zalo_governor.panel.routes import Route
from zalo_governor.panel.sessions import Sessions
from zalo_governor.panel.visit import (
    Asked,
    Download,
    Html,
    LaterError,
    NotFoundError,
    RefusedError,
    Reply,
    SealedError,
    SeeOther,
    Told,
    Visit,
)
from zalo_governor.storage.queries.panel import PanelQueries
from zalo_governor.system.process import trim_memory

log = structlog.get_logger(__name__)

_THREADS = 4
_BODY_SECONDS = 20.0
"""Seconds that a browser may take to send a form, so that slow senders do not block others."""
_SLOW_AT_ONCE, _SLOW_WAITING = 2, 4
"""How many pieces of work that take seconds run at once, and how many may wait; more are refused."""
_UPLOADS_AT_ONCE = 2
_LARGE = 1_000_000
_TOLD, _MOST_TOLD = 20, 200
_YEAR = "public, max-age=31536000, immutable"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Answer(NamedTuple):
    """The result of a request's work in a thread."""

    status: int
    reply: Reply
    facts: Mapping[str, Any] = {}
    """Values that every page needs besides its own."""


_SEALED = _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, Html("loi.html", {"status": "sealed"}))


class PanelServer:
    """The panel as a web application that serves `routes`; `changes` tells open pages what has changed."""

    def __init__(self, office: Office, routes: Sequence[Route]) -> None:
        self._office = office
        self._routes = routes
        self._settings = office.records.settings.panel
        self._base = self._settings.base
        self._assets = Assets()
        self._templates = Templates(self._assets, lambda *named: label(office.policy.voice, *named))
        self._pool = ThreadPoolExecutor(_THREADS, "panel")
        self._slow_pool = ThreadPoolExecutor(_SLOW_AT_ONCE, "panel-slow")
        self._slow = 0
        self._uploads = asyncio.Semaphore(_UPLOADS_AT_ONCE)
        self._requests, self._entries = Buckets(), entries()
        self._refused = RefusalLog()
        self._wrong: dict[int, bytes] = {}
        """HTTP status -> its rendered error page."""
        self._told: dict[str, list[Told]] = {}
        """Secret of a session -> texts that its next page shows."""
        self._sessions = Sessions(office, routes)
        self.changes = Changes(self._stamps)
        self._streams = ChangeStreams(office, self._sessions, self.changes, self._thread)

    def _stamps(self) -> Mapping[str, object]:
        with self._office.database.read() as connection:
            return PanelQueries(connection).stamps()

    def application(self) -> web.Application:
        """Return the aiohttp application with all routes and checks of access."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/", self._home)
        app.router.add_get(PREFIX + "{name}", self._asset)
        app.router.add_get(ENTRY + "{secret}", self._show_entry)
        app.router.add_post(ENTRY + "{secret}", self._enter)
        app.router.add_post("/thoat{everywhere:(/moi-may)?}", self._leave)
        app.router.add_get("/luong", self._stream, allow_head=False)
        for route in self._routes:
            app.router.add_route(route.method, route.path, partial(self._page, route))
        app.on_response_prepare.append(self._add_headers)
        app.on_shutdown.append(self._close)
        return app

    def connection(self, server: web.Server, loop: asyncio.AbstractEventLoop) -> web.RequestHandler:
        """Return the handler of a new connection, for the asyncio server."""
        return Connection(server, loop, self._refused, behind_proxy=self._settings.behind_proxy)

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refuse requests that must not be answered; turn errors into error pages."""
        address = self._address(request)
        if not self._requests.take(address):
            response: web.StreamResponse = self._refuse("too_many", HTTPStatus.TOO_MANY_REQUESTS)
        elif not self._office.records.settings.panel.enabled:
            self._refused.note("switched_off")
            response = self._html("loi.html", {"status": "off"}, HTTPStatus.SERVICE_UNAVAILABLE)
        elif not is_our_host(request.headers.get("Host"), self._base):
            response = self._refuse("foreign_host", HTTPStatus.MISDIRECTED_REQUEST)
        elif request.method not in {"GET", "HEAD", "POST"}:
            response = self._refuse("method", HTTPStatus.METHOD_NOT_ALLOWED)
        elif request.method == "POST" and not is_ours(request.headers, self._base):
            response = self._refuse("other_site", HTTPStatus.FORBIDDEN)
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                self._refused.note("no_such_address")
                response = self._plain(error.status)
            except StoreUnavailableError:
                response = self._plain(HTTPStatus.SERVICE_UNAVAILABLE)
            except Exception as error:  # A traceback could quote what somebody wrote.
                log.error("panel_failed", path=self._shape(request), error=type(error).__name__)
                response = self._plain(HTTPStatus.INTERNAL_SERVER_ERROR)
        return response

    async def _add_headers(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(HEADERS)
        response.headers.setdefault("Cache-Control", "no-store")
        if self._base.startswith("https:"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"

    def _refuse(self, why: str, status: HTTPStatus) -> web.Response:
        self._refused.note(why)
        return self._plain(status)

    def _plain(self, status: int) -> web.Response:
        """Return the error page for the status; it is rendered only once, as an attack may cause many."""
        if status not in self._wrong:
            self._wrong[status] = self._templates.render("loi.html", {"status": status}).encode()
        return web.Response(status=status, body=self._wrong[status], content_type="text/html", charset="utf-8")

    def _html(self, template: str, facts: Mapping[str, Any], status: int = 200) -> web.Response:
        page = self._templates.render(template, facts)
        response = web.Response(status=status, text=page, content_type="text/html")
        response.enable_compression()
        return response

    def _address(self, request: web.Request) -> str:
        if self._settings.behind_proxy:
            # The proxy's entry comes last, maybe in a header of its own; a browser can forge the others.
            return ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2].strip()
        return request.remote or ""

    @staticmethod
    def _shape(request: web.Request) -> str:
        """Return the route's path with placeholders, for the log; the real path may hold a secret."""
        resource = request.match_info.route.resource
        return resource.canonical if resource else ""

    async def _asset(self, request: web.Request) -> web.Response:
        asset = self._assets.served.get(request.match_info["name"])
        if asset is None:
            return self._plain(HTTPStatus.NOT_FOUND)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {"Cache-Control": _YEAR, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
        content = asset.packed if packed else asset.content
        return web.Response(body=content, content_type=asset.kind, charset="utf-8", headers=headers)

    async def _show_entry(self, request: web.Request) -> web.Response:
        """Show a button that uses up the login link, if valid; a chat's preview of the link must not use it up."""
        if not await self._thread(self._sessions.is_link, request.match_info["secret"]):
            return self._refuse_link()
        return self._html("vao.html", {"path": request.path})

    def _refuse_link(self) -> web.Response:
        self._refused.note("link")
        return self._html("vao.html", {"path": "", "used": True}, HTTPStatus.FORBIDDEN)

    async def _enter(self, request: web.Request) -> web.Response:
        if not self._entries.take(self._address(request)):
            return self._refuse("too_many_entries", HTTPStatus.TOO_MANY_REQUESTS)
        secret = await self._thread(self._sessions.begin_session, request.match_info["secret"])
        if secret is None:
            return self._refuse_link()
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        lasts = round(SESSION_LASTS.total_seconds())
        response.set_cookie(COOKIE, secret, max_age=lasts, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    async def _leave(self, request: web.Request) -> web.Response:
        secret = request.cookies.get(COOKIE, "")
        said = await self._thread(self._sessions.end_session, secret, bool(request.match_info["everywhere"]))
        self._told.pop(secret, None)
        response = self._html("vao.html", {"path": "", "left": said})
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    async def _home(self, request: web.Request) -> web.Response:
        person = await self._thread(self._sessions.person, request.cookies.get(COOKIE, ""))
        if person is None:
            return self._html("vao.html", {"path": ""}, HTTPStatus.UNAUTHORIZED)
        first = self._sessions.menu(person)[0][0]
        return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": first})

    async def _page(self, route: Route, request: web.Request) -> web.Response:
        secret = request.cookies.get(COOKIE, "")
        # What is sent without a session is not read.
        if not secret or (request.method == "POST" and await self._thread(self._sessions.person, secret) is None):
            self._refused.note("session")
            return self._html("vao.html", {"path": ""}, HTTPStatus.UNAUTHORIZED)
        asked = await self._asked(route, request)
        if asked is None:
            self._refused.note("too_large_or_slow")
            return self._plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            answer = await self._thread(self._answered, route, secret, asked)
        except LaterError as later:
            if self._slow >= _SLOW_AT_ONCE + _SLOW_WAITING:
                self._refused.note("busy")
                return self._html("loi.html", {"status": "busy"}, HTTPStatus.SERVICE_UNAVAILABLE)
            done = await self._slowly(later.work)
            answer = await self._thread(self._answered, route, secret, asked, done)
        if isinstance(answer.reply, SeeOther):
            return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": answer.reply.path})
        if isinstance(answer.reply, Download):
            return _file(answer.reply)
        # A page that refreshes itself must not show the texts for the page that follows a button's press.
        follows = answer.status == HTTPStatus.OK and "HX-Request" not in request.headers
        told = self._told.pop(secret, []) if follows else []
        facts: dict[str, Any] = {"path": request.path} | dict(answer.facts) | dict(answer.reply.facts)
        facts["told"] = [*told, *facts.get("told", ())]
        response: web.Response = await self._thread(self._html, answer.reply.template, facts, answer.status)
        return response

    async def _slowly(self, work: Callable[[], object]) -> "Future[object]":
        """Run work that takes seconds in a pool of its own; return its finished future."""
        outcome = self._slow_pool.submit(work)
        self._slow += 1
        waited = asyncio.wrap_future(outcome)
        waited.add_done_callback(self._end_slow)
        try:
            await asyncio.wait([waited])
            return outcome
        finally:
            outcome.cancel()  # If it has not begun, the browser has gone away and nobody needs it.

    def _end_slow(self, waited: "asyncio.Future[object]") -> None:
        self._slow -= 1
        if not waited.cancelled():
            waited.exception()  # Else asyncio logs it; the page gets it by the outcome.

    async def _asked(self, route: Route, request: web.Request) -> Asked | None:
        form: Form = ({}, {})
        if request.method == "POST":
            try:
                async with (
                    asyncio.timeout(_BODY_SECONDS),
                    self._uploads if route.most_bytes > _LARGE else nullcontext(),
                ):
                    form = await read_form(request, route.most_bytes)
            except (TimeoutError, TooLargeError):
                return None
        return Asked(request.path, dict(request.match_info), dict(request.query), *form)

    def _answered(self, route: Route, secret: str, asked: Asked, *done: "Future[object]") -> _Answer:
        """Identify the person of a request, check the access and make the page; runs in a thread.

        Raises:
            LaterError: the page needs work that takes seconds, which is not done yet.
        """
        self._office.look_at_people_anew()
        if route.method == "POST" and route.keeps and self._office.is_secret(flat(asked)):
            self._refused.note("sealed")
            return _SEALED
        visit: Visit | None = None
        with self._office.units.begin(reading=not route.writes) as uow:
            person_id = uow.panel_keys.holder(secret, self._office.clock())
            person = None if person_id is None else uow.people.get(person_id)
            if person is None or not person.holds("", *PANEL_ROLES):
                self._refused.note("session")
                return _Answer(HTTPStatus.UNAUTHORIZED, Html("vao.html", {"path": ""}))
            facts: dict[str, Any] = {"menu": self._sessions.menu(person), "made": to_ms(self._office.clock())}
            facts["me"] = self._office.policy.voice.named(person)
            facts["mark"] = self._streams.mark(uow.tx.connection, person)  # Before the page reads what it shows.
            try:
                visit = Visit(self._office, uow, person, asked, route.roles, writes=route.writes, done=done)
                reply: Reply = route.handler(visit)
            except SealedError:
                self._refused.note("sealed")
                return _SEALED
            except NotFoundError as error:
                why = "not_allowed" if isinstance(error, RefusedError) else "not_found"
                self._refused.note(why, person=person.id, path=route.path)
                reply = Html("loi.html", {"status": 404, "why": str(error)}, HTTPStatus.NOT_FOUND)
        if visit is not None:
            self._tell(secret, visit.told)  # Only now is the transaction committed.
            if visit.later:
                with self._office.units.begin() as uow:
                    for row in visit.later:
                        uow.audit.append(**row)
        trim_memory()
        return _Answer(reply.status if isinstance(reply, Html) else HTTPStatus.OK, reply, facts)

    def _tell(self, secret: str, texts: Sequence[Told]) -> None:
        if texts:
            self._told[secret] = [*self._told.pop(secret, ()), *texts][-_TOLD:]
            for oldest in list(self._told)[:-_MOST_TOLD]:
                self._told.pop(oldest, None)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        secret = request.cookies.get(COOKIE, "")
        person = await self._thread(self._sessions.person, secret)
        if person is None:
            return self._plain(HTTPStatus.UNAUTHORIZED)
        if self._streams.too_many(person):
            return self._refuse("too_many_streams", HTTPStatus.TOO_MANY_REQUESTS)
        return await self._streams.serve(request, secret, person)

    async def _thread(self, work: Callable[..., Any], *given: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    async def _close(self, _app: web.Application) -> None:
        self.changes.close()


def _file(file: Download) -> web.Response:
    how = "inline" if file.inline else "attachment"
    disposition = f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"
    return web.Response(body=file.content, content_type=file.kind, headers={"Content-Disposition": disposition})
