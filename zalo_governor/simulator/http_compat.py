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
    creates aiohttp's protocol.
    """

    def __init__(self, make_inner: Callable[[], asyncio.Protocol]) -> None:
        self._inner = make_inner()
        self._head: bytes | None = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell aiohttp's protocol that the connection was made."""
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell aiohttp's protocol that the connection has ended."""
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass received bytes to aiohttp's protocol.

        The bytes of the first request are held back until its headers are complete; repeated headers are then removed.
        """
        if self._head is None:
            self._inner.data_received(data)
            return
        self._head += data
        if _END not in self._head and len(self._head) < _LONGEST:
            return
        head, end, rest = self._head.partition(_END)
        self._head = None
        self._inner.data_received(tidy(head) + end + rest)

    def eof_received(self) -> bool | None:
        """Tell aiohttp's protocol that the client sends no more data."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Tell aiohttp's protocol to stop writing, because the transport's buffer is full."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Tell aiohttp's protocol that it may write again, because the transport's buffer has emptied."""
        self._inner.resume_writing()


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
