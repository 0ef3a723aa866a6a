"""The simulator's HTTP control API under `/__sim/`.

Tests send messages and cause faults with it, and read what the clients did. Requests are POST with JSON bodies;
`state`, `events` and `file` also accept GET. Every answer is {"ok": true, …}, or status 400 with {"ok": false, "error":
"…"}.
"""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.control.orders import (
    ActOrder,
    Close,
    FriendOrder,
    Hist,
    Push,
    PushedFrame,
    Put,
    QrOrder,
    Raw,
    Shorten,
    StateQuery,
    WorldOrder,
)
from zalo_governor.simulator.errors import SimulatorError
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.faults import Faults
from zalo_governor.simulator.load.flood import Flood, FloodOrder
from zalo_governor.simulator.messages import file_message, group_message, private_message
from zalo_governor.simulator.qr_codes import QrState
from zalo_governor.simulator.scenario.performer import Performer
from zalo_governor.simulator.world import World

Action = Callable[[RawDict], Awaitable[RawDict]]
READ_ONLY = {"state", "events", "file"}


class Control:
    """Handler of all requests to the control API, with which tests drive the simulator.

    The last part of the URL path `/__sim/<order>` names the order (command), such as `push` or `reset`.
    """

    def __init__(self, stage: EventBus) -> None:
        self._stage = stage
        self._flood: Flood | None = None
        self._actions: dict[str, Action] = {
            "push": self._push,
            "raw": self._raw,
            "close": self._close,
            "abort": self._abort,
            "mute": self._mute,
            "hist": self._hist,
            "put": self._put,
            "act": self._act,
            "shorten": self._shorten,
            "config": self._config,
            "reset": self._reset,
            "state": self._state,
            "events": self._events,
            "file": self._file,
            "flood": self._start_flood,
            "world": self._change_world,
            "befriend": self._ask_friendship,
            "qr": self._change_qr_code,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """Validate one request to the control API, carry it out and return the JSON answer.

        An unknown order is answered with HTTP status 404, an invalid request with 400 and the reason.
        """
        name = request.match_info["order"]
        action = self._actions.get(name)
        if action is None:
            return _error_response(f"no such order; there are {', '.join(sorted(self._actions))}", 404)
        try:
            body = await _read_body(request, read_only=name in READ_ONLY)
            return web.json_response({"ok": True, **await action(body)})
        except ValidationError as error:
            return _error_response("; ".join(_describe_error(item) for item in error.errors(include_url=False)))
        except SimulatorError as error:
            return _error_response(str(error))

    async def _push(self, body: RawDict) -> RawDict:
        frames = Push.model_validate(body).frames
        hub, ids = self._stage.hub, list[str]()
        sockets = len(hub.lines)
        for frame in frames:
            data, to = self._complete_frame(frame, ids), self._recipients(frame)
            written = await hub.send(data, cmd=frame.cmd, sub=frame.sub, encoding=frame.encoding, to=to)
            sockets = min(sockets, written)
        return {"sockets": sockets, "frames": len(frames), "msg_ids": ids}

    def _recipients(self, frame: PushedFrame) -> set[str] | None:
        if frame.account is not None:
            return {frame.account}
        return {self._stage.world.main_account.uid} if "msgs" in frame.data else None

    def _complete_frame(self, frame: PushedFrame, ids: list[str]) -> RawDict:
        data = dict(frame.data)
        for array, complete in (("groupMsgs", group_message), ("msgs", private_message)):
            if not isinstance(data.get(array), list):
                continue
            items = [
                complete(self._stage.world, item) if isinstance(item, dict) and "_text" in item else item
                for item in data[array]
            ]
            data[array] = items
            for message in items:
                if isinstance(message, dict) and "msgId" in message:
                    self._stage.remember(message, private=array == "msgs")
                    ids.append(str(message["msgId"]))
        return data

    async def _raw(self, body: RawDict) -> RawDict:
        return {"sockets": await self._stage.hub.send_raw(Raw.model_validate(body).data)}

    async def _close(self, body: RawDict) -> RawDict:
        return {"sockets": await self._stage.hub.close(Close.model_validate(body).code)}

    async def _abort(self, _body: RawDict) -> RawDict:
        return {"sockets": self._stage.hub.abort()}

    async def _mute(self, _body: RawDict) -> RawDict:
        return {"sockets": self._stage.hub.mute()}

    async def _hist(self, body: RawDict) -> RawDict:
        order = Hist.model_validate(body)
        ids = []
        for given in [*({"_text": text} for text in order.texts), *order.messages]:
            message = group_message(self._stage.world, {"idTo": order.group_id, **given})
            self._stage.remember(message)
            ids.append(message["msgId"])
        return {"msg_ids": ids}

    async def _put(self, body: RawDict) -> RawDict:
        files = []
        for order in Put.model_validate(body).files:
            file = order.file
            file_id = self._stage.world.serve(file)
            files.append({"id": file_id, "message": file_message(file, file_id, order.caption)})
        return {"files": files}

    async def _act(self, body: RawDict) -> RawDict:
        order = ActOrder.model_validate(body)
        world = self._stage.world
        performer = Performer(self._stage, order.group_id, _Itself(), _Messages(world))
        message = performer.message(order.act)
        element = await performer.perform(order.act, message, aloud=order.aloud)
        return {"element": element}

    async def _shorten(self, body: RawDict) -> RawDict:
        order = Shorten.model_validate(body)
        history = self._stage.world.group(order.group_id).history
        keep = history.count_since(order.since) if order.keep is None and order.since is not None else order.keep
        return {"gone": history.shorten(keep or 0)}

    async def _config(self, body: RawDict) -> RawDict:
        given = Faults.model_validate(body)
        update = {name: getattr(given, name) for name in given.model_fields_set}
        self._stage.faults = self._stage.faults.model_copy(update=update)
        return {"config": self._stage.faults.model_dump()}

    async def _reset(self, _body: RawDict) -> RawDict:
        self._stage.reset()
        return {}

    async def _state(self, body: RawDict) -> RawDict:
        ledger, hub, world = self._stage.ledger, self._stage.hub, self._stage.world
        parts: dict[str, Callable[[], Any]] = {
            "calls": lambda: list(ledger.calls),
            "sent": lambda: list(ledger.sent),
            "frames": lambda: list(ledger.frames),
            "sockets": lambda: len(hub.lines),
            "counts": lambda: dict(ledger.counts),
            "history": lambda: {group.id: len(group.history) for group in world.groups.values()},
            "config": self._stage.faults.model_dump,
            "qr": self._stage.qr_codes.all,
            "flood": lambda: self._flood.progress() if self._flood else None,
        }
        wanted = StateQuery.model_validate(body).fields or list(parts)
        unknown = [name for name in wanted if name not in parts]
        if unknown:
            raise SimulatorError(f"fields: unknown {', '.join(unknown)}; there are {', '.join(parts)}")
        return {name: parts[name]() for name in wanted}

    async def _events(self, body: RawDict) -> RawDict:
        return {"events": self._stage.ledger.journal[StateQuery.model_validate(body).after :]}

    async def _file(self, body: RawDict) -> RawDict:
        content = self._stage.world.files.get(str(body.get("id", "")))
        if content is None:
            raise SimulatorError("id: no such file; `sent` names them as file_id, and the oldest are gone")
        return {"content": base64.b64encode(content).decode()}

    async def _start_flood(self, body: RawDict) -> RawDict:
        order = FloodOrder.model_validate(body)
        if self._flood and self._flood.running:
            raise SimulatorError("a flood is running; wait until `state` shows that it has ended")
        sockets = len(self._stage.hub.lines)
        self._flood = Flood(self._stage, order)
        if order.background:
            self._stage.spawn(self._flood.run())
        else:
            await self._flood.run()
        return {"sockets": sockets, **self._flood.progress()}

    async def _change_world(self, body: RawDict) -> RawDict:
        order = WorldOrder.model_validate(body)
        order.apply(self._stage.world)
        return {"people": len(self._stage.world.people), "groups": len(self._stage.world.groups)}

    async def _ask_friendship(self, body: RawDict) -> RawDict:
        order = FriendOrder.model_validate(body)
        to = self._stage.world.main_account.uid
        if order.aloud:
            await self._stage.ask_friendship(order.uid, to, order.message)
        else:
            self._stage.world.ask_friendship(order.uid, to, order.message)
        return {"waiting": len(self._stage.world.requests_to(to))}

    async def _change_qr_code(self, body: RawDict) -> RawDict:
        order, world = QrOrder.model_validate(body), self._stage.world
        code = self._stage.qr_codes.newest()
        if order.do == "scan":
            code.uid = order.uid or world.main_account.uid
            code.name = world.person(code.uid).name
        await self._stage.qr_codes.change(code, _QR_STATES[order.do])
        return {"code": code.code, "state": code.state.value}


class _Itself(dict[str, str]):
    """Mapping of each uid to itself, for acts that name people by uids instead of keys of a scenario."""

    def __missing__(self, uid: str) -> str:
        return uid


class _Messages(dict[str, RawDict]):
    """Mapping of msgIds to messages, for acts that name messages by msgIds instead of ids of acts."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __missing__(self, msg_id: str) -> RawDict:
        message = self._world.message(msg_id)
        if message is None:
            raise SimulatorError(f"no conversation has the message {msg_id}")
        return message


_QR_STATES = {
    "scan": QrState.SCANNED,
    "confirm": QrState.CONFIRMED,
    "decline": QrState.DECLINED,
    "expire": QrState.EXPIRED,
}


async def _read_body(request: web.Request, *, read_only: bool) -> RawDict:
    if request.method == "GET" and read_only:
        query: RawDict = dict(request.query)
        if "fields" in query:
            query["fields"] = query["fields"].split(",")
        return query
    if request.method != "POST":
        raise SimulatorError("give the order by POST")
    text = await request.text()
    try:
        body = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise SimulatorError(f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise SimulatorError("the body must be a JSON object")
    return body


def _describe_error(item: Any) -> str:
    return f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg']}"


def _error_response(error: str, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=status)
