"""Encryption of the calls and answers of Zalo's HTTP API: JSON, encrypted with AES-CBC under a zero IV, as base64.

The client zlapi 1.0.3 makes the login calls unencrypted; zca-js 2.2.0 encrypts them under a key that client and server
both derive from the call.
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
"""Fixed AES key, known to all clients, under which zca-js encrypts the login parameter `zcid`.

The plaintext of `zcid` is `type,imei,first launch time`.
"""

_ZERO_IV = bytes(16)


def to_json(value: Any) -> bytes:
    """Encode a value as compact JSON in UTF-8, as Zalo does.

    If a text contains characters that UTF-8 cannot encode (lone surrogates), all non-ASCII characters are escaped.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def encrypt(plaintext: bytes, key: bytes) -> str:
    """Encrypt `plaintext` with AES-CBC under a key of 16, 24 or 32 bytes and return the ciphertext as base64."""
    padder = PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(_ZERO_IV)).encryptor()
    padded = padder.update(plaintext) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(text: str, key: bytes) -> bytes:
    """Decrypt base64 text that `encrypt` or a client has produced, and return the plaintext.

    Percent-encoding of the text, as in a URL, is removed first.

    Raises:
        EnvelopeError: the text is not base64 or was not encrypted under this key.
    """
    try:
        decryptor = Cipher(AES(key), CBC(_ZERO_IV)).decryptor()
        padded = decryptor.update(base64.b64decode(unquote(text), validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error):
        raise EnvelopeError("params: not encrypted under this session's key") from None


def read_params(text: str, key: bytes) -> RawDict:
    """Decrypt the parameter `params` of an API call and return the JSON object in it.

    Raises:
        EnvelopeError: `text` cannot be decrypted under `key`, or its plaintext is not a JSON object.
    """
    try:
        value = json.loads(decrypt(text, key))
    except ValueError:
        raise EnvelopeError("params: no JSON inside") from None
    if not isinstance(value, dict):
        raise EnvelopeError("params: no JSON object inside")
    return value


def envelope(data: Any, code: int = 0, message: str = "") -> RawDict:
    """Return the JSON object of an answer or frame of Zalo; `code` is Zalo's error code, 0 for success.

    `data` is the content, or None in an error answer; in a plain (outer) object it may be an encrypted (inner) one.
    """
    return {"error_code": code, "error_message": message, "data": data}


def sealed_answer(data: Any, key: bytes, code: int = 0, message: str = "") -> RawDict:
    """Encrypt the inner answer of an API call under `key` and return the whole body of the answer.

    The outer error code is 0 in any case. The inner answer holds `data`, and `code` and `message`, with which Zalo
    reports most errors of API calls (code 0 means success).
    """
    return envelope(encrypt(to_json(envelope(data, code, message)), key))


def login_key(zcid: str, zcid_ext: str) -> bytes:
    """Derive the 32-byte AES key of zca-js's encrypted login call from its URL parameters `zcid` and `zcid_ext`."""
    digest = hashlib.md5(zcid_ext.encode(), usedforsecurity=False).hexdigest().upper()
    return (digest[::2][:8] + zcid[::2][:12] + zcid[1::2][::-1][:12]).encode()


def sign_key(call: str, values: Mapping[str, str]) -> str:
    """Return the MD5 signature that the client library zca-js adds to a login call as the parameter `signkey`.

    `call` is the lower-case name of the API call. `values` are its signed parameters, which are concatenated in the
    alphabetical order of their names.
    """
    text = "zsecure" + call + "".join(values[name] for name in sorted(values))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
