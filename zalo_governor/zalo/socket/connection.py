"""One WebSocket connection to Zalo: opened with a browser's headers, read in batches, kept alive by pings."""

import logging
import socket
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin
from websockets.uri import parse_uri

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.frames.decrypt import ping_frame
from zalo_governor.zalo.http.base import CLIENT_TYPE

_SITE = "chat.zalo.me"
_MAX_FRAME_BYTES = 64 * 1024 * 1024
_MAX_BATCH = 64
"""Number of messages waiting in memory at which the socket is read no further."""
_CLOSE_SECONDS = 0.3

# At a lower level websockets logs the handshake with its cookies.
_websockets_log = logging.getLogger("zalo_governor.wire")
_websockets_log.setLevel(logging.WARNING)


def _is_fault(record: logging.LogRecord) -> bool:
    """Return whether a log message of the package `websockets` reports a fault; used as the filter of its log.

    If a connection breaks during a send, the package notices it twice, in its reader and in its writer, and logs the
    second time as an internal error (EOFError), which is harmless.
    """
    return record.exc_info is None or not isinstance(record.exc_info[1], EOFError)


_websockets_log.addFilter(_is_fault)


class ZaloConnection:
    """An open WebSocket connection to Zalo; only one thread may call `receive`."""

    def __init__(self, session: ZaloSession, url: str, *, clock: Clock) -> None:
        """Connect to the socket URL and complete the handshake, both together within the session's timeout.

        No redirect is followed: it would send the cookies to another host.

        Raises:
            OSError: the connection failed; TimeoutError if it took too long.
            websockets.exceptions.WebSocketException: the handshake failed; InvalidStatus carries the HTTP status.
        """
        self._clock = clock
        self._closed = threading.Event()
        query = urlencode({"zpw_ver": session.client_version, "zpw_type": CLIENT_TYPE, "t": to_ms(clock())})
        address = parse_uri(url)
        deadline = time.monotonic() + session.timeout
        try:
            self._line = connect(
                f"{url}{'&' if address.query else '?'}{query}",
                # With a socket that was opened before, the package follows no redirect.
                sock=socket.create_connection((address.host, address.port), timeout=session.timeout),
                origin=Origin(f"https://{_SITE}"),
                additional_headers={
                    **session.browser_headers,
                    "Accept-Encoding": "gzip, deflate, br, zstd",
                    "Cache-Control": "no-cache",
                    "Pragma": "no-cache",
                    "Cookie": session.cookie_header(_SITE),
                },
                user_agent_header=None,
                compression=None,
                open_timeout=max(deadline - time.monotonic(), 0.001),
                ping_interval=None,
                close_timeout=_CLOSE_SECONDS,
                max_size=_MAX_FRAME_BYTES,
                max_queue=_MAX_BATCH,
                logger=_websockets_log,
                legacy=True,
            )
        except ValueError as error:
            raise error.__cause__ if isinstance(error.__cause__, InvalidStatus) else error from None

    def receive(self, seconds: float) -> list[bytes]:
        """Wait up to `seconds` for a message; return all messages that have arrived by then, [] if there are none.

        A message is the undecoded bytes of one of Zalo's frames; text is left out, since Zalo sends none.

        Raises:
            ConnectionClosed: the connection has ended and all messages that had arrived have been returned.
        """
        messages: list[bytes] = []
        try:
            while len(messages) < _MAX_BATCH:
                message = self._line.recv(0 if messages else seconds)
                if isinstance(message, bytes):
                    messages.append(message)
        except TimeoutError:
            pass
        except ConnectionClosed:
            if not messages:
                raise
        return messages

    def keep_alive(self, every_seconds: float) -> None:
        """Start a thread that sends pings at this interval, also while the reading thread waits for the database."""
        threading.Thread(target=self._ping, args=(every_seconds,), name="zalo-ping", daemon=True).start()

    def send(self, frame: bytes) -> None:
        """Send one of the client's frames to Zalo; does nothing if the connection has ended."""
        with suppress(ConnectionClosed):
            self._line.send(frame)

    def close(self) -> None:
        """Close the connection; a repeated call does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        # A ping that hangs in a dead connection holds this lock, and must not delay a stop of the program.
        if self._line.protocol_mutex.acquire(timeout=_CLOSE_SECONDS):
            self._line.protocol_mutex.release()
            self._line.close()
        else:
            with suppress(OSError):
                self._line.socket.shutdown(socket.SHUT_RDWR)

    def _ping(self, every_seconds: float) -> None:
        while not self._closed.wait(every_seconds):
            self.send(ping_frame(to_ms(self._clock())))
