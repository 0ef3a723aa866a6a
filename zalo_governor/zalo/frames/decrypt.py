"""Bytes of the socket -> what Zalo said. Pure; no frame is dropped silently.

A frame is a header of 4 bytes (version, command as uint16 little-endian, sub-command) and a JSON object
`{"encrypt": 0-3, "data": …}`. The forms of `data` are those that Zalo Web's own client reads:

- 0: JSON text;
- 1: base64 of a gzip or zlib stream;
- 2: percent-encoded base64 of IV (16) + additional data (16) + AES-GCM ciphertext with its tag (16) of such a stream;
- 3: like 2, of the JSON itself.
"""

import binascii
import zlib
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zalo_governor.domain.inbound import RawDict
from zalo_governor.zalo.errors import UndecodableFrameError
from zalo_governor.zalo.frames.json import read_json

HEADER_BYTES = 4
KEY_COMMAND = 1
TAKEN_OVER = 3000
"""Command and close code: another connection of the session took over."""
KICKED = 3003
"""Command and close code: the account was logged in elsewhere."""

OLD_PRIVATE = 510
OLD_GROUPS = 511
OLD = frozenset({OLD_PRIVATE, OLD_GROUPS})
"""Commands of requests for old messages, and of their answers."""

_GCM_OVERHEAD = 48
_LARGEST_PAYLOAD = 64 * 1024 * 1024
_ANY_WRAPPER = 47  # zlib's word for: gzip or zlib, told by the header
_AS_IN_MAIL = bytes.maketrans(b"%", b"=")
_JSON_OPENINGS = b'{[ \t\r\n"\xef'


class Frame(NamedTuple):
    """A decoded frame. `payload` is `{"error_code", "error_message", "data"}` as far as Zalo sent them."""

    cmd: int
    sub: int
    payload: RawDict

    @property
    def content(self) -> RawDict:
        """Where its elements stand."""
        data = self.payload.get("data")
        return data if isinstance(data, dict) else self.payload


class FrameDecoder:
    """Reads the frames of one connection; the key frame, which comes first, gives it the key for the others."""

    def __init__(self) -> None:
        self._cipher: AESGCM | None = None

    @property
    def keyed(self) -> bool:
        """Whether the key frame has come."""
        return self._cipher is not None

    def decode(self, data: bytes) -> Frame:
        """The frame; a key frame is taken in and comes back without its key.

        Raises:
            UndecodableFrameError: cut short, not under the key, tampered with, or not JSON.
        """
        cmd, sub = command(data)
        try:
            return Frame(cmd, sub, self._payload(cmd, sub, data[HEADER_BYTES:]))
        except (ValueError, zlib.error, InvalidTag) as error:
            # Without the cause: some of these quote what they could not read.
            raise UndecodableFrameError(f"frame:{cmd}/{sub}:{type(error).__name__}") from None

    def _payload(self, cmd: int, sub: int, body: bytes) -> RawDict:
        outer = _outer(body)
        if cmd == KEY_COMMAND and sub == 1 and "key" in outer:
            self._cipher = AESGCM(binascii.a2b_base64(_text(outer["key"])))
            return {}
        data = outer.get("data")
        if isinstance(data, str) and data:
            return _object(read_json(self._plain(outer.get("encrypt") or 0, data.encode())))
        if isinstance(data, dict) and "error_code" in data:
            return data
        if not isinstance(data, str | dict | list | None):
            raise ValueError("neither text nor an object")  # noqa: TRY004 - one kind of error for whatever cannot be read
        return outer

    def _plain(self, encrypt: object, data: bytes) -> bytes:
        match encrypt:
            case 0 | 1:
                # Text that is no base64 can only be the JSON itself.
                return data if data[0] in _JSON_OPENINGS else _inflated(_unbase64(data))
            case 2 | 3:
                return _inflated(self._decrypted(_unbase64(data)))
            case _:
                raise ValueError("unknown encryption")

    def _decrypted(self, sealed: bytes) -> bytes:
        if self._cipher is None:
            raise ValueError("no key yet")
        if len(sealed) < _GCM_OVERHEAD:
            raise ValueError("too short")
        return self._cipher.decrypt(sealed[:16], sealed[32:], sealed[16:32])


def command(data: bytes) -> tuple[int, int]:
    """Command and sub-command, which stand in clear even where the rest cannot be read.

    Raises:
        UndecodableFrameError: shorter than a header.
    """
    if len(data) < HEADER_BYTES:
        raise UndecodableFrameError(f"frame:{len(data)}_bytes")
    return data[1] | data[2] << 8, data[3]


def ping_frame(now_ms: int) -> bytes:
    """The client's sign of life, (2, 1)."""
    return b'\x01\x02\x00\x01{"eventId":%d}' % now_ms


def old_messages_frame(cmd: int) -> bytes:
    """The client's request for what was said before it connected: OLD_PRIVATE or OLD_GROUPS.

    Zalo answers, if at all, with the newest messages since this login, in a frame of the same command (protocol page,
    5.5 and 8).
    """
    return b'\x01%c\x01\x01{"first":true,"lastId":null,"preIds":[],"req_id":"req_%d"}' % (cmd & 0xFF, cmd)


def _outer(body: bytes) -> RawDict:
    if not body.strip():
        return {}
    try:
        outer = orjson.loads(body)
    except orjson.JSONDecodeError:
        outer = None
    # Beside text, no number counts that it may have read inexactly.
    if isinstance(outer, dict) and isinstance(outer.get("data"), str):
        return outer
    return _object(read_json(body))


def _unbase64(data: bytes) -> bytes:
    if b"%" in data:
        # Percent signs are to an address what equals signs are to a mail, whose reader is written in C.
        data = unquote_to_bytes(data) if b"=" in data else binascii.a2b_qp(data.translate(_AS_IN_MAIL))
    return binascii.a2b_base64(data)


def _inflated(data: bytes) -> bytes:
    if not data:
        raise ValueError("empty")
    if data[0] in _JSON_OPENINGS:
        return data
    stream = zlib.decompressobj(_ANY_WRAPPER)
    plain = stream.decompress(data, _LARGEST_PAYLOAD)
    if not stream.eof:
        raise ValueError("cut short, or larger than any frame")
    return plain


def _object(value: object) -> RawDict:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for whatever cannot be read
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 - as above
    return value
