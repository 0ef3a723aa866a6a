"""Unpacks gzip, bzip2, xz and zstd streams, and tar archives in them or alone, piece by piece."""

import bz2
import io
import lzma
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Protocol

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments.contents import Budget, Contents, InnerFile
from zalo_governor.sandbox.attachments.members import check_member, is_bomb, skip_member
from zalo_governor.text.file_names.danger import Danger
from zalo_governor.text.file_names.names import base_name, check_path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
_BLOCK = 512
_CHUNK = 64 << 10
_MOST_MEMORY = 128 << 20
"""Memory in bytes that a decompressor may take for its window; archivers take 64 MB in their largest preset."""
_ZSTD_WINDOW_LOG = 27
_ZSTD_SKIPPABLE = tuple(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))
"""Beginnings of frames that hold no data and may stand between others (RFC 8878, 3.1.2)."""
_GZIP_NAME = 0x08
_TAR_ENDINGS = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".tzst": ".tar"}


class _Decompressor(Protocol):
    """What `bz2.BZ2Decompressor` and its like do: they keep the bytes that they did not decompress yet."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def is_known(content: bytes) -> bool:
    """Return whether the file is a compressed stream or a tar that `read` can unpack."""
    return content.startswith(tuple(_OPENERS)) or _is_tar(content[:_BLOCK])


def read(content: bytes, budget: Budget, name: str, contents: Contents) -> None:
    """Add the file in a compressed stream, or the members of the tar, to the contents.

    Raises:
        LimitError: the budget is used up.
        Exception: of the decompressor's or tarfile's own kinds, where the file is damaged.
    """
    opener = next((opener for magic, opener in _OPENERS.items() if content.startswith(magic)), None)
    stream = _Stream(content, opener, budget, contents)
    try:
        if _is_tar(stream.peek(_BLOCK)):
            _read_tar(stream, budget, contents)
        else:
            budget.spend("files", 1)
            contents.inner.append(InnerFile(_inner_name(content, name), stream.read()))
    except _BombError:
        contents.dangers.append(Danger("archive_bomb", certain=False))
        contents.not_checked.add(NotChecked.LIMIT)


class _BombError(Exception):
    """The stream inflates to far more than its packed size."""


class _Stream(io.BufferedIOBase):
    """A file-like reader of a compressed stream that spends the budget while it inflates."""

    def __init__(
        self, content: bytes, opener: "Callable[[], _Decompressor] | None", budget: Budget, contents: Contents
    ) -> None:
        self._content = content
        super().__init__()
        self._opener = opener
        self._decompressor = opener() if opener else None
        self._budget = budget
        self._contents = contents
        self._at = 0
        self._out = 0
        self._ready = bytearray()

    def peek(self, size: int) -> bytes:
        """Return the next bytes, at most `size`, without taking them."""
        self._fill(size)
        return bytes(self._ready[:size])

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next `size` bytes, fewer at the end; all that is left for a negative size or None."""
        wanted = sys.maxsize if size is None or size < 0 else size
        self._fill(wanted)
        taken = bytes(self._ready[:wanted])
        del self._ready[: len(taken)]
        return taken

    def _fill(self, size: int) -> None:
        while len(self._ready) < size and (chunk := self._inflate()):
            self._budget.spend("unpacked", len(chunk))
            self._out += len(chunk)
            self._ready += chunk
            if self._decompressor and is_bomb(self._out, self._at):
                raise _BombError

    def _inflate(self) -> bytes:
        """Return the next inflated bytes; empty at the end of the file."""
        while True:
            if self._decompressor is None:
                return self._take_packed()
            if self._decompressor.eof:
                # Padding may stand between streams (the .xz file format, 2.2) and at the end.
                rest = (self._decompressor.unused_data + self._content[self._at :]).lstrip(b"\0")
                if self._opener is None or not rest.startswith(tuple(_OPENERS)):
                    if rest:
                        self._contents.not_checked.add(NotChecked.DAMAGED)
                    return b""
                self._at = len(self._content) - len(rest)
                self._decompressor = self._opener()
            packed = self._take_packed()
            chunk = self._decompressor.decompress(packed, _CHUNK)
            if chunk:
                return chunk
            if not packed and not self._decompressor.eof:
                raise EOFError("the stream ends too early")

    def _take_packed(self) -> bytes:
        packed = self._content[self._at : self._at + _CHUNK // 16]
        self._at += len(packed)
        return packed


class _Zlib:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _open_zstd() -> _Decompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})


_OPENERS: dict[bytes, Callable[[], _Decompressor]] = {
    _GZIP: _Zlib,
    _BZIP2: bz2.BZ2Decompressor,
    _XZ: lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY),
    **dict.fromkeys((_ZSTD, *_ZSTD_SKIPPABLE), _open_zstd),
}


def _is_tar(block: bytes) -> bool:
    """Return whether the block is the header of a tar member, by its checksum (POSIX.1-1988, ustar)."""
    if len(block) < _BLOCK or not block[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _read_tar(stream: _Stream, budget: Budget, contents: Contents) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            check_member(info.name, contents)
            if info.issym() or info.islnk():
                contents.dangers += check_path(info.linkname)
            if not info.isfile():
                continue
            budget.spend("files", 1)
            # Sparse members declare more than the stream holds.
            if info.size > budget.left("unpacked") or info.issparse():
                skip_member(info.name, NotChecked.LIMIT, contents)
                continue
            member = archive.extractfile(info)
            if member is not None:
                contents.inner.append(InnerFile(info.name, member.read()))


def _inner_name(content: bytes, name: str) -> str:
    """Return the name of the file in a stream: from the gzip header, or the archive's own without its extension."""
    if content.startswith(_GZIP) and content[3:4] == bytes([_GZIP_NAME]) and (end := content.find(b"\0", 10, 4096)) > 0:
        return base_name(content[10:end].decode("utf-8", "replace"))
    path = PurePosixPath(base_name(name))
    return path.stem + _TAR_ENDINGS.get(path.suffix.lower(), "")
