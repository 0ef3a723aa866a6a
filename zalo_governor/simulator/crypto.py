"""Encryption of Zalo's HTTP API: JSON encrypted with AES-CBC under a zero IV, encoded as base64.

zlapi 1.0.3 logs in without encryption; zca-js 2.2.0 logs in under a key that client and server both derive.
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
"""Key under which zca-js encrypts `type,imei,first launch time` in the `zcid` parameter."""

_ZERO_IV = bytes(16)


def to_json(value: Any) -> bytes:
    """Encode a value as compact JSON in UTF-8, as Zalo does; with escapes if UTF-8 cannot hold the text."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def encrypt(plaintext: bytes, key: bytes) -> str:
    """Encrypt with AES-CBC under a key of 16, 24 or 32 bytes and return the ciphertext as base64."""
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(_ZERO_IV)).encryptor()
    padded = padder.update(plaintext) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(text: str, key: bytes) -> bytes:
    """Decrypt base64 text produced by `encrypt` or by a client.

    Raises:
        EnvelopeError: the text is not base64 or not encrypted under this key.
    """
    try:
        decryptor = Cipher(AES(key), CBC(_ZERO_IV)).decryptor()
        padded = decryptor.update(base64.b64decode(unquote(text), validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error):
        raise EnvelopeError("params: not encrypted under this session's key") from None


def read_params(text: str, key: bytes) -> RawDict:
    """Decrypt the `params` of a request and return the JSON object in it.

    Raises:
        EnvelopeError: the text cannot be decrypted or holds no JSON object.
    """
    try:
        value = json.loads(decrypt(text, key))
    except ValueError:
        raise EnvelopeError("params: no JSON inside") from None
    if not isinstance(value, dict):
        raise EnvelopeError("params: no JSON object inside")
    return value


def outer(data: str | None, code: int = 0, message: str = "") -> RawDict:
    """Return the outer answer object of an API call; `data` is ciphertext, or None in an error answer."""
    return {"error_code": code, "error_message": message, "data": data}


def sealed_answer(data: Any, key: bytes, code: int = 0, message: str = "") -> RawDict:
    """Return a successful outer answer around an encrypted inner answer, which holds `data` or an inner error."""
    return outer(encrypt(to_json({"error_code": code, "error_message": message, "data": data}), key))


def login_key(zcid: str, zcid_ext: str) -> bytes:
    """Derive the 32-byte key that zca-js and the server use only for the login calls."""
    digest = hashlib.md5(zcid_ext.encode(), usedforsecurity=False).hexdigest().upper()
    return (digest[::2][:8] + zcid[::2][:12] + zcid[1::2][::-1][:12]).encode()


def sign_key(call: str, values: Mapping[str, str]) -> str:
    """Return zca-js's MD5 signature of a call: its values are concatenated in the order of their names."""
    text = "zsecure" + call + "".join(values[name] for name in sorted(values))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
