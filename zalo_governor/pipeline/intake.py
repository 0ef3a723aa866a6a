"""Intake: checks everything received (messages, reactions …) for state secrets and stores it before anything else."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence

import structlog

from zalo_governor.domain.backoff import doubling
from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Entry, Source
from zalo_governor.pipeline.heartbeat import Heartbeat
from zalo_governor.pipeline.secret_gate import SecretGate
from zalo_governor.storage.repositories.inbox import Inbox

log = structlog.get_logger(__name__)

_RETRY_FIRST_SECONDS = 0.05
_RETRY_LONGEST_SECONDS = 10.0


class Intake:
    """Queue of received elements (messages, reactions …), which are stored in the inbox in batches, one commit each.

    Args:
        inbox: the durable store of received entries.
        gate: the secret gate, which checks each element for state secrets before it is stored.
        groups: ids of the watched groups; elements of other groups are dropped.
        watched: returns whether a receipt ("delivered" or "seen") concerns a message under a case (a breach under
            review) or a directive (a leader's order). Other receipts track people's behaviour without need (Law
            91/2025/QH15) and are dropped.
        on_admitted: called with the newly stored entries, in the order received.
        clock: gives the time of reception.
        capacity: most elements that wait in memory; beyond that `offer` blocks, so that the socket's buffer and not
            this process's memory absorbs a burst.
        batch: most elements in one commit.
    """

    def __init__(
        self,
        inbox: Inbox,
        gate: SecretGate,
        *,
        groups: Collection[str],
        watched: Callable[[Element], bool],
        on_admitted: Callable[[list[Admitted]], None],
        clock: Clock,
        capacity: int = 600,
        batch: int = 600,
    ) -> None:
        self._inbox = inbox
        self._gate = gate
        self._groups = frozenset(groups)
        self._watched = watched
        self._on_admitted = on_admitted
        self._clock = clock
        self._capacity = capacity
        self._batch = batch
        self._waiting: deque[Element] = deque()
        self._offered = 0
        self._stored = 0
        self._to_call: deque[tuple[int, Callable[[], None]]] = deque()
        """(how many of all elements offered must be stored first, what to call then)."""
        self._changed = threading.Condition()
        self._stopping = False
        self._admit_lock = threading.Lock()
        self._logged_groups: set[str] = set()
        self.progress = Heartbeat()
        self.dropped: Counter[str] = Counter()
        """Number of elements that were not stored, by reason: `foreign_group`, `unwatched_receipt`, `duplicate`."""

    def offer(self, elements: Sequence[Element], on_stored: Callable[[], None] | None = None) -> None:
        """Queue received elements for `run`, which stores them and calls `on_stored`; block while the queue is full."""
        with self._changed:
            while len(self._waiting) >= self._capacity and not self._stopping:
                self._changed.wait()
            self._waiting.extend(elements)
            self._offered += len(elements)
            if on_stored:
                self._to_call.append((self._offered, on_stored))
            self._changed.notify_all()

    def admit(self, elements: Sequence[Element]) -> list[Admitted]:
        """Check elements for state secrets and store them in the inbox at once; return the new ones. Thread-safe."""
        with self._admit_lock:
            received_ms = to_ms(self._clock())
            entries = [self._gate.enter(element, received_ms) for element in elements if self._is_relevant(element)]
            if not entries:
                return []
            admitted = self._inbox.admit(entries)
            if len(admitted) < len(entries):
                self._count_duplicates(entries, admitted)
            if admitted:
                self._on_admitted(admitted)
            return admitted

    def run(self) -> None:
        """Store queued elements until stopped; elements queued before the stop are still stored."""
        while batch := self._next_batch():
            self.progress.begins()
            self._admit_until_stored(batch)
            self._stored += len(batch)
            while self._to_call and self._to_call[0][0] <= self._stored:
                self._to_call.popleft()[1]()
            self.progress.rests()

    def stop(self) -> None:
        """Make `run` return once the queue is empty."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _next_batch(self) -> list[Element]:
        """Wait for elements and remove up to one batch of them from the queue; [] if stopped and the queue is empty."""
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch))]
            self._changed.notify_all()
            return batch

    def _admit_until_stored(self, batch: list[Element]) -> None:
        """Store a batch, retrying after growing pauses until the database accepts it.

        If the program is stopping: raise the error of the database once the pauses have reached their longest.
        """
        for delay in doubling(_RETRY_FIRST_SECONDS, _RETRY_LONGEST_SECONDS):
            try:
                self.admit(batch)
            except Exception as error:
                # Disk full or database locked: the elements exist nowhere else, so keep them in memory.
                self.progress.tries_again()
                log.error("intake_waits", error=type(error).__name__, elements=len(batch), delay=delay)
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping, timeout=delay)
                    if self._stopping and delay >= _RETRY_LONGEST_SECONDS:
                        raise
            else:
                return

    def _is_relevant(self, element: Element) -> bool:
        """Return whether an element is to be stored, and count it as dropped if not."""
        # An element without a group id is malformed and may be of a watched group: keep it, it becomes a dead letter.
        if element.is_group and element.thread_id and element.thread_id not in self._groups:
            self.dropped["foreign_group"] += 1
            self._log_unwatched_group(element.thread_id)
            return False
        if element.kind is ElementKind.RECEIPT and not self._watched(element):
            self.dropped["unwatched_receipt"] += 1
            return False
        return True

    def _count_duplicates(self, entries: Sequence[Entry], admitted: Sequence[Admitted]) -> None:
        """Count the entries that were not new (`admitted` holds the new ones) as duplicates."""
        self.dropped["duplicate"] += len(entries) - len(admitted)
        live = sum(entry.source is Source.LIVE for entry in entries)
        again = live - sum(item.entry.source is Source.LIVE for item in admitted)
        if again:  # Duplicates are normal in backfill; from the socket they mean that Zalo repeated something.
            log.info("heard_again", count=again)

    def _log_unwatched_group(self, group_id: str) -> None:
        """Log the id of a group that is not watched, once, so that operators can copy it into the settings."""
        # A thread id that is not a number may be text, and text must not reach the log.
        if group_id not in self._logged_groups and group_id.isdecimal():
            self._logged_groups.add(group_id)
            log.info("group_not_watched", group=group_id)
