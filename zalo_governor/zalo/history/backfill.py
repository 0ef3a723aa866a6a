"""What a group said while nobody listened, from its history."""

from collections.abc import Callable, Mapping, Sequence

import structlog

from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.inbound import Element, ElementKind, number_of, place_of
from zalo_governor.zalo.api.client import NEWEST, HistoryPage, ZaloClient
from zalo_governor.zalo.errors import ZaloCallError, ZaloError

log = structlog.get_logger(__name__)

_TRIES = 3
_SEGMENT = 20
"""Pages held in memory until they are handed on oldest first; a deeper gap is handed on in several parts."""
_DISORDER = 25
"""Messages come in another order than Zalo's, but one is not so many places before another. Counted and not measured in
time: the times that messages bear leap where Zalo's clock does."""
_MOST_PAGES = 400
"""However much of them is known: what has been heard since the gap is asked for anew, and Zalo's patience ends."""
_FOR_GOOD = frozenset({114, 165, 166, 400, 404, 410})
"""Zalo's codes and HTTP statuses (protocol page 3) that no waiting mends; every other one may pass."""


class Backfill:
    """Pages back through a group's history, `pause` seconds apart, so that Zalo does not answer 221.

    `sleep` waits so many seconds; it says whether to go on, or that the program is being stopped.
    """

    def __init__(self, client: ZaloClient, *, pause: float, sleep: Callable[[float], bool]) -> None:
        self._client = client
        self._pause = pause
        self._sleep = sleep

    def recover(
        self,
        group_id: str,
        numbers: Callable[[list[str]], Mapping[str, int]],
        take: Callable[[Sequence[Element]], None],
        max_pages: int = 40,
        *,
        heard_id: int,
        oldest: int | None,
    ) -> BackfillEnd:
        """Page back until what was heard before the gap is met, the history ends, or `max_pages` brought something new.

        Only such pages count, as the gap is no deeper for what has been heard since it ended.

        `take` gets what was found, oldest first, also where Zalo stops answering midway; what is known already is
        among it, since its content may have changed. `numbers` gives the inbox entries of those of the msgIds that are
        stored: up to `heard_id` they were heard before the gap, and all others stand on this side of it. `oldest` is
        the lowest msgId that was stored by then: what is older was said before we came, and is left alone. None says
        that nothing of the group was ever stored: then the whole history is all there is.
        """
        elements: list[Element] = []
        cursor, pages, new_pages, found = NEWEST, 0, 0, 0
        met, in_a_row = False, 0
        end: BackfillEnd | None = None
        while end is None:
            page = self._page(group_id, cursor, wait=pages > 0)
            if isinstance(page, BackfillEnd):
                end = page
                break
            ours = [element for element in page.elements if not _is_before(element, oldest)]
            elements += ours
            said = [element.key for element in ours if _is_said(element)]
            stored = numbers(said)
            heard = {key for key, number in stored.items() if number <= heard_id}
            pages, new_pages = pages + 1, new_pages + (not stored.keys() >= set(said))
            met = met or bool(heard)
            in_a_row = _heard_in_a_row(in_a_row, said, heard)
            if in_a_row >= _DISORDER or len(ours) < len(page.elements):
                end = BackfillEnd.REACHED
            elif not page.has_more:
                end = BackfillEnd.REACHED if met or oldest is None else BackfillEnd.EXHAUSTED
            elif new_pages == max_pages or pages == _MOST_PAGES:
                end = BackfillEnd.EXHAUSTED
            elif pages % _SEGMENT == 0:
                found += _hand_on(elements, take)
                elements = []
            cursor = page.cursor
        found += _hand_on(elements, take)
        log.info("backfill", group=group_id, pages=pages, new_pages=new_pages, elements=found, end=end.value)
        return end

    def _page(self, group_id: str, cursor: int, *, wait: bool) -> HistoryPage | BackfillEnd:
        if wait and not self._sleep(self._pause):
            return BackfillEnd.INTERRUPTED
        for tried in range(_TRIES):
            try:
                return self._client.recent(group_id, cursor)
            except ZaloError as error:
                log.warning("history_refused", group=group_id, tried=tried + 1, error=error)
                if _for_good(error):
                    return BackfillEnd.EXHAUSTED
            if tried + 1 < _TRIES and not self._sleep(self._pause * 2 ** (tried + 2)):
                break
        return BackfillEnd.INTERRUPTED


def _hand_on(elements: list[Element], take: Callable[[Sequence[Element]], None]) -> int:
    if elements:
        elements.sort(key=lambda element: place_of(element.at_ms, element.key))
        take(elements)
    return len(elements)


def _is_before(element: Element, oldest: int | None) -> bool:
    number = number_of(element.key)
    return oldest is not None and number is not None and number < oldest


def _is_said(element: Element) -> bool:
    return element.kind is ElementKind.MESSAGE and number_of(element.key) is not None


def _heard_in_a_row(before: int, page: Sequence[str], heard: set[str]) -> int:
    """How many messages at the older end of all pages so far were heard before the gap, one next to the other."""
    for key in page:
        before = before + 1 if key in heard else 0
    return before


def _for_good(error: ZaloError) -> bool:
    """Whether asking again would be answered the same: wrong parameters, not in the group, no such call."""
    return isinstance(error, ZaloCallError) and error.code in _FOR_GOOD
