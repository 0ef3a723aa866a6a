"""Fetches the last message of each private conversation, to find private messages that the bot missed.

Zalo has no history call for private conversations. Missed messages come over the socket (`zalo.socket.missed_queues`);
if that does not prove that nothing is missing, the call `get-last-msgs` gives the last message of each conversation. If
that proves nothing either, the gap (time of missed messages) stays recorded as not recovered.
"""

from collections.abc import Callable, Sequence

import structlog

from zalo_governor.domain.connection import BackfillEnd
from zalo_governor.domain.inbound import Element, place_of
from zalo_governor.zalo.errors import ZaloError

log = structlog.get_logger(__name__)


def recover_last_private(
    last_messages: Callable[[], Sequence[Element]],
    heard_before: Callable[[Element], bool],
    take: Callable[[Sequence[Element]], None],
    *,
    shows_all: bool,
) -> BackfillEnd:
    """Fetch the last message of each private conversation; pass those that were missed to `take`, oldest first.

    Return REACHED if all of them were stored before the gap (time of missed messages), so that nothing can be missing;
    EXHAUSTED if something may be missing; INTERRUPTED if Zalo did not answer.

    Args:
        last_messages: returns the last message of each conversation, groups included, or raises ZaloError.
        heard_before: tells whether a message was stored before the gap, or is older than everything stored by then.
        take: stores messages.
        shows_all: False if Zalo may not show messages from before the login, so that their absence proves nothing.
    """
    try:
        last = [element for element in last_messages() if not element.is_group]
    except ZaloError as error:
        log.warning("private_history_refused", error=error)
        return BackfillEnd.INTERRUPTED
    # What is older than everything stored is from before the bot's first day, and was not meant for the bot.
    missed = [element for element in last if not heard_before(element)]
    complete = shows_all and not missed
    take(sorted(missed, key=lambda element: place_of(element.at_ms, element.key)))
    log.info("private_backfill", elements=len(missed), complete=complete)
    return BackfillEnd.REACHED if complete else BackfillEnd.EXHAUSTED
