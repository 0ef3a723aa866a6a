"""What people wrote to the bot in private while nobody listened, as far as the wire gives it.

There is no history call for private conversations. The socket's answer to a request for old messages (510) reaches
back to the login at most, and may not come; `get-last-msgs` gives the last message of each conversation. Where neither
proves that nothing is missing, the gap stays declared.
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
    """Puts the two together.

    `last_messages` gives the last message of each conversation, groups included, or raises ZaloError.
    """

    def __init__(self, last_messages: Callable[[], Sequence[Element]]) -> None:
        self._last_messages = last_messages
        self._answered = threading.Event()
        self._old: list[Element] = []

    def asked(self) -> None:
        """Zalo is asked for old private messages; an earlier answer no longer counts."""
        self._answered.clear()
        self._old = []

    def answer(self, elements: Sequence[Element]) -> None:
        """Take the socket's answer."""
        self._old = list(elements)
        self._answered.set()

    def recover(
        self, heard_before: Callable[[Element], bool], take: Callable[[Sequence[Element]], None]
    ) -> BackfillEnd:
        """Hand on what there is, oldest first; REACHED where nothing can be missing.

        `heard_before` tells whether an element was stored before the gap, or is older than all that was.
        """
        self._answered.wait(_ANSWER_SECONDS)
        try:
            last = [element for element in self._last_messages() if not element.is_group]
        except ZaloError as error:
            log.warning("private_history_refused", error=error)
            return BackfillEnd.INTERRUPTED
        old = self._old
        # Where the newest of each conversation was heard before the gap, or the answer reaches back to before it.
        complete = all(map(heard_before, last)) or any(map(heard_before, old))
        found = sorted({element.key: element for element in (*last, *old)}.values(), key=_place)
        take(found)
        log.info("private_backfill", elements=len(found), answered=self._answered.is_set(), complete=complete)
        return BackfillEnd.REACHED if complete else BackfillEnd.EXHAUSTED


def _place(element: Element) -> Place:
    return place_of(element.at_ms, element.key)
