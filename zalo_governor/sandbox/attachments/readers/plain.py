"""Reads plain text: .txt, .csv, .log, .json, calendars, cards."""

import re

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.characters import decode
from zalo_governor.sandbox.attachments.readers.collector import Collector, collect

_DDE = re.compile(r"(?:^|[,;\t\"])\s*[=+@-][\w ]{1,40}\|\s*'[^'\n]{0,300}'\s*!", re.MULTILINE)
"""A formula that starts a program by DDE, which spreadsheet programs carry out when they open the text as a table."""


def read(content: bytes, budget: Budget) -> Contents:
    """Return the text of a plain text file."""
    return collect(_read, content, budget)


def _read(content: bytes, collector: Collector) -> None:
    # The longest character takes four bytes; what the budget cannot hold is not decoded.
    most = collector.budget.left("characters") * 4 + 4
    for text in decode(content[:most]):
        collector.add_text(text.replace("\0", ""))
        if _DDE.search(text):
            collector.add_danger("dde", certain=False)
    if len(content) > most:
        collector.note(NotChecked.LIMIT)
