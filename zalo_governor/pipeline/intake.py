"""Intake: everything heard goes through the door and into the inbox before anything else happens to it."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence

import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Entry, Source
from zalo_governor.domain.retry import doubling
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.ports import Door, Inbox

log = structlog.get_logger(__name__)

_RETRY_FIRST = 0.05
_RETRY_LONGEST = 10.0


class Intake:
    """Takes elements from the listener's thread and admits all that wait in one commit (group commit).

    Args:
        groups: ids of the groups that are watched; what other groups say is nobody's business here and is dropped.
        watched: whether a receipt concerns a message under a case or a directive; other receipts track people's
            behaviour without need (Law 91/2025/QH15) and are dropped.
        on_admitted: called with what is durable, in the order heard.
        capacity: elements that may wait in memory; `offer` blocks beyond that, so that the socket's own buffer and
            not our memory takes a burst.
        batch: elements of one commit at most.
    """

    def __init__(
        self,
        inbox: Inbox,
        door: Door,
        *,
        groups: Collection[str],
        watched: Callable[[Element], bool],
        on_admitted: Callable[[list[Admitted]], None],
        clock: Clock,
        capacity: int = 600,
        batch: int = 600,
    ) -> None:
        self._inbox = inbox
        self._door = door
        self._groups = frozenset(groups)
        self._watched = watched
        self._on_admitted = on_admitted
        self._clock = clock
        self._capacity = capacity
        self._batch = batch
        self._waiting: deque[Element] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._admit_lock = threading.Lock()
        self._foreign: set[str] = set()
        self.progress = Heartbeat()
        self.dropped: Counter[str] = Counter()
        """Elements not admitted, by reason: `foreign_group`, `unwatched_receipt`, `duplicate`."""

    def offer(self, elements: Sequence[Element]) -> None:
        """Hand over elements; blocks while too many wait."""
        with self._changed:
            while len(self._waiting) >= self._capacity and not self._stopping:
                self._changed.wait()
            self._waiting.extend(elements)
            self._changed.notify_all()

    def admit(self, elements: Sequence[Element]) -> list[Admitted]:
        """Put elements through the door and into the inbox at once; gives those that were new. Any thread may call."""
        with self._admit_lock:
            received_ms = to_ms(self._clock())
            entries = [self._door.enter(element, received_ms) for element in elements if self._concerns_us(element)]
            if not entries:
                return []
            admitted = self._inbox.admit(entries)
            if len(admitted) < len(entries):
                self._tell_repeated(entries, admitted)
            if admitted:
                self._on_admitted(admitted)
            return admitted

    def run(self) -> None:
        """Admit until stopped; what was offered before the stop is still admitted."""
        while batch := self._take():
            self.progress.begins()
            self._admit_until_stored(batch)
            self.progress.rests()

    def stop(self) -> None:
        """Let `run` end once nothing waits."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _take(self) -> list[Element]:
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch))]
            self._changed.notify_all()
            return batch

    def _admit_until_stored(self, batch: list[Element]) -> None:
        for delay in doubling(_RETRY_FIRST, _RETRY_LONGEST):
            try:
                self.admit(batch)
            except Exception as error:
                # Disk full, database locked: the elements exist nowhere else, so they wait here until it is over.
                self.progress.tries_again()
                log.error("intake_waits", error=type(error).__name__, elements=len(batch), delay=delay)
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, timeout=delay)
                    if self._stopping and delay >= _RETRY_LONGEST:
                        raise
            else:
                return

    def _concerns_us(self, element: Element) -> bool:
        # One that names no group is broken, and may be ours: it is kept, and becomes a dead letter that is counted.
        if element.is_group and element.thread_id and element.thread_id not in self._groups:
            self.dropped["foreign_group"] += 1
            self._tell_foreign(element.thread_id)
            return False
        if element.kind is ElementKind.RECEIPT and not self._watched(element):
            self.dropped["unwatched_receipt"] += 1
            return False
        return True

    def _tell_repeated(self, entries: Sequence[Entry], admitted: Sequence[Admitted]) -> None:
        self.dropped["duplicate"] += len(entries) - len(admitted)
        live = sum(entry.source is Source.LIVE for entry in entries)
        again = live - sum(item.entry.source is Source.LIVE for item in admitted)
        if again:  # A look into the history finds much that is known; over the socket it is a repetition.
            log.info("heard_again", count=again)

    def _tell_foreign(self, group_id: str) -> None:
        """Once for each group, so that an office finds the id to put into its settings; words are no id."""
        if group_id not in self._foreign and group_id.isdecimal():
            self._foreign.add(group_id)
            log.info("group_not_watched", group=group_id)
