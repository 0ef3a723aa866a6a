"""WebSockets over which clients receive events."""

import asyncio
import base64
import os
from collections.abc import Collection, Iterable

import structlog
from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.frames import USUAL, Encoding, encode, plain_frame, read_client_frame
from zalo_governor.simulator.old_messages import COMMANDS, old_messages
from zalo_governor.simulator.state import State
from zalo_governor.simulator.world import Account

_log = structlog.get_logger(__name__)

_CLOSE_SECONDS = 2.0
_WRITER_LIMIT = 1 << 20


class Line:
    """One open WebSocket with its encryption key."""

    def __init__(self, account: Account, cookie: str, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.account = account
        self.cookie = cookie
        self.key_bytes = os.urandom(16)
        self.key = AESGCM(self.key_bytes)
        self.mute = False
        """Whether the socket stays open but sends nothing any more."""
        self._request = request
        self._socket = socket

    async def write(self, frame: bytes) -> bool:
        """Write one binary message; return False if the socket is closed."""
        try:
            await self._socket.send_bytes(frame)
        except ConnectionError:
            return False
        return True

    async def write_together(self, frames: Iterable[bytes]) -> None:
        """Write binary messages with one system call, so that a flood is sent faster than clients can read.

        Does nothing if the socket is closed.
        """
        transport = self._request.transport
        if transport is None or transport.is_closing():
            return
        transport.write(b"".join(part for frame in frames for part in (_header(len(frame)), frame)))
        while transport.get_write_buffer_size() > _WRITER_LIMIT:
            await asyncio.sleep(0.001)

    async def close(self, code: int) -> None:
        """Close the socket with this close code."""
        await self._socket.close(code=code)

    def abort(self) -> None:
        """Break the connection without a close frame, as a cut cable does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Hub:
    """All open sockets, and sending frames to them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.lines: list[Line] = []
        self.cut = False
        """Whether a network outage is simulated; no socket opens then."""
        self.opened = asyncio.Event()
        """Set when the first socket has opened."""

    async def serve(self, request: web.Request, cookie: str) -> web.StreamResponse:
        """Accept a WebSocket and serve it until it closes.

        The handshake is answered with 401 if the session is not valid, and with 503 during a simulated outage.
        """
        refusal = self._handshake_error(cookie)
        if refusal:
            return web.Response(status=refusal)
        socket = web.WebSocketResponse(
            compress=False, autoclose=False, max_msg_size=0, timeout=_CLOSE_SECONDS, writer_limit=_WRITER_LIMIT
        )
        await socket.prepare(request)
        line = Line(self._state.world.account_of(cookie), cookie, request, socket)
        await self._replace(line)
        self._state.ledger.counts["sockets_opened"] += 1
        await line.write(plain_frame(1, 1, {"key": base64.b64encode(line.key_bytes).decode()}))
        self.lines.append(line)
        self.opened.set()
        _log.info("socket_open", sockets=len(self.lines))
        try:
            await self._listen(line, socket)
        finally:
            if line in self.lines:
                self.lines.remove(line)
            _log.info("socket_closed", sockets=len(self.lines))
        return socket

    def listening(self, to: Collection[str] | None = None) -> list[Line]:
        """Return the open, unmuted sockets of the accounts in `to` (None: all); empty under the fault `silent`."""
        if self._state.faults.silent:
            return []
        return [line for line in self.lines if not line.mute and (to is None or line.account.uid in to)]

    def mute(self) -> int:
        """Stop sending on all open sockets, including answers to pings, and return how many there are."""
        for line in self.lines:
            line.mute = True
        return len(self.lines)

    async def send(
        self,
        data: RawDict,
        *,
        cmd: int = 521,
        sub: int = 0,
        encoding: Encoding = USUAL,
        to: Collection[str] | None = None,
    ) -> int:
        """Send a data frame to the sockets of the accounts in `to` (None: all), with each account's view of uids.

        Returns how many sockets accepted the frame.
        """
        written = 0
        for line in self.listening(to):
            written += await line.write(self.frame(line, data, cmd=cmd, sub=sub, encoding=encoding))
        return written

    def frame(self, line: Line, data: RawDict, *, cmd: int = 521, sub: int = 0, encoding: Encoding = USUAL) -> bytes:
        """Return the encrypted frame for one socket, with the uids as its account sees them."""
        if self._state.faults.bad_tag:
            encoding = encoding._replace(bad_tag=True)
        return encode(cmd, sub, self._state.world.seen_by(line.account, data), line.key, encoding)

    async def send_raw(self, message: bytes) -> int:
        """Write bytes unchanged to every open socket and return how many accepted them."""
        return sum([await line.write(message) for line in self.listening()])

    async def close(self, code: int) -> int:
        """Close every socket with a close code and return how many; 1006 breaks the connections, as it cannot be sent.

        Raises:
            SimulatorError: the code may not stand in a close frame (RFC 6455, 7.4).
        """
        if code == 1006:
            return self.abort()
        if not 1000 <= code <= 4999 or code in {1004, 1005, 1015}:
            raise SimulatorError(f"{code} is no close code that may be sent")
        lines = list(self.lines)
        await asyncio.gather(*(line.close(code) for line in lines))
        return len(lines)

    def abort(self) -> int:
        """Break every connection without a close frame and return how many."""
        lines = list(self.lines)
        for line in lines:
            line.abort()
        self.lines.clear()
        return len(lines)

    def _handshake_error(self, cookie: str) -> int:
        if self._state.faults.handshake:
            return self._state.faults.handshake
        if self.cut:
            return 503
        return 401 if not cookie or cookie in self._state.faults.expired else 0

    async def _replace(self, newcomer: Line) -> None:
        for line in [line for line in self.lines if line.account.uid == newcomer.account.uid]:
            same_session = line.cookie == newcomer.cookie
            if same_session:
                await line.write(self.frame(line, {}, cmd=3000))
            elif not self._state.faults.one_session:
                continue
            self.lines.remove(line)
            self._state.spawn(line.close(3000 if same_session else 3003))

    async def _listen(self, line: Line, socket: web.WebSocketResponse) -> None:
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.BINARY:
                await self._answer(line, message.data)
            elif message.type is WSMsgType.CLOSE:
                # zca-js decides by the returned close code whether to reconnect.
                await socket.close(code=message.data or 1000)
                return
            elif message.type in {WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                return

    async def _answer(self, line: Line, message: bytes) -> None:
        try:
            frame = read_client_frame(message)
        except ValueError:
            self._state.ledger.frame({"cmd": None, "sub": None, "data": None, "hex": message.hex()})
            return
        self._state.ledger.frame(
            {"cmd": frame.cmd, "sub": frame.sub, "data": frame.data, "hex": message[:64].hex(), "uid": line.account.uid}
        )
        if self._state.faults.silent or line.mute:
            return
        if frame.cmd == 2:
            event = frame.data.get("eventId") if isinstance(frame.data, dict) else None
            await line.write(plain_frame(2, 0, {"eventId": event}))
        elif frame.cmd in COMMANDS and self._state.faults.old:
            data = old_messages(self._state.world, line.account, frame.cmd, frame.data)
            await line.write(self.frame(line, data, cmd=frame.cmd, sub=1))


def _header(length: int) -> bytes:
    """Return the WebSocket frame header of an unfragmented binary message of `length` bytes (RFC 6455, 5.2)."""
    if length < 126:
        return bytes([0x82, length])
    return b"\x82\x7e" + length.to_bytes(2) if length < 1 << 16 else b"\x82\x7f" + length.to_bytes(8)
