"""Generator of the group pictures that the simulated image host serves; each file name gives another picture."""

import hashlib
import struct
import zlib

FOLDER = "/avatars/"
"""Start of the URL path of every generated picture; the picture's file name follows."""
HOST = "https://s75-ava-grp-talk.zadn.vn"

_FIELDS, _FIELD = 8, 16
_SIDE = _FIELDS * _FIELD


def png(name: str) -> bytes:
    """Return a PNG picture of 8 x 8 grey squares (128 x 128 pixels) whose shades depend only on `name`."""
    shades = hashlib.blake2b(name.encode(), digest_size=_FIELDS * _FIELDS).digest()
    lines = bytearray()
    for row in range(_SIDE):
        start = row // _FIELD * _FIELDS
        lines += b"\0" + b"".join(bytes([shade]) * _FIELD for shade in shades[start : start + _FIELDS])
    head = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(lines))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def address(name: str) -> str:
    """Return the URL of the group picture with this file name, or "" if the name is empty."""
    return f"{HOST}{FOLDER}{name}" if name else ""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
