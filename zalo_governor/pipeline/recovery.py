"""Recovery: a gap is opened when the line goes down, and closed with what backfill brought back."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.elements import Admitted, Element
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.line import Gap, LineReport, LineState

log = structlog.get_logger(__name__)

_CHUNK = 200


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
            self.state = line if line.state is not LineState.FRAME_LOST else self.state
            self._reports.append(line)
            self._changed.notify_all()

    def run(self) -> None:
        """Work until stopped; a gap in which an earlier process died goes on until the line is up."""
        for group_id in self._groups:
            self._last_heard[group_id] = self._gaps.last_heard(group_id)
            for gap in reversed(self._gaps.open_gaps(group_id)):
                self._open[group_id] = gap.id
                # That process may have heard something live while it still fetched what is older.
                self._last_heard[group_id] = to_ms(gap.began_at)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._reports or self._stopping)
                if self._stopping:
                    return
                line = self._reports.popleft()
            self._follow(line)

    def stop(self) -> None:
        """Let `run` end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _follow(self, line: LineReport) -> None:
        log.info("line", state=line.state.value, cause=line.cause)
        if line.state is LineState.UP:
            for group_id in self._groups:
                self._recover(group_id, line)
            self._release()
            for group_id in self._groups:
                self._on_recovered(group_id)
            self._on_up()
            return
        for group_id in self._groups:
            if group_id not in self._open:
                began_at = line.heard_at or line.at
                # Asked now: once the line is back, what is heard live stands on this side of the gap.
                self._last_heard[group_id] = self._gaps.last_heard(group_id)
                self._open[group_id] = self._gaps.open_gap(group_id, began_at, line.cause or line.state.value)
            if line.state is LineState.FRAME_LOST:
                self._recover(group_id, line)
                self._on_recovered(group_id)

    def _recover(self, group_id: str, line: LineReport) -> None:
        """Fetch what was missed, and close the gap."""
        gap_id = self._open.pop(group_id, None)
        last_ms = self._last_heard.pop(group_id) if group_id in self._last_heard else self._gaps.last_heard(group_id)
        if gap_id is None:
            if last_ms is None:
                return  # The very first start: what was said before the bot came is not a gap.
            gap_id = self._gaps.open_gap(group_id, from_ms(last_ms), "not running")
        fresh = 0
        reached = False
        try:
            recovered = self._history(group_id, last_ms)
        except GovernorError as error:
            log.error("backfill_failed", group=group_id, error=str(error))
        else:
            reached = recovered.reached
            for start in range(0, len(recovered.elements), _CHUNK):
                fresh += len(self._admit(recovered.elements[start : start + _CHUNK]))
        self._gaps.close_gap(gap_id, line.at, fresh, reached)
        log.info("gap", group=group_id, recovered=fresh, closed=reached)
