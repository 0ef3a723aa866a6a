"""Reads Zalo's queues of missed messages and reactions over the socket, page by page (zalo-protocol.md, 14.6).

There are four: private messages, messages of all groups, and the reactions to both. The cursor of a queue says up to
where everything is stored. It advances only after storing, so that a crash in between causes nothing but duplicates.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

import structlog

from zalo_governor.domain.connection import BackfillEnd, QueueCursor
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.inbound import Element
from zalo_governor.zalo.events.ids import id_in, is_set
from zalo_governor.zalo.frames.decrypt import OLD, Frame, old_messages_frame, queue_name
from zalo_governor.zalo.http.error_codes import as_code

log = structlog.get_logger(__name__)

_BEGINNING = "1"
"""`lastId` that asks for everything since the login."""
_ANSWER_SECONDS = 10.0
_MOST_PAGES = 200
_SAVE_EVERY_SECONDS = 5.0
"""Least seconds between two saves of a cursor that advances with live elements; an older cursor does no harm."""


class QueueStatus(NamedTuple):
    """State of Zalo's queues, as a frame reports it beside its elements."""

    last_ids: dict[str, str]
    """Name of a queue -> id of its last action that the frame carries."""
    evicted: frozenset[str] = frozenset()
    """Names of the queues of which Zalo has dropped a part that was not fetched."""


class QueueCursors(Protocol):
    """Storage of the queue cursors of one login; cursors of an earlier login mean nothing to Zalo."""

    def cursors(self) -> dict[str, QueueCursor]:
        """Return the cursors stored under this login, by the name of the queue (`510_1`, `511_1` …)."""
        ...

    def keep(self, queue: str, cursor: QueueCursor) -> None:
        """Store the cursor of a queue durably, replacing its earlier one."""
        ...


@dataclass(eq=False)
class _Reading:
    """Progress of reading one queue over one connection."""

    cursor: QueueCursor
    known: bool
    """Whether the cursor was kept under this login, and Zalo has not declared it void."""
    whole: bool
    """Whether, as far as the answers tell, nothing since the cursor was left out."""
    asked: list[str] = field(default_factory=list)
    """The `lastId` of each request so far; pages have come up to the last one."""
    deadline: float = 0.0
    over: bool = False
    """Whether the last page has come, or no more are asked for."""
    cut: bool = False
    """Whether the connection ended before the last page."""
    found: bool = False
    """Whether any page held anything; an empty queue alone proves nothing."""
    stored: bool = False
    """Whether all pages are stored, so that what comes live may advance the cursor."""


