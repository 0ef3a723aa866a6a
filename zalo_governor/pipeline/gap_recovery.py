"""Records times in which the bot missed messages (gaps), and fetches the messages from Zalo's history (backfill)."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import repeat
from typing import TypeVar

import structlog

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.connection import BackfillEnd, Gap, LineReport, LineState
from zalo_governor.domain.errors import GovernorError, StoreUnavailableError
from zalo_governor.domain.inbound import Admitted, Element
from zalo_governor.pipeline.old_pages import OldPages
from zalo_governor.pipeline.ports import History
from zalo_governor.pipeline.storage_retry import retry_until_stored
from zalo_governor.pipeline.unfinished_gaps import UnfinishedGap, count_by_gap, gap_owner
from zalo_governor.storage.repositories.gaps import Gaps

log = structlog.get_logger(__name__)

_CHUNK = 200
"""Most elements (messages, reactions …) that are stored in one transaction."""
_CLOCKS_APART_MS = 60_000
"""By how many ms Zalo's clock may differ from ours."""
_RETRY_SECONDS = 1.0
_AGAIN_FIRST_SECONDS = 5.0
"""Seconds before a backfill that Zalo interrupted is retried; doubles each time up to `_AGAIN_LONGEST_SECONDS`."""
_AGAIN_LONGEST_SECONDS = 300.0

_RETRY_GIVEN_UP_WITHIN = timedelta(days=1)
"""A gap given up with messages missing is retried at the next start if it ended within this time of the last stop."""

T = TypeVar("T")


