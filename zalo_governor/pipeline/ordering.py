"""EventOrdering: one per conversation, so that it is judged in the order in which it was said.

Zalo sends messages and events in different frames without a mutual order. Holding everything back by 200 ms would
cost every alert 200 ms; so a lane holds back only for a while after it has been seen out of order.

Whatever the clocks do, all that is judged and not called late stands in the order of Zalo's (time, msgId): late is what
stands before something judged in its turn, and what bears a time yet to come. Clocks decide no more than what is taken
for a time yet to come.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from zalo_governor.domain.inbound import Admitted, Entry, Place, Source, place_of

HOLD_BACK_MS = 200
DISORDERLY_MS = 60_000
"""How long a lane holds back after something came out of order."""
RECOVERY_HOLD_MS = 5_000
"""How long at most a lane waits for backfill, before what is new is judged without what is missing."""
_BELIEVED_MS = 10_000
_MAJORITY_OF = 5


class _Waiting(NamedTuple):
    where: Place
    item: Admitted
    to_come: bool
    """Its time is yet to come: were the lane to move on to there, all that is said until then would be late."""


class _Lane:
    __slots__ = ("disorderly_until", "held_until", "judged", "waiting")

    def __init__(self) -> None:
        self.waiting: list[_Waiting] = []
        self.judged: Place = (0, 0, "")
        """The farthest place of all that was judged in its turn."""
        self.disorderly_until = 0
        self.held_until = 0


class EventOrdering:
    """All lanes of a judge. Not thread-safe: the judge's thread owns it."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], _Lane] = {}
        self.size = 0
        """Entries that wait in all lanes."""
        self._ahead = deque([0] * _MAJORITY_OF, maxlen=_MAJORITY_OF)
        """By how much Zalo's clock was ahead of ours (ms), as the last entries heard live had it."""

    def add(self, admitted: Iterable[Admitted], now_ms: int) -> None:
        """Put entries into their lanes."""
        for item in admitted:
            entry = item.entry
            lane = self._lane(entry.account, entry.thread_id)
            where = place_of(entry.at_ms, entry.key)
            if (where < lane.judged or (lane.waiting and where < lane.waiting[-1].where)) and not _stands_aside(item):
                lane.disorderly_until = now_ms + DISORDERLY_MS
            lane.waiting.append(_Waiting(where, item, self._is_to_come(entry)))
            self.size += 1

    def take(self, now_ms: int) -> list[tuple[Admitted, bool]]:
        """Everything whose turn it is, as (entry, late)."""
        ready: list[tuple[Admitted, bool]] = []
        for lane in self._lanes.values():
            if not lane.waiting or _still(lane.held_until, now_ms, RECOVERY_HOLD_MS):
                continue
            lane.waiting.sort(key=_by_place)
            turn = len(lane.waiting)
            if _still(lane.disorderly_until, now_ms, DISORDERLY_MS):
                young = (
                    at
                    for at, one in enumerate(lane.waiting)
                    if _still(one.item.entry.received_ms + HOLD_BACK_MS, now_ms, HOLD_BACK_MS)
                )
                turn = next(young, turn)
            for where, item, to_come in lane.waiting[:turn]:
                aside = _stands_aside(item)
                late = not aside and (to_come or where < lane.judged)
                ready.append((item, late))
                if not aside and not late:
                    lane.judged = where
            del lane.waiting[:turn]
        self.size -= len(ready)
        return ready

    def wait_ms(self, now_ms: int) -> int | None:
        """How long until a held-back entry's turn comes; None where nothing waits."""
        waits = [
            max(
                lane.held_until - now_ms if _still(lane.held_until, now_ms, RECOVERY_HOLD_MS) else 0,
                HOLD_BACK_MS if _still(lane.disorderly_until, now_ms, DISORDERLY_MS) else 0,
                1,
            )
            for lane in self._lanes.values()
            if lane.waiting
        ]
        return min(waits, default=None)

    def remember(self, account: str, thread_id: str, judged: Place) -> None:
        """An earlier process judged up to there, in its turn."""
        self._lane(account, thread_id).judged = judged

    def hold(self, account: str, thread_id: str, now_ms: int) -> None:
        """Let a lane wait for backfill, within bounds."""
        self._lane(account, thread_id).held_until = now_ms + RECOVERY_HOLD_MS

    def release(self, account: str, thread_id: str) -> None:
        """Backfill is through."""
        self._lane(account, thread_id).held_until = 0

    def _is_to_come(self, entry: Entry) -> bool:
        """Whether its time is later than is believed. Our clock may be wrong, and then most say so; one is not most."""
        ahead = entry.at_ms - entry.received_ms
        if entry.source is Source.LIVE:
            self._ahead.append(ahead)
        return ahead > _BELIEVED_MS and ahead > sorted(self._ahead)[_MAJORITY_OF // 2] + _BELIEVED_MS

    def _lane(self, account: str, thread_id: str) -> _Lane:
        key = (account, thread_id)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane()
        return lane


def _by_place(waiting: _Waiting) -> Place:
    return waiting.where


def _stands_aside(item: Admitted) -> bool:
    """What a look at the group found bears our clock's time: by Zalo's it has no place among what was said."""
    return item.entry.source is Source.SWEEP


def _still(until_ms: int, now_ms: int, at_most_ms: int) -> bool:
    """Whether it is not yet `until_ms`; a clock that was set back lets nobody wait longer than was meant."""
    return 0 < until_ms - now_ms <= at_most_ms
