"""The WebSockets over which the simulated Zalo server sends events to clients."""

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
from zalo_governor.simulator.old_messages import ARRAYS, live_status, old_messages
from zalo_governor.simulator.state import State
from zalo_governor.simulator.world import Account

_log = structlog.get_logger(__name__)

_CLOSE_SECONDS = 2.0
_QUEUES: RawDict = {
    "qCmds": [{"cmd": cmd, "subCmd": sub, "queueName": f"{cmd}_{sub}"} for cmd, sub in ((510, 1), (511, 1), (515, 0))],
    "ctrl_qCmds": [],
    "bk_cmds": [],
}
"""Fields of the key frame that list the server's queues of missed messages."""
_WRITER_LIMIT = 1 << 20


class Line:
    """An open WebSocket of a client, with the account that is logged in and the key that encrypts its frames."""

    def __init__(self, account: Account, cookie: str, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.account = account
        self.cookie = cookie
        self.key_bytes = os.urandom(16)
        self.key = AESGCM(self.key_bytes)
        self.mute = False
        """Whether the server sends nothing more over this socket, although it stays open (a simulated fault)."""
        self._request = request
        self._socket = socket

    async def write(self, frame: bytes) -> bool:
        """Send one binary message over the socket; return False if the socket is closed."""
        try:
            await self._socket.send_bytes(frame)
        except ConnectionError:
            return False
        return True

    async def write_together(self, frames: Iterable[bytes]) -> None:
        """Send many binary messages with one system call, which is faster than clients can read.

        Does nothing if the socket is closed.
        """
        transport = self._request.transport
        if transport is None or transport.is_closing():
            return
        transport.write(b"".join(part for frame in frames for part in (_header(len(frame)), frame)))
        while transport.get_write_buffer_size() > _WRITER_LIMIT:
            await asyncio.sleep(0.001)

    async def close(self, code: int) -> None:
        """Close the socket with this WebSocket close code."""
        await self._socket.close(code=code)

    def abort(self) -> None:
        """Break the connection without a close frame, as a network failure does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Hub:
    """All open WebSockets of clients (`lines`); accepts new ones, sends frames to them and closes them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.lines: list[Line] = []
        self.cut = False
        """Whether a network outage is simulated at present; new WebSockets are refused during it."""
        self.opened = asyncio.Event()
        """Set while a WebSocket is open; the scenario player waits for it."""

    async def serve(self, request: web.Request, cookie: str) -> web.StreamResponse:
        """Accept the WebSocket of a client and answer the client's frames until the socket closes.

        `cookie` is the session cookie of the request. The handshake is answered with HTTP status 401 if the cookie is
        missing or expired, with 503 during a simulated outage, and with the status in `Faults.handshake` if that fault
        is active.
        """
        refusal = self._handshake_error(cookie)
        if refusal:
            return web.Response(status=refusal)
        socket = web.WebSocketResponse(
            compress=False, autoclose=False, max_msg_size=0, timeout=_CLOSE_SECONDS, writer_limit=_WRITER_LIMIT
        )
        await socket.prepare(request)
        line = Line(self._state.world.account_of(cookie), cookie, request, socket)
        await self._close_older_sockets(line)
        self._state.ledger.counts["sockets_opened"] += 1
        await line.write(plain_frame(1, 1, {"key": base64.b64encode(line.key_bytes).decode(), **_QUEUES}))
        self.lines.append(line)
        self.opened.set()
        _log.info("socket_open", sockets=len(self.lines))
        try:
            await self._listen(line, socket)
        finally:
            if line in self.lines:
                self.lines.remove(line)
            if not self.lines:
                self.opened.clear()
            _log.info("socket_closed", sockets=len(self.lines))
        return socket

    def listening(self, to: Collection[str] | None = None) -> list[Line]:
        """Return the sockets over which events can be sent to the accounts with the uids in `to` (None: all accounts).

        These are their open sockets except those that `mute` has muted; none while the fault `silent` is active.
        """
        if self._state.faults.silent:
            return []
        return [line for line in self.lines if not line.mute and (to is None or line.account.uid in to)]

    def mute(self) -> int:
        """Mute the sockets that are open now (stop sending over them) and return their number.

        Nothing more is sent over a muted socket, not even answers to pings; sockets opened later work normally.
        """
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
        """Send data in one frame to each open socket of the accounts with the uids in `to` (None: of all accounts).

        `cmd` and `sub` are Zalo's command and sub-command numbers, by default those of group messages. Each account
        sees people under its own uids, so the uids in `data` are converted for each account.

        Returns:
            The number of sockets that accepted the frame.
        """
        written = 0
        for line in self.listening(to):
            written += await line.write(self.frame(line, data, cmd=cmd, sub=sub, encoding=encoding))
        return written

    def frame(self, line: Line, data: RawDict, *, cmd: int = 521, sub: int = 0, encoding: Encoding = USUAL) -> bytes:
        """Return the bytes of a frame that carries `data` over one socket, encrypted under the socket's key.

        `cmd` and `sub` are Zalo's command and sub-command numbers. The uids in `data` are converted to those under
        which the socket's account sees people.
        """
        if self._state.faults.bad_tag:
            encoding = encoding._replace(bad_tag=True)
        data = live_status(cmd, data) | data
        return encode(cmd, sub, self._state.world.seen_by(line.account, data), line.key, encoding)

    async def send_raw(self, message: bytes) -> int:
        """Send bytes unchanged as one binary message over every open socket; return how many sockets accepted it."""
        return sum([await line.write(message) for line in self.listening()])

    async def close(self, code: int) -> int:
        """Close every socket with a WebSocket close code and return their number.

        Code 1006 cannot be sent in a close frame, so it breaks the connections.

        Raises:
            SimulatorError: the code is not allowed in a close frame (RFC 6455, 7.4).
        """
        if code == 1006:
            return self.abort()
        if not 1000 <= code <= 4999 or code in {1004, 1005, 1015}:
            raise SimulatorError(f"{code} is no close code that may be sent")
        lines = list(self.lines)
        await asyncio.gather(*(line.close(code) for line in lines))
        return len(lines)

    def abort(self) -> int:
        """Break every connection without a close frame, as a network failure does, and return their number."""
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

    async def _close_older_sockets(self, new_line: Line) -> None:
        for line in [line for line in self.lines if line.account.uid == new_line.account.uid]:
            same_session = line.cookie == new_line.cookie
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
        elif frame.cmd in ARRAYS and self._state.faults.old:
            data = old_messages(self._state.world, line.account, frame.cmd, frame.data, self._state.faults)
            await line.write(self.frame(line, data, cmd=frame.cmd, sub=1))


def _header(length: int) -> bytes:
    """Return the WebSocket header that precedes an unfragmented binary message of `length` bytes (RFC 6455, 5.2)."""
    if length < 126:
        return bytes([0x82, length])
    return b"\x82\x7e" + length.to_bytes(2) if length < 1 << 16 else b"\x82\x7f" + length.to_bytes(8)
