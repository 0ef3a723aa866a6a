"""The sockets over which clients listen."""

import asyncio
import base64
import os
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zalo_governor.domain.elements import RawDict
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.frames import USUAL, Encoding, encode, plain_frame, read_client_frame
from zalo_governor.simulator.world import Account

if TYPE_CHECKING:
    from zalo_governor.simulator.stage import Stage

_log = structlog.get_logger(__name__)

_CLOSE_SECONDS = 2.0
_OLD_MESSAGES = 200


class Line:
    """One open socket with the cipher key of this connection."""

    def __init__(self, account: Account, cookie: str, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.account = account
        self.cookie = cookie
        self.key_bytes = os.urandom(16)
        self.key = AESGCM(self.key_bytes)
        self._request = request
        self._socket = socket

    async def write(self, frame: bytes) -> bool:
        """Write one binary message; False when the socket is gone."""
        try:
            await self._socket.send_bytes(frame)
        except ConnectionError:
            return False
        return True

    async def close(self, code: int) -> None:
        """Close it with that code."""
        await self._socket.close(code=code)

    def abort(self) -> None:
        """Break the connection without a word, as a cut cable does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Hub:
    """All open sockets."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self.lines: list[Line] = []
        self.cut = False
        """While the line is cut, no socket opens."""
        self.opened = asyncio.Event()
        """Set once the first socket has opened."""

    async def serve(self, request: web.Request, cookie: str) -> web.StreamResponse:
        """Take a socket and serve it until it closes.

        The handshake answers 401 without a valid session, 503 while the line is cut.
        """
        refusal = self._refusal(cookie)
        if refusal:
            return web.Response(status=refusal)
        socket = web.WebSocketResponse(
            compress=False, autoclose=False, max_msg_size=0, timeout=_CLOSE_SECONDS, writer_limit=1 << 20
        )
        await socket.prepare(request)
        line = Line(self._stage.world.account_of(cookie), cookie, request, socket)
        await self._replace(line)
        self._stage.ledger.counts["sockets_opened"] += 1
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

    async def send(self, data: RawDict, *, cmd: int = 521, sub: int = 0, encoding: Encoding = USUAL) -> int:
        """Write a data frame to every open socket, as its account sees it; gives how many took it."""
        written = 0
        for line in list(self.lines):
            written += await line.write(self.frame(line, data, cmd=cmd, sub=sub, encoding=encoding))
        return written

    def frame(self, line: Line, data: RawDict, *, cmd: int = 521, sub: int = 0, encoding: Encoding = USUAL) -> bytes:
        """The frame for one socket."""
        if self._stage.faults.bad_tag:
            encoding = encoding._replace(bad_tag=True)
        return encode(cmd, sub, self._stage.world.seen_by(line.account, data), line.key, encoding)

    async def send_raw(self, message: bytes) -> int:
        """Write bytes as they are to every open socket; gives how many took them."""
        return sum([await line.write(message) for line in list(self.lines)])

    async def close(self, code: int) -> int:
        """Close every socket with a code; gives how many. 1006 is a broken connection and cannot be sent: abort.

        Raises:
            SimulatorError: no such code may stand in a close frame (RFC 6455, 7.4).
        """
        if code == 1006:
            return self.abort()
        if not 1000 <= code <= 4999 or code in {1004, 1005, 1015}:
            raise SimulatorError(f"{code} is no close code that may be sent")
        lines = list(self.lines)
        await asyncio.gather(*(line.close(code) for line in lines))
        return len(lines)

    def abort(self) -> int:
        """Break every connection; gives how many."""
        lines = list(self.lines)
        for line in lines:
            line.abort()
        self.lines.clear()
        return len(lines)

    def _refusal(self, cookie: str) -> int:
        if self._stage.faults.handshake:
            return self._stage.faults.handshake
        if self.cut:
            return 503
        return 401 if not cookie or cookie in self._stage.faults.expired else 0

    async def _replace(self, newcomer: Line) -> None:
        for line in [line for line in self.lines if line.cookie == newcomer.cookie]:
            self.lines.remove(line)
            await line.write(self.frame(line, {}, cmd=3000))
            self._stage.spawn(line.close(3000))

    async def _listen(self, line: Line, socket: web.WebSocketResponse) -> None:
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.BINARY:
                await self._answer(line, message.data)
            elif message.type is WSMsgType.CLOSE:
                # zca-js decides by the code that comes back whether to connect again.
                await socket.close(code=message.data or 1000)
                return
            elif message.type in {WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR}:
                return

    async def _answer(self, line: Line, message: bytes) -> None:
        try:
            frame = read_client_frame(message)
        except ValueError:
            self._stage.ledger.frame({"cmd": None, "sub": None, "data": None, "hex": message.hex()})
            return
        self._stage.ledger.frame(
            {"cmd": frame.cmd, "sub": frame.sub, "data": frame.data, "hex": message[:64].hex(), "uid": line.account.uid}
        )
        if frame.cmd == 2:
            event = frame.data.get("eventId") if isinstance(frame.data, dict) else None
            await line.write(plain_frame(2, 0, {"eventId": event}))
        elif frame.cmd in {510, 511, 610, 611}:
            data = self._old(frame.cmd, frame.data)
            await line.write(self.frame(line, data, cmd=frame.cmd, sub=1))

    def _old(self, cmd: int, asked: Any) -> RawDict:
        more = {"lastActionId": "0", "lastActionIdOther": "0", "more": 0}
        if cmd == 610:
            return {"reacts": [], **more}
        if cmd == 611:
            return {"reactGroups": [], **more}
        last = str(asked.get("lastId") or "0") if isinstance(asked, dict) else "0"
        after = int(last) if last.isascii() and last.isdigit() else 0
        world = self._stage.world
        histories = world.private.values() if cmd == 510 else [group.history for group in world.groups.values()]
        found = [message for history in histories for message in history.after(after, _OLD_MESSAGES)]
        found.sort(key=lambda message: int(message["msgId"]))
        return {"msgs" if cmd == 510 else "groupMsgs": found[-_OLD_MESSAGES:], **more}
