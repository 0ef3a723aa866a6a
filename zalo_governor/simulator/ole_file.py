"""Writer of small OLE files (Compound File Binary, [MS-CFB]), the container of old Office files and of macros."""

import struct
from collections.abc import Mapping

_SECTOR = 512
_STREAM = 4096
"""Size to which each stream is padded: smaller ones would have to go into the mini stream."""
_FREE, _END, _FAT_SECTOR, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM_KIND, _ROOT = 1, 2, 5


def macro_project(module: bytes) -> bytes:
    """Return a `vbaProject.bin` with the streams of a macro project ([MS-OVBA]), whose only module is `module`.

    Its directory of modules is empty, so no Office program can run it.
    """
    streams = {"PROJECT": b'ID="{00000000-0000-0000-0000-000000000000}"\r\nDocument=ThisDocument/&H00000000\r\n'}
    inner = {"dir": b"\x01", "ThisDocument": module, "_VBA_PROJECT": b"\xcc\x61\xff\xff\x00\x00\x00"}
    return _ole(streams | inner)


def _ole(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE file with `PROJECT` in the root and the other streams in the storage `VBA`."""
    padded = {name: content.ljust(_STREAM, b"\0") for name, content in streams.items()}
    fat, body, starts = [_FAT_SECTOR, 2, _END], b"", dict[str, int]()
    for name, content in padded.items():
        starts[name] = len(fat)
        count = len(content) // _SECTOR
        fat += [*range(len(fat) + 1, len(fat) + count), _END]
        body += content
    # Siblings form a binary tree, ordered by the length of the name and then by its capital letters ([MS-CFB], 2.6.4).
    directory = b"".join(
        (
            _entry("Root Entry", _ROOT, child=1),
            _entry("PROJECT", _STREAM_KIND, left=2, start=starts["PROJECT"], size=_STREAM),
            _entry("VBA", _STORAGE, child=4),
            _entry("dir", _STREAM_KIND, start=starts["dir"], size=_STREAM),
            _entry("ThisDocument", _STREAM_KIND, left=3, right=5, start=starts["ThisDocument"], size=_STREAM),
            _entry("_VBA_PROJECT", _STREAM_KIND, start=starts["_VBA_PROJECT"], size=_STREAM),
            bytes(2 * 128),
        )
    )
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(_SECTOR, b"\xff")
    return _header() + table + directory + body


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _STREAM, _END, 0, _END, 0, 0)
    return head.ljust(_SECTOR, b"\xff")


def _entry(
    name: str, kind: int, *, left: int = _NONE, right: int = _NONE, child: int = _NONE, start: int = 0, size: int = 0
) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return head + struct.pack("<III36xIQ", left, right, child, start or (_END if kind == _ROOT else 0), size)
