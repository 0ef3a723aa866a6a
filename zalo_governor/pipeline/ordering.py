"""EventOrdering: keeps one lane per conversation, so that its entries are judged in the order in which they were sent.

Zalo sends messages and events in different frames without a mutual order. Holding everything back by 200 ms would
delay every alert by 200 ms; so a lane holds back only for a while after it has been seen out of order.

Whatever the clocks do, all entries that are judged and not marked late follow the order of Zalo's (time, msgId). Late
entries are those that precede an entry judged in order, and those with a time in the future. Our clock decides only
which times count as the future.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from zalo_governor.domain.inbound import Admitted, Entry, Place, Source, place_of

HOLD_BACK_MS = 200
"""How long a disorderly lane holds each entry back."""
DISORDERLY_MS = 60_000
"""How long a lane holds entries back after one arrived out of order."""
RECOVERY_HOLD_MS = 5_000
"""How long at most a lane waits for backfill before new entries are judged without the missed ones."""
_MAX_AHEAD_MS = 10_000
"""By how much a time may be ahead of the clock before it counts as the future."""
_MEDIAN_OF = 5
"""Number of recent live entries whose median estimates how far Zalo's clock is ahead of ours."""


class _Waiting(NamedTuple):
    """An entry that waits in a lane, with its position in Zalo's order."""

    where: Place
    item: Admitted
    in_future: bool
    """Whether its time is in the future. Advancing the lane to that time would make everything sent until then late."""


class _Lane:
    """The waiting entries of one conversation, and how far it was judged."""

    __slots__ = ("disorderly_until", "held_until", "judged", "waiting")

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.judged: Place = (0, 0, "")
        """The highest position of all entries judged in order."""
        self.disorderly_until = 0
        """Our time (ms) until which entries are held back; 0 if none are."""
        self.held_until = 0
        """Our time (ms) until which the lane waits for backfill; 0 if it does not."""


class EventOrdering:
    """The lanes of a judge, one per conversation. Not thread-safe: only the judge's thread may use it."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self.size = 0
        """Number of entries that wait in all lanes."""
        self._ahead = deque([0] * _MEDIAN_OF, maxlen=_MEDIAN_OF)
        """By how much Zalo's clock was ahead of ours (ms) at each of the last live entries."""

    def add(self, admitted: Iterable[Admitted], now_ms: int) -> None:
        """Put entries into their lanes."""
        for item in admitted:
            entry = item.entry
            lane = self._lane(entry.account, entry.thread_id)
            where = place_of(entry.at_ms, entry.key)
            if (where < lane.judged or (lane.waiting and where < lane.waiting[-1].where)) and not _is_unordered(item):
                lane.disorderly_until = now_ms + DISORDERLY_MS
            lane.waiting.append(_Waiting(where, item, self._is_in_future(entry)))
            self.size += 1

    def take(self, now_ms: int) -> list[tuple[Admitted, bool]]:
        """Remove and return all entries whose turn it is, as (entry, is late)."""
        ready: list[tuple[Admitted, bool]] = []
        for lane in self._lanes.values():
            if not lane.waiting or _is_ahead(lane.held_until, now_ms, RECOVERY_HOLD_MS):
                continue
            lane.waiting.sort(key=_position)
            turn = len(lane.waiting)
            if _is_ahead(lane.disorderly_until, now_ms, DISORDERLY_MS):
                young = (
                    at
                    for at, one in enumerate(lane.waiting)
                    if _is_ahead(one.item.entry.received_ms + HOLD_BACK_MS, now_ms, HOLD_BACK_MS)
                )
                turn = next(young, turn)
            for where, item, in_future in lane.waiting[:turn]:
                aside = _is_unordered(item)
                late = not aside and (in_future or where < lane.judged)
                ready.append((item, late))
                if not aside and not late:
                    lane.judged = where
            del lane.waiting[:turn]
        self.size -= len(ready)
        return ready

    def wait_ms(self, now_ms: int) -> int | None:
        """Return in how many ms the next held-back entry may be taken, or None if nothing waits."""
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
        """Set the position up to which an earlier process judged a conversation in order."""
        self._lane(account, thread_id).judged = judged

    def hold(self, account: str, thread_id: str, now_ms: int) -> None:
        """Make a lane wait for backfill, for at most RECOVERY_HOLD_MS."""
        self._lane(account, thread_id).held_until = now_ms + RECOVERY_HOLD_MS

    def release(self, account: str, thread_id: str) -> None:
        """End a lane's waiting: its backfill is complete."""
        self._lane(account, thread_id).held_until = 0

    def _is_in_future(self, entry: Entry) -> bool:
        """Return whether an entry's time is implausibly far in the future.

        Our own clock may be slow. Then most recent live entries seem to be ahead, so their median is allowed for.
        """
        ahead = entry.at_ms - entry.received_ms
        if entry.source is Source.LIVE:
            self._ahead.append(ahead)
        return ahead > _MAX_AHEAD_MS and ahead > sorted(self._ahead)[_MEDIAN_OF // 2] + _MAX_AHEAD_MS

    def _lane(self, account: str, thread_id: str) -> _Lane:
        """Return the lane of a conversation, created if necessary."""
        key = (account, thread_id)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
        return lane


def _position(waiting: _Waiting) -> Place:
    return waiting.where


def _is_unordered(item: Admitted) -> bool:
    """Return whether a group sync found the entry: its time is ours, so it has no position in Zalo's order."""
    return item.entry.source is Source.SWEEP


def _is_ahead(until_ms: int, now_ms: int, at_most_ms: int) -> bool:
    """Return whether `until_ms` is ahead by at most `at_most_ms`: more means that the clock was set back."""
    return 0 < until_ms - now_ms <= at_most_ms
