"""Workaround that lets aiohttp accept the WebSocket handshakes of the client zlapi.

zlapi 1.0.3 sends the headers Host, Origin, Connection and Upgrade twice, which aiohttp answers with status 400.
Repeated headers are therefore removed before aiohttp parses the request. Only the first request of a TCP connection is
changed, because a handshake is always the first.
"""

import asyncio
from collections.abc import Callable

_END = b"\r\n\r\n"
_LONGEST = 64 * 1024
_SINGLE = {b"host", b"origin", b"connection", b"upgrade", b"sec-websocket-version", b"sec-websocket-key"}


class HeaderCompat(asyncio.Protocol):
    """asyncio protocol in front of aiohttp's own that removes repeated headers from a connection's first request.

    aiohttp refuses repeated headers, but the client library zlapi sends them in WebSocket handshakes. `make_inner`
    creates aiohttp's protocol, to which the connection is handed over once these headers have come.
    """

    def __init__(self, make_inner: Callable[[], asyncio.Protocol]) -> None:
        self._inner = make_inner()
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell aiohttp's protocol that the connection was made."""
        self._transport = transport
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell aiohttp's protocol that the connection has ended."""
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hold back the first request until its headers are complete; then pass it on, without repeated headers."""
        self._head += data
        if _END in self._head or len(self._head) >= _LONGEST:
            head, end, rest = self._head.partition(_END)
            self._transport.set_protocol(self._inner)
            self._inner.data_received(tidy(head) + end + rest)


def tidy(head: bytes) -> bytes:
    """Remove repeated headers from the head (request line and headers) of an HTTP request, keeping the last of each.

    Only repetitions of the headers in `_SINGLE`, such as Host, are removed; other headers may be repeated.
    """
    start, *lines = head.split(b"\r\n")
    kept: list[bytes] = []
    seen: set[bytes] = set()
    for line in reversed(lines):
        name = line.partition(b":")[0].strip().lower()
        if name in _SINGLE and name in seen:
            continue
        seen.add(name)
        kept.append(line)
    return b"\r\n".join([start, *reversed(kept)])
