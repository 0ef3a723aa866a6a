"""Encoding and decoding of the frames that Zalo's server and its clients exchange over WebSockets.

A frame is one binary message: the byte 1 (version), the command number (cmd, 16 bits, little endian), the sub-command
number (8 bits), then a JSON object in UTF-8. The frame's data is a field of that object and can be encrypted.
"""

import base64
import gzip
import json
import os
import zlib
from typing import Any, Literal, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zalo_governor.domain.inbound import RawDict
from zalo_governor.simulator.crypto import envelope, to_json

Compression = Literal["gzip", "zlib", "none"]
Encryption = Literal[0, 1, 2, 3]


class Encoding(NamedTuple):
    """How to encrypt and compress the data of a frame."""

    encrypt: Encryption = 2
    """Form of the data: 0 (plain JSON), 1 (compressed), 2 or 3 (encrypted), see `encode`."""
    comp: Compression = "gzip"
    """Compression method, used by the forms 1 and 2."""
    bad_tag: bool = False
    """Whether to corrupt the authentication tag of AES-GCM, so that clients cannot verify the frame."""


USUAL = Encoding()


class ClientFrame(NamedTuple):
    """A frame received from a client: command number (such as 2 for a ping), sub-command number and content."""

    cmd: int
    sub: int
    data: Any
    """The JSON value of the frame, or None if it could not be parsed."""


def plain_frame(cmd: int, sub: int, body: RawDict) -> bytes:
    """Return a frame whose JSON body is not encrypted.

    Such frames answer pings and, as the first frame on a socket, give the client its encryption key.
    """
    return b"\x01" + cmd.to_bytes(2, "little") + bytes([sub]) + to_json(body)


def encode(cmd: int, sub: int, data: Any, key: AESGCM, encoding: Encoding = USUAL) -> bytes:
    """Return a frame that carries `data` in the form that `encoding` selects.

    Forms (`encoding.encrypt`): 0, plain JSON text; 1, base64 of the compressed JSON; 2, percent-encoded base64 of IV
    (16 bytes), additional authenticated data (16 bytes), the AES-GCM ciphertext of the compressed JSON and its tag (16
    bytes); 3, as 2 but without compression.
    """
    plain = to_json(envelope(data))
    return plain_frame(cmd, sub, {"encrypt": encoding.encrypt, "data": _encode_payload(plain, key, encoding)})


def read_client_frame(message: bytes) -> ClientFrame:
    """Decode a binary message received from a client.

    zlapi 1.0.3 writes a header of six bytes instead of four, so the JSON is taken to start at its first brace.

    Raises:
        ValueError: the message is shorter than a frame header of four bytes.
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
