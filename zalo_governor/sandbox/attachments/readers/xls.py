"""Reads Excel 5 to 2003 workbooks record by record ([MS-XLS] 2.4).

A library that puts cells into a grid would take memory for every cell between the first and the last.
"""

import struct
from collections.abc import Iterator

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.readers.blips import read_blips
from zalo_governor.sandbox.attachments.readers.collector import Collector
from zalo_governor.sandbox.attachments.readers.fields import add_dde
from zalo_governor.sandbox.attachments.readers.ole import Storage, add_strings

_BOF, _CONTINUE, _FILEPASS = 0x0809, 0x003C, 0x002F
_BOUNDSHEET, _SST, _LABELSST, _LABEL, _RSTRING, _STRING = 0x0085, 0x00FC, 0x00FD, 0x0204, 0x00D6, 0x0207
_NUMBER, _RK, _HEADER, _FOOTER, _TXO, _NOTE, _NAME = 0x0203, 0x027E, 0x0014, 0x0015, 0x01B6, 0x001C, 0x0018
_SUPBOOK, _DRAWING_GROUP, _DRAWING, _HLINK, _DV = 0x01AE, 0x00EB, 0x00EC, 0x01B8, 0x01BE
_SXSTRING, _FORMAT = 0x00CD, 0x041E
_BIFF8 = 0x0600
_MACRO_SHEET = 1
_LONGEST = 32_767
"""Most characters of a cell."""

_Record = tuple[int, int, list[bytes]]
"""Position, type, and the body in the pieces in which it stands (`Continue` records)."""


def read_excel(storage: Storage, collector: Collector, *, page: int | None = None) -> None:
    """Add the texts and pictures of the workbook in a storage; their pages are the numbers of its sheets.

    For a workbook embedded in a document, `page` is the document's page, which is used instead.
    """
    stream = storage.read("Workbook") or storage.read("Book") or b""
    _Workbook(collector, page).read(stream)


def read_pivot_cache(storage: Storage, collector: Collector) -> None:
    """Add the strings of the pivot tables' caches, which keep rows that no sheet shows any more."""
    for name in storage.names:
        texts = [
            _text_of(pieces[0], 2, _number(pieces[0], 0), narrow=False)
            for _, kind, pieces in _records(storage.read(name) or b"", collector)
            if kind == _SXSTRING
        ]
        collector.add_text("\n".join(texts), place="pivot")


class _Workbook:
    """Reader of one workbook, which keeps what its later records refer to."""

    def __init__(self, collector: Collector, page: int | None) -> None:
        self._collector = collector
        self._outer_page = page
        self._old = False
        self._shared: list[str] = []
        self._sheets: dict[int, int] = {}
        """Number of the sheet that begins at a position of the stream."""
        self._page = page
        self._cells: list[str] = []
        self._characters = 0
        self._row = -1

    def read(self, stream: bytes) -> None:
        """Read all records of a stream `Workbook` or `Book`."""
        for position, kind, pieces in _records(stream, self._collector):
            if kind == _FILEPASS:
                self._collector.note(NotChecked.ENCRYPTED)
                return
            with self._collector.noting_damage():
                self._read_record(position, kind, pieces)
        self._end_sheet()

    def _read_record(self, position: int, kind: int, pieces: list[bytes]) -> None:
        body = pieces[0]
        if kind == _BOF:
            self._end_sheet()
            self._old = _number(body, 0) < _BIFF8
            self._page = self._outer_page or self._sheets.get(position)
        elif kind == _BOUNDSHEET:
            self._sheets[struct.unpack_from("<I", body, 0)[0]] = len(self._sheets) + 1
            name = _text_of(body, 7, body[6], narrow=self._old)
            self._collector.add_text(name, page=self._outer_page or len(self._sheets), place="name")
            if body[5] == _MACRO_SHEET:
                self._collector.add_danger("macro", certain=False)
        elif kind == _SST:
            self._shared = list(_shared_strings(pieces))
        elif kind in (_LABELSST, _LABEL, _RSTRING, _NUMBER, _RK):
            self._read_cell(kind, body)
        elif kind == _STRING:
            self._add_cell(self._row, _text_of(body, 2, _number(body, 0), narrow=self._old))
        else:
            self._read_other(kind, pieces)

    def _read_cell(self, kind: int, body: bytes) -> None:
        row = _number(body, 0)
        if kind == _LABELSST:
            number = struct.unpack_from("<I", body, 6)[0]
            text = self._shared[number] if number < len(self._shared) else ""
        elif kind == _NUMBER:
            text = f"{struct.unpack_from('<d', body, 6)[0]:.15g}"
        elif kind == _RK:
            text = f"{_rk_number(struct.unpack_from('<I', body, 6)[0]):.15g}"
        else:
            text = _text_of(body, 8, _number(body, 6), narrow=self._old)
        self._add_cell(row, text)

    def _add_cell(self, row: int, text: str) -> None:
        if self._characters > self._collector.budget.left("characters"):
            return
        self._characters += len(text)
        if row != self._row:
            self._cells.append("\n")
            self._row = row
        self._cells += (text, "\t")

    def _end_sheet(self) -> None:
        self._collector.add_text("".join(self._cells), page=self._page)
        self._cells = []
        self._characters = 0
        self._row = -1

    def _read_other(self, kind: int, pieces: list[bytes]) -> None:
        body, add = pieces[0], self._collector.add_text
        if kind in (_HEADER, _FOOTER) and len(body) > 2:
            if self._old:
                add(_text_of(body, 1, body[0], narrow=True), page=self._page, place="header")
            else:
                add(_text_of(body, 2, _number(body, 0), narrow=False), page=self._page, place="header")
        elif kind == _TXO and len(pieces) > 1:
            add(_text_over(pieces[1:], _number(body, 10)), page=self._page, place="text_box")
        elif kind == _NOTE and self._old:
            add(_text_of(body, 6, _number(body, 4), narrow=True), page=self._page, place="comment")
        elif kind == _NAME and not self._old:
            add(_text_of(body, 14, body[3], narrow=False), place="name")
        elif kind == _FORMAT and not self._old:
            add(_text_of(body, 4, _number(body, 2), narrow=False), place="name")
        elif kind == _SUPBOOK and not self._old and len(body) > 4:
            path = _text_of(body, 4, _number(body, 2), narrow=False)
            if "\x03" in path:
                add_dde(path, self._collector)
        elif kind in (_HLINK, _DV, _DRAWING):
            add_strings(b"".join(pieces), self._collector, place="alt_text", page=self._page)
            if kind == _HLINK:
                _add_addresses(body, self._collector)
        elif kind == _DRAWING_GROUP:
            drawing = b"".join(pieces)
            read_blips(drawing, self._collector)


