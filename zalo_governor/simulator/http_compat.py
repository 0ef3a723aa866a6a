"""Workaround that lets aiohttp accept zlapi's WebSocket handshakes.

zlapi 1.0.3 sends Host, Origin, Connection and Upgrade twice, which aiohttp answers with 400; repeated headers are
therefore dropped before its parser. Only the first request of a connection is changed, as a handshake is never later.
"""

import asyncio
from collections.abc import Callable

_END = b"\r\n\r\n"
_LONGEST = 64 * 1024
_SINGLE = {b"host", b"origin", b"connection", b"upgrade", b"sec-websocket-version", b"sec-websocket-key"}


class HeaderCompat(asyncio.Protocol):
    """asyncio protocol that forwards everything to aiohttp's protocol, with repeated headers removed."""

    def __init__(self, make_inner: Callable[[], asyncio.Protocol]) -> None:
        self._inner = make_inner()
        self._head: bytes | None = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Forward the transport to aiohttp's protocol."""
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forward the end of the connection to aiohttp's protocol."""
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Forward data; hold back the first request's headers until complete and remove their duplicates."""
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
        """Forward the end of input to aiohttp's protocol."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Forward the request to pause writing to aiohttp's protocol."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Forward the request to resume writing to aiohttp's protocol."""
        self._inner.resume_writing()


def tidy(head: bytes) -> bytes:
    """Remove repeated headers that may occur only once from a request's head, keeping the last of each."""
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
