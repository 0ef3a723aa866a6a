"""Reads the text of Word 97-2003 documents by the piece table ([MS-DOC] 2.4.1), and of Word 6/95."""

import re
import struct
from typing import NamedTuple

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.blips import read_blips
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.fields import read_field
from zalo_governor.sandbox.attachments.readers.ole import Storage, add_strings

_WORD_97, _WORD_95 = 0xA5EC, 0xA5DC
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_STORIES = (
    ("body", 0x4C),
    ("footnote", 0x50),
    ("header", 0x54),
    ("macro", 0x58),
    ("comment", 0x5C),
    ("footnote", 0x60),
    ("text_box", 0x64),
    ("text_box", 0x68),
)
"""Place of each part (story) of the text in its order, and the offset of its length in characters in the FIB."""
_CLX = 0x1A2
_MARKS = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x0e": "\n", "\x07": "\t", "\x1e": "-", "\x1f": ""}
    | dict.fromkeys("\x01\x02\x03\x04\x05\x08", "")
)
_FIELD = re.compile("\x13([^\x13\x14\x15]*)")
_FIELD_MARKS = re.compile("\x13[^\x13\x14\x15]*\x14?|[\x13-\x15]")


class _Piece(NamedTuple):
    begin: int
    """First character of the piece, counted over all stories."""
    end: int
    offset: int
    """Where the piece begins in the stream `WordDocument`, in bytes."""
    narrow: bool
    """One byte a character (Windows-1252) instead of two."""


def read_word(storage: Storage, collector: Collector, *, page: int | None = None) -> None:
    """Add the texts and pictures of the Word document in a storage (folder inside an OLE file).

    `page` is the page of the document in which this one is embedded; None if it is the file itself.
    """
    stream = storage.read("WordDocument") or b""
    if len(stream) < 0x60:
        collector.note(NotChecked.DAMAGED)
        return
    kind, flags = struct.unpack_from("<H", stream, 0)[0], struct.unpack_from("<H", stream, 0x0A)[0]
    if flags & _ENCRYPTED:
        collector.note(NotChecked.ENCRYPTED)
        return
    if kind == _WORD_95 or len(stream) < _CLX + 8:
        begin, end = struct.unpack_from("<II", stream, 0x18)
        _add_story(stream[begin:end].decode("cp1252", errors="replace"), "body", collector, page)
        return
    if kind != _WORD_97:
        collector.note(NotChecked.DAMAGED)
    table = storage.read("1Table" if flags & _TABLE_1 else "0Table") or b""
    text = _text_of(stream, _pieces(stream, table), collector)
    position = 0
    for place, length_at in _STORIES:
        length = struct.unpack_from("<I", stream, length_at)[0]
        _add_story(text[position : position + length], place, collector, page)
        position += length
    _add_story(text[position:], "body", collector, page)
    add_strings(table, collector, place="other", page=page)
    for pictures in (storage.read("Data") or b"", stream):
        read_blips(pictures, collector)


def _pieces(stream: bytes, table: bytes) -> list[_Piece]:
    offset, size = struct.unpack_from("<II", stream, _CLX)
    clx = table[offset : offset + size]
    position = 0
    while clx[position : position + 1] == b"\x01":
        position += 3 + struct.unpack_from("<H", clx, position + 1)[0]
    if clx[position : position + 1] != b"\x02":
        raise ValueError("no piece table")
    plain = clx[position + 5 : position + 5 + struct.unpack_from("<I", clx, position + 1)[0]]
    count = (len(plain) - 4) // 12
    ends = struct.unpack_from(f"<{count + 1}I", plain, 0)
    pieces = []
    for number in range(count):
        packed = struct.unpack_from("<I", plain, (count + 1) * 4 + number * 8 + 2)[0]
        narrow = bool(packed & 0x4000_0000)
        offset = packed & 0x3FFF_FFFF
        pieces.append(_Piece(ends[number], ends[number + 1], offset // 2 if narrow else offset, narrow))
    return pieces


def _text_of(stream: bytes, pieces: list[_Piece], collector: Collector) -> str:
    """Return the joined pieces, as much as the budget allows: hostile pieces may all point to the same bytes."""
    texts: list[str] = []
    left = collector.budget.left("characters")
    for piece in pieces:
        collector.budget.check_time()
        length = piece.end - piece.begin
        if length < 0 or length > left:
            collector.note(NotChecked.DAMAGED if length < 0 else NotChecked.LIMIT)
            break
        left -= length
        raw = stream[piece.offset : piece.offset + length * (1 if piece.narrow else 2)]
        texts.append(raw.decode("cp1252" if piece.narrow else "utf-16-le", errors="replace"))
    return "".join(texts)


def _add_story(text: str, place: str, collector: Collector, page: int | None) -> None:
    for code in _FIELD.findall(text):
        read_field(code.strip(), collector, page)
    collector.add_text(_FIELD_MARKS.sub("", text).translate(_MARKS), page=page, place=place)
