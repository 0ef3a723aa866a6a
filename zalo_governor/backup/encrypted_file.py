"""One encrypted file: a head that anybody may read, then AES-256-GCM in chunks, each bound to head, place and end."""

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
_CHUNK = 1 << 20
_LONGEST_HEAD = 1 << 16
_LONGEST_LINE = 256 << 20
"""Bytes: ten times as long as a row with the longest message that a frame can bring."""
_TAG = 16


class BackupError(GovernorError):
    """A backup cannot be made, read or put back; the text says why and what to do."""


class Head(BaseModel):
    """What a backup says without its key."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int = _FORMAT
    program: str
    """Version of the program that made it."""
    made_at: str
    """ISO 8601, UTC."""
    code: str
    """`RecoveryCode.mark` of the code that opens it."""
    salt: str
    """Hexadecimal."""


class SealedWriter:
    """Takes lines and writes them encrypted; nothing counts before `finish`."""

    def __init__(self, file: IO[bytes], code: RecoveryCode, *, program: str, made_at: str) -> None:
        salt = os.urandom(32)
        head = Head(program=program, made_at=made_at, code=code.mark, salt=salt.hex()).model_dump_json().encode()
        file.write(_MAGIC + len(head).to_bytes(4) + head)
        self._file = file
        self._cipher = AESGCM(code.file_key(salt))
        self._head = hashlib.sha256(head).digest()
        self._compress = zlib.compressobj(1)
        self._waiting = bytearray()
        self._chunks = 0

    def line(self, content: bytes) -> None:
        """One line, without its end."""
        self._waiting += self._compress.compress(content + b"\n")
        while len(self._waiting) > _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]

    def finish(self) -> None:
        """Write the end."""
        self._waiting += self._compress.flush()
        while len(self._waiting) > _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        # The key serves this one file, so that a counter is a nonce that never comes twice.
        nonce = self._chunks.to_bytes(12)
        sealed = self._cipher.encrypt(nonce, plain, _bound(self._head, self._chunks, last=last))
        self._file.write(len(sealed).to_bytes(4) + bytes([last]) + sealed)
        self._chunks += 1


def read_head(path: Path) -> Head:
    """What the file says without its key.

    Raises:
        BackupError: it is no backup, or one of a newer form.
    """
    with _opened(path) as file:
        return _head(path, file)[0]


def read_lines(path: Path, code: RecoveryCode) -> Iterator[bytes]:
    """The lines of a backup. Only when the last one was given is it proved that none is missing.

    Raises:
        BackupError: another code opens it, or it is damaged or cut off.
    """
    with _opened(path) as file:
        head, raw = _head(path, file)
        if head.code != code.mark:
            raise BackupError(
                f"{path}: mã khôi phục vừa nhập là mã {code.mark}, còn tệp này cần mã {head.code}; "
                "đề nghị lấy đúng bản giấy."
            )
        cipher, bound = AESGCM(code.file_key(bytes.fromhex(head.salt))), hashlib.sha256(raw).digest()
        expand, rest = zlib.decompressobj(), bytearray()
        for plain in _chunks(path, file, cipher, bound):
            for part in _expanded(path, expand, plain):
                first, *lines = part.split(b"\n")
                rest += first
                for line in lines:
                    yield bytes(rest)
                    rest = bytearray(line)
                if len(rest) > _LONGEST_LINE:
                    raise _damaged(path)


def _chunks(path: Path, file: IO[bytes], cipher: AESGCM, head: bytes) -> Iterator[bytes]:
    place, last = 0, False
    while not last:
        length, mark = int.from_bytes(file.read(4)), file.read(1)
        if not _TAG <= length <= _CHUNK + _TAG or mark not in {b"\0", b"\1"}:
            raise _damaged(path)
        last = mark == b"\1"
        try:
            yield cipher.decrypt(place.to_bytes(12), file.read(length), _bound(head, place, last=last))
        except (InvalidTag, ValueError):
            raise _damaged(path) from None
        place += 1
    if file.read(1):
        raise _damaged(path)


def _expanded(path: Path, expand: "zlib._Decompress", plain: bytes) -> Iterator[bytes]:
    """Not all at once: a chunk may have been made to become a thousand times as large."""
    part = b""
    while plain or len(part) == _CHUNK:
        try:
            part = expand.decompress(plain, _CHUNK)
        except zlib.error:
            raise _damaged(path) from None
        plain = expand.unconsumed_tail
        yield part


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupError(f"{path}: không đọc được tệp ({of_system(error)}).") from None


def _head(path: Path, file: IO[bytes]) -> tuple[Head, bytes]:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise BackupError(f"{path}: không phải bản sao lưu của zalo-governor.")
    length = int.from_bytes(file.read(4))
    raw = file.read(length) if length <= _LONGEST_HEAD else b""
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


def _bound(head: bytes, place: int, *, last: bool) -> bytes:
    return head + place.to_bytes(8) + bytes([last])
