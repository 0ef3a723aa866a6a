"""GapRecovery: a gap is opened when the line goes down, and closed with what backfill brought back."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

import structlog

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.connection import BackfillEnd, Gap, LineReport, LineState
from zalo_governor.domain.errors import GovernorError, StoreUnavailableError
from zalo_governor.domain.inbound import Admitted, Element, place_of
from zalo_governor.pipeline.ports import Gaps, History

log = structlog.get_logger(__name__)

_CHUNK = 200
_CLOCKS_APART_MS = 60_000
_RETRY_SECONDS = 1.0
_AGAIN_FIRST_SECONDS = 5.0
_AGAIN_LONGEST_SECONDS = 300.0

_TRIED_AGAIN = timedelta(days=1)
"""What was given up within so long of the stop is tried once more at the next start."""

T = TypeVar("T")


class _Missed(NamedTuple):
    """A gap of which backfill is still to bring what it can."""

    gap_id: int
    began_ms: int
    heard_id: int
    """Number of the last inbox entry before it; 0 where the group was never heard."""


class GapRecovery:
    """Follows the line and runs backfill, in a thread of its own.

    What Zalo does not give for a passing reason is asked for again, at growing intervals, until it is given or refused
    for good.

    Args:
        groups: ids of the groups, and the bot account's own uid for what is private to it.
        newest: number of the youngest inbox entry; must not wait for anything.
        release: called with each group whose lanes need not wait any longer.
        on_recovered: called for each group once what was missed has been admitted, whether it was anything or not:
            an earlier process may have died before it could tell of what it had found.
        on_up: called once the line is up and what was missed has been admitted.
    """

    def __init__(
        self,
        *,
        groups: Sequence[str],
        gaps: Gaps,
        history: History,
        newest: Callable[[], int],
        admit: Callable[[Sequence[Element]], list[Admitted]],
        hold: Callable[[], None],
        release: Callable[[str], None],
        on_recovered: Callable[[str], None],
        on_up: Callable[[], None],
    ) -> None:
        self._groups = tuple(groups)
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
        self._book = threading.RLock()
        """Guards what is known of gaps, here and in the store: they are opened and ended in the listener's thread."""
        self._resumed = False
        self._missed: dict[str, list[_Missed]] = {group_id: [] for group_id in self._groups}
        """Oldest first."""
        self._looked_for: Sequence[_Missed] = ()
        """Those for which a look has begun: what is lost from now on it may not find."""
        self._running: dict[str, int] = {}
        """Number of the gap of each group that goes on."""
        self._heard_before: dict[str, int | None] = {}
        """Of each group, Zalo's time of what was last heard when the program began; empty once the line has been up."""
        self._at_start = newest()
        self._listened_ms: int | None = None
        """When the program before this one last heard anything."""
        self._again: dict[str, tuple[float, float]] = {}
        """Groups to be asked for again: (when on the monotonic clock, seconds until the time after that)."""
        self._old: list[Element] = []
        self._since: dict[str, int] = {}
        """Of each group, when what was missed last began to be missed."""
        self.state: LineReport | None = None
        """The line as it was last reported."""

    def report(self, line: LineReport) -> None:
        """Take the listener's word, and write down at once that a gap began or ended.

        It waits for the store: what is heard after a gap must not be durable before the gap is, or a kill in between
        would hide it.
        """
        if line.state is LineState.UP:
            self._hold()
        heard_id = self._newest()
        if line.state is not LineState.FRAME_LOST:
            with self._changed:
                self.state = line
        self._book_and_follow(line, lambda: self._write_down(line, heard_id))

    def missed(self, group_id: str, heard_id: int, line: LineReport) -> None:
        """Take the word that something is missing among what was heard of a group after the inbox entry `heard_id`."""

        def write_down() -> None:
            if group_id not in self._running:
                self._begin(group_id, line.heard_at or line.at, line.cause, heard_id)
                self._end(group_id, line.at)

        self._book_and_follow(line, write_down)

    def take_old(self, elements: Sequence[Element]) -> None:
        """Take old messages that the socket gave: a bonus to what the looks into the history find. Never blocks."""
        with self._changed:
            self._old += elements
            self._changed.notify_all()

    def run(self) -> None:
        """Work until stopped; a gap in which an earlier process died goes on until the line is up."""
        try:
            with self._book:
                self._resume()
            while not self._stopping:
                report = self._next()
                if report:
                    self._follow(report)
                elif not self._stopping:
                    self._admit_old()
                    self._ask_again()
        except StoreUnavailableError:
            if not self._stopping:
                raise

    def stop(self) -> None:
        """Let `run` end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _book_and_follow(self, line: LineReport, write_down: Callable[[], None]) -> None:
        try:
            with self._book:
                self._resume()
                write_down()
        except StoreUnavailableError:
            return  # Stopped; nothing that is heard from now on is stored, either.
        with self._changed:
            following = bool(self._reports) and self._reports[-1].state is LineState.FRAME_LOST
            if line.state is not LineState.FRAME_LOST or not following:
                self._reports.append(line)
                self._changed.notify_all()

    def _resume(self) -> None:
        if self._resumed:
            return
        self._listened_ms = self._retry_until_stored(self._gaps.last_received)
        for group_id in self._groups:
            self._heard_before[group_id] = self._retry_until_stored(partial(self._gaps.last_heard, group_id))
            pending = self._retry_until_stored(partial(self._gaps.pending_gaps, group_id))
            for gap in (*self._given_up(group_id), *pending):
                self._missed[group_id].append(_Missed(gap.id, to_ms(gap.began_at), gap.heard_id))
                if gap.ended_at is None:
                    self._running[group_id] = gap.id
        self._resumed = True

    def _given_up(self, group_id: str) -> list[Gap]:
        if self._listened_ms is None:
            return []
        since = from_ms(self._listened_ms) - _TRIED_AGAIN
        return self._retry_until_stored(partial(self._gaps.given_up_gaps, group_id, since))

    def _write_down(self, line: LineReport, heard_id: int) -> None:
        for group_id in self._groups:
            match line.state:
                case LineState.UP:
                    self._did_not_run(group_id, line)
                    self._end(group_id, line.at)
                case LineState.FRAME_LOST:
                    if group_id not in self._running and not self._look_to_come(group_id):
                        self._open(group_id, line, heard_id)
                        self._end(group_id, line.at)
                case _:
                    if not self._did_not_run(group_id, line) and group_id not in self._running:
                        self._open(group_id, line, heard_id)

    def _look_to_come(self, group_id: str) -> bool:
        """Whether a look that has not begun will find all that is lost by now."""
        return any(gap not in self._looked_for for gap in self._missed[group_id])

    def _did_not_run(self, group_id: str, line: LineReport) -> bool:
        """Open the gap of the time before this start, once; whether any gap of the group goes on."""
        heard_ms = self._heard_before.pop(group_id, None)
        if heard_ms is not None and group_id not in self._running:
            # A group that was quiet was heard as long as any other. Zalo's time may be ahead of ours: no gap begins
            # after it has ended.
            heard_at = from_ms(max(heard_ms, self._listened_ms or 0))
            self._begin(group_id, min(heard_at, line.at), "not running", self._at_start)
        return group_id in self._running

    def _open(self, group_id: str, line: LineReport, heard_id: int) -> None:
        ever_heard = self._retry_until_stored(partial(self._gaps.last_heard, group_id)) is not None
        began_at, cause = line.heard_at or line.at, line.cause or line.state.value
        self._begin(group_id, began_at, cause, heard_id if ever_heard else 0)

    def _begin(self, group_id: str, began_at: datetime, cause: str, heard_id: int) -> None:
        gap_id = self._retry_until_stored(partial(self._gaps.open_gap, group_id, began_at, cause, heard_id))
        self._running[group_id] = gap_id
        self._missed[group_id].append(_Missed(gap_id, to_ms(began_at), heard_id))

    def _end(self, group_id: str, at: datetime) -> None:
        gap_id = self._running.get(group_id)
        if gap_id is not None:
            self._retry_until_stored(partial(self._gaps.end_gap, gap_id, at))
            del self._running[group_id]

    def _next(self) -> LineReport | None:
        """The next report; None when it is time to ask again, to look at what the socket gave, or to stop."""
        with self._changed:
            while not self._reports and not self._stopping:
                if self._old:
                    return None
                up = self.state is not None and self.state.state is LineState.UP
                due = min((at for at, _ in self._again.values()), default=None) if up else None
                wait = None if due is None else due - time.monotonic()
                if wait is not None and wait <= 0:
                    return None
                self._changed.wait(wait)
            return None if self._stopping else self._reports.popleft()

    def _follow(self, line: LineReport) -> None:
        log.info("line", state=line.state.value, cause=line.cause)
        match line.state:
            case LineState.UP:
                for group_id in self._groups:
                    self._recover(group_id)
                    self._release(group_id)
                for group_id in self._groups:
                    self._tell(group_id)
                self._on_up()
            case LineState.FRAME_LOST:
                for group_id in self._groups:
                    if self._recover(group_id):
                        self._tell(group_id)
            case _:
                pass  # What is missed is fetched once the line is up.

    def _tell(self, group_id: str) -> None:
        self._retry_until_stored(partial(self._on_recovered, group_id))

    def _ask_again(self) -> None:
        now = time.monotonic()
        for group_id in [group_id for group_id, (at, _) in self._again.items() if at <= now]:
            self._recover(group_id)
            self._tell(group_id)

    def _recover(self, group_id: str) -> bool:
        """Fetch what was missed in all gaps of the group that have ended, and settle them unless more may come later.

        Gives whether there were any.
        """
        with self._book:
            missed = [gap for gap in self._missed[group_id] if gap.gap_id != self._running.get(group_id)]
            self._looked_for = missed
        if not missed:
            return False
        ends = self._ends(group_id, sorted(missed, key=lambda gap: gap.heard_id))
        if BackfillEnd.INTERRUPTED in ends.values():
            _, delay = self._again.get(group_id, (0.0, _AGAIN_FIRST_SECONDS))
            self._again[group_id] = (time.monotonic() + delay, min(delay * 2, _AGAIN_LONGEST_SECONDS))
            log.warning("backfill_interrupted", group=group_id, gaps=len(missed), again_seconds=delay)
            return True
        self._again.pop(group_id, None)
        for gap, end in ends.items():
            self._retry_until_stored(partial(self._gaps.settle_gap, gap.gap_id, end is BackfillEnd.REACHED))
        reached = [gap.heard_id for gap, end in ends.items() if end is BackfillEnd.REACHED]
        if reached:
            self._retry_until_stored(partial(self._gaps.close_made_up, group_id, min(reached)))
        with self._book:
            self._missed[group_id] = [gap for gap in self._missed[group_id] if gap not in ends]
        whole = sum(end is BackfillEnd.REACHED for end in ends.values())
        log.info("gaps_settled", group=group_id, gaps=len(ends), closed=whole)
        return True

    def _ends(self, group_id: str, missed: Sequence[_Missed]) -> dict[_Missed, BackfillEnd]:
        """How the look for each gap ended (oldest first). One look for all, unless it does not reach the oldest."""
        end = self._retry_until_stored(partial(self._fetch, group_id, missed))
        if end is BackfillEnd.EXHAUSTED and len(missed) > 1:
            # What was heard between them tells that the younger ones are whole, even if the oldest is not.
            return {missed[0]: end, **self._ends(group_id, missed[1:])}
        return dict.fromkeys(missed, end)

    def _fetch(self, group_id: str, missed: Sequence[_Missed]) -> BackfillEnd:
        def take(elements: Sequence[Element]) -> None:
            self._count(missed, self._admitted(elements))

        self._since[group_id] = missed[0].began_ms
        try:
            end = self._history(group_id, missed[0].heard_id, take)
            # Only now, so that what the look found comes first.
            take(self._old_of(group_id))
        except StoreUnavailableError:
            raise
        except GovernorError as error:
            log.error("backfill_failed", group=group_id, error=error)
            return BackfillEnd.INTERRUPTED
        else:
            return end

    def _old_of(self, group_id: str) -> list[Element]:
        """What the socket gave of the group's last gaps, oldest first; it gives what was long known, too.

        Nothing but what is older than all that was ever heard is left alone; where nothing was, what is older than the
        last gap.
        """
        with self._changed:
            mine = [element for element in self._old if _conversation(element) == group_id]
            self._old = [element for element in self._old if _conversation(element) != group_id]
        if not mine:
            return []
        since_ms = self._retry_until_stored(partial(self._gaps.first_heard, group_id))
        if since_ms is None:
            since_ms = self._since.get(group_id)
        mine = [element for element in mine if since_ms is not None and element.at_ms >= since_ms - _CLOCKS_APART_MS]
        return sorted(mine, key=lambda element: place_of(element.at_ms, element.key))

    def _admit_old(self) -> None:
        """An answer of the socket that came after the look."""
        for group_id in self._groups:
            if self._admitted(self._old_of(group_id)):
                self._tell(group_id)
        with self._changed:
            self._old = [element for element in self._old if _conversation(element) in self._groups]

    def _admitted(self, elements: Sequence[Element]) -> list[Admitted]:
        admitted: list[Admitted] = []
        for start in range(0, len(elements), _CHUNK):
            admitted += self._retry_until_stored(partial(self._admit, elements[start : start + _CHUNK]))
        return admitted

    def _count(self, missed: Sequence[_Missed], fresh: Sequence[Admitted]) -> None:
        """What was found belongs to the youngest gap that had begun by then."""
        counts = Counter(
            next((gap for gap in reversed(missed) if gap.began_ms <= item.entry.at_ms), missed[0]).gap_id
            for item in fresh
        )
        for gap_id, count in counts.items():
            self._retry_until_stored(partial(self._gaps.add_recovered, gap_id, count))

    def _retry_until_stored(self, ask: Callable[[], T]) -> T:
        """Ask the store, however long it takes; what it cannot take now is still there when it can.

        Raises:
            StoreUnavailableError: stopped meanwhile.
        """
        while True:
            try:
                return ask()
            except StoreUnavailableError as error:
                log.error("recovery_waits", error=error)
                with self._changed:
                    if self._changed.wait_for(lambda: self._stopping, timeout=_RETRY_SECONDS):
                        raise


def _conversation(element: Element) -> str:
    """Under what its gaps are written: the group, or the bot account for all that is private to it."""
    return element.thread_id if element.is_group else element.account
