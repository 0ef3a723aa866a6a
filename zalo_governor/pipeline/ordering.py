"""EventOrdering: a queue ("lane") for each conversation, so that its entries are judged in the order they were sent.

Zalo sends messages and other events in different frames without a mutual order. Holding everything back by 200 ms would
delay every alert by 200 ms; so a lane holds entries back only for a while after one arrived out of order.

Whatever the clocks do, all entries that are judged and not marked late follow the order of Zalo's (time, msgId). Late
are entries sent before an entry that has been judged already, and entries whose time is in the future. Our own clock
decides only which times count as the future.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from zalo_governor.domain.inbound import Admitted, Entry, Place, Source, place_of

HOLD_BACK_MS = 200
"""How long a lane that recently got an entry out of order holds each new entry back, in ms."""
DISORDERLY_MS = 60_000
"""How long, after an entry arrived out of order, a lane goes on holding entries back, in ms."""
RECOVERY_HOLD_MS = 5_000
"""How long at most a lane waits for missed messages to be fetched before it goes on without them, in ms."""
_MAX_AHEAD_MS = 10_000
"""By how many ms an entry's time may be ahead of our clock before it counts as being in the future."""
_MEDIAN_OF = 5
"""Number of recent entries from the socket whose median tells how far Zalo's clock is ahead of ours."""


class _Waiting(NamedTuple):
    """An entry that waits in a lane (the queue of one conversation), with its place in Zalo's order."""

    where: Place
    item: Admitted
    unordered: bool
    """Whether group sync made the entry: its time is that of our clock, so it has no place in Zalo's order.

    Group sync compares the group at Zalo with what is stored; its entries are the differences, such as a new member.
    """
    in_future: bool
    """Whether the entry's time is in the future.

    Such an entry does not advance the lane: everything sent until that time would count as late.
    """


class _Lane:
    """Lane: the waiting entries of one conversation, and the point up to which the conversation was judged."""

    __slots__ = ("disorderly_until", "held_until", "judged", "waiting")

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.judged: Place = (0, 0, "")
        """Place in Zalo's order, (time, msgId), of the last entry that was judged in order."""
        self.disorderly_until = 0
        """Our clock's time (ms) until which each new entry is held back for HOLD_BACK_MS; 0 if none are."""
        self.held_until = 0
        """Our clock's time (ms) until which the lane waits for missed messages to be fetched; 0 if it does not wait."""


class EventOrdering:
    """The lanes (queues) of all conversations. Not thread-safe: the judge holds its lock in every call."""

    def __init__(self) -> None:
        self._lanes: defaultdict[tuple[str, str], _Lane] = defaultdict(_Lane)
        """(bot account, conversation) -> its lane."""
        self.size = 0
        """Number of entries that wait, in all lanes together."""
        self._ahead = deque([0] * _MEDIAN_OF, maxlen=_MEDIAN_OF)
        """By how many ms Zalo's time of each of the last entries from the socket was ahead of our clock."""

    def add(self, admitted: Iterable[Admitted], now_ms: int) -> None:
        """Put each entry into its conversation's lane; after one out of order, the lane delays entries for a while."""
        for item in admitted:
            entry = item.entry
            lane = self._lanes[entry.account, entry.thread_id]
            where, unordered = place_of(entry.at_ms, entry.key), entry.source is Source.SWEEP
            if (where < lane.judged or (lane.waiting and where < lane.waiting[-1].where)) and not unordered:
                lane.disorderly_until = now_ms + DISORDERLY_MS
            lane.waiting.append(_Waiting(where, item, unordered, self._is_in_future(entry)))
            self.size += 1

    def take(self, now_ms: int) -> list[tuple[Admitted, bool]]:
        """Remove and return all entries that may be judged now, in the order of judging, as (entry, is late).

        "Late" means that an entry sent after this one was judged before it, or that the entry's time is in the future.
        """
        ready: list[tuple[Admitted, bool]] = []
        for lane in self._lanes.values():
            if not lane.waiting or _is_ahead(lane.held_until, now_ms, RECOVERY_HOLD_MS):
                continue
            lane.waiting.sort(key=attrgetter("where"))
            turn = len(lane.waiting)
            if _is_ahead(lane.disorderly_until, now_ms, DISORDERLY_MS):
                young = (
                    at
                    for at, one in enumerate(lane.waiting)
                    if _is_ahead(one.item.entry.received_ms + HOLD_BACK_MS, now_ms, HOLD_BACK_MS)
                )
                turn = next(young, turn)
            for where, item, unordered, in_future in lane.waiting[:turn]:
                late = not unordered and (in_future or where < lane.judged)
                ready.append((item, late))
                if not unordered and not late:
                    lane.judged = where
            del lane.waiting[:turn]
        self.size -= len(ready)
        return ready

    def wait_ms(self, now_ms: int) -> int | None:
        """Return in how many ms to call `take` again for entries held back now; None if no entry waits."""
        waits = [
            max(
                lane.held_until - now_ms if _is_ahead(lane.held_until, now_ms, RECOVERY_HOLD_MS) else 0,
                HOLD_BACK_MS if _is_ahead(lane.disorderly_until, now_ms, DISORDERLY_MS) else 0,
                1,
            )
            for lane in self._lanes.values()
            if lane.waiting
        ]
        return min(waits, default=None)

    def remember(self, account: str, thread_id: str, judged: Place) -> None:
        """Set the place, (time, msgId), up to which an earlier process judged a conversation in order."""
        self._lanes[account, thread_id].judged = judged

    def hold(self, account: str, thread_id: str, now_ms: int) -> None:
        """Make a conversation's lane wait until its missed messages are fetched, for at most RECOVERY_HOLD_MS."""
        self._lanes[account, thread_id].held_until = now_ms + RECOVERY_HOLD_MS

    def release(self, account: str, thread_id: str) -> None:
        """End the wait that `hold` began: the conversation's missed messages have been fetched."""
        self._lanes[account, thread_id].held_until = 0

    def _is_in_future(self, entry: Entry) -> bool:
        """Return whether an entry's time (by Zalo's clock) is implausibly far in the future.

        If our own clock is slow, all recent entries seem to lie in the future. The median of how far ahead they are
        estimates that error, and an entry may be ahead by that much more.
        """
        ahead = entry.at_ms - entry.received_ms
        if entry.source is Source.LIVE:
            self._ahead.append(ahead)
        return ahead > _MAX_AHEAD_MS and ahead > sorted(self._ahead)[_MEDIAN_OF // 2] + _MAX_AHEAD_MS


def _is_ahead(until_ms: int, now_ms: int, at_most_ms: int) -> bool:
    """Return whether `until_ms` lies in the future, but by no more than `at_most_ms`.

    A time further ahead was computed before our clock was set back, and no longer counts.
    """
    return 0 < until_ms - now_ms <= at_most_ms
