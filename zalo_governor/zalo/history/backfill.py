"""Backfill of a group: reads Zalo's history of the group to fetch the messages that the bot missed."""

from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

import structlog

from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.inbound import Element, ElementKind, number_of, place_of
from zalo_governor.zalo.api.client import NEWEST, HistoryEnd, HistoryPage, ZaloClient
from zalo_governor.zalo.errors import ZaloCallError, ZaloError

log = structlog.get_logger(__name__)

_TRIES = 3
_PAGES_PER_PART = 20
"""Pages of history kept in memory until their messages are delivered, oldest first; a long gap comes in parts."""
_MAX_DISPLACEMENT = 25
"""Messages may be received out of Zalo's order, but each by fewer places than this.

Counted in messages and not in time, since message times jump whenever Zalo's clock does.
"""
_MOST_PAGES = 400
"""Most pages fetched in one backfill, including pages of known messages.

All messages since the gap are fetched again, and Zalo limits the number of calls.
"""
_PERMANENT_CODES = frozenset({114, 165, 166, 400, 404, 410})
"""Zalo's error codes and HTTP statuses (zalo-protocol.md, 3) that make a retry useless; others may be temporary."""


class Backfill:
    """Reader of a group's history at Zalo, page by page from the newest message back, to fetch messages the bot missed.

    It waits `pause` seconds between pages, so that Zalo does not answer with code 221 (too many requests). `sleep`
    waits the given seconds and returns False if the program is being stopped.
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
        since_ms: int,
        login_is_older: bool = False,
    ) -> BackfillEnd:
        """Fetch the messages of a gap (time in which messages were missed) from the history, newest page first.

        Stops at messages received before the gap, or at a limit. Return how the backfill ended.

        Args:
            group_id: the group.
            numbers: given msgIds, maps those that are stored to the ids of their inbox entries.
            take: called with the messages of each 20 pages, oldest first, also if Zalo stops answering midway. Stored
                messages are among them, since their content may have changed.
            max_pages: most pages that contain an unknown message; pages whose messages are all stored already do not
                count.
            heard_id: the highest inbox id from before the gap; entries with a higher id were received after the gap
                began.
            oldest: the lowest msgId stored before the gap; older messages are from before the bot watched the group and
                are ignored. None if nothing of the group was stored.
            since_ms: time (ms) before which messages are ignored if nothing of the group was stored.
            login_is_older: whether this login certainly began before the gap. Zalo shows nothing older than the login.
        """
        elements: list[Element] = []
        cursor, pages, new_pages, found = NEWEST, 0, 0, 0
        met, in_a_row, old = False, 0, False
        end: BackfillEnd | None = None
        while end is None:
            page = self._fetch_page(group_id, cursor, old=old, wait=pages > 0)
            if isinstance(page, BackfillEnd):
                end = page
                break
            ours = [element for element in page.elements if not _is_older(element, oldest, since_ms)]
            elements += ours
            said = [element.key for element in ours if _is_message(element)]
            stored = numbers(said)
            heard = {key for key, number in stored.items() if number <= heard_id}
            pages, new_pages = pages + 1, new_pages + (not stored.keys() >= set(said))
            met = met or bool(heard)
            in_a_row = _count_heard_in_a_row(in_a_row, said, heard)
            if in_a_row >= _MAX_DISPLACEMENT or len(ours) < len(page.elements):
                end = BackfillEnd.REACHED
            elif page.end is not None and (old or not page.is_old):
                end = _outcome(page.end, met=met, everything=oldest is None, login_is_older=login_is_older)
            elif new_pages == max_pages or pages == _MOST_PAGES:
                end = BackfillEnd.EXHAUSTED
            elif pages % _PAGES_PER_PART == 0:
                found += _deliver(elements, take)
                elements = []
            cursor, old = page.cursor, old or page.is_old
        found += _deliver(elements, take)
        log.info("backfill", group=group_id, pages=pages, new_pages=new_pages, elements=found, end=end.value)
        return end

    def _fetch_page(self, group_id: str, cursor: int, *, old: bool, wait: bool) -> HistoryPage | BackfillEnd:
        if wait and not self._sleep(self._pause):
            return BackfillEnd.INTERRUPTED
        for tried in range(_TRIES):
            try:
                return self._client.recent(group_id, cursor, old=old)
            except ZaloError as error:
                log.warning("history_refused", group=group_id, tried=tried + 1, error=error)
                if _is_permanent(error):
                    return BackfillEnd.EXHAUSTED
            if tried + 1 < _TRIES and not self._sleep(self._pause * 2 ** (tried + 2)):
                break
        return BackfillEnd.INTERRUPTED


def _outcome(end: HistoryEnd, *, met: bool, everything: bool, login_is_older: bool) -> BackfillEnd:
    """Return how the backfill ends at the end of the history.

    `met` tells whether it met a message received before the gap, `everything` whether the whole history was wanted.
    """
    match end:
        case HistoryEnd.BEGINNING:
            return BackfillEnd.REACHED if met or everything else BackfillEnd.EXHAUSTED
        case HistoryEnd.FILTERED:
            whole = met or (everything and login_is_older)
            return BackfillEnd.REACHED if whole else BackfillEnd.UNREACHABLE
        case HistoryEnd.STUCK:
            return BackfillEnd.EXHAUSTED
        case _:
            assert_never(end)


def _deliver(elements: list[Element], take: Callable[[Sequence[Element]], None]) -> int:
    if elements:
        elements.sort(key=lambda element: place_of(element.at_ms, element.key))
        take(elements)
    return len(elements)


def _is_older(element: Element, oldest: int | None, since_ms: int) -> bool:
    if oldest is None:
        return element.at_ms < since_ms
    number = number_of(element.key)
    return number is not None and number < oldest


def _is_message(element: Element) -> bool:
    return element.kind is ElementKind.MESSAGE and number_of(element.key) is not None


def _count_heard_in_a_row(before: int, page: Sequence[str], heard: set[str]) -> int:
    """Return how many of the oldest messages read so far were received before the gap, without any other among them.

    `before` is that count after the previous page. `page` holds the msgIds of the next, older page, newest first, and
    `heard` the msgIds that were received before the gap.
    """
    for key in page:
        before = before + 1 if key in heard else 0
    return before


def _is_permanent(error: ZaloError) -> bool:
    """Return whether a failed call would fail again: wrong parameters, account not in the group, no such call."""
    return isinstance(error, ZaloCallError) and error.code in _PERMANENT_CODES
