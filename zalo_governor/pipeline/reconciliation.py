"""Reconciliation through the groups' histories: what the socket lost between things that it brought.

A look (`pipeline.liveness`) sees the newest message of each group and no more. So from time to time a few pages of the
histories are compared with the inbox. What is missing is fetched by recovery, like everything else that was missed.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import structlog

from zalo_governor.domain.inbound import Element, ElementKind, number_of
from zalo_governor.pipeline.ports import HistoryPage

log = structlog.get_logger(__name__)


class Reconciliation:
    """Compares page after page, at most `pages` in one round; where a round ends, the next one goes on.

    The first walk through a group compares one page, each later one goes back to where the one before it began.

    Args:
        page: a page of a group's history older than a msgId, the newest for None; raises GovernorError.
        numbers: of those msgIds of a group that are stored, the number of the inbox entry.
        oldest: the lowest msgId of a group that is stored, None where none is: what is older was said before we came.
        missed: takes a group of which something is missing among what was heard after an inbox entry, and its element.
        pause: waits between two requests; whether to go on, or the program is being stopped.
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
        self._turn = deque(groups)
        self._pages = pages
        self._page = page
        self._numbers = numbers
        self._oldest = oldest
        self._missed = missed
        self._pause = pause
        self._compared: dict[str, int] = {}
        """Of each group, the msgId up to which all was compared."""
        self._walks: dict[str, _Walk] = {}
        """Those that are not through."""

    def go(self) -> None:
        """One round.

        Raises:
            GovernorError: Zalo or the store does not answer; the next round goes on there.
        """
        through = 0
        for asked in range(self._pages):
            if through == len(self._turn) or (asked and not self._pause()):
                return
            if self._step(self._turn[0]):
                self._turn.rotate(-1)
                through += 1

    def _step(self, group_id: str) -> bool:
        """Compare the next page; whether the walk through the group is through."""
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
        walk = self._compare(group_id, [one for one in said if one[0] >= first], walk._replace(cursor=page.cursor))
        lowest = min((number for number, _ in said), default=first)
        if compared is not None and lowest > first and page.has_more:
            self._walks[group_id] = walk
            return False
        self._walks.pop(group_id, None)
        self._compared[group_id] = max(walk.top, compared or 0)
        return True

    def _compare(self, group_id: str, said: Sequence[tuple[int, Element]], walk: "_Walk") -> "_Walk":
        """Tell of what is missing on a page (newest first) and was said before something that is stored."""
        stored = self._numbers(group_id, [element.key for _, element in said])
        missing: Element | None = None
        before, first, top = 0, walk.first, walk.top
        for number, element in said:
            if element.key in stored:
                first = min(first or stored[element.key], stored[element.key])
                top = max(top, number)
            elif first is not None:
                # What was stored before all that was said after it: recovery pages back beyond it until it meets that.
                missing, before = element, first - 1
        if missing:
            log.warning("round_found_missing", group=group_id)
            self._missed(group_id, before, missing)
        return walk._replace(first=first, top=top)


class _Walk(NamedTuple):
    """Through one group's history, from its newest message back."""

    cursor: int | None = None
    top: int = 0
    """The highest msgId on the way that is stored: what is newer may still be coming."""
    first: int | None = None
    """The lowest number of the inbox entries met on the way."""
