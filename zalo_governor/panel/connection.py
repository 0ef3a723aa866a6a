"""A browser's connection: limits of number and time, and the answer to a request that cannot be read."""

import asyncio
from http import HTTPStatus

from aiohttp import web

from zalo_governor.panel.gatekeeper import HEADERS, RefusalLog

MOST, MOST_OF_ONE = 500, 50
"""Most connections, in all and from one address; behind a proxy all come from one address."""
_IDLE_SECONDS = 30
"""Seconds that a connection may last without a complete request header."""


class Connection(web.RequestHandler):
    """A browser's connection; it is closed at once if there are too many (`MOST`, `MOST_OF_ONE` of one address).

    Error answers quote nothing of an unreadable request. `refused` logs what was refused.
    """

    __slots__ = ("_most", "_refused", "_server")

    def __init__(
        self, server: web.Server, loop: asyncio.AbstractEventLoop, refused: RefusalLog, *, behind_proxy: bool
    ) -> None:
        super().__init__(server, loop=loop, keepalive_timeout=_IDLE_SECONDS)
        self._server, self._refused, self._most = server, refused, MOST if behind_proxy else MOST_OF_ONE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve the connection; close it if there are too many."""
        super().connection_made(transport)
        every = self._server.connections
        of_one = sum(_address_of(one) == _address_of(self) for one in every)
        if len(every) > MOST or of_one > self._most:
            self._refused.note("too_many_connections")
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer an unreadable or failed request with the status alone; aiohttp would quote the request."""
        self._refused.note("malformed", error=type(exc).__name__)
        response = web.Response(status=status, text=HTTPStatus(status).phrase, headers=HEADERS)
        response.force_close()
        return response


def _address_of(line: web.RequestHandler) -> str:
    peer = line.peername
    return peer if isinstance(peer, str) else peer[0] if peer else ""
