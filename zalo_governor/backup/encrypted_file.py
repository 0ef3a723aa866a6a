"""The file format of encrypted backups: an unencrypted header, then compressed lines in AES-256-GCM chunks.

Each chunk is authenticated together with the header's hash, the chunk's number and whether it is the last, so that
chunks cannot be moved to another file, reordered or cut off.
"""

import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, ValidationError

from zalo_governor.backup.recovery_code import RecoveryCode
from zalo_governor.domain.errors import GovernorError
from zalo_governor.system.error_text import of_system

_MAGIC = b"zalo-governor backup\n"
_FORMAT = 1
_CHUNK_BYTES = 1 << 20
_MAX_HEAD_BYTES = 1 << 16
_LONGEST_LINE = 256 << 20
"""Limit of a line in bytes: ten times a table row with the longest message that Zalo's socket can deliver."""
_TAG_BYTES = 16


class BackupError(GovernorError):
    """A backup cannot be made, read or restored; the message says why and what to do."""


class Head(BaseModel):
    """Header of a backup file, stored unencrypted as JSON: what must be known before the file can be decrypted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = _FORMAT
    program: str
    """Version of the program that made the backup."""
    made_at: str
    """Time in UTC, ISO 8601."""
    code: str
    """Public identifier (`RecoveryCode.mark`) of the recovery code that opens the backup."""
    salt: str
    """32 random bytes in hexadecimal, from which, with the recovery code, this file's encryption key is derived."""


class SealedWriter:
    """Writer of a backup file: compresses lines and encrypts them in chunks. Without `finish`, the file cannot be read.

    `program` (version) and `made_at` (UTC time) are written into the unencrypted header.
    """

    def __init__(self, file: IO[bytes], code: RecoveryCode, *, program: str, made_at: str) -> None:
        salt = os.urandom(32)
        head = Head(program=program, made_at=made_at, code=code.mark, salt=salt.hex()).model_dump_json().encode()
        file.write(_MAGIC + len(head).to_bytes(4) + head)
        self._file = file
        self._cipher = AESGCM(code.file_key(salt))
        self._head = hashlib.sha256(head).digest()
        self._compress = zlib.compressobj(1)
        self._buffer = bytearray()
        self._chunks = 0

    def line(self, content: bytes) -> None:
        """Append one line to the backup; `content` is given without its line break."""
        self._add(self._compress.compress(content + b"\n"))

    def finish(self) -> None:
        """Write what is still buffered, as a chunk marked as the file's last; nothing can be appended afterwards."""
        self._add(self._compress.flush())
        self._write_chunk(bytes(self._buffer), last=True)

    def _add(self, compressed: bytes) -> None:
        self._buffer += compressed
        while len(self._buffer) > _CHUNK_BYTES:
            self._write_chunk(bytes(self._buffer[:_CHUNK_BYTES]), last=False)
            del self._buffer[:_CHUNK_BYTES]

    def _write_chunk(self, plain: bytes, *, last: bool) -> None:
        # The key is used for this one file only, so a counter is a nonce that never repeats.
        nonce = self._chunks.to_bytes(12)
        sealed = self._cipher.encrypt(nonce, plain, _associated_data(self._head, self._chunks, last=last))
        self._file.write(len(sealed).to_bytes(4) + bytes([last]) + sealed)
        self._chunks += 1


def read_head(path: Path) -> Head:
    """Read the unencrypted header of the backup file `path`, for which no recovery code is needed.

    Raises:
        BackupError: the file is no backup, is damaged, or its format is newer than this program knows.
    """
    with _open(path) as file:
        return _read_header(path, file)[0]


def read_lines(path: Path, code: RecoveryCode) -> Iterator[bytes]:
    """Decrypt a backup file and yield its lines.

    A truncated file is noticed only at its end: lines yielded before may belong to an incomplete backup.

    Raises:
        BackupError: the file needs another recovery code, or is damaged or truncated.
    """
    with _open(path) as file:
        head, raw = _read_header(path, file)
        if head.code != code.mark:
            raise BackupError(
                f"{path}: mã khôi phục vừa nhập là mã {code.mark}, còn tệp này cần mã {head.code}; "
                "đề nghị lấy đúng bản giấy."
            )
        cipher, bound = AESGCM(code.file_key(bytes.fromhex(head.salt))), hashlib.sha256(raw).digest()
        expand, rest = zlib.decompressobj(), bytearray()
        for plain in _decrypt_chunks(path, file, cipher, bound):
            for part in _decompress(path, expand, plain):
                first, *lines = part.split(b"\n")
                rest += first
                for line in lines:
                    yield bytes(rest)
                    rest = bytearray(line)
                if len(rest) > _LONGEST_LINE:
                    raise _damaged(path)


def _decrypt_chunks(path: Path, file: IO[bytes], cipher: AESGCM, head: bytes) -> Iterator[bytes]:
    """Yield the chunks of a backup file after its header, decrypted but still compressed.

    `path` is for error messages; `head` is the SHA-256 of the file's header, to which each chunk is bound.

    Raises:
        BackupError: a chunk is damaged, missing or follows the last one.
    """
    place, last = 0, False
    while not last:
        length, mark = int.from_bytes(file.read(4)), file.read(1)
        if not _TAG_BYTES <= length <= _CHUNK_BYTES + _TAG_BYTES or mark not in {b"\0", b"\1"}:
            raise _damaged(path)
        last = mark == b"\1"
        try:
            yield cipher.decrypt(place.to_bytes(12), file.read(length), _associated_data(head, place, last=last))
        except (InvalidTag, ValueError):
            raise _damaged(path) from None
        place += 1
    if file.read(1):
        raise _damaged(path)


def _decompress(path: Path, expand: "zlib._Decompress", plain: bytes) -> Iterator[bytes]:
    """Decompress one chunk (`plain`) of a backup file; yield the data in pieces of at most 1 MiB.

    Without this limit, a chunk made by an attacker could expand and exhaust memory. `expand` is the decompressor of the
    whole file; `path` is for error messages.
    """
    part = b""
    while plain or len(part) == _CHUNK_BYTES:
        try:
            part = expand.decompress(plain, _CHUNK_BYTES)
        except zlib.error:
            raise _damaged(path) from None
        plain = expand.unconsumed_tail
        yield part


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupError(f"{path}: không đọc được tệp ({of_system(error)}).") from None


def _read_header(path: Path, file: IO[bytes]) -> tuple[Head, bytes]:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise BackupError(f"{path}: không phải bản sao lưu của zalo-governor.")
    length = int.from_bytes(file.read(4))
    raw = file.read(length) if length <= _MAX_HEAD_BYTES else b""
    try:
        stated = orjson.loads(raw)
        if isinstance(stated, dict) and isinstance(stated.get("format"), int) and stated["format"] > _FORMAT:
            raise BackupError(
                f"{path}: do phiên bản mới hơn của chương trình tạo ra ({stated.get('program')}); "
                "đề nghị cài phiên bản đó rồi khôi phục."
            )
        head = Head.model_validate(stated)
        bytes.fromhex(head.salt)
    except (ValueError, ValidationError):
        raise _damaged(path) from None
    return head, raw


def _damaged(path: Path) -> BackupError:
    return BackupError(f"{path}: tệp bị hỏng hoặc bị cắt; chưa thay đổi gì. Đề nghị dùng bản sao lưu khác.")


def _associated_data(head: bytes, place: int, *, last: bool) -> bytes:
    return head + place.to_bytes(8) + bytes([last])
