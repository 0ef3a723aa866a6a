"""What the simulator remembers of its clients, for tests, the demo and the curious."""

from collections import Counter, deque
from typing import Any

from zalo_governor.domain.inbound import RawDict

_KEPT = 50_000


class RequestLog:
    """HTTP calls, sent messages, frames, and a journal of all that was seen to happen; the oldest fall out."""

    def __init__(self) -> None:
        self.calls: deque[RawDict] = deque(maxlen=_KEPT)
        self.sent: deque[RawDict] = deque(maxlen=_KEPT)
        self.frames: deque[RawDict] = deque(maxlen=_KEPT)
        self.journal: list[RawDict] = []
        self.counts: Counter[str] = Counter()

    def call(self, entry: RawDict) -> None:
        """An HTTP call that was answered."""
        self.calls.append(entry)
        self.counts["calls"] += 1

    def message(self, entry: RawDict) -> None:
        """A message that a client sent."""
        self.sent.append(entry)
        self.counts["sent"] += 1
        self.note("sent", **entry)

    def frame(self, entry: RawDict) -> None:
        """A frame that a client sent."""
        self.frames.append(entry)
        self.counts["frames"] += 1

    def note(self, kind: str, **entry: Any) -> None:
        """Something worth showing to who watches; `n` numbers the notes from 1."""
        self.journal.append({"n": len(self.journal) + 1, "kind": kind, **entry})
