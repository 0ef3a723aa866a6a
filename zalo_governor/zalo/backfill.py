"""What a group said while nobody listened, from its history."""

from collections.abc import Callable
from typing import NamedTuple

import structlog

from zalo_governor.domain.elements import Element
from zalo_governor.zalo.client import NEWEST, HistoryPage, ZaloClient
from zalo_governor.zalo.errors import TOO_MANY_REQUESTS, ZaloCallError, ZaloError, ZaloUnavailableError

log = structlog.get_logger(__name__)

_TRIES = 5
_CLOCKS_APART_MS = 60_000


class Recovered(NamedTuple):
    """What backfill of one group brought."""

    elements: list[Element]
    """Oldest first; what is known already is among them, since its content may have changed."""
    reached: bool
    """It got back to something heard before the gap, so nothing is missing."""
    pages: int


class Backfill:
    """Pages back through a group's history, `pause` seconds apart, so that Zalo does not answer 221."""

    def __init__(self, client: ZaloClient, *, pause: float, sleep: Callable[[float], None]) -> None:
        self._client = client
        self._pause = pause
        self._sleep = sleep

    def recover(
        self,
        group_id: str,
        known: Callable[[list[str]], set[str]],
        max_pages: int = 40,
        *,
        heard_ms: int | None = None,
        first: bool = False,
    ) -> Recovered:
        """Page back until something known stands beyond the gap, the history ends, or `max_pages` are read.

        `known` gives those of the msgIds that are stored. Messages heard live since the line came back are known too
        and stand on this side of the gap: `heard_ms` (Zalo's time of the last message before it) tells them apart;
        without it a page must end with a known message. `first` says that nothing of the group was ever stored: then
        the whole history is all there is. If Zalo stops answering, what was gathered is given, with `reached` False.
        """
        elements: list[Element] = []
        cursor, pages = NEWEST, 0
        met = reached = False
        while pages < max_pages and not reached:
            if pages:
                self._sleep(self._pause)
            page = self._page(group_id, cursor)
            if page is None:
                break
            pages += 1
            elements += page.elements
            heard = _heard(page.elements, known)
            met = met or any(heard_ms is None or element.at_ms <= heard_ms for element in heard)
            reached = _beyond_gap(page.elements, heard, heard_ms)
            if not page.has_more:
                reached = reached or met or first
                break
            cursor = page.cursor
        elements.reverse()
        elements.sort(key=lambda element: element.at_ms)
        log.info("backfill", group=group_id, pages=pages, elements=len(elements), reached=reached)
        return Recovered(elements, reached, pages)

    def _page(self, group_id: str, cursor: int) -> HistoryPage | None:
        for tried in range(_TRIES):
            try:
                return self._client.recent(group_id, cursor)
            except ZaloError as error:
                log.warning("history_refused", group=group_id, tried=tried + 1, error=str(error))
                if not _passing(error):
                    return None
            self._sleep(self._pause * 2 ** (tried + 2))
        return None


def _heard(elements: list[Element], known: Callable[[list[str]], set[str]]) -> list[Element]:
    stored = known([element.key for element in elements])
    return [element for element in elements if element.key in stored]


def _beyond_gap(elements: list[Element], heard: list[Element], heard_ms: int | None) -> bool:
    if not heard:
        return False
    if heard_ms is not None:
        # The sender's, Zalo's and our clocks differ; one page too many costs less than a message.
        return any(element.at_ms <= heard_ms - _CLOCKS_APART_MS for element in heard)
    return heard[-1] is elements[-1]


def _passing(error: ZaloError) -> bool:
    return isinstance(error, ZaloUnavailableError) or (
        isinstance(error, ZaloCallError) and error.code in {TOO_MANY_REQUESTS, 429}
    )
