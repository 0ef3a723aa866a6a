"""Floods (many group messages sent at high speed to the connected clients), for benchmarks and crash tests."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from zalo_governor.domain.inbound import RawDict
from zalo_governor.domain.models import StrictModel
from zalo_governor.simulator.crypto import to_json
from zalo_governor.simulator.event_bus import EventBus
from zalo_governor.simulator.frames import Encoding, Encryption
from zalo_governor.simulator.load.chatter import sentence, without_marks
from zalo_governor.simulator.messages import group_message
from zalo_governor.simulator.sockets import Line
from zalo_governor.simulator.world import GROUP_ID, MEMBER_UID

_FRAMES_TOGETHER = 50


class FloodOrder(StrictModel):
    """Request body of the control API's `flood`: a load test that sends `count` group messages at high speed."""

    count: int = Field(ge=1, le=200_000)
    per_frame: int = Field(default=1, ge=1, le=1000)
    rate: float = Field(default=0, ge=0)
    """Messages per second; 0 means as fast as the sockets accept them."""
    every_violation: int = Field(default=0, ge=0)
    """Every n-th message is sent without Vietnamese diacritics, which the bot must report as a violation.

    0 means that all messages have their diacritics.
    """
    texts: list[str] = []
    """Texts of the messages, used in turn and repeated; if empty, generated office messages are sent."""
    background: bool = False
    """Whether the control API answers at once and messages are sent afterwards, instead of answering at the end."""
    groups: list[str] = Field(default=[GROUP_ID], min_length=1)
    """Ids of the groups to which the messages are sent, in turn."""
    senders: list[str] = Field(default=[MEMBER_UID], min_length=1)
    encrypt: Encryption = 2


class Flood:
    """A load test that sends many group messages to the clients, as a `FloodOrder` says, and measures the speed.

    The messages also enter the group's history, so that a disconnected client can fetch them later.
    """

    def __init__(self, stage: EventBus, order: FloodOrder) -> None:
        self._stage = stage
        self._order = order
        self.fed = 0
        self.running = True
        self.first_id = ""
        self.last_id = ""
        self.encode_seconds = 0.0
        self.feed_seconds = 0.0

    async def run(self) -> None:
        """Send all messages and return when done.

        If the order gives no rate (messages per second), all frames are encoded first, so that encoding does not
        slow the sending.
        """
        try:
            if self._order.rate:
                await self._feed_paced()
            else:
                await self._feed_at_once()
        finally:
            self.running = False

    def progress(self) -> RawDict:
        """Return how many messages the load test has sent, their first and last msgId, and the seconds spent."""
        return {
            "count": self._order.count,
            "fed": self.fed,
            "running": self.running,
            "first_msg_id": self.first_id,
            "last_msg_id": self.last_id,
            "encode_seconds": round(self.encode_seconds, 4),
            "feed_seconds": round(self.feed_seconds, 4),
        }

    async def _feed_paced(self) -> None:
        began = time.perf_counter()
        for numbers in self._frames():
            wait = began + numbers.start / self._order.rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            await self._feed([self._batch(numbers, self._listening())])
        self.feed_seconds = time.perf_counter() - began

    async def _feed_at_once(self) -> None:
        began = time.perf_counter()
        lines = self._listening()
        batches = await asyncio.to_thread(lambda: [self._batch(numbers, lines) for numbers in self._frames()])
        self.encode_seconds = time.perf_counter() - began
        began = time.perf_counter()
        for start in range(0, len(batches), _FRAMES_TOGETHER):
            await self._feed(batches[start : start + _FRAMES_TOGETHER])
        self.feed_seconds = time.perf_counter() - began

    async def _feed(self, batches: Sequence["_Batch"]) -> None:
        for batch in batches:
            history = self._stage.world.group(batch.group_id).history
            for number, body in batch.bodies:
                history.add_encoded(number, body)
            self.fed += len(batch.bodies)
        for line in self._listening():
            # A client that reconnected during the flood has a new key, so its frames were not encoded in advance.
            await line.write_together(
                batch.frames.get(line) or self._frame(line, [json.loads(body) for _, body in batch.bodies])
                for batch in batches
            )
        self.first_id = self.first_id or str(batches[0].bodies[0][0])
        self.last_id = str(batches[-1].bodies[-1][0])
        # Writing to a fast socket never yields to the event loop; other tasks must run, too.
        await asyncio.sleep(0)

    def _listening(self) -> list[Line]:
        members = [uid for group_id in self._order.groups for uid in self._stage.world.group(group_id).members]
        return self._stage.hub.listening(members)

    def _batch(self, numbers: range, lines: Sequence[Line]) -> "_Batch":
        order, world = self._order, self._stage.world
        group_id = order.groups[numbers.start // order.per_frame % len(order.groups)]
        messages = [
            group_message(
                world,
                {
                    "_text": self._text(number),
                    "idTo": group_id,
                    "uidFrom": order.senders[number % len(order.senders)],
                },
            )
            for number in numbers
        ]
        bodies = [(int(message["msgId"]), to_json(message)) for message in messages]
        return _Batch(group_id, bodies, {line: self._frame(line, messages) for line in lines})

    def _frame(self, line: Line, messages: list[RawDict]) -> bytes:
        return self._stage.hub.frame(line, {"groupMsgs": messages}, encoding=Encoding(self._order.encrypt))

    def _text(self, number: int) -> str:
        every = self._order.every_violation
        texts = self._order.texts
        text = texts[number % len(texts)] if texts else sentence(number)
        return without_marks(text) if every and (number + 1) % every == 0 else text

    def _frames(self) -> Iterator[range]:
        for start in range(0, self._order.count, self._order.per_frame):
            yield range(start, min(start + self._order.per_frame, self._order.count))


class _Batch(NamedTuple):
    """The messages of one socket frame, once as JSON for the history and once encoded for the sockets.

    Both are kept as bytes, because up to 200 000 messages may wait in memory.
    """

    group_id: str
    bodies: list[tuple[int, bytes]]
    """(msgId, message as JSON) of each message."""
    frames: dict[Line, bytes]
    """The encrypted frame for each socket that was open when the frame was encoded; each socket has its own key."""
