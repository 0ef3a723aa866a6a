"""Record of what clients have sent and of what has happened, for tests and the demonstration to read."""

from collections import Counter, deque
from typing import Any

from zalo_governor.domain.inbound import RawDict

_KEPT = 50_000


class RequestLog:
    """Record of what clients have sent to the simulated Zalo, kept in memory for tests and the demonstration.

    Attributes:
        calls: The newest 50 000 HTTP calls of clients.
        sent: The newest 50 000 messages that clients have sent.
        frames: The newest 50 000 socket frames that clients have sent.
        journal: All messages sent by clients and all acts of the scenario (scripted actions of simulated people), in
            order of time.
        counts: How many calls, sent messages and frames there were in total, and how many sockets were opened.
    """

    def __init__(self) -> None:
        self.calls: deque[RawDict] = deque(maxlen=_KEPT)
        self.sent: deque[RawDict] = deque(maxlen=_KEPT)
        self.frames: deque[RawDict] = deque(maxlen=_KEPT)
        self.journal: list[RawDict] = []
        self.counts: Counter[str] = Counter()

    def call(self, entry: RawDict) -> None:
        """Record an HTTP call of a client; `entry` describes the call and its answer."""
        self.calls.append(entry)
        self.counts["calls"] += 1

    def message(self, entry: RawDict) -> None:
        """Record a message that a client has sent, in `sent` and in the journal."""
        self.sent.append(entry)
        self.counts["sent"] += 1
        self.note("sent", **entry)

    def frame(self, entry: RawDict) -> None:
        """Record a socket frame that a client has sent."""
        self.frames.append(entry)
        self.counts["frames"] += 1

    def note(self, kind: str, **entry: Any) -> None:
        """Append an entry with the fields `entry` to the journal.

        `kind` tells what happened: "sent" (a client sent a message) or, for example, the name of a scenario act. The
        entry gets a number `n`, counted from 1, so that a reader can ask for the entries after the last one read.
        """
        self.journal.append({"n": len(self.journal) + 1, "kind": kind, **entry})
