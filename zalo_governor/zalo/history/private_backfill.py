"""Fetches the private messages to the bot that it missed, as far as Zalo's API allows.

There is no history call for private conversations. The socket's answer to a request for old messages (frame command
510) reaches back to the login at most, and may not come; the call `get-last-msgs` gives the last message of each
conversation. Where neither proves that nothing is missing, the gap (time of missed messages) stays recorded as not
recovered.
"""

import threading
from collections.abc import Callable, Sequence

import structlog

from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.inbound import Element, Place, place_of
from zalo_governor.zalo.errors import ZaloError

log = structlog.get_logger(__name__)

_ANSWER_SECONDS = 2.0


class PrivateBackfill:
    """Recovery of missed private messages, from old messages that Zalo sends over the socket and from `last_messages`.

    `last_messages` returns the last message of each conversation, groups included, or raises ZaloError.
    """

    def __init__(self, last_messages: Callable[[], Sequence[Element]]) -> None:
        self._last_messages = last_messages
        self._answered = threading.Event()
        self._old_messages: list[Element] = []

    def asked(self) -> None:
        """Note that old private messages are being requested over the socket; discard those of an earlier request."""
        self._answered.clear()
        self._old_messages = []

    def answer(self, elements: Sequence[Element]) -> None:
        """Keep the old private messages that Zalo sent over the socket on request, until `recover` uses them."""
        self._old_messages = list(elements)
        self._answered.set()

    def recover(
        self, heard_before: Callable[[Element], bool], take: Callable[[Sequence[Element]], None]
    ) -> BackfillEnd:
        """Pass the private messages that may have been missed to `take`, oldest first; return how the backfill ended.

        REACHED: nothing can be missing; EXHAUSTED: some may be; INTERRUPTED: Zalo did not answer. Waits up to two
        seconds for the messages that were requested over the socket. `heard_before` tells whether a message was stored
        before the gap (time of missed messages), or is older than everything stored by then.
        """
        self._answered.wait(_ANSWER_SECONDS)
        try:
            last = [element for element in self._last_messages() if not element.is_group]
        except ZaloError as error:
            log.warning("private_history_refused", error=error)
            return BackfillEnd.INTERRUPTED
        old = self._old_messages
        # Complete if every conversation's last message, or any of the socket's answer, is from before the gap.
        complete = all(map(heard_before, last)) or any(map(heard_before, old))
        found = sorted({element.key: element for element in (*last, *old)}.values(), key=_sort_key)
        take(found)
        log.info("private_backfill", elements=len(found), answered=self._answered.is_set(), complete=complete)
        return BackfillEnd.REACHED if complete else BackfillEnd.EXHAUSTED


def _sort_key(element: Element) -> Place:
    return place_of(element.at_ms, element.key)
