"""Reads the property sets of compound files ([MS-OLEPS]): title, subject, company, and the user's own properties.

olefile's own reader believes the number of properties in a hostile file, up to four billion; this one stops at 1,000.
"""

import struct
from collections.abc import Iterator

from zalo_governor.sandbox.attachments.readers.collector import Collector

_MOST = 1_000
"""Most properties of a set, and most texts of a list."""
_DICTIONARY, _CODEPAGE = 0, 1
_TEXT, _WIDE_TEXT, _TEXTS, _WIDE_TEXTS, _VARIANTS = 0x1E, 0x1F, 0x101E, 0x101F, 0x100C
_UTF_16 = 1200
_ENCODINGS = {1250: "cp1250", 1251: "cp1251", 1258: "cp1258", 65001: "utf-8", _UTF_16: "utf-16-le"}


def read_property_set(content: bytes, collector: Collector) -> None:
    """Add the texts of all sections of a property set (title, author, company … of an old Office file)."""
    count = min(_number(content, 24), 2)
    for position in range(count):
        begin = _number(content, 28 + 20 * position + 16)
        _read_section(content[begin:], collector)


def _read_section(section: bytes, collector: Collector) -> None:
    count = min(_number(section, 4), _MOST)
    places = dict(struct.unpack_from("<II", section, 8 + 8 * number) for number in range(count))
    codepage = _number(section, places[_CODEPAGE] + 4) & 0xFFFF if _CODEPAGE in places else 0
    encoding = _ENCODINGS.get(codepage, "cp1252")
    for key, place in places.items():
        with collector.noting_damage():
            texts = _names_at(section, place, encoding) if key == _DICTIONARY else _texts_at(section, place, encoding)
            for text in texts:
                collector.add_text(text.replace("\0", ""), place="property")


def _texts_at(section: bytes, place: int, encoding: str) -> Iterator[str]:
    """Yield the texts of one value; numbers, times and pictures have none."""
    kind = _number(section, place) & 0xFFFF
    if kind in (_TEXT, _WIDE_TEXT):
        yield _text_at(section, place + 4, kind, encoding)[0]
    elif kind in (_TEXTS, _WIDE_TEXTS, _VARIANTS):
        count, place = _number(section, place + 4), place + 8
        for _ in range(min(count, _MOST)):
            if place + 4 > len(section):
                return
            item = kind & 0xFF
            if kind == _VARIANTS:
                item = _number(section, place) & 0xFFFF
                place += 4
            if item not in (_TEXT, _WIDE_TEXT):
                place += 4
                continue
            text, place = _text_at(section, place, item, encoding)
            yield text


def _text_at(section: bytes, place: int, kind: int, encoding: str) -> tuple[str, int]:
    """Return a text and where it ends; a wide one is counted in characters and padded to four bytes."""
    count = _number(section, place)
    begin = place + 4
    size = count * 2 if kind == _WIDE_TEXT else count
    text = section[begin : begin + size].decode("utf-16-le" if kind == _WIDE_TEXT else encoding, errors="replace")
    return text, begin + size + (-size % 4 if kind == _WIDE_TEXT else 0)


def _names_at(section: bytes, place: int, encoding: str) -> Iterator[str]:
    """Yield the names of the user's own properties."""
    count, place = _number(section, place), place + 4
    for _ in range(min(count, _MOST)):
        size = _number(section, place + 4) * (2 if encoding == "utf-16-le" else 1)
        yield section[place + 8 : place + 8 + size].decode(encoding, errors="replace")
        place += 8 + size + (-size % 4 if encoding == "utf-16-le" else 0)


def _number(content: bytes, place: int) -> int:
    number: int = struct.unpack_from("<I", content, place)[0]
    return number
