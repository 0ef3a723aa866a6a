"""Passes the echoes of the bot's own messages, as Zalo sends them back, to the threads that sent these messages."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from zalo_governor.domain.inbound import Element, ElementKind

_MAX_KEPT = 1_000
"""Most echoes kept; when so many newer ones have come, an older one is in the inbox and has been judged."""


class Echoes:
    """Store of the last 1,000 echoes (the bot's own messages, as Zalo sends them back); thread-safe.

    It shows whether an uncertain message was sent, even while its echo is not yet in the inbox: what comes from Zalo's
    queues of missed messages is stored there only after the histories of all groups, which may take minutes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: OrderedDict[tuple[str, str], str] = OrderedDict()
        """(id of the conversation, cliMsgId) of a message -> its msgId."""

    def note(self, elements: Iterable[Element]) -> None:
        """Store those of the elements that are messages of the bot account."""
        heard = {
            (one.thread_id, one.cli_key): one.key
            for one in elements
            if one.own and one.cli_key is not None and one.kind is ElementKind.MESSAGE
        }
        if not heard:
            return
        with self._lock:
            self._keys |= heard
            while len(self._keys) > _MAX_KEPT:
                self._keys.popitem(last=False)

    def find(self, thread_id: str, cli_key: str) -> str | None:
        """Return the msgId of the message that the bot sent to the conversation with this cliMsgId, or None."""
        with self._lock:
            return self._keys.get((thread_id, cli_key))