class GapRecovery:
    """Records gaps (times in which messages were missed) and fetches the missed messages, in a thread of its own.

    A backfill (fetching missed messages from Zalo's history) that fails for a temporary reason is retried at growing
    intervals until Zalo returns the messages or refuses for good.

    Args:
        groups: ids of the groups, and the bot account's own uid, which stands for all private conversations; each with
            what the log calls it.
        gaps: the stored record of gaps.
        history: fetches the missed messages of a group.
        newest: returns the id of the newest inbox entry; must not block.
        admit: stores elements in the inbox and returns those that were new.
        hold: delays the judging of new messages of all groups until the missed ones are stored.
        release: called with each group for which that delay is over.
        on_recovered: called for each group once its missed messages are stored, even if there were none: an earlier
            process may have died before it could report the messages it had found.
        on_up: called once the connection is up and all missed messages are stored.
    """

    def __init__(
        self,
        *,
        groups: Mapping[str, str],
        gaps: Gaps,
        history: History,
        newest: Callable[[], int],
        admit: Callable[[Sequence[Element]], list[Admitted]],
        hold: Callable[[], None],
        release: Callable[[str], None],
        on_recovered: Callable[[str], None],
        on_up: Callable[[], None],
    ) -> None:
        self._groups = groups
        self._gaps = gaps
        self._history = history
        self._newest = newest
        self._admit = admit
        self._hold = hold
        self._release = release
        self._on_recovered = on_recovered
        self._on_up = on_up
        self._reports: deque[LineReport] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._gaps_lock = threading.RLock()
        """Guards the records of gaps, in memory and stored; the thread that reads the socket changes them too."""
        self._loaded = False
        self._unfinished: dict[str, list[UnfinishedGap]] = {group_id: [] for group_id in self._groups}
        """Of each group, the gaps whose missed messages have not all been fetched, oldest first."""
        self._begun: set[UnfinishedGap] = set()
        """Gaps whose backfill has begun: what is lost from then on was lost after them, and gets a gap of its own."""
        self._open_gaps: dict[str, int] = {}
        """Of each group that is not being received now, the id of its gap, which has not ended."""
        self._last_heard_ms: dict[str, int | None] = {}
        """Of each group, the time by Zalo's clock (ms) of the last entry stored before this start.

        Of a group without any, since when an earlier process has listened to it; None if none has. A group is removed
        once the gap for the time in which the program was not running is stored.
        """
        self._at_start = newest()
        self._last_received_ms: int | None = None
        """Our clock's time (ms) at which an earlier process last received anything."""
        self._retry_at: dict[str, tuple[float, float]] = {}
        """Groups whose backfill is to be retried: (monotonic time of the retry, seconds until the retry after that)."""
        self._old_pages = OldPages()
        self._last_gap_began_ms: dict[str, int] = {}
        """Of each group, the beginning (ms) of the gap whose messages were fetched last."""
        self.state: LineReport | None = None
        """The last reported state of the connection; None before the first report."""
        self.listened_before = False
        """Whether an earlier process may have been connected, even if it stored no message; known after `prepare`."""

    def prepare(self, at: datetime) -> None:
        """Store that the bot listens from `at` on to the groups of which nothing is stored yet; call before connecting.

        If this process is killed before it has stored anything, the next one then knows that it missed something.
        """
        try:
            with self._gaps_lock:
                self._load_unfinished_gaps()
                for group_id in [group_id for group_id, heard_ms in self._last_heard_ms.items() if heard_ms is None]:
                    self._retry_until_stored(partial(self._gaps.note_listening, group_id, at))
        except StoreUnavailableError:
            return  # The program is stopping.

    def report(self, line: LineReport) -> None:
        """Store at once that a gap began or ended, as the socket's listener reports, and queue the report for `run`.

        Blocks until the gap is stored: otherwise an entry received after the gap could become durable first, and a
        crash in between would hide the gap.
        """
        if line.state is LineState.UP:
            self._hold()
        heard_id = self._newest()
        if line.state is not LineState.FRAME_LOST:
            with self._changed:
                self.state = line
        self._record_and_queue(line, lambda: self._record_report(line, heard_id))

    def missed(self, group_id: str, heard_id: int, line: LineReport) -> None:
        """Store a gap of a group in which a message sent after inbox entry `heard_id` is missing; `run` fetches it.

        `line` gives the gap's beginning (`heard_at`), end (`at`) and cause.
        """

        def record_gap() -> None:
            if group_id not in self._open_gaps:
                self._open_gap(group_id, line.heard_at or line.at, line.cause, heard_id)
                self._end_gap(group_id, line.at)

        self._record_and_queue(line, record_gap)

    def take_old(self, elements: Sequence[Element], on_stored: Callable[[], None]) -> None:
        """Accept old messages that Zalo sent over the socket on request, for `run` to store. Never blocks.

        `run` calls `on_stored` once these messages, and all that were accepted before them, are stored or left out.
        """
        with self._changed:
            self._old_pages.add([one for one in elements if gap_owner(one) in self._groups], on_stored)
            self._changed.notify_all()

    def store_old(self, group_id: str, store: Callable[[Sequence[Element]], None]) -> None:
        """Pass to `store`, oldest first, the old messages of a group that came over the socket; `history` calls this.

        Some of them may be in the inbox already. Messages older than the group's first stored entry are left out: they
        were sent before the bot joined. If nothing is stored, messages older than the last gap are left out.
        """

        def since_ms() -> int | None:
            first_ms = self._retry_until_stored(partial(self._gaps.first_heard, group_id))
            if first_ms is None:
                first_ms = self._last_gap_began_ms.get(group_id)
            return None if first_ms is None else first_ms - _CLOCKS_APART_MS

        self._old_pages.store(group_id, since_ms, store)

    def run(self) -> None:
        """Load the gaps left by earlier processes, then fetch missed messages after each report, until stopped."""
        try:
            with self._gaps_lock:
                self._load_unfinished_gaps()
            while not self._stopping:
                report = self._next_report()
                if report:
                    self._handle_report(report)
                elif not self._stopping:
                    self._admit_late_old_elements()
                    self._retry_due_groups()
        except StoreUnavailableError:
            if not self._stopping:
                raise

    def stop(self) -> None:
        """Make `run` return."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _record_and_queue(self, line: LineReport, record_gap: Callable[[], None]) -> None:
        """Store a gap via `record_gap`; queue the report for `run`, of successive reports of lost frames only one."""
        try:
            with self._gaps_lock:
                self._load_unfinished_gaps()
                record_gap()
        except StoreUnavailableError:
            return  # The program is stopping: nothing received from now on is stored either.
        with self._changed:
            following = bool(self._reports) and self._reports[-1].state is LineState.FRAME_LOST
            if line.state is not LineState.FRAME_LOST or not following:
                self._reports.append(line)
                self._changed.notify_all()

    def _load_unfinished_gaps(self) -> None:
        """Load the gaps that earlier processes left unfinished, at the first call only."""
        if self._loaded:
            return
        self._last_received_ms = self._retry_until_stored(self._gaps.last_received)
        for group_id in self._groups:
            heard_ms = self._retry_until_stored(partial(self._gaps.last_heard, group_id))
            if heard_ms is None:
                heard_ms = self._retry_until_stored(partial(self._gaps.listening_since, group_id))
            self._last_heard_ms[group_id] = heard_ms
            pending = self._retry_until_stored(partial(self._gaps.pending_gaps, group_id))
            for gap in (*self._gaps_to_retry(group_id), *pending):
                self._unfinished[group_id].append(UnfinishedGap(gap.id, to_ms(gap.began_at), gap.heard_id))
                if gap.ended_at is None:
                    self._open_gaps[group_id] = gap.id
        self.listened_before = any(heard_ms is not None for heard_ms in self._last_heard_ms.values())
        self._loaded = True

    def _gaps_to_retry(self, group_id: str) -> list[Gap]:
        """Return gaps given up (messages missing) shortly before the program's last stop; they are tried once more."""
        if self._last_received_ms is None:
            return []
        since = from_ms(self._last_received_ms) - _RETRY_GIVEN_UP_WITHIN
        return self._retry_until_stored(partial(self._gaps.given_up_gaps, group_id, since))

    def _record_report(self, line: LineReport, heard_id: int) -> None:
        """Store the beginning or end of a gap for all groups, as the report says."""
        for group_id in self._groups:
            match line.state:
                case LineState.UP:
                    self._open_downtime_gap(group_id, line)
                    self._end_gap(group_id, line.at)
                case LineState.FRAME_LOST:
                    if group_id not in self._open_gaps and not self._backfill_to_come(group_id):
                        self._open_reported_gap(group_id, line, heard_id)
                        self._end_gap(group_id, line.at)
                case _:
                    if not self._open_downtime_gap(group_id, line) and group_id not in self._open_gaps:
                        self._open_reported_gap(group_id, line, heard_id)

    def _backfill_to_come(self, group_id: str) -> bool:
        """Return whether a backfill of the group is due but has not begun: it will also fetch what is lost now."""
        return not self._begun.issuperset(self._unfinished[group_id])

    def _open_downtime_gap(self, group_id: str, line: LineReport) -> bool:
        """Store, once, a gap for the time when the program was not running; return whether the group's gap is open."""
        heard_ms = self._last_heard_ms.pop(group_id, None)
        if heard_ms is not None and group_id not in self._open_gaps:
            # Until its stop the earlier process received all groups, quiet ones too. Zalo's clock may be ahead of
            # ours, so the gap's beginning is limited to its end.
            heard_at = from_ms(max(heard_ms, self._last_received_ms or 0))
            self._open_gap(group_id, min(heard_at, line.at), "not running", self._at_start)
        return group_id in self._open_gaps

    def _open_reported_gap(self, group_id: str, line: LineReport, heard_id: int) -> None:
        """Store a gap that began when the last frame before the report arrived, after inbox entry `heard_id`."""
        ever_heard = self._retry_until_stored(partial(self._gaps.last_heard, group_id)) is not None
        began_at, cause = line.heard_at or line.at, line.cause or line.state.value
        self._open_gap(group_id, began_at, cause, heard_id if ever_heard else 0)

    def _open_gap(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> None:
        """Store a gap that began after inbox entry `heard_id`; note that its missed messages are to be fetched."""
        gap_id = self._retry_until_stored(partial(self._gaps.open_gap, group_id, began_at, cause, heard_id))
        self._open_gaps[group_id] = gap_id
        self._unfinished[group_id].append(UnfinishedGap(gap_id, to_ms(began_at), heard_id))

    def _end_gap(self, group_id: str, at: datetime) -> None:
        """Store the end of the group's open gap, if it has one."""
        gap_id = self._open_gaps.get(group_id)
        if gap_id is not None:
            self._retry_until_stored(partial(self._gaps.end_gap, gap_id, at))
            del self._open_gaps[group_id]

    def _next_report(self) -> LineReport | None:
        """Wait for the next report and return it; None if a retry or old messages are due first, or on stop."""
        with self._changed:
            while not self._reports and not self._stopping:
                if self._old_pages:
                    return None
                up = self.state is not None and self.state.state is LineState.UP
                due = min((at for at, _ in self._retry_at.values()), default=None) if up else None
                wait = None if due is None else due - time.monotonic()
                if wait is not None and wait <= 0:
                    return None
                self._changed.wait(wait)
            return None if self._stopping else self._reports.popleft()

    def _handle_report(self, line: LineReport) -> None:
        """Fetch the missed messages of all groups, if the report is that the connection is up or lost a frame."""
        match line.state:
            case LineState.UP:
                for group_id in self._groups:
                    self._backfill_group(group_id)
                    self._release(group_id)
                for group_id in self._groups:
                    self._notify_recovered(group_id)
                self._on_up()
            case LineState.FRAME_LOST:
                for group_id in self._groups:
                    if self._backfill_group(group_id):
                        self._notify_recovered(group_id)
            case _:
                pass  # Backfill starts once the connection is up.

    def _notify_recovered(self, group_id: str) -> None:
        """Call `on_recovered` for a group, again and again while the database is unavailable."""
        self._retry_until_stored(partial(self._on_recovered, group_id))

    def _retry_due_groups(self) -> None:
        """Fetch missed messages again for the groups whose retry is due."""
        now = time.monotonic()
        for group_id in [group_id for group_id, (at, _) in self._retry_at.items() if at <= now]:
            self._backfill_group(group_id)
            self._notify_recovered(group_id)

    def _backfill_group(self, group_id: str) -> bool:
        """Fetch the missed messages of a group's ended gaps; settle them (try no more) unless a retry may bring more.

        Return whether there were any such gaps.
        """
        with self._gaps_lock:
            missed = [gap for gap in self._unfinished[group_id] if gap.gap_id != self._open_gaps.get(group_id)]
            self._begun.update(missed)
        if not missed:
            return False
        ends = self._backfill_gaps(group_id, sorted(missed, key=lambda gap: gap.heard_id))
        if BackfillEnd.INTERRUPTED in ends.values():
            _, delay = self._retry_at.get(group_id, (0.0, _AGAIN_FIRST_SECONDS))
            self._retry_at[group_id] = (time.monotonic() + delay, min(delay * 2, _AGAIN_LONGEST_SECONDS))
            log.warning("backfill_interrupted", place=self._groups[group_id], gaps=len(missed), again_seconds=delay)
            return True
        self._retry_at.pop(group_id, None)
        for gap, end in ends.items():
            self._retry_until_stored(partial(self._gaps.settle_gap, gap.gap_id, end))
        reached = [gap.heard_id for gap, end in ends.items() if end is BackfillEnd.REACHED]
        if reached:
            self._retry_until_stored(partial(self._gaps.close_made_up, group_id, min(reached)))
        with self._gaps_lock:
            self._unfinished[group_id] = [gap for gap in self._unfinished[group_id] if gap not in ends]
            self._begun.difference_update(ends)
        whole = sum(end is BackfillEnd.REACHED for end in ends.values())
        log.info("gaps_settled", place=self._groups[group_id], gaps=len(ends), closed=whole)
        return True

    def _backfill_gaps(self, group_id: str, missed: Sequence[UnfinishedGap]) -> dict[UnfinishedGap, BackfillEnd]:
        """Fetch the messages of several gaps (oldest first) of a group; return the outcome for each gap.

        One pass through the history serves all gaps, unless the history does not reach back to the oldest. Then a
        binary search finds the first gap that it reaches: a connection that breaks every minute leaves thousands.
        """
        end = self._retry_until_stored(partial(self._fetch_and_admit, group_id, missed))
        if end not in {BackfillEnd.EXHAUSTED, BackfillEnd.UNREACHABLE} or len(missed) == 1:
            return dict.fromkeys(missed, end)
        # Later gaps can still be completed: the history reaches back to what was received between the gaps.
        half = len(missed) // 2
        later = self._backfill_gaps(group_id, missed[half:])
        if half == 1 or later[missed[half]] is not BackfillEnd.REACHED:
            return {**dict.fromkeys(missed[:half], end), **later}
        return {missed[0]: end, **self._backfill_gaps(group_id, missed[1:half]), **later}

    def _fetch_and_admit(self, group_id: str, missed: Sequence[UnfinishedGap]) -> BackfillEnd:
        """Store what was missed: from Zalo's history, then what the socket sent again; return how fetching ended."""

        def take(elements: Sequence[Element]) -> None:
            for gap_id, count in count_by_gap(missed, self._admit_in_chunks(elements)).items():
                self._retry_until_stored(partial(self._gaps.add_recovered, gap_id, count))

        self._last_gap_began_ms[group_id] = missed[0].began_ms
        try:
            end = self._history(group_id, missed[0].heard_id, missed[0].began_ms - _CLOCKS_APART_MS, take)
            # After the history, so that the messages of the history are stored first.
            self.store_old(group_id, take)
            self._tell_of_stored_pages()
        except StoreUnavailableError:
            raise
        except GovernorError as error:
            log.error("backfill_failed", place=self._groups[group_id], error=error)
            end = BackfillEnd.INTERRUPTED
        return end

    def _admit_late_old_elements(self) -> None:
        """Store old messages that Zalo sent over the socket only after the backfill from the history was finished."""
        fresh: list[Admitted] = []
        for group_id in self._groups:
            fresh.clear()
            self.store_old(group_id, lambda elements: fresh.extend(self._admit_in_chunks(elements)))
            if fresh:
                self._notify_recovered(group_id)
        self._tell_of_stored_pages()

    def _tell_of_stored_pages(self) -> None:
        while told := self._old_pages.first_stored():
            self._retry_until_stored(told)
            self._old_pages.drop_first()

    def _admit_in_chunks(self, elements: Sequence[Element]) -> list[Admitted]:
        """Store received messages in the inbox, in transactions of limited size; return those that were new to it."""
        admitted: list[Admitted] = []
        for start in range(0, len(elements), _CHUNK):
            admitted += self._retry_until_stored(partial(self._admit, elements[start : start + _CHUNK]))
        return admitted

    def _retry_until_stored(self, operation: Callable[[], T]) -> T:
        """Repeat a storage operation until it succeeds; raise StoreUnavailableError if the program stops meanwhile."""
        return retry_until_stored(
            operation,
            pauses=repeat(_RETRY_SECONDS),
            wait=self._wait_unless_stopping,
            on_failure=lambda error: log.error("recovery_waits", error=error),
        )

    def _wait_unless_stopping(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, timeout=seconds)
