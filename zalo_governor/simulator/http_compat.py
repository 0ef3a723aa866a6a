"""Lets aiohttp serve zlapi's handshakes.

zlapi 1.0.3 sends Host, Origin, Connection and Upgrade twice; aiohttp answers 400 to that, so repeated headers are
dropped before its parser sees them. Only the first request of a connection is looked at: a handshake is never later.
"""

import asyncio
from collections.abc import Callable

_END = b"\r\n\r\n"
_LONGEST = 64 * 1024
_SINGLE = {b"host", b"origin", b"connection", b"upgrade", b"sec-websocket-version", b"sec-websocket-key"}


class HeaderCompat(asyncio.Protocol):
    """Stands between the transport and aiohttp's protocol."""

    def __init__(self, make_inner: Callable[[], asyncio.Protocol]) -> None:
        self._inner = make_inner()
        self._head: bytes | None = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Handed on."""
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Handed on."""
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Held back until the first head is complete, then handed on."""
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
        """Handed on."""
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        """Handed on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Handed on."""
        self._inner.resume_writing()


def tidy(head: bytes) -> bytes:
    """The head of a request without second copies of headers that may stand only once; the last copy stays."""
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
