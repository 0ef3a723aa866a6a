"""The message history of one conversation, as Zalo's servers store it."""

import json
from bisect import bisect_left, insort
from collections.abc import Iterator

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import to_json


class History:
    """All messages of one conversation, ordered by msgId (Zalo's message id, a number that grows with time).

    They are kept as JSON bytes, because load tests add hundreds of thousands.
    """

    def __init__(self) -> None:
        self._bodies: dict[int, bytes] = {}
        self._order: list[int] = []
        self.shortened_to = 0
        """The highest msgId that `shorten` has removed; 0 if it has removed nothing."""

    def __len__(self) -> int:
        return len(self._order)

    def add(self, message: RawDict) -> None:
        """Add a message, replacing a stored one with the same msgId; a message without a numeric msgId is ignored."""
        number = _number(message.get("msgId"))
        if number is not None:
            self.add_encoded(number, to_json(message))

    def add_encoded(self, number: int, body: bytes) -> None:
        """Add a message that is already encoded as JSON (`body`); `number` is its msgId."""
        if number not in self._bodies:
            insort(self._order, number)
        self._bodies[number] = body

    def get(self, msg_id: str) -> RawDict | None:
        """Return the message with this msgId, or None if the history does not contain it."""
        number = _number(msg_id)
        body = None if number is None else self._bodies.get(number)
        return None if body is None else self._read(body)

    def remove(self, msg_id: str) -> None:
        """Remove the message with this msgId, which was recalled or deleted; does nothing if it is not stored."""
        number = _number(msg_id)
        if number in self._bodies:
            del self._bodies[number]
            del self._order[bisect_left(self._order, number)]

    def shorten(self, keep: int) -> int:
        """Remove all but the newest `keep` messages and return how many were removed."""
        gone = self._order[: len(self._order) - keep] if keep < len(self._order) else []
        for number in gone:
            del self._bodies[number]
        del self._order[: len(gone)]
        self.shortened_to = max(gone, default=self.shortened_to)
        return len(gone)

    def count_since(self, number: int) -> int:
        """Return how many messages and acts have that msgId or a higher one."""
        return len(self._order) - bisect_left(self._order, number)

    def before(self, cursor: int, count: int) -> list[RawDict]:
        """Return, newest first, up to `count` messages whose msgId is smaller than `cursor`."""
        end = bisect_left(self._order, cursor)
        return [self._read(self._bodies[number]) for number in reversed(self._order[max(0, end - count) : end])]

    def after(self, cursor: int) -> Iterator[RawDict]:
        """Yield the messages whose msgId is greater than `cursor`, from oldest to newest."""
        for number in self._order[bisect_left(self._order, cursor + 1) :]:
            yield self._read(self._bodies[number])

    def last(self) -> list[RawDict]:
        """Return the newest message in a list; [] if there is none."""
        return [self._read(self._bodies[number]) for number in self._order[-1:]]

    @staticmethod
    def _read(body: bytes) -> RawDict:
        message: RawDict = json.loads(body)
        return message


def _number(msg_id: object) -> int | None:
    text = str(msg_id)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 30 else None
