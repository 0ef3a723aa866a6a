"""Reads Windows metafiles: EMF ([MS-EMF]) and WMF ([MS-WMF]), the previews of embedded objects and pasted drawings."""

import struct
from collections.abc import Iterator

from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.ole import add_strings

_EMF_HEADER = b"\x01\0\0\0"
_WMF_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_SMALLEST_BITMAP = 10_000
"""Bitmaps of fewer bytes are bullets and lines."""

_EXTTEXTOUT_A, _EXTTEXTOUT_W, _COMMENT = 83, 84, 70
_BITMAPS = {81: 48, 80: 48, 76: 84, 77: 84}
"""Types of EMF records that hold a bitmap, and where the offsets of its parts stand in them."""
_META_TEXTOUT, _META_EXTTEXTOUT, _META_STRETCHDIB, _META_DIBSTRETCHBLT = 0x0521, 0x0A32, 0x0F43, 0x0B41


def is_metafile(content: bytes) -> bool:
    """Return whether bytes begin as an EMF or WMF file."""
    return (content[:4] == _EMF_HEADER and content[40:44] == b" EMF") or _is_wmf(content)


def read_into(content: bytes, collector: Collector, *, page: int | None = None) -> None:
    """Add the texts and bitmaps of a metafile; `page` is the page on which it is shown."""
    pieces: list[str] = []
    if _is_wmf(content):
        _read_wmf(content, pieces, collector, page)
    else:
        _read_emf(content, pieces, collector, page)
    collector.add_text("".join(pieces), page=page, place="picture")


def _is_wmf(content: bytes) -> bool:
    return content[:4] == _WMF_PLACEABLE or content[:6] in (b"\x01\0\x09\0\0\x03", b"\x02\0\x09\0\0\x03")


def _read_emf(content: bytes, pieces: list[str], collector: Collector, page: int | None) -> None:
    height: int | None = None
    for kind, record in _records(content, "<II", 0, 1):
        collector.budget.check_time()
        if kind in (_EXTTEXTOUT_A, _EXTTEXTOUT_W) and len(record) >= 52:
            y, count, offset = struct.unpack_from("<iII", record, 40)
            size = count * 2 if kind == _EXTTEXTOUT_W else count
            raw = record[offset : offset + size]
            if height is not None and y != height:
                pieces.append("\n")
            height = y
            pieces.append(raw.decode("utf-16-le" if kind == _EXTTEXTOUT_W else "cp1258", errors="replace"))
        elif kind == _COMMENT:
            add_strings(record, collector, place="picture", page=page)
        elif kind in _BITMAPS and len(record) >= _BITMAPS[kind] + 16:
            info_at, info_size, bits_at, bits_size = struct.unpack_from("<IIII", record, _BITMAPS[kind])
            info, bits = record[info_at : info_at + info_size], record[bits_at : bits_at + bits_size]
            _add_bitmap(info, bits, collector, page)


def _read_wmf(content: bytes, pieces: list[str], collector: Collector, page: int | None) -> None:
    begin = 22 if content[:4] == _WMF_PLACEABLE else 0
    for kind, record in _records(content, "<IH", begin + 18, 2):
        collector.budget.check_time()
        if kind == _META_TEXTOUT:
            count = int.from_bytes(record[6:8], "little")
            pieces.append(record[8 : 8 + count].decode("cp1258", errors="replace") + "\n")
        elif kind == _META_EXTTEXTOUT:
            count, options = struct.unpack_from("<HH", record, 10)
            text_at = 22 if options & 6 else 14
            pieces.append(record[text_at : text_at + count].decode("cp1258", errors="replace") + "\n")
        elif kind in (_META_STRETCHDIB, _META_DIBSTRETCHBLT):
            info = record[28 if kind == _META_STRETCHDIB else 26 :]
            header = int.from_bytes(info[:4], "little")
            _add_bitmap(info[:header], info[header:], collector, page)


def _records(content: bytes, layout: str, begin: int, unit: int) -> Iterator[tuple[int, bytes]]:
    """Yield type and bytes of each record; EMF has type then size in bytes, WMF size in words then type."""
    position = begin
    while position + struct.calcsize(layout) <= len(content):
        first, second = struct.unpack_from(layout, content, position)
        kind, size = (first, second) if unit == 1 else (second, first * unit)
        if size < struct.calcsize(layout):
            return
        yield kind, content[position : position + size]
        position += size


def _add_bitmap(info: bytes, bits: bytes, collector: Collector, page: int | None) -> None:
    """Add a device-independent bitmap as a BMP file."""
    if len(bits) < _SMALLEST_BITMAP or len(info) < 12:
        return
    offset = 14 + len(info)
    collector.add_picture(b"BM" + struct.pack("<IHHI", offset + len(bits), 0, 0, offset) + info + bits, page=page)
