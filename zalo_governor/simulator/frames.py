"""Encode and decode socket frames as Zalo's server does.

A frame is one binary message: version 1, cmd (uint16, little endian), sub command, then UTF-8 JSON.
"""

import base64
import gzip
import json
import os
import zlib
from typing import Any, Literal, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import to_json

Compression = Literal["gzip", "zlib", "none"]
Encryption = Literal[0, 1, 2, 3]


class Encoding(NamedTuple):
    """Options for encoding a frame's payload, see `encode`; `bad_tag` corrupts the GCM tag."""

    encrypt: Encryption = 2
    comp: Compression = "gzip"
    bad_tag: bool = False


USUAL = Encoding()


class ClientFrame(NamedTuple):
    """A frame received from a client; `data` is None if its JSON could not be parsed."""

    cmd: int
    sub: int
    data: Any


def plain_frame(cmd: int, sub: int, body: RawDict) -> bytes:
    """Return a frame around unencrypted JSON, used for the key frame and for answers to pings."""
    return b"\x01" + cmd.to_bytes(2, "little") + bytes([sub]) + to_json(body)


def encode(cmd: int, sub: int, data: Any, key: AESGCM, encoding: Encoding = USUAL) -> bytes:
    """Return a data frame with its payload encoded as `encoding` says.

    encrypt 0 is JSON text; 1 is base64 of the compressed JSON; 2 is percent-encoded base64 of
    IV (16) + AAD (16) + AES-GCM ciphertext of the compressed JSON + tag (16); 3 is as 2 without compression.
    """
    plain = to_json({"error_code": 0, "error_message": "", "data": data})
    return plain_frame(cmd, sub, {"encrypt": encoding.encrypt, "data": _encode_payload(plain, key, encoding)})


def read_client_frame(message: bytes) -> ClientFrame:
    """Decode a frame received from a client.

    zlapi 1.0.3 writes a header of six bytes instead of four, so the JSON is read from its first brace.

    Raises:
        ValueError: the message is shorter than a frame header.
    """
    if len(message) < 4:
        raise ValueError("a frame has at least four bytes")
    cmd, sub, body = int.from_bytes(message[1:3], "little"), message[3], message[4:]
    try:
        return ClientFrame(cmd, sub, json.loads(body[body.find(b"{") :]))
    except ValueError:
        return ClientFrame(cmd, sub, None)


def _encode_payload(plain: bytes, key: AESGCM, encoding: Encoding) -> str:
    if encoding.encrypt == 0:
        return plain.decode()
    if encoding.encrypt == 1:
        return base64.b64encode(_compress(plain, encoding.comp)).decode()
    body = plain if encoding.encrypt == 3 else _compress(plain, encoding.comp)
    nonce, associated = os.urandom(16), os.urandom(16)
    sealed = key.encrypt(nonce, body, associated)
    if encoding.bad_tag:
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 0xFF])
    text = base64.b64encode(nonce + associated + sealed).decode()
    return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def _compress(plain: bytes, comp: Compression) -> bytes:
    if comp == "gzip":
        return gzip.compress(plain, compresslevel=1, mtime=0)
    return zlib.compress(plain, 1) if comp == "zlib" else plain
