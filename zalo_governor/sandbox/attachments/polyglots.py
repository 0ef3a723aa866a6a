"""Finds files that are valid as two types at once, such as a picture with a program or an archive behind it."""

import re
import struct

_PICTURES_AND_PDF = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp", "application/pdf"})
_SCRIPT = re.compile(rb"<\s*hta:application\b|<script\b[^>]{0,100}(?:vbscript|jscript)", re.I)
_ARCHIVE = re.compile(rb"Rar!\x1a\x07[\x00\x01]|7z\xbc\xaf\x27\x1c\x00|MSCF\x00\x00\x00\x00.{16}\x03\x01", re.S)
_PROGRAM = re.compile(rb"MZ(?=.{58}..\x00\x00)|\x7fELF[\x01\x02][\x01\x02]\x01", re.S)
"""Programs for Windows have their PE header within the first 64 KB."""
_GIF_AS_SCRIPT = re.compile(rb"GIF8[79]a\s*(?:=|/\*)")
_END_OF_DIRECTORY = b"PK\x05\x06"
_PDF_HEAD = 1024
"""Readers of PDF take a `%PDF-` anywhere in the first 1024 bytes (ISO 32000-1, annex H, note 13)."""


def is_polyglot(content: bytes, mime: str) -> bool:
    """Return whether the file is also of a second type, and one of the two is a program, a script or an archive."""
    if mime in _PICTURES_AND_PDF:
        return (
            _ends_with_zip(content)
            or _has_program(content)
            or bool(_SCRIPT.search(content) or _ARCHIVE.search(content) or _GIF_AS_SCRIPT.match(content))
        )
    if mime == "application/zip":
        return prefix_of_zip(content) > 0
    if mime in {"application/x-dosexec", "application/x-elf", "text/html", "application/hta"}:
        return b"%PDF-" in content[:_PDF_HEAD]
    return False


def prefix_of_zip(content: bytes) -> int:
    """Return how many bytes stand before the ZIP that the end of the file describes; 0 for an ordinary ZIP.

    With two ZIPs behind each other, a scanner may see other files than the person who opens the ZIP.
    """
    end = _find_directory_end(content)
    if end is None:
        return 0
    size, offset = struct.unpack_from("<LL", content, end + 12)
    return max(0, end - int(size) - int(offset)) if offset != 0xFFFFFFFF else 0


def _ends_with_zip(content: bytes) -> bool:
    end = _find_directory_end(content)
    if end is None:
        return False
    size, count = struct.unpack_from("<L", content, end + 12)[0], struct.unpack_from("<H", content, end + 10)[0]
    return bool(count) and content[end - size : end - size + 4] == b"PK\x01\x02"


def _find_directory_end(content: bytes) -> int | None:
    """Return the position of a ZIP's end record whose comment ends with the file (2 bytes may follow), or None."""
    end = content.rfind(_END_OF_DIRECTORY)
    if end < 0 or end + 22 > len(content):
        return None
    comment = struct.unpack_from("<H", content, end + 20)[0]
    return end if 0 <= len(content) - (end + 22 + comment) <= 2 else None


def _has_program(content: bytes) -> bool:
    for found in _PROGRAM.finditer(content):
        start = found.start()
        if content[start] != ord("M"):
            return True
        header = start + struct.unpack_from("<L", content, start + 60)[0]
        if content[header : header + 4] == b"PE\x00\x00":
            return True
    return False
