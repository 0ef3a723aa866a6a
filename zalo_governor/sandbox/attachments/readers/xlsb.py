"""Reads the binary parts of XLSB workbooks ([MS-XLSB] 2.1.4), which hold records where XLSX has XML."""

import re
from collections.abc import Iterator

from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.fields import add_dde
from zalo_governor.sandbox.attachments.readers.ole import strings_in

_TEXTS = {19: 1, 6: 8, 8: 8, 637: 1}
"""Records with a string, and where it stands: shared string, text of a cell, result of a formula, comment."""
_SHEET = 156
_LINKED_BOOK = 360
_DDE = b"\x01\0"
"""Kind of a linked book that is a program ([MS-XLSB] 2.4.190)."""
_NUMBERS = frozenset({0, 1, 2, 3, 4, 5, 7, 9})
"""Rows and cells without text."""
_PART = re.compile(r"^xl/(?:[^/]+\.bin$|worksheets/|macrosheets/|.*comment|pivotcache/|tables/|externallinks/)")


def is_part(name: str) -> bool:
    """Return whether a part of an XLSB package, by its name in lower case, holds binary records."""
    return _PART.match(name) is not None and "vbaproject" not in name


def read_part(name: str, part: bytes, page: int | None, collector: Collector) -> None:
    """Add the texts and dangers of one part; `page` is the number of its sheet, None if it belongs to none."""
    if "macrosheets/" in name:
        collector.add_danger("macro", certain=False)
    place = "comment" if "comment" in name else "name" if name.startswith("xl/workbook") else "body"
    lines: list[str] = []
    others: list[str] = []
    for kind, body in _records(part, collector):
        if kind in _TEXTS:
            lines.append(_string_at(body, _TEXTS[kind]))
        elif kind == _SHEET:
            key_length = int.from_bytes(body[8:12], "little")
            lines.append(_string_at(body, 12 + key_length * 2))
        elif kind == _LINKED_BOOK:
            first = _string_at(body, 2)
            second = _string_at(body, 6 + len(first) * 2)
            others += (first, second)
            if body[:2] == _DDE:
                add_dde(f"{first} {second}", collector)
        elif kind not in _NUMBERS:
            others += strings_in(body)
    collector.add_text("\n".join(lines), page=page, place=place)
    collector.add_lines(others, page=page, place="name")


def _records(part: bytes, collector: Collector) -> Iterator[tuple[int, bytes]]:
    """Yield type and body of each record; both type and size are written in 7 bits a byte."""
    position = 0
    while position < len(part):
        collector.budget.check_time()
        kind, position = _varied_number(part, position, 2)
        size, position = _varied_number(part, position, 4)
        yield kind, part[position : position + size]
        position += size


def _varied_number(part: bytes, position: int, most: int) -> tuple[int, int]:
    number = 0
    for shift in range(most):
        if position >= len(part):
            break
        byte = part[position]
        position += 1
        number |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return number, position


def _string_at(body: bytes, position: int) -> str:
    count = int.from_bytes(body[position : position + 4], "little")
    return body[position + 4 : position + 4 + count * 2].decode("utf-16-le", errors="replace")