def _records(stream: bytes, collector: Collector) -> Iterator[_Record]:
    """Yield the records; one that is continued by `Continue` records, or a split drawing, comes with all its pieces."""
    waiting: _Record | None = None
    position = 0
    while position + 4 <= len(stream):
        collector.budget.check_time()
        kind, size = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4 : position + 4 + size]
        if waiting and (kind == _CONTINUE or (kind == waiting[1] == _DRAWING_GROUP)):
            waiting[2].append(body)
        else:
            if waiting:
                yield waiting
            waiting = (position, kind, [body])
        position += 4 + size
    if waiting:
        yield waiting


def _shared_strings(pieces: list[bytes]) -> Iterator[str]:
    """Yield the strings of the table ([MS-XLS] 2.4.265); a string may continue in the next piece with another width."""
    cursor = _Cursor(pieces)
    cursor.skip(4)
    for _ in range(cursor.number(4)):
        if cursor.is_at_end():
            return
        count, flags = cursor.number(2), cursor.number(1)
        runs = cursor.number(2) if flags & 8 else 0
        extension = cursor.number(4) if flags & 4 else 0
        yield cursor.text(count, wide=bool(flags & 1))
        cursor.skip(runs * 4 + extension)


class _Cursor:
    """Reading position in the pieces of one record."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = 0
        self._position = 0

    def is_at_end(self) -> bool:
        """Return whether nothing is left."""
        while self._piece < len(self._pieces) and self._position >= len(self._pieces[self._piece]):
            self._piece += 1
            self._position = 0
        return self._piece >= len(self._pieces)

    def number(self, size: int) -> int:
        """Read the next number, of `size` bytes."""
        return int.from_bytes(self._bytes(size), "little")

    def skip(self, size: int) -> None:
        """Skip `size` bytes."""
        self._bytes(size)

    def text(self, count: int, *, wide: bool) -> str:
        """Read the next `count` characters; each further piece begins with a byte for its own character width."""
        texts = []
        while count > 0 and self._piece < len(self._pieces):
            piece = self._pieces[self._piece]
            width = 2 if wide else 1
            raw = piece[self._position : self._position + count * width]
            texts.append(raw.decode("utf-16-le" if wide else "latin-1", errors="replace"))
            self._position += len(raw)
            count -= len(raw) // width
            if count > 0:
                if self.is_at_end() or len(raw) % width:
                    break
                wide = bool(self.number(1) & 1)
        return "".join(texts)

    def _bytes(self, size: int) -> bytes:
        parts = []
        while size > 0 and not self.is_at_end():
            part = self._pieces[self._piece][self._position : self._position + size]
            parts.append(part)
            self._position += len(part)
            size -= len(part)
        return b"".join(parts)


def _text_over(pieces: list[bytes], count: int) -> str:
    """Return the text of a text box: `count` characters in pieces that each begin with their width."""
    cursor = _Cursor(pieces)
    return cursor.text(count, wide=bool(cursor.number(1) & 1)) if count else ""


def _text_of(body: bytes, position: int, count: int, *, narrow: bool) -> str:
    """Return `count` characters: one byte each if `narrow` (old workbooks), else after a byte for their width."""
    count = min(count, _LONGEST)
    if narrow:
        return body[position : position + count].decode("cp1252", errors="replace")
    wide = body[position : position + 1] != b"" and body[position] & 1
    begin = position + 1
    raw = body[begin : begin + count * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", errors="replace")


def _number(body: bytes, position: int) -> int:
    return int.from_bytes(body[position : position + 2], "little")


def _rk_number(packed: int) -> float:
    """Return the number that an RK value packs ([MS-XLS] 2.5.217)."""
    value: float
    if packed & 2:
        value = (packed >> 2) - (1 << 30 if packed & 0x8000_0000 else 0)
    else:
        value = struct.unpack("<d", struct.pack("<II", 0, packed & 0xFFFF_FFFC))[0]
    return value / 100 if packed & 1 else value


def _add_addresses(body: bytes, collector: Collector) -> None:
    letters = body.lower()
    for scheme in ("http", "ftp:", "file"):
        begin = letters.find(scheme.encode("utf-16-le"))
        if begin >= 0:
            collector.add_link(body[begin:].decode("utf-16-le", errors="replace").split("\0")[0])
