"""Finds changes for open pages, and records who has which case open, so that two people do not decide it."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic

import structlog

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_LOOKING_SECONDS = 120.0
"""How long a person counts as having a case open, unless the page reports again that it is."""


_CASE = re.compile(r"/vu-viec/([0-9]{1,17})")


def case_of(path: str) -> int | None:
    """Return the number of the case whose page has this path; None for any other page."""
    found = _CASE.fullmatch(path)
    return int(found[1]) if found else None


def mark_of(stamps: Mapping[str, object], groups: frozenset[str]) -> str:
    """Return a short text that differs after each change in one of the groups; comparable within this process only."""
    return str(hash(tuple(stamps.get(group) for group in sorted(groups))))


class Presence:
    """Records who has the page of which case open now."""

    def __init__(self) -> None:
        self._seen: dict[int, dict[int, float]] = defaultdict(dict)

    def look(self, case_id: int, person_id: int) -> None:
        """Note that the person has the case's page open."""
        self._seen[case_id][person_id] = monotonic()

    def leave(self, case_id: int, person_id: int) -> None:
        """Note that the person no longer has the case's page open."""
        self._seen[case_id].pop(person_id, None)
        if not self._seen[case_id]:
            del self._seen[case_id]

    def others(self, case_id: int, person_id: int) -> list[int]:
        """Return the ids of the other people who have the case's page open."""
        seen = self._seen.get(case_id, {})
        return [one for one, at in list(seen.items()) if one != person_id and monotonic() - at < _LOOKING_SECONDS]


class Changes:
    """Checks while any page is open, every second and when `hurried` is set, whether cases or directives changed.

    `stamps` returns, by group id, a value that differs after each change; it is called in a thread.
    """

    def __init__(self, stamps: Callable[[], Mapping[str, object]]) -> None:
        self._stamps = stamps
        self._open: dict[asyncio.Queue[str | None], tuple[frozenset[str], str]] = {}
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.hurried = asyncio.Event()

    def listen(self, groups: frozenset[str], mark: str = "") -> asyncio.Queue[str | None]:
        """Return a queue that gets the word `changed` after each change in one of the groups, and None at the end.

        `mark` is the mark of the page (`mark_of`): a change since the page was made is reported too.
        """
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        self._open[queue] = groups, mark
        if self._closed:
            queue.put_nowait(None)
        elif self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return queue

    def forget(self, queue: asyncio.Queue[str | None]) -> None:
        """Stop putting changes into the queue."""
        self._open.pop(queue, None)

    def close(self) -> None:
        """Stop checking, and put None into all queues, also later ones: no open page keeps the program from ending."""
        self._closed = True
        if self._task:
            self._task.cancel()
        for queue in self._open:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)

    async def _run(self) -> None:
        before: Mapping[str, object] | None = None
        while self._open:
            try:
                now = await asyncio.to_thread(self._stamps)
            except Exception as error:  # Whatever it is, open pages must be notified of later changes.
                log.warning("panel_cannot_look", error=type(error).__name__)
            else:
                before = now if before is None else before
                for queue, (groups, mark) in self._open.items():
                    if (mark or mark_of(before, groups)) != mark_of(now, groups) and queue.empty():
                        queue.put_nowait("changed")
                    self._open[queue] = groups, ""
                before = now
            with suppress(TimeoutError):
                await asyncio.wait_for(self.hurried.wait(), _LOOK_SECONDS)
            self.hurried.clear()
