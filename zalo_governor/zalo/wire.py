"""One connection of the socket: opened with a browser's headers, read in batches, kept alive by pings of its own."""

import logging
import socket
import threading
from contextlib import ExitStack, suppress
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin
from websockets.uri import parse_uri

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.zalo.api import API_VERSION, CLIENT_TYPE
from zalo_governor.zalo.frames import OLD, old_messages_frame, ping_frame
from zalo_governor.zalo.session import ZaloSession

_SITE = "chat.zalo.me"
_LARGEST_FRAME = 64 * 1024 * 1024
_FRAMES_TOGETHER = 200
_BYTES_TOGETHER = 128 * 1024
_CLOSE_SECONDS = 0.3

# websockets writes the handshake with its cookies down at a lower level.
_quiet = logging.getLogger("zalo_governor.wire")
_quiet.setLevel(logging.WARNING)


class Wire:
    """An open connection; only one thread reads it."""

    def __init__(self, session: ZaloSession, url: str, *, clock: Clock) -> None:
        """Connect and shake hands, within the session's timeout for each.

        Raises:
            OSError: no connection; TimeoutError among them.
            websockets.exceptions.WebSocketException: the handshake failed; InvalidStatus carries the HTTP status.
        """
        self._clock = clock
        self._closed = threading.Event()
        self._stack = ExitStack()
        address = parse_uri(url)
        # A socket of our own, since with one no redirect is followed: it would carry the cookies elsewhere.
        line = socket.create_connection((address.host, address.port), timeout=session.timeout)
        query = urlencode({"zpw_ver": API_VERSION, "zpw_type": CLIENT_TYPE, "t": to_ms(clock())})
        self._connection: ClientConnection = self._stack.enter_context(
            connect(
                f"{url}{'&' if address.query else '?'}{query}",
                sock=line,
                origin=Origin(f"https://{_SITE}"),
                user_agent_header=session.user_agent,
                additional_headers={
                    "Accept-Encoding": "gzip, deflate, br, zstd",
                    "Accept-Language": "vi-VN,vi;q=0.9,en;q=0.5",
                    "Cache-Control": "no-cache",
                    "Pragma": "no-cache",
                    "Cookie": session.cookie_header(_SITE),
                },
                compression=None,
                proxy=None,
                open_timeout=session.timeout,
                close_timeout=_CLOSE_SECONDS,
                # Zalo has pings of its own; nobody knows whether it answers those of the WebSocket protocol.
                ping_interval=None,
                max_size=_LARGEST_FRAME,
                max_queue=_FRAMES_TOGETHER,
                logger=_quiet,
            )
        )

    def receive(self, seconds: float) -> list[bytes]:
        """Wait so long for a frame, and give it with all that have arrived by then; [] where none came.

        Raises:
            ConnectionClosed: the connection ended, and everything that had arrived was given before.
        """
        frames: list[bytes] = []
        size = 0
        try:
            while len(frames) < _FRAMES_TOGETHER and size < _BYTES_TOGETHER:
                frame = self._connection.recv(timeout=0 if frames else seconds)
                if isinstance(frame, bytes):
                    frames.append(frame)
                    size += len(frame)
        except TimeoutError:
            pass
        except ConnectionClosed:
            if not frames:
                raise
        return frames

    def keep_alive(self, every_seconds: float) -> None:
        """Ping from now on in a thread of its own, so that a store which takes its time does not silence the line."""
        threading.Thread(target=self._ping, args=(every_seconds,), name="zalo-ping", daemon=True).start()

    def ask_for_old(self) -> None:
        """Ask once for what was said before this connection; the line may end meanwhile."""
        for cmd in sorted(OLD):
            with suppress(ConnectionClosed, OSError):
                self._connection.send(old_messages_frame(cmd))

    def close(self) -> None:
        """End the connection; a second time does nothing."""
        self._closed.set()
        self._stack.close()

    def _ping(self, every_seconds: float) -> None:
        while not self._closed.wait(every_seconds):
            try:
                self._connection.send(ping_frame(to_ms(self._clock())))
            except (ConnectionClosed, OSError):
                return
