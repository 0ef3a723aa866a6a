"""Reads 7z archives into memory by py7zr."""

import io
import sys
from typing import Any

import py7zr.py7zr
from py7zr import Py7zIO, SevenZipFile
from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import BytesIOFactory, MemIO, Py7zBytesIO
from py7zr.py7zr import ArchiveFile

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents, InnerFile
from zalo_governor.sandbox.attachments.members import Member, check_directory, check_member, skip_member

_PIECE = 1 << 20
MAGIC = b"7z\xbc\xaf\x27\x1c"
_MOST_DICTIONARY = 128 << 20
"""Bytes of the largest dictionary; archivers take 64 MB in their largest preset."""
_LZMA, _LZMA2, _PPMD = b"\x03\x01\x01", b"\x21", b"\x03\x04\x01"


def _size_of_pieces() -> int:
    return _PIECE


# py7zr asks psutil for the machine's memory at every member, which opens files in /proc, and inflates 128 MB at a time.
vars(py7zr.py7zr)["get_memory_limit"] = _size_of_pieces


def read(content: bytes, budget: Budget, contents: Contents) -> None:
    """Add the members of a 7z archive to the contents; sizes are taken from its header before anything is inflated.

    Raises:
        LimitError: the budget is used up.
        Exception: of many kinds, where the archive is damaged.
    """
    try:
        with SevenZipFile(io.BytesIO(content)) as archive:
            _read_members(archive, len(content), budget, contents)
    except PasswordRequired:
        contents.not_checked.add(NotChecked.ENCRYPTED)
    except UnsupportedCompressionMethodError:
        contents.not_checked.add(NotChecked.UNKNOWN_TYPE)


def _read_members(archive: SevenZipFile, archive_size: int, budget: Budget, contents: Contents) -> None:
    files = [file for file in archive.files if not file.is_directory]
    for file in files:
        check_member(file.filename, contents)
    members = [Member(file.filename, file.uncompressed, file.compressed or archive_size) for file in files]
    bombs = check_directory(members, archive_size, budget, contents)
    reason = _reason_not_to_inflate(archive)
    writers = _Writers(budget)
    room = budget.left("unpacked")
    wanted: list[ArchiveFile] = []
    for file in files:
        room -= file.uncompressed
        if reason or room < 0 or bombs or len(wanted) >= budget.left("files"):
            skip_member(file.filename, reason or NotChecked.LIMIT, contents)
            archive.worker.register_filelike(file.id, None)
        else:
            wanted.append(file)
            # Under its number: py7zr refuses paths that lead out of a folder, though here none is written.
            archive.worker.register_filelike(file.id, MemIO(str(file.id), writers))
    if not wanted:
        return
    budget.spend("files", len(wanted))
    try:
        archive.worker.extract(archive.fp, None, parallel=False)
    finally:
        for file in wanted:
            if written := writers.products.get(str(file.id)):
                written.seek(0)
                contents.inner.append(InnerFile(file.filename, written.read()))


def _reason_not_to_inflate(archive: SevenZipFile) -> NotChecked | None:
    if archive.needs_password():
        return NotChecked.ENCRYPTED
    streams = getattr(archive.header, "main_streams", None)
    coders = [coder for folder in streams.unpackinfo.folders for coder in folder.coders] if streams else []
    return NotChecked.LIMIT if any(_dictionary(coder) > _MOST_DICTIONARY for coder in coders) else None


def _dictionary(coder: dict[str, Any]) -> int:
    """Return the bytes of memory for a coder's dictionary (7zFormat.txt and lzma-specification.txt of the LZMA SDK)."""
    method, properties = coder["method"], coder["properties"] or b""
    if method == _LZMA2 and properties:
        return (2 | properties[0] & 1) << (properties[0] // 2 + 11)
    if method in {_LZMA, _PPMD} and len(properties) >= 5:
        return int.from_bytes(properties[1:5], "little")
    return 0


class _Writer(Py7zBytesIO):
    """Memory into which py7zr writes one member; each piece is taken from the budget."""

    def __init__(self, name: str, budget: Budget) -> None:
        super().__init__(name, sys.maxsize)
        self._budget = budget

    def write(self, s: bytes | bytearray) -> int:
        self._budget.spend("unpacked", len(s))
        return super().write(s)


class _Writers(BytesIOFactory):
    def __init__(self, budget: Budget) -> None:
        super().__init__(sys.maxsize)
        self._budget = budget

    def create(self, filename: str) -> Py7zIO:
        self.products[filename] = _Writer(filename, self._budget)
        return self.products[filename]
