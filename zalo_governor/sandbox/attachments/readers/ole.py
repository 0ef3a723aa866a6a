"""Reads the structure of OLE compound files ([MS-CFB]): storages (folders), streams, and files packaged in them.

Old Office documents are such files, and so are embedded objects (`oleObject1.bin`), VBA projects and Outlook messages.
"""

import io
import re
import struct
from collections.abc import Iterator

import olefile

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.collector import Collector

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MOST_STORAGES = 500
_LETTERS = re.compile("[\t\x20-\x7e\xa0-\u024f\u0300-\u036f\u1ea0-\u1ef9\u2013-\u2026\u20ab]{6,}")


class Storage:
    """One storage (folder) of a compound file."""

    def __init__(self, file: olefile.OleFileIO, path: tuple[str, ...], collector: Collector) -> None:
        self._file = file
        self._collector = collector
        self.path = path
        self.clsid: str = (file.getclsid(list(path)) if path else file.root.clsid or "").upper()
        """Class of the object in this storage, such as `0002CE02-0000-0000-C000-000000000046`; "" if none is given."""
        entries = file.listdir(streams=True, storages=False)
        self._streams = {entry[-1].lower(): entry for entry in entries if tuple(entry[:-1]) == path}

    @property
    def names(self) -> list[str]:
        """Names of the streams in this storage, in lower case."""
        return list(self._streams)

    def read(self, name: str) -> bytes | None:
        """Return the content of a stream of this storage; None if missing, damaged, or larger than may be unpacked."""
        entry = self._streams.get(name.lower())
        if entry is None:
            return None
        size = self._file.get_size(entry)
        if size > self._collector.budget.left("unpacked"):
            self._collector.note(NotChecked.LIMIT)
            return None
        self._collector.budget.spend("unpacked", size)
        with self._collector.noting_damage():
            content: bytes = self._file.openstream(entry).read()
            return content
        return None


def open_ole(content: bytes) -> olefile.OleFileIO:
    """Open an OLE compound file; raises OSError if `content` is none, or is damaged."""
    return olefile.OleFileIO(io.BytesIO(content))


def walk_storages(file: olefile.OleFileIO, collector: Collector) -> Iterator[Storage]:
    """Yield the root and every storage below it."""
    yield Storage(file, (), collector)
    paths = file.listdir(streams=False, storages=True)
    if len(paths) > _MOST_STORAGES:
        collector.note(NotChecked.LIMIT)
    for path in paths[:_MOST_STORAGES]:
        collector.budget.check_time()
        yield Storage(file, tuple(path), collector)


def read_packages(storage: Storage, collector: Collector, page: int | None = None) -> None:
    """Add the files embedded in a storage (a folder inside an OLE file) to `collector`, as of page `page`."""
    for name in storage.names:
        if name.endswith("ole10native"):
            read_native(storage.read(name) or b"", collector, page=page)
        elif name in ("package", "contents", "embeddedodf"):
            content = storage.read(name) or b""
            if not content.startswith(MAGIC) or name == "package":
                collector.add_inner(name, content, page=page)


def read_native(content: bytes, collector: Collector, *, page: int | None = None) -> None:
    """Add the file in an `Ole10Native` stream ([MS-OLEDS] 2.3.6; the layout inside is the Object Packager's)."""
    if len(content) < 4:
        return
    body = content[4:]
    with collector.noting_damage():
        if body[:2] == b"\x02\x00":
            read_packager(body, collector, page=page)
        else:
            collector.add_inner("object", body, page=page)


def read_packager(body: bytes, collector: Collector, *, page: int | None = None) -> None:
    """Add the file that the Object Packager embedded, which wrote label, path, temporary path, size and content."""
    label, position = _string_at(body, 2)
    path, position = _string_at(body, position)
    if position + 8 > len(body) or position + 12 + _number_at(body, position + 4) > len(body):
        # A link to a file, which the object starts.
        collector.add_text(path, place="name", page=page)
        collector.add_danger("external_object", certain=False, page=page)
        return
    position += 8 + _number_at(body, position + 4)
    size = _number_at(body, position)
    content = body[position + 4 : position + 4 + size]
    collector.add_inner(label or path or "object", content, page=page)


def has_active_control(file: olefile.OleFileIO) -> bool:
    """Return whether a storage carries an ActiveX control (`\\x03OCXNAME`, `\\x03OCXDATA`, or a control's cache)."""
    names = {part.lower() for entry in file.listdir() for part in entry}
    return any(name.startswith("\x03ocx") for name in names)


def strings_in(content: bytes) -> list[str]:
    """Return the runs of six or more Latin and Vietnamese letters that stand in bytes as UTF-16LE.

    So texts are found that old formats keep in various records: names of bookmarks, alternative texts, words in shapes.
    """
    found = []
    for parity in (0, 1):
        aligned = content[parity : len(content) - (len(content) - parity) % 2]
        text = aligned.decode("utf-16-le", errors="replace")
        found += _LETTERS.findall(text)
    return found


def add_strings(content: bytes, collector: Collector, *, place: str, page: int | None = None) -> None:
    """Add the texts that `strings_in` finds, as one text of lines."""
    collector.add_text("\n".join(strings_in(content)), page=page, place=place)


def _string_at(body: bytes, position: int) -> tuple[str, int]:
    end = body.index(b"\0", position)
    return body[position:end].decode("cp1258", errors="replace"), end + 1


def _number_at(body: bytes, position: int) -> int:
    number: int = struct.unpack_from("<I", body, position)[0]
    return number
