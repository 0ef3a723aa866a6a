"""One WebSocket connection to Zalo: opened with a browser's headers, read in batches, kept alive by pings.

The I/O-free protocol of the websockets package handles the handshake, control frames and unusual frames; complete
binary messages bypass it (see `zalo.frames.websocket`).
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
from zalo_governor.zalo.frames.decrypt import ping_frame
from zalo_governor.zalo.frames.websocket import FrameSplitter, OtherFrame
from zalo_governor.zalo.http.base import CLIENT_TYPE

_SITE = "chat.zalo.me"
_MAX_FRAME_BYTES = 64 * 1024 * 1024
_READ_BYTES = 128 * 1024
_END_OF_HEADERS = b"\r\n\r\n"
_CLOSE_SECONDS = 0.3

# At a lower level websockets logs the handshake with its cookies.
_websockets_log = logging.getLogger("zalo_governor.wire")
_websockets_log.setLevel(logging.WARNING)


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
        self._send_lock = threading.Lock()
        self._splitter = FrameSplitter(_MAX_FRAME_BYTES)
        self._messages: list[bytes] = []
        self._fragments: list[Frame] = []
        query = urlencode({"zpw_ver": session.client_version, "zpw_type": CLIENT_TYPE, "t": to_ms(clock())})
        address = parse_uri(f"{url}{'&' if parse_uri(url).query else '?'}{query}")
        self._protocol = ClientProtocol(
            address, origin=Origin(f"https://{_SITE}"), max_size=_MAX_FRAME_BYTES, logger=_websockets_log
        )
        deadline = time.monotonic() + session.timeout
        self._socket = _open_socket(address, session.timeout)
        try:
            self._handshake(session, deadline)
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(session.timeout)
        self._readable = select.poll()
        self._readable.register(self._socket, select.POLLIN)

    def receive(self, seconds: float) -> list[bytes]:
        """Wait up to `seconds` for a message; return all messages that have arrived by then, [] if there are none.

        A message is the undecoded bytes of one of Zalo's frames.

        Raises:
            ConnectionClosed: the connection has ended and all messages that had arrived have been returned.
        """
        if not self._messages and self._protocol.state is OPEN and self._has_arrived(seconds):
            data = self._read()
            if data:
                self._process_bytes(data)
            else:
                with self._send_lock:
                    self._protocol.receive_eof()
        frames, self._messages = self._messages, []
        if not frames and self._protocol.state is not OPEN:
            ended = self._protocol
            raise ConnectionClosedError(ended.close_rcvd, ended.close_sent, ended.close_rcvd_then_sent)
        return frames

    def keep_alive(self, every_seconds: float) -> None:
        """Start a thread that sends pings at this interval, also while the reading thread waits for the database."""
        threading.Thread(target=self._ping, args=(every_seconds,), name="zalo-ping", daemon=True).start()

    def send(self, frame: bytes) -> None:
        """Send one of the client's frames to Zalo; does nothing if the connection has ended."""
        with self._send_lock, suppress(OSError):
            if self._protocol.state is OPEN:
                self._protocol.send_binary(frame)
                self._flush()

    def close(self) -> None:
        """Close the connection; a repeated call does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        # A ping that hangs in a dead connection must not delay a stop of the program.
        if self._send_lock.acquire(timeout=_CLOSE_SECONDS):
            with suppress(OSError):
                if self._protocol.state is OPEN:
                    self._close_politely()
            self._send_lock.release()
        self._socket.close()

    def _handshake(self, session: ZaloSession, deadline: float) -> None:
        request = self._protocol.connect()
        request.headers.update(
            {
                **session.browser_headers,
                "Accept-Encoding": "gzip, deflate, br, zstd",
                "Cache-Control": "no-cache",
                "Pragma": "no-cache",
                "Cookie": session.cookie_header(_SITE),
            }
        )
        self._protocol.send_request(request)
        self._flush()
        answer = b""
        while _END_OF_HEADERS not in answer:
            answer += self._read_by(deadline)
        head, end, rest = answer.partition(_END_OF_HEADERS)
        self._protocol.receive_data(head + end)
        if self._protocol.state is OPEN:
            self._process_bytes(rest)
            return
        self._protocol.receive_data(rest)
        while self._protocol.handshake_exc is None:
            self._protocol.receive_data(self._read_by(deadline))
        raise self._protocol.handshake_exc

    def _read_by(self, deadline: float) -> bytes:
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        data = self._socket.recv(_READ_BYTES)
        if not data:
            raise ConnectionError("closed during the handshake")
        return data

    def _has_arrived(self, seconds: float) -> bool:
        # poll() does not report data that TLS has already read and decrypted.
        decrypted = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
        return bool(decrypted or self._readable.poll(seconds * 1000))

    def _read(self) -> bytes:
        """Read and return the bytes that have arrived; b"" at the end of the connection."""
        try:
            return self._socket.recv(_READ_BYTES)
        except OSError:
            return b""

    def _process_bytes(self, data: bytes) -> None:
        """Append the messages in received bytes to `_messages`, and answer the control frames among them."""
        for frame in self._splitter.feed(data):
            if isinstance(frame, OtherFrame):
                self._process_frame(frame)
            else:
                self._messages.append(frame)

    def _process_frame(self, other: OtherFrame) -> None:
        with self._send_lock:
            self._protocol.receive_data(other.data)
            events = self._protocol.events_received()
            with suppress(OSError):
                self._flush()
        for event in events:
            if isinstance(event, Frame):
                self._assemble(event)

    def _assemble(self, frame: Frame) -> None:
        """Add one WebSocket frame to the message it is part of; text messages are ignored, since Zalo sends none."""
        if frame.opcode is CONT:
            self._fragments.append(frame)
        elif frame.opcode is BINARY:
            self._fragments = [frame]
        else:
            return
        if frame.fin and self._fragments[0].opcode is BINARY:
            self._messages.append(b"".join(bytes(part.data) for part in self._fragments))

    def _ping(self, every_seconds: float) -> None:
        while not self._closed.wait(every_seconds) and self._protocol.state is OPEN:
            self.send(ping_frame(to_ms(self._clock())))

    def _close_politely(self) -> None:
        """Send a close frame and read until the server has closed, for a limited time.

        Closing with unread bytes would reset the connection before the server has read the close frame.
        """
        self._socket.settimeout(_CLOSE_SECONDS)
        self._protocol.send_close(1000)
        self._flush()
        deadline = time.monotonic() + _CLOSE_SECONDS
        while (left := deadline - time.monotonic()) > 0 and self._has_arrived(left) and self._read():
            pass

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)
            else:
                self._socket.shutdown(socket.SHUT_WR)


def _open_socket(address: WebSocketURI, timeout: float) -> socket.socket:
    line = socket.create_connection((address.host, address.port), timeout=timeout)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not address.secure:
        return line
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=address.host)
    except BaseException:
        line.close()
        raise
