"""Parses elements again that an earlier version of the program did not understand; is an `app.due_work.Work`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import structlog

from zalo_governor.domain.clock import Clock
from zalo_governor.domain.events import Unrecognised
from zalo_governor.domain.inbound import Admitted, Element, ElementKind, Entry
from zalo_governor.pipeline.ports import Parser
from zalo_governor.storage.repositories.dead_letters import DeadLetters

log = structlog.get_logger(__name__)

_BATCH = 200


class Rereading:
    """Parses each element again that the parser did not understand before its last update, in batches.

    An element that is understood now is stored and judged as if it was fetched late: its cases are marked so, nobody is
    warned in the group, and its commands are not carried out. After a crash the batch is repeated without duplicates.

    Args:
        letters: the stored elements that were not understood by an earlier version of the parser (`READER_VERSION`).
        extract: classifies an entry anew; returns None if it cannot.
        parser: turns an entry into an event.
        groups: ids of the watched groups; elements of others stay as they are.
        admit: stores elements in the inbox and has them judged.
        on_admitted: called with the id of each group concerned, after each batch.
        clock: gives the present time.
    """

    def __init__(
        self,
        letters: DeadLetters,
        *,
        extract: Callable[[Entry], Element | None],
        parser: Parser,
        groups: Collection[str],
        admit: Callable[[Sequence[Element]], object],
        on_admitted: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._letters = letters
        self._extract = extract
        self._parser = parser
        self._groups = frozenset(groups)
        self._admit = admit
        self._on_admitted = on_admitted
        self._clock = clock
        self._left: list[int] | None = None
        """Ids of the elements still to be parsed; None before they are loaded."""

    def next_due(self) -> datetime | None:
        """Return the present time while elements wait that this version of the parser has not tried yet; else None."""
        return None if self._left == [] else self._clock()

    def act(self, now: datetime) -> None:
        """Parse one batch again; store what is understood now, and have it judged."""
        if self._left is None:
            self._left = self._letters.unread()
        ids = self._left[:_BATCH]
        if not ids:
            return
        read = [(letter, self._read(letter)) for letter in self._letters.letters(ids)]
        understood = {letter.id: (letter, element) for letter, element in read if element is not None}
        elements = [element for _, element in understood.values()]
        self._letters.make_room([letter for letter, _ in understood.values()])
        self._admit(elements)
        self._letters.settle(ids, list(understood))
        for group_id in {element.thread_id for element in elements} & self._groups:
            self._on_admitted(group_id)
        log.info("read_again", elements=len(ids), understood=len(elements))
        self._left = self._left[_BATCH:]

    def _read(self, letter: Admitted) -> Element | None:
        """Return the element as it is classified now; None if it is still not understood, or not to be stored."""
        element = self._extract(letter.entry)
        if element is None or element.kind is ElementKind.RECEIPT:
            return None
        if element.is_group and element.thread_id not in self._groups:
            return None
        entry = Entry(*element[:9], received_ms=letter.entry.received_ms, fingerprint=b"", raw=element.raw, seal=None)
        try:
            event = self._parser(letter._replace(entry=entry))
        except Exception:  # as when it was parsed first
            return None
        return None if isinstance(event, Unrecognised) else element
