"""Reconciliation: compares the groups' histories at Zalo with the inbox, to find messages that the socket lost.

The liveness check (`pipeline.liveness`) sees only the newest message of each group. So a few pages of the histories are
compared with the inbox from time to time; gap recovery then fetches whatever is missing.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import structlog

from zalo_governor.domain.inbound import Element, ElementKind, number_of
from zalo_governor.pipeline.ports import HistoryPage

log = structlog.get_logger(__name__)


class Reconciliation:
    """Comparison of the groups' histories at Zalo with the inbox, in passes of at most `pages` pages.

    A walk goes through one group's history from its newest message back; a pass continues where the one before it
    stopped. The first walk through a group compares one page; each later walk goes back to the newest message that the
    walk before it compared.

    Args:
        groups: ids of the watched groups.
        pages: most pages requested in one pass.
        page: returns the page of a group's history older than a msgId (None: the newest page); raises GovernorError.
        numbers: maps those of the given msgIds of a group that are stored to the ids of their inbox entries.
        oldest: returns the lowest stored msgId of a group, None if nothing is stored; older messages were sent before
            the bot joined.
        missed: called to report a missing message, with the group, an inbox id and the message; it was sent after the
            inbox entry with that id.
        pause: waits between two requests and returns False if the program is stopping.
    """

    def __init__(
        self,
        *,
        groups: Sequence[str],
        pages: int,
        page: Callable[[str, int | None], HistoryPage],
        numbers: Callable[[str, list[str]], Mapping[str, int]],
        oldest: Callable[[str], int | None],
        missed: Callable[[str, int, Element], None],
        pause: Callable[[], bool],
    ) -> None:
        self._queue = deque(groups)
        """The groups in the order in which they are compared next."""
        self._pages = pages
        self._page = page
        self._numbers = numbers
        self._oldest = oldest
        self._missed = missed
        self._pause = pause
        self._compared: dict[str, int] = {}
        """Of each group, the msgId of the newest message that has been compared."""
        self._walks: dict[str, _Walk] = {}
        """Of each group, the progress of a walk that is not finished."""

    def go(self) -> None:
        """Run one pass: compare pages, group by group, until all groups are done or `pages` pages were requested.

        Raises:
            GovernorError: Zalo or the database does not answer; the next pass continues at the same page.
        """
        through = 0
        for asked in range(self._pages):
            if through == len(self._queue) or (asked and not self._pause()):
                return
            if self._compare_next_page(self._queue[0]):
                self._queue.rotate(-1)
                through += 1

    def _compare_next_page(self, group_id: str) -> bool:
        """Compare the next page of a group's history; return whether the walk through its history is finished."""
        walk = self._walks.get(group_id, _Walk())
        page = self._page(group_id, walk.cursor)
        oldest, compared = self._oldest(group_id), self._compared.get(group_id)
        if oldest is None:
            return True
        first = max(oldest, (compared or 0) + 1)
        said = [
            (number, element)
            for element in page.elements
            if element.kind is ElementKind.MESSAGE and (number := number_of(element.key)) is not None
        ]
        walk = self._report_missing(
            group_id, [one for one in said if one[0] >= first], walk._replace(cursor=page.cursor)
        )
        lowest = min((number for number, _ in said), default=first)
        if compared is not None and lowest > first and page.end is None:
            self._walks[group_id] = walk
            return False
        self._walks.pop(group_id, None)
        self._compared[group_id] = max(walk.top, compared or 0)
        return True

    def _report_missing(self, group_id: str, said: Sequence[tuple[int, Element]], walk: "_Walk") -> "_Walk":
        """Report the oldest message of a page that is missing in the inbox although a later message is stored.

        `said` holds (msgId as a number, message), newest first. Return the progress of the walk after the page.
        """
        stored = self._numbers(group_id, [element.key for _, element in said])
        missing: Element | None = None
        before, first, top = 0, walk.first, walk.top
        for number, element in said:
            if element.key in stored:
                first = min(first or stored[element.key], stored[element.key])
                top = max(top, number)
            elif first is not None:
                # Recovery pages back to an entry stored before every message sent after the missing one.
                missing, before = element, first - 1
        if missing:
            log.warning("round_found_missing", group=group_id)
            self._missed(group_id, before, missing)
        return walk._replace(first=first, top=top)


class _Walk(NamedTuple):
    """Progress of a walk, that is, of comparing one group's history, from its newest message back, with the inbox."""

    cursor: int | None = None
    """msgId from which the next, older page starts; None for the newest page."""
    top: int = 0
    """The highest msgId met so far that is stored; messages newer than it may still be on their way over the socket."""
    first: int | None = None
    """The lowest inbox id of the messages met so far that are stored; None before the first such message."""
