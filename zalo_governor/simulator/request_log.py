"""Record of the clients' requests and of all events, for tests and the demonstration."""

from collections import Counter, deque
from typing import Any

from zalo_governor.domain.inbound import RawDict

_KEPT = 50_000


class RequestLog:
    """HTTP calls, sent messages and frames of the clients (the newest 50 000 of each), and a journal of all events."""

    def __init__(self) -> None:
        self.calls: deque[RawDict] = deque(maxlen=_KEPT)
        self.sent: deque[RawDict] = deque(maxlen=_KEPT)
        self.frames: deque[RawDict] = deque(maxlen=_KEPT)
        self.journal: list[RawDict] = []
        self.counts: Counter[str] = Counter()

    def call(self, entry: RawDict) -> None:
        """Record an HTTP call that has been answered."""
        self.calls.append(entry)
        self.counts["calls"] += 1

    def message(self, entry: RawDict) -> None:
        """Record a message that a client sent, also in the journal."""
        self.sent.append(entry)
        self.counts["sent"] += 1
        self.note("sent", **entry)

    def frame(self, entry: RawDict) -> None:
        """Record a socket frame that a client sent."""
        self.frames.append(entry)
        self.counts["frames"] += 1

    def note(self, kind: str, **entry: Any) -> None:
        """Append an entry to the journal; `n` numbers the entries from 1."""
        self.journal.append({"n": len(self.journal) + 1, "kind": kind, **entry})
