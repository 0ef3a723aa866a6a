"""How Zalo wraps what is said over HTTP: JSON under AES-CBC with a zero IV, in base64.

Two clients speak it: zlapi 1.0.3 logs in plainly, zca-js 2.2.0 under a login key that both sides derive.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.errors import EnvelopeError

ZCID_KEY = b"3FC4F0D2AB50057BCE0D90D9187A22B1"
"""The key under which zca-js hides `type,imei,first launch` in `zcid`."""

_ZERO_IV = bytes(16)


def to_json(value: Any) -> bytes:
    """Compact JSON in UTF-8, as Zalo's servers write it; what UTF-8 cannot hold is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def encrypt(plaintext: bytes, key: bytes) -> str:
    """Base64 of the AES-CBC ciphertext; the key has 16, 24 or 32 bytes."""
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(_ZERO_IV)).encryptor()
    padded = padder.update(plaintext) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(text: str, key: bytes) -> bytes:
    """The plaintext of what `encrypt` or a client made.

    Raises:
        EnvelopeError: not base64, or not under this key.
    """
    try:
        decryptor = Cipher(AES(key), CBC(_ZERO_IV)).decryptor()
        padded = decryptor.update(base64.b64decode(unquote(text), validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error):
        raise EnvelopeError("params: not encrypted under this session's key") from None


def read_params(text: str, key: bytes) -> RawDict:
    """The parameter object inside `params`.

    Raises:
        EnvelopeError: it cannot be decrypted or is no JSON object.
    """
    try:
        value = json.loads(decrypt(text, key))
    except ValueError:
        raise EnvelopeError("params: no JSON inside") from None
    if not isinstance(value, dict):
        raise EnvelopeError("params: no JSON object inside")
    return value


def outer(data: str | None, code: int = 0, message: str = "") -> RawDict:
    """The outer answer; `data` is ciphertext, or None with an error."""
    return {"error_code": code, "error_message": message, "data": data}


def sealed_answer(data: Any, key: bytes, code: int = 0, message: str = "") -> RawDict:
    """An outer answer without error around an encrypted inner one."""
    return outer(encrypt(to_json({"error_code": code, "error_message": message, "data": data}), key))


def login_key(zcid: str, zcid_ext: str) -> bytes:
    """The 32 bytes that zca-js and the server derive for the login alone."""
    digest = hashlib.md5(zcid_ext.encode(), usedforsecurity=False).hexdigest().upper()
    return (digest[::2][:8] + zcid[::2][:12] + zcid[1::2][::-1][:12]).encode()


def sign_key(call: str, values: Mapping[str, str]) -> str:
    """zca-js's signature of a call's values, taken in the order of their names."""
    text = "zsecure" + call + "".join(values[name] for name in sorted(values))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
