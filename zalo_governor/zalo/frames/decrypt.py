"""Decrypts and decodes the frames of Zalo's socket, without I/O; a frame that cannot be decoded raises an error.

A frame is a header of 4 bytes (version, command as uint16 little-endian, sub-command) and a JSON object with `encrypt`
(0 to 3) and `data`. By the value of `encrypt`, `data` is, as Zalo Web's own client reads it:

- 0: JSON text;
- 1: base64 of a gzip or zlib stream;
- 2: percent-encoded base64 of IV (16 bytes) + additional data (16) + AES-GCM ciphertext with its tag (16), whose plain
  text is such a stream;
- 3: like 2, but the plain text is the JSON itself.
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
from zalo_governor.zalo.frames.json import read_json, read_json_text

HEADER_BYTES = 4
KEY_COMMAND = 1
TAKEN_OVER = 3000
"""Frame command and WebSocket close code: another connection of the same session has replaced this one."""
KICKED = 3003
"""Frame command and WebSocket close code: the account was logged in elsewhere."""

OLD_PRIVATE = 510
OLD_GROUPS = 511
OLD_PRIVATE_REACTIONS = 610
OLD_GROUP_REACTIONS = 611
OLD = frozenset({OLD_PRIVATE, OLD_GROUPS, OLD_PRIVATE_REACTIONS, OLD_GROUP_REACTIONS})
"""Frame commands of requests for messages and reactions from before the connection, and of the answers."""

_GCM_OVERHEAD = 48
_MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
_GZIP_OR_ZLIB = 47  # zlib's `wbits` for: gzip or zlib, detected by the header
_PERCENT_TO_EQUALS = bytes.maketrans(b"%", b"=")
_JSON_OPENINGS = b'{[ \t\r\n"\xef'


class Frame(NamedTuple):
    """A decoded frame of Zalo's socket: its command (number of the frame's type), sub-command and payload.

    `payload` is a dict with `error_code`, `error_message` and `data`, as far as Zalo sent them.
    """

    cmd: int
    sub: int
    payload: RawDict

    @property
    def content(self) -> RawDict:
        """Return the dict that holds the frame's messages: `payload["data"]` if that is a dict, else `payload`."""
        data = self.payload.get("data")
        return data if isinstance(data, dict) else self.payload


class FrameDecoder:
    """Decoder of the frames of one connection; the first frame, the key frame, contains the key for all others."""

    def __init__(self) -> None:
        self._cipher: AESGCM | None = None
        self.keyed = False
        """Whether the key frame, which contains the key for the other frames, has been decoded."""

    def decode(self, data: bytes) -> Frame:
        """Decode one frame. Of a key frame, keep the key for later frames and return the rest of the payload.

        Raises:
            UndecodableFrameError: the frame is cut short, encrypted under another key, tampered with, or not JSON.
        """
        cmd, sub = command(data)
        try:
            return Frame(cmd, sub, self._decode_payload(cmd, sub, data[HEADER_BYTES:]))
        except (ValueError, zlib.error, InvalidTag) as error:
            # Without the cause: some of these errors quote the content that could not be read.
            raise UndecodableFrameError(f"frame:{cmd}/{sub}:{type(error).__name__}") from None

    def _decode_payload(self, cmd: int, sub: int, body: bytes) -> RawDict:
        outer = _read_outer(body)
        if cmd == KEY_COMMAND and sub == 1 and "key" in outer:
            self._cipher = AESGCM(binascii.a2b_base64(str(outer.pop("key"))))
            self.keyed = True
            return outer
        data = outer.get("data")
        if isinstance(data, str) and data:
            payload = _require_object(read_json(self._decode_data(outer.get("encrypt") or 0, data.encode())))
            inner = payload.get("data")
            # As the text of JSON, in which form Zalo sends the pages of histories; other texts hold no messages.
            if isinstance(inner, str) and inner.lstrip().startswith(("{", "[")):
                return payload | {"data": read_json_text(inner)}
            return payload
        if isinstance(data, dict) and "error_code" in data:
            return data
        if not isinstance(data, str | dict | list | None):
            raise ValueError("neither text nor an object")  # noqa: TRY004 - one error for all that is unreadable
        return outer

    def _decode_data(self, encrypt: object, data: bytes) -> bytes:
        if encrypt in (0, 1, "0", "1"):
            # Base64 never begins like JSON, so such text is the JSON itself.
            return data if data[0] in _JSON_OPENINGS else _decompress(_decode_base64(data))
        if encrypt not in (2, 3, "2", "3"):
            raise ValueError("unknown encryption")
        sealed = _decode_base64(data)
        if self._cipher is None:
            raise ValueError("no key yet")
        if len(sealed) < _GCM_OVERHEAD:
            raise ValueError("too short")
        return _decompress(self._cipher.decrypt(sealed[:16], sealed[32:], sealed[16:32]))


def command(data: bytes) -> tuple[int, int]:
    """Return the command (number of the frame's type) and sub-command from a frame's header, which is never encrypted.

    Raises:
        UndecodableFrameError: the frame is shorter than a header.
    """
    if len(data) < HEADER_BYTES:
        raise UndecodableFrameError(f"frame:{len(data)}_bytes")
    return data[1] | data[2] << 8, data[3]


def ping_frame(now_ms: int) -> bytes:
    """Return the frame by which the client keeps the connection alive: command 2, sub-command 1, and the time."""
    return b'\x01\x02\x00\x01{"eventId":%d}' % now_ms


def queue_name(cmd: int) -> str:
    """Return Zalo's name of the queue of missed messages or reactions that frames of the command `cmd` (`OLD`) read."""
    return f"{cmd}_1"


def old_messages_frame(cmd: int, *, first: bool, last_id: str, number: int) -> bytes:
    """Return the frame by which the client asks for a page of what it missed while disconnected.

    `cmd` is one of `OLD`: messages or reactions, private or of groups. Zalo answers, if at all, in a frame of the same
    command, with what came after the action `last_id` (and after the login), oldest first. `first` marks the request
    that begins a reading. The request's `number` is sent in both spellings of clients (zalo-protocol.md, 5.5 and 14.6).
    """
    request = f"req_{number}"
    asked = {"first": first, "reqId": request, "req_id": request, "lastId": last_id, "preIds": []}
    return bytes((1, *cmd.to_bytes(2, "little"), 1)) + orjson.dumps(asked)


def _read_outer(body: bytes) -> RawDict:
    if not body.strip():
        return {}
    try:
        outer = orjson.loads(body)
    except orjson.JSONDecodeError:
        outer = None
    # orjson may round large numbers; where `data` is text, no number beside it matters.
    if isinstance(outer, dict) and isinstance(outer.get("data"), str):
        return outer
    return _require_object(read_json(body))


def _decode_base64(data: bytes) -> bytes:
    if b"%" in data:
        # With "=" for "%", percent encoding is quoted-printable, whose decoder is written in C and fast.
        data = unquote_to_bytes(data) if b"=" in data else binascii.a2b_qp(data.translate(_PERCENT_TO_EQUALS))
    return binascii.a2b_base64(data)


def _decompress(data: bytes) -> bytes:
    if not data:
        raise ValueError("empty")
    if data[0] in _JSON_OPENINGS:
        return data
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    plain = stream.decompress(data, _MAX_PAYLOAD_BYTES)
    if not stream.eof:
        raise ValueError("cut short, or larger than any frame")
    return plain


def _require_object(value: object) -> RawDict:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for whatever cannot be read
    return value
