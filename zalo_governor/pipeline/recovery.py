"""Recovery: a gap is opened when the line goes down, and closed with what backfill brought back."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

import structlog

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.elements import Admitted, Element
from zalo_governor.domain.errors import GovernorError, StoreUnavailableError
from zalo_governor.domain.line import Gap, LineReport, LineState

log = structlog.get_logger(__name__)

_CHUNK = 200
_RETRY_SECONDS = 1.0

T = TypeVar("T")


class Recovered(NamedTuple):
    """What backfill of one group brought."""

    elements: Sequence[Element]
    """Oldest first."""
    reached: bool
    """It got back to something heard before, so nothing is missing."""


class History(Protocol):
    """Fetches what a group said while nobody listened. app ties zalo.backfill to it."""

    def __call__(self, group_id: str, heard_ms: int | None) -> Recovered:
        """Page back beyond the last message heard before the gap (Zalo's time in ms; None where none was ever).

        Raises:
            GovernorError: Zalo does not give it now.
        """
        ...


class Gaps(Protocol):
    """The record of times in which the bot could not hear."""

    def open_gap(self, group_id: str, began_at: datetime, cause: str) -> int:
        """Write that a gap began; gives its number."""
        ...

    def close_gap(self, gap_id: int, ended_at: datetime, recovered: int, closed: bool) -> None:
        """Its end; `closed` where nothing is missing."""
        ...

    def open_gaps(self, group_id: str) -> list[Gap]:
        """The gaps that have not ended: those of a process that died in one."""
        ...

    def last_heard(self, group_id: str) -> int | None:
        """Zalo's time (ms) of the youngest entry of the group, None where there is none."""
        ...


class Recovery:
    """Follows the line and runs backfill, in a thread of its own.

    Args:
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
        admit: Callable[[Sequence[Element]], list[Admitted]],
        hold: Callable[[], None],
        release: Callable[[], None],
        on_recovered: Callable[[str], None],
        on_up: Callable[[], None],
    ) -> None:
        self._groups = tuple(groups)
        self._gaps = gaps
        self._history = history
        self._admit = admit
        self._hold = hold
        self._release = release
        self._on_recovered = on_recovered
        self._on_up = on_up
        self._reports: deque[LineReport] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._open: dict[str, int] = {}
        self._last_heard: dict[str, int | None] = {}
        self.state: LineReport | None = None
        """The line as it was last reported."""

    def report(self, line: LineReport) -> None:
        """Take the listener's word; never blocks."""
        if line.state is LineState.UP:
            self._hold()
        with self._changed:
            if line.state is LineState.FRAME_LOST:
                if self._reports and self._reports[-1].state is LineState.FRAME_LOST:
                    return  # The look that is still to come finds what both have lost.
            else:
                self.state = line
            self._reports.append(line)
            self._changed.notify_all()

    def run(self) -> None:
        """Work until stopped; a gap in which an earlier process died goes on until the line is up."""
        try:
            for group_id in self._groups:
                self._resume(group_id)
            while line := self._next():
                self._follow(line)
        except StoreUnavailableError:
            if not self._stopping:
                raise

    def stop(self) -> None:
        """Let `run` end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _resume(self, group_id: str) -> None:
        self._last_heard[group_id] = self._surely(lambda: self._gaps.last_heard(group_id))
        for gap in reversed(self._surely(lambda: self._gaps.open_gaps(group_id))):
            self._open[group_id] = gap.id
            # That process may have heard something live while it still fetched what is older.
            self._last_heard[group_id] = to_ms(gap.began_at)

    def _next(self) -> LineReport | None:
        with self._changed:
            self._changed.wait_for(lambda: self._reports or self._stopping)
            return None if self._stopping else self._reports.popleft()

    def _follow(self, line: LineReport) -> None:
        log.info("line", state=line.state.value, cause=line.cause)
        if line.state is LineState.UP:
            for group_id in self._groups:
                self._recover(group_id, line)
            self._release()
            for group_id in self._groups:
                self._tell(group_id)
            self._on_up()
            return
        for group_id in self._groups:
            if group_id not in self._open:
                self._open_gap(group_id, line)
            if line.state is LineState.FRAME_LOST:
                self._recover(group_id, line)
                self._tell(group_id)

    def _open_gap(self, group_id: str, line: LineReport) -> None:
        began_at = line.heard_at or line.at
        # Asked now: once the line is back, what is heard live stands on this side of the gap. If the line came back
        # while this report waited for its turn, that has happened already: then the gap's own beginning counts.
        heard_ms = self._surely(lambda: self._gaps.last_heard(group_id))
        self._last_heard[group_id] = None if heard_ms is None else min(heard_ms, to_ms(began_at))
        cause = line.cause or line.state.value
        self._open[group_id] = self._surely(lambda: self._gaps.open_gap(group_id, began_at, cause))

    def _tell(self, group_id: str) -> None:
        self._surely(lambda: self._on_recovered(group_id))

    def _recover(self, group_id: str, line: LineReport) -> None:
        """Fetch what was missed, and close the gap."""
        gap_id = self._open.pop(group_id, None)
        if group_id in self._last_heard:
            last_ms = self._last_heard.pop(group_id)
        else:
            last_ms = self._surely(lambda: self._gaps.last_heard(group_id))
        if gap_id is None:
            if last_ms is None:
                return  # The very first start: what was said before the bot came is not a gap.
            began_at = from_ms(last_ms)
            gap_id = self._surely(lambda: self._gaps.open_gap(group_id, began_at, "not running"))
        number, fresh, reached = gap_id, 0, False
        try:
            recovered = self._surely(lambda: self._history(group_id, last_ms))
        except StoreUnavailableError:
            raise  # Stopped: the next start goes on with this gap.
        except GovernorError as error:
            log.error("backfill_failed", group=group_id, error=str(error))
        else:
            reached = recovered.reached
            for start in range(0, len(recovered.elements), _CHUNK):
                fresh += self._admitted(recovered.elements[start : start + _CHUNK])
        self._surely(lambda: self._gaps.close_gap(number, line.at, fresh, reached))
        log.info("gap", group=group_id, recovered=fresh, closed=reached)

    def _admitted(self, elements: Sequence[Element]) -> int:
        return len(self._surely(lambda: self._admit(elements)))

    def _surely(self, ask: Callable[[], T]) -> T:
        """Ask the store, however long it takes; what it cannot take now is still there when it can.

        Raises:
            StoreUnavailableError: stopped meanwhile.
        """
        while True:
            try:
                return ask()
            except StoreUnavailableError as error:
                log.error("recovery_waits", error=str(error))
                with self._changed:
                    if self._changed.wait_for(lambda: self._stopping, timeout=_RETRY_SECONDS):
                        raise
