"""One connection of the socket: opened with a browser's headers, read in batches, kept alive by pings of its own.

The handshake, control frames and whatever is unusual are left to the protocol of websockets, which does no I/O; whole
binary messages go past it (see `zalo.frames.websocket`).
"""

import logging
import select
import socket
import ssl
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosedError
from websockets.frames import BINARY, CONT, Frame
from websockets.protocol import OPEN
from websockets.typing import Origin
from websockets.uri import WebSocketURI, parse_uri

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.zalo.auth.session import ZaloSession
from zalo_governor.zalo.frames.decrypt import OLD, old_messages_frame, ping_frame
from zalo_governor.zalo.frames.websocket import FrameSplitter, OtherFrame
from zalo_governor.zalo.http.base import API_VERSION, CLIENT_TYPE

_SITE = "chat.zalo.me"
_LARGEST_FRAME = 64 * 1024 * 1024
_BYTES_TOGETHER = 128 * 1024
_END_OF_HEADERS = b"\r\n\r\n"
_CLOSE_SECONDS = 0.3

# websockets writes the handshake with its cookies down at a lower level.
_quiet = logging.getLogger("zalo_governor.wire")
_quiet.setLevel(logging.WARNING)


class ZaloConnection:
    """An open connection; only one thread reads it."""

    def __init__(self, session: ZaloSession, url: str, *, clock: Clock) -> None:
        """Connect and shake hands, within the session's timeout for both together. No redirect is followed: it would
        carry the cookies elsewhere.

        Raises:
            OSError: no connection; TimeoutError among them.
            websockets.exceptions.WebSocketException: the handshake failed; InvalidStatus carries the HTTP status.
        """
        self._clock = clock
        self._closed = threading.Event()
        self._speaking = threading.Lock()
        self._cutter = FrameSplitter(_LARGEST_FRAME)
        self._waiting: list[bytes] = []
        self._fragments: list[Frame] = []
        query = urlencode({"zpw_ver": API_VERSION, "zpw_type": CLIENT_TYPE, "t": to_ms(clock())})
        address = parse_uri(f"{url}{'&' if parse_uri(url).query else '?'}{query}")
        self._protocol = ClientProtocol(
            address, origin=Origin(f"https://{_SITE}"), max_size=_LARGEST_FRAME, logger=_quiet
        )
        deadline = time.monotonic() + session.timeout
        self._socket = _connected(address, session.timeout)
        try:
            self._shake_hands(session, deadline)
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(session.timeout)
        self._readable = select.poll()
        self._readable.register(self._socket, select.POLLIN)

    def receive(self, seconds: float) -> list[bytes]:
        """Wait so long for a frame, and give it with all that have arrived by then; [] where none came.

        Raises:
            ConnectionClosed: the connection ended, and everything that had arrived was given before.
        """
        if not self._waiting and self._protocol.state is OPEN and self._has_arrived(seconds):
            data = self._read()
            if data:
                self._take(data)
            else:
                with self._speaking:
                    self._protocol.receive_eof()
        frames, self._waiting = self._waiting, []
        if not frames and self._protocol.state is not OPEN:
            ended = self._protocol
            raise ConnectionClosedError(ended.close_rcvd, ended.close_sent, ended.close_rcvd_then_sent)
        return frames

    def keep_alive(self, every_seconds: float) -> None:
        """Ping from now on in a thread of its own, so that a store which takes its time does not silence the line."""
        threading.Thread(target=self._ping, args=(every_seconds,), name="zalo-ping", daemon=True).start()

    def ask_for_old(self) -> None:
        """Ask once for what was said before this connection; the line may end meanwhile."""
        with self._speaking, suppress(OSError):
            if self._protocol.state is OPEN:
                for cmd in sorted(OLD):
                    self._protocol.send_binary(old_messages_frame(cmd))
                self._send_what_is_due()

    def close(self) -> None:
        """End the connection; a second time does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        # A ping that hangs in a dead line must not hold up a stop.
        if self._speaking.acquire(timeout=_CLOSE_SECONDS):
            with suppress(OSError):
                if self._protocol.state is OPEN:
                    self._say_goodbye()
            self._speaking.release()
        self._socket.close()

    def _shake_hands(self, session: ZaloSession, deadline: float) -> None:
        request = self._protocol.connect()
        request.headers.update(
            {
                "User-Agent": session.user_agent,
                "Accept-Encoding": "gzip, deflate, br, zstd",
                "Accept-Language": "vi-VN,vi;q=0.9,en;q=0.5",
                "Cache-Control": "no-cache",
                "Pragma": "no-cache",
                "Cookie": session.cookie_header(_SITE),
            }
        )
        self._protocol.send_request(request)
        self._send_what_is_due()
        answer = b""
        while _END_OF_HEADERS not in answer:
            answer += self._read_by(deadline)
        head, end, rest = answer.partition(_END_OF_HEADERS)
        self._protocol.receive_data(head + end)
        if self._protocol.state is OPEN:
            self._take(rest)
            return
        self._protocol.receive_data(rest)
        while self._protocol.handshake_exc is None:
            self._protocol.receive_data(self._read_by(deadline))
        raise self._protocol.handshake_exc

    def _read_by(self, deadline: float) -> bytes:
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        data = self._socket.recv(_BYTES_TOGETHER)
        if not data:
            raise ConnectionError("closed during the handshake")
        return data

    def _has_arrived(self, seconds: float) -> bool:
        # What TLS has decrypted already no longer shows at the socket.
        decrypted = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
        return bool(decrypted or self._readable.poll(seconds * 1000))

    def _read(self) -> bytes:
        """What has arrived; b"" at the end of the connection."""
        try:
            return self._socket.recv(_BYTES_TOGETHER)
        except OSError:
            return b""

    def _take(self, data: bytes) -> None:
        """Put the messages in these bytes on `_waiting`, and do what the control frames among them ask for."""
        for frame in self._cutter.feed(data):
            if isinstance(frame, OtherFrame):
                self._take_other(frame)
            else:
                self._waiting.append(frame)

    def _take_other(self, other: OtherFrame) -> None:
        with self._speaking:
            self._protocol.receive_data(other.data)
            events = self._protocol.events_received()
            with suppress(OSError):
                self._send_what_is_due()
        for event in events:
            if isinstance(event, Frame):
                self._assemble(event)

    def _assemble(self, frame: Frame) -> None:
        """Messages of several frames; text is nothing that Zalo sends."""
        if frame.opcode is CONT:
            self._fragments.append(frame)
        elif frame.opcode is BINARY:
            self._fragments = [frame]
        else:
            return
        if frame.fin and self._fragments[0].opcode is BINARY:
            self._waiting.append(b"".join(bytes(part.data) for part in self._fragments))

    def _ping(self, every_seconds: float) -> None:
        while not self._closed.wait(every_seconds):
            with self._speaking, suppress(OSError):
                if self._protocol.state is not OPEN:
                    return
                self._protocol.send_binary(ping_frame(to_ms(self._clock())))
                self._send_what_is_due()

    def _say_goodbye(self) -> None:
        """Tell the server, and read on until it has hung up: closing on unread bytes would reset the connection before
        it has heard that."""
        self._socket.settimeout(_CLOSE_SECONDS)
        self._protocol.send_close(1000)
        self._send_what_is_due()
        deadline = time.monotonic() + _CLOSE_SECONDS
        while (left := deadline - time.monotonic()) > 0 and self._has_arrived(left) and self._read():
            pass

    def _send_what_is_due(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)
            else:
                self._socket.shutdown(socket.SHUT_WR)


def _connected(address: WebSocketURI, timeout: float) -> socket.socket:
    line = socket.create_connection((address.host, address.port), timeout=timeout)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not address.secure:
        return line
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=address.host)
    except BaseException:
        line.close()
        raise
