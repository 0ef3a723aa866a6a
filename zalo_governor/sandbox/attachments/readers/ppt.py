"""Reads PowerPoint 97-2003 presentations record by record ([MS-PPT] 2.3)."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.blips import read_blips
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.ole import MAGIC, Storage, add_strings

_CONTAINER = 0xF
_DEEPEST = 50
_SLIDE, _NOTES, _MASTER, _SLIDE_PERSIST, _SLIDE_LIST = 1006, 1008, 1016, 1011, 4080
_TEXT_CHARS, _TEXT_BYTES, _STRING = 4000, 4008, 4026
_OLE_OBJECT, _DRAWING_OPTIONS = 4113, 0xF00B
_CRYPTED = 0x2F14


class _Record(NamedTuple):
    kind: int
    instance: int
    body: bytes
    path: tuple[int, ...]
    """Types of the containers around it."""
    begins: bool
    """True for a container; the records in it follow."""


def read_powerpoint(storage: Storage, collector: Collector, *, page: int | None = None) -> None:
    """Add the texts, notes, pictures and embedded objects of the presentation in a storage.

    A slide's number (its page) is its position in the outline, or among the slides in the file; `page`, the page of the
    document in which it is embedded, is that of all other texts.
    """
    stream = storage.read("PowerPoint Document") or b""
    outlined, drawn = 0, 0
    for record in _records(stream, collector):
        if record.kind == _SLIDE_PERSIST and _SLIDE_LIST in record.path:
            outlined += 1
        elif record.kind == _SLIDE and record.begins:
            drawn += 1
        elif record.kind == _CRYPTED:
            collector.note(NotChecked.ENCRYPTED)
        number = outlined if _SLIDE_LIST in record.path else drawn if _SLIDE in record.path else None
        _read_record(record, number or page, collector)
    for name in storage.names:
        if name == "pictures":
            read_blips(storage.read(name) or b"", collector)
        elif name == "encryptedsummary":
            collector.note(NotChecked.ENCRYPTED)


def object_storages(storage: Storage, collector: Collector) -> Iterator[bytes]:
    """Yield the compound files of a presentation: embedded objects and the VBA project (`ExOleObjStg`)."""
    for record in _records(storage.read("PowerPoint Document") or b"", collector):
        if record.kind != _OLE_OBJECT or record.begins:
            continue
        content = record.body
        if record.instance == 1:
            limit = collector.budget.left("unpacked")
            if limit <= 0:
                collector.note(NotChecked.LIMIT)
                return
            with collector.noting_damage():
                content = zlib.decompressobj().decompress(content[4:], limit)
                collector.budget.spend("unpacked", len(content))
        if content.startswith(MAGIC):
            yield content


def _read_record(record: _Record, page: int | None, collector: Collector) -> None:
    place = "note" if _NOTES in record.path else "master" if _MASTER in record.path else "body"
    if record.kind in (_TEXT_CHARS, _STRING):
        text = record.body.decode("utf-16-le", errors="replace")
        collector.add_text(text.replace("\r", "\n").replace("\x0b", "\n"), page=page, place=place)
        if text.lower().startswith(("http://", "https://")):
            collector.add_link(text)
    elif record.kind == _TEXT_BYTES:
        # The low bytes of UTF-16, so Latin-1 (2.9.44).
        text = record.body.decode("latin-1")
        collector.add_text(text.replace("\r", "\n").replace("\x0b", "\n"), page=page, place=place)
    elif record.kind == _DRAWING_OPTIONS:
        add_strings(record.body, collector, place="alt_text", page=page)


def _records(stream: bytes, collector: Collector) -> Iterator[_Record]:
    """Yield all records; those in a container come after it."""
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, len(stream), ())]
    while waiting:
        position, end, path = waiting.pop()
        collector.budget.check_time()
        if position + 8 > end:
            continue
        head, kind, size = struct.unpack_from("<HHI", stream, position)
        begin = position + 8
        stop = min(begin + size, end)
        waiting.append((stop, end, path))
        if head & 0xF == _CONTAINER and len(path) < _DEEPEST:
            yield _Record(kind, head >> 4, b"", path, begins=True)
            waiting.append((begin, stop, (*path, kind)))
        else:
            yield _Record(kind, head >> 4, stream[begin:stop], path, begins=False)