class MissedQueues:
    """Reader of Zalo's four queues of missed messages and reactions, for listener and gap recovery; thread-safe.

    Args:
        cursors: the stored cursors.
        newest: returns the id of the newest inbox entry; must not block.
        take: receives the elements of a page and a function; stores the elements, then calls the function.
    """

    def __init__(
        self,
        cursors: QueueCursors,
        *,
        newest: Callable[[], int],
        take: Callable[[Sequence[Element], Callable[[], None]], None],
    ) -> None:
        self._store = cursors
        self._newest = newest
        self._take = take
        self._changed = threading.Condition()
        self._saving = threading.RLock()
        """Held from reading a cursor to saving it, so that no thread overwrites a newer cursor with an older one."""
        self._cursors: dict[str, QueueCursor] | None = None
        self._saved_at: dict[str, float] = {}
        self._readings: dict[int, _Reading] = {}
        self._send: Callable[[bytes], None] = lambda frame: None
        self._lost = False
        """Whether something received was lost since the connection began; the next connection reads it again."""
        self._closed = False

    def connected(self, send: Callable[[bytes], None], *, wanted: bool) -> None:
        """Begin to read the queues over a new connection, whose `send` sends a frame.

        `wanted` is False if the bot has never received anything: the queues then hold only elements from before its
        first day, and are not read.
        """
        known = self._load()
        with self._changed:
            self._send, self._lost = send, False
            for cmd in sorted(OLD):
                cursor = known.get(queue_name(cmd))
                start = cursor or QueueCursor(_BEGINNING, self._newest() + 1 if wanted else 0)
                self._readings[cmd] = _Reading(start, cursor is not None, cursor is not None)
                if wanted:
                    self._ask(cmd, start.last_id, first=True)
                else:
                    self._readings[cmd].over = self._readings[cmd].stored = True
        if not wanted:
            for cmd, reading in self._readings.items():
                self._try_to_keep(queue_name(cmd), reading.cursor)

    def disconnected(self) -> None:
        """Record that the connection has ended, so that no more pages come over it."""
        with self._changed:
            for reading in self._readings.values():
                reading.cut = not reading.over
            self._changed.notify_all()

    def close(self) -> None:
        """Make calls of `outcome` that are waiting return, because the program is stopping."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def lost(self, *, for_good: bool = False) -> None:
        """Record that something received live was lost: until the next connection, no queue counts as complete.

        The cursors stay where they are, so that the next connection reads the lost part again. `for_good`: the queues
        cannot return the lost part, as it lies before the cursors, or Zalo has dropped it.
        """
        with self._changed:
            self._lost = True
            if not for_good:
                return
            for cmd, reading in self._readings.items():
                reading.whole = False
                cursor = (self._cursors or {}).get(queue_name(cmd), reading.cursor)
                self._take([], partial(self._keep, queue_name(cmd), cursor._replace(since_id=self._newest() + 1)))

    def answered(self, frame: Frame, elements: Sequence[Element]) -> None:
        """Take over one page of a queue, given by its frame and elements; request the next page if there is one."""
        cmd, content, queue = frame.cmd, frame.content, queue_name(frame.cmd)
        if code := as_code(frame.payload.get("error_code") or 0):
            # As if nothing had been answered: the cursor stays, and the next connection asks again.
            log.warning("queue_refused", queue=queue, code=code)
            self._take(elements, lambda: None)
            return
        with self._changed:
            reading = self._readings.get(cmd)
            if reading is None or reading.over:
                self._take(elements, lambda: None)
                return
            last, reset = id_in(content, "lastActionId"), is_set(content.get("resetLastActionId"))
            more = reset or is_set(content.get("more"))
            stuck = _why_stuck(reading, _BEGINNING if reset else last, reset or bool(elements)) if more else ""
            if reset or stuck or queue in status_of(frame).evicted:
                log.warning("queue_not_whole", queue=queue, cause=stuck or ("reset" if reset else "evicted"))
                reading.whole = False
            reading.over = not more or bool(stuck)
            if reset:
                reading.known, last, elements, stuck = False, _BEGINNING, (), ""
            reading.found = reading.found or bool(elements)
            reached = last if last and (elements or not stuck) else reading.asked[-1]
            self._take(elements, partial(self._store_page, cmd, reading, reached, at_end=reading.over))
            if not reading.over:
                self._ask(cmd, last, first=reset)
            self._changed.notify_all()

    def after_live(self, status: Mapping[str, str]) -> Callable[[], None] | None:
        """Return a function that advances the cursors, to be called once the live elements just received are stored.

        `status` maps queue names to last ids, as the frames of these elements report them. None if no cursor advances.
        """
        with self._changed:
            names = {queue_name(cmd) for cmd, reading in self._readings.items() if reading.stored and not self._lost}
        reached = {name: last_id for name, last_id in status.items() if name in names and last_id}
        return partial(self._advance, reached) if reached else None

    def outcome(self, cmd: int, heard_id: int) -> BackfillEnd:
        """Return whether the queue `cmd` has given all that was missed in a gap; wait for each page 10 seconds at most.

        The gap began after the inbox entry `heard_id`. REACHED: the queue was not empty, and was read to its end
        without a break since the gap's beginning. EXHAUSTED: it proves nothing. INTERRUPTED: the connection has ended,
        or the program stops.
        """
        with self._changed:
            reading = self._readings.get(cmd)
            if reading is None:
                return BackfillEnd.EXHAUSTED
            while not (reading.over or reading.cut or self._closed):
                left = reading.deadline - time.monotonic()
                if left <= 0:
                    log.warning("queue_not_answered", queue=queue_name(cmd))
                    return BackfillEnd.EXHAUSTED
                self._changed.wait(left)
            if not reading.over:
                return BackfillEnd.INTERRUPTED
            proven = reading.found and reading.whole and not self._lost and reading.cursor.since_id <= heard_id
            return BackfillEnd.REACHED if proven else BackfillEnd.EXHAUSTED

    def login_is_older(self, cmd: int, heard_id: int) -> bool:
        """Return whether this login certainly began before a gap, which began after the inbox entry `heard_id`."""
        with self._changed:
            reading = self._readings.get(cmd)
            return reading is not None and reading.known and reading.cursor.since_id <= heard_id

    def _ask(self, cmd: int, last_id: str, *, first: bool) -> None:
        reading = self._readings[cmd]
        reading.asked.append(last_id)
        reading.deadline = time.monotonic() + _ANSWER_SECONDS
        self._send(old_messages_frame(cmd, first=first, last_id=last_id, number=len(reading.asked)))

    def _store_page(self, cmd: int, reading: _Reading, last_id: str, *, at_end: bool) -> None:
        """Save the cursor that a page has reached, once the page is stored."""
        since_id = reading.cursor.since_id if reading.whole else self._newest() + 1
        self._keep(queue_name(cmd), QueueCursor(last_id, since_id))
        if at_end:
            with self._changed:
                reading.stored = True

    def _advance(self, reached: Mapping[str, str]) -> None:
        for queue, last_id in reached.items():
            with self._saving:
                with self._changed:
                    if self._cursors is None or queue not in self._cursors:
                        continue
                    cursor = self._cursors[queue] = self._cursors[queue]._replace(last_id=last_id)
                if time.monotonic() - self._saved_at.get(queue, 0.0) >= _SAVE_EVERY_SECONDS:
                    self._try_to_keep(queue, cursor)

    def _load(self) -> dict[str, QueueCursor]:
        """Return the cursors, from memory if they were loaded before; {} if they cannot be read from the database."""
        if self._cursors is None:
            try:
                self._cursors = self._store.cursors()
            except GovernorError as error:
                log.error("queue_cursors_not_loaded", error=error)
                return {}
        return dict(self._cursors)

    def _keep(self, queue: str, cursor: QueueCursor) -> None:
        with self._saving:
            self._store.keep(queue, cursor)
            self._saved_at[queue] = time.monotonic()
            with self._changed:
                self._cursors = {**(self._cursors or {}), queue: cursor}

    def _try_to_keep(self, queue: str, cursor: QueueCursor) -> None:
        try:
            self._keep(queue, cursor)
        except GovernorError as error:
            log.error("queue_cursor_not_kept", error=error)


def status_of(frame: Frame) -> QueueStatus:
    """Return what the frame's `queueStatus` says of the four queues that are read: last ids and dropped parts."""
    given = frame.content.get("queueStatus")
    if not isinstance(given, dict):
        return _NO_STATUS
    parts = {name: part for name, part in given.items() if name in _READ and isinstance(part, dict)}
    evicted = frozenset(name for name, part in parts.items() if is_set(part.get("evict")))
    return QueueStatus({name: id_in(part, "lastId") for name, part in parts.items()}, evicted)


_NO_STATUS = QueueStatus({})
_READ = frozenset(map(queue_name, OLD))
"""Names of the queues that are read; others, as of end-to-end encryption, fill up until Zalo drops a part of them."""


def _why_stuck(reading: _Reading, last_id: str, has_elements: bool) -> str:
    """Return why the next page, after `last_id`, must not be requested although Zalo announces it; "" if it may be."""
    if not has_elements:
        return "empty_page"
    if not last_id or last_id in reading.asked:
        return "repeated_last_id"
    return "too_many_pages" if len(reading.asked) == _MOST_PAGES else ""
