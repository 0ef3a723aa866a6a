"""Reads plain text: .txt, .csv, .log, .json, calendars, cards."""

import csv
import re
from contextlib import suppress

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents
from zalo_governor.sandbox.attachments.readers.characters import decode
from zalo_governor.sandbox.attachments.readers.collector import Collector, collect

_DDE = re.compile(r"(?:^|[,;\t\"])\s*[=+@-][\w ]{1,40}\|\s*'[^'\n]{0,300}'\s*!", re.MULTILINE)
"""A formula that starts a program by DDE, which spreadsheet programs carry out when they open the text as a table."""
_HEAD = 4096
_LINES_OF_HEAD = 6
"""Lines that show whether a text is a table: all have as many cells."""
_BY_CHANCE = {";": 1, ",": 2, "|": 1}
"""Signs between cells, each with how many columns may be chance."""


def read(content: bytes, budget: Budget) -> Contents:
    """Return the text of a plain text file."""
    return collect(_read, content, budget)


def _read(content: bytes, collector: Collector) -> None:
    # The longest character takes four bytes; what the budget cannot hold is not decoded.
    most = collector.budget.left("characters") * 4 + 4
    for text in decode(content[:most]):
        collector.add_text(_with_tabs(text.replace("\0", "")))
        if _DDE.search(text):
            collector.add_danger("dde", certain=False)
    if len(content) > most:
        collector.note(NotChecked.LIMIT)


def _with_tabs(text: str) -> str:
    """Return the text; if it is a table, with tabs between its cells, as other readers give tables."""
    head = [line for line in text[:_HEAD].splitlines()[:_LINES_OF_HEAD] if line.strip()]
    for sign, by_chance in _BY_CHANCE.items():
        with suppress(csv.Error):
            columns = {len(row) for row in csv.reader(head, delimiter=sign)}
            if len(head) > 1 and len(columns) == 1 and columns.pop() > by_chance:
                return "\n".join("\t".join(row) for row in csv.reader(text.splitlines(), delimiter=sign))
    return text
