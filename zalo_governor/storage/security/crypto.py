"""Encryption, keyed hashes and the audit log's hash chain, all under the installation's master key."""

import base64
import binascii
import hashlib
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zalo_governor.domain.errors import ConfigError
from zalo_governor.storage.errors import DamagedKeyError, WrongKeyError
from zalo_governor.system.atomic_files import open_draft, sync_folder
from zalo_governor.system.error_text import of_system

KEY_VARIABLE = "ZALO_GOVERNOR_KEY"
"""Environment variable with the master key in base64; if it is set, the key file is not used."""
NO_LONGER_KEPT = b""
"""Value of an encrypted NOT NULL column whose text was removed; a ciphertext is never empty."""
_MASTER_BYTES = 32
_NONCE_BYTES = 12
_NONCES_TOGETHER = 256


class Keys:
    """Keys for encryption, keyed hashes and the audit log, all derived (HKDF-SHA256) from one 32-byte master key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != _MASTER_BYTES:
            raise ConfigError("khóa phải đúng 32 byte (44 ký tự base64)")
        self._body = AESGCM(_subkey(master, b"body"))
        self._mac = hashlib.blake2b(key=_subkey(master, b"mac"), digest_size=16)
        self._audit = hashlib.blake2b(key=_subkey(master, b"audit"), digest_size=32)
        self._nonces: list[bytes] = []

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Encrypt with AES-256-GCM, `bound_to` as associated data; return nonce (12 bytes), ciphertext, tag."""
        nonce = self._nonce()
        return nonce + self._body.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Decrypt what `seal` returned; `bound_to` must be the same as for `seal`.

        Raises:
            WrongKeyError: the key or `bound_to` is another one, or the bytes were changed.
        """
        try:
            return self._body.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError):
            raise WrongKeyError(
                "dữ liệu đã lưu không mở được bằng khóa này; hãy chép lại đúng tệp khóa đã dùng khi ghi"
            ) from None

    def seal_text(self, text: str, *bound_to: str) -> bytes:
        """Encrypt a string; decrypting needs the same `bound_to`, which says where it is stored, as ("outbox", account,
        id)."""
        return self.seal(text.encode("utf-8", "surrogatepass"), binding(*bound_to))

    def open_text(self, sealed: bytes, *bound_to: str) -> str:
        """Decrypt what `seal_text` made with this `bound_to`; "" if it was removed; raise WrongKeyError as `open`."""
        if sealed == NO_LONGER_KEPT:
            return ""
        return self.open(sealed, binding(*bound_to)).decode("utf-8", "surrogatepass")

    def _nonce(self) -> bytes:
        """Return a fresh random nonce; thread-safe, since `list.pop` gives each thread its own."""
        while True:
            try:
                return self._nonces.pop()
            except IndexError:
                # Many at once, since each call of urandom releases the GIL.
                drawn = os.urandom(_NONCE_BYTES * _NONCES_TOGETHER)
                self._nonces += [drawn[at : at + _NONCE_BYTES] for at in range(0, len(drawn), _NONCE_BYTES)]

    def mac(self, content: bytes, /) -> bytes:
        """Return the keyed hash of `content` (BLAKE2b, 16 bytes); nobody without the key can compute it."""
        digest = self._mac.copy()
        digest.update(content)
        return digest.digest()

    def chain(self, previous: bytes, content: bytes) -> bytes:
        """Return the keyed hash (32 bytes) of an audit log row, over the previous row's hash and this row's content."""
        digest = self._audit.copy()
        digest.update(previous)
        digest.update(content)
        return digest.digest()


def master_key(path: Path, environment_value: str | None) -> bytes:
    """Return the 32 bytes of the master key: `environment_value`, if given, or from the file, created if missing.

    Raises:
        ConfigError: the key is not 32 bytes in base64, or the file is readable by others or cannot be created.
    """
    if environment_value:
        return _decoded(environment_value, KEY_VARIABLE)
    if not path.exists():
        keep_master_key(path, secrets.token_bytes(_MASTER_BYTES))
    return _decoded(_read_key_file(path), str(path))


def keep_master_key(path: Path, master: bytes) -> None:
    """Write the master key to the key file `path`; no effect if the file exists already.

    A temporary file is hard-linked to `path`: a crash leaves no partial key file, and of two processes one wins.
    """
    try:
        _write_key_file(path, master)
    except OSError as error:
        raise ConfigError(
            f"{path}: không ghi được tệp khóa: {of_system(error)}; hãy xem lại quyền ghi và chỗ trống của ổ đĩa"
        ) from None


def binding(*parts: str) -> bytes:
    """Return the associated data (AES-GCM) made of `parts`, which name the table and row where a ciphertext is stored.

    A ciphertext that somebody copies to another row cannot be decrypted there.
    """
    return "\0".join(parts).encode("utf-8", "surrogatepass")


def _subkey(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"zalo-governor/" + purpose).derive(master)


def _decoded(value: str, place: str) -> bytes:
    try:
        key = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _MASTER_BYTES:
        raise DamagedKeyError(
            f"{place}: khóa phải đúng 32 byte viết bằng base64 (44 ký tự); hãy chép lại đúng tệp khóa, "
            "hoặc khôi phục từ bản sao lưu"
        )
    return key


def _read_key_file(path: Path) -> str:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"{path}: tài khoản khác của máy đọc được tệp khóa này; hãy chạy: chmod 600 {path}")
        return path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise DamagedKeyError(
            f"{path}: không phải tệp khóa; hãy chép lại đúng tệp khóa, hoặc khôi phục từ bản sao lưu"
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{path}: không đọc được tệp khóa: {of_system(error)}; hãy xem lại quyền đọc của tài khoản "
            "chạy chương trình"
        ) from None


def _write_key_file(path: Path, master: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_draft(path, mode=0o600) as (draft, file):
        file.write(base64.b64encode(master) + b"\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
            sync_folder(path.parent)
