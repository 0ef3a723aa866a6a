"""Reads plain text: .txt, .csv, .log, .json; calendars and cards (RFC 5545, RFC 6350)."""

import base64
import csv
import quopri
import re
from contextlib import suppress

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.characters import decode
from zalo_governor.sandbox.attachments.readers.collector import Collector

_DDE = re.compile(r"(?:^|[,;\t\"])\s*[=+@-][\w ]{1,40}\|\s*'[^'\n]{0,300}'\s*!", re.MULTILINE)
"""A formula that starts a program by DDE, which spreadsheet programs carry out when they open the text as a table."""
_FOLD = re.compile(r"\r?\n[ \t]")
_QUOTED = re.compile(r"^[^:\n]{0,300}QUOTED-PRINTABLE[^:\n]{0,300}:(?:.*=\r?\n)+", re.IGNORECASE | re.MULTILINE)
"""Lines of cards of version 2.1 that continue in the next line."""
_PROPERTY = re.compile(r"(?P<name>[\w.-]{1,60}(?:;[^:\n]{0,300})?):(?P<value>.*)")
_HEAD = 4096
_LINES_OF_HEAD = 6
"""Number of first lines that show whether a text is a table: all have equally many cells."""
_BY_CHANCE = {";": 1, ",": 2, "|": 1}
"""Separators of cells, each with the number of columns up to which a text may look like a table by chance."""


def read(content: bytes, collector: Collector) -> None:
    """Add the text of a plain text file."""
    for text in _texts(content, collector):
        collector.add_text(_with_tabs(text.replace("\0", "")))
        if _DDE.search(text):
            collector.add_danger("dde", certain=False)


def read_cards(content: bytes, collector: Collector) -> None:
    """Add the values of a calendar or of contact cards, a line each, without the names of their properties."""
    for text in _texts(content, collector):
        values = []
        whole = _QUOTED.sub(lambda found: re.sub(r"=\r?\n", "", found[0]), _FOLD.sub("", text.replace("\0", "")))
        for line in whole.splitlines():
            found = _PROPERTY.match(line)
            name, value = (found["name"].upper(), found["value"]) if found else ("", line)
            if "ENCODING=B" in name:
                with collector.noting_damage():
                    collector.add_inner("data", base64.b64decode(value))
            else:
                values.append(_readable(value, quoted="QUOTED-PRINTABLE" in name))
        collector.add_text("\n".join(values))


def _readable(value: str, *, quoted: bool) -> str:
    if quoted:
        value = decode(quopri.decodestring(value.encode()), "utf-8")[0]
    return re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], value)


def _texts(content: bytes, collector: Collector) -> list[str]:
    # The longest character takes four bytes; what the budget cannot hold is not decoded.
    most = collector.budget.left("characters") * 4 + 4
    if len(content) > most:
        collector.note(NotChecked.LIMIT)
    return decode(content[:most])


def _with_tabs(text: str) -> str:
    """Return the text; if it is a table, with tabs between its cells, as other readers give tables."""
    head = [line for line in text[:_HEAD].splitlines()[:_LINES_OF_HEAD] if line.strip()]
    for sign, by_chance in _BY_CHANCE.items():
        with suppress(csv.Error):
            columns = {len(row) for row in csv.reader(head, delimiter=sign)}
            if len(head) > 1 and len(columns) == 1 and columns.pop() > by_chance:
                return "\n".join("\t".join(row) for row in csv.reader(text.splitlines(), delimiter=sign))
    return text
