"""Unpacks archives in memory; the sizes in an archive's directory are checked before anything is decompressed."""

import io
import stat
import zipfile
import zlib
from collections.abc import Sequence
from typing import IO

from zalo_governor.domain.attachments import NotChecked
from zalo_governor.sandbox.attachments import rar, seven_zip, streams
from zalo_governor.sandbox.attachments.contents import Budget, Contents, InnerFile, LimitError
from zalo_governor.sandbox.attachments.members import Member, check_directory, check_member, skip_member
from zalo_governor.sandbox.attachments.polyglots import prefix_of_zip
from zalo_governor.text.file_names.danger import Danger
from zalo_governor.text.file_names.names import check_path

UNREAD = Danger("unread_container", certain=False)
"""Danger of an archive of an unknown kind: it cannot be unpacked, so that it may hold programs."""
_CHUNK = 64 << 10
_MOST_MEMBERS = 20_000
"""Members of a zip beyond which its directory itself would take too much memory."""
_ENCRYPTED = 0x1
_AES = 99
"""Compression method of members that WinZip encrypts (APPNOTE, appendix E)."""


def read(content: bytes, budget: Budget, name: str = "") -> Contents:
    """Unpack an archive: return its members as inner files, and the dangers of their paths.

    Zip, 7z, rar, tar, gzip, bzip2, xz and zstd are known; of a rar, only members that are stored without compression
    can be read. Never raises on damaged or hostile archives: what could not be read is in `not_checked`.

    Args:
        content: the archive.
        budget: limits; `files` and `unpacked` are spent.
        name: name of the archive, from which the name of the one file in a gzip, bzip2, xz or zstd is made.
    """
    contents = Contents()
    try:
        _read(content, budget, name, contents)
    except (LimitError, MemoryError):
        contents.not_checked.add(NotChecked.LIMIT)
    # The libraries raise whatever their code meets in a broken archive, IndexError and struct.error among others.
    except Exception:
        contents.not_checked.add(NotChecked.DAMAGED)
    return contents


def _read(content: bytes, budget: Budget, name: str, contents: Contents) -> None:
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _read_zip(content, budget, contents)
    elif content.startswith(seven_zip.MAGIC):
        seven_zip.read(content, budget, contents)
    elif content.startswith(rar.MAGIC):
        rar.read(content, budget, contents)
    elif streams.is_known(content):
        streams.read(content, budget, name, contents)
    else:
        contents.not_checked.add(NotChecked.UNKNOWN_TYPE)
        contents.dangers.append(UNREAD)


def _read_zip(content: bytes, budget: Budget, contents: Contents) -> None:
    if content.count(b"PK\x01\x02") > _MOST_MEMBERS:
        contents.not_checked.add(NotChecked.LIMIT)
        return
    if prefix := prefix_of_zip(content):
        budget.spend("unpacked", prefix)
        contents.inner.append(InnerFile("", content[:prefix]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        members = [Member(info.filename, info.file_size, info.compress_size) for info in infos if not info.is_dir()]
        bombs = check_directory(members, len(content), budget, contents)
        for info in infos:
            if not info.is_dir():
                _read_zip_member(archive, info, budget, contents, bombs)


def _read_zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget, contents: Contents, bombs: Sequence[str]
) -> None:
    check_member(info.filename, contents)
    if info.flag_bits & _ENCRYPTED or info.compress_type == _AES:
        skip_member(info.filename, NotChecked.ENCRYPTED, contents)
        return
    if info.filename in bombs:
        skip_member(info.filename, NotChecked.LIMIT, contents)
        return
    try:
        with archive.open(info) as member:
            target = _read_member(member, info.file_size, budget)
    except NotImplementedError:
        skip_member(info.filename, NotChecked.UNKNOWN_TYPE, contents)
    except LimitError:
        skip_member(info.filename, NotChecked.LIMIT, contents)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, zlib.error):
        skip_member(info.filename, NotChecked.DAMAGED, contents)
    else:
        if stat.S_ISLNK(info.external_attr >> 16):
            contents.dangers.extend(check_path(target[:4096].decode("utf-8", "replace")))
        else:
            contents.inner.append(InnerFile(info.filename, target))


def _read_member(member: IO[bytes], size: int, budget: Budget) -> bytes:
    budget.spend("files", 1)
    if size > budget.left("unpacked"):
        raise LimitError("unpacked")
    chunks = bytearray()
    while chunk := member.read(_CHUNK):
        budget.spend("unpacked", len(chunk))
        chunks += chunk
    return bytes(chunks)
