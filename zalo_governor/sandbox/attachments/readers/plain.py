"""Reads plain text: .txt, .csv, .log, .json, calendars, cards."""

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.characters import decode
from zalo_governor.sandbox.attachments.readers.collector import Collector, collect


def read(content: bytes, budget: Budget) -> Contents:
    """Return the text of a plain text file."""
    return collect(_read, content, budget)


def _read(content: bytes, collector: Collector) -> None:
    # The longest character takes four bytes; what the budget cannot hold is not decoded.
    most = collector.budget.left("characters") * 4 + 4
    for text in decode(content[:most]):
        collector.add_text(text.replace("\0", ""))
    if len(content) > most:
        collector.note(NotChecked.LIMIT)
