"""Elements and frames as Zalo sends them, written by the simulator's independent encoder."""

import base64
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zalo_governor.domain.connection import QueueCursor
from zalo_governor.domain.inbound import Admitted, Element, Entry, RawDict, Source
from zalo_governor.simulator.frames import USUAL, Encoding, encode, plain_frame
from zalo_governor.zalo.events.extract import elements_of
from zalo_governor.zalo.frames.decrypt import Frame, FrameDecoder

ACCOUNT = "7000000000000000001"
MEMBER = "7000000000000000002"
GROUP = "8000000000000000001"
NOW_MS = 1_790_000_000_000
KEY = bytes(range(32))
KEY_FRAME = plain_frame(1, 1, {"key": base64.b64encode(KEY).decode()})


class MemoryCursors:
    """Fits QueueCursors."""

    def __init__(self, **cursors: QueueCursor) -> None:
        self.kept = {name.removeprefix("q"): cursor for name, cursor in cursors.items()}
        self.saved: list[tuple[str, QueueCursor]] = []

    def cursors(self) -> dict[str, QueueCursor]:
        return dict(self.kept)

    def keep(self, queue: str, cursor: QueueCursor) -> None:
        self.kept[queue] = cursor
        self.saved.append((queue, cursor))


def message(number: int = 1, content: object = "Kính gửi các đồng chí", **given: object) -> RawDict:
    """A message of the group."""
    raw: RawDict = {
        "actionId": str(number),
        "msgId": str(5_000_000_000_000 + number),
        "cliMsgId": str(NOW_MS + number),
        "msgType": "webchat",
        "uidFrom": MEMBER,
        "idTo": GROUP,
        "dName": "Nguyễn Văn Mẫu",
        "ts": str(NOW_MS + number),
        "content": content,
        "ttl": 0,
    }
    return raw | given


def control(act: str, data: object, act_type: str = "group") -> RawDict:
    """An element of `controls`."""
    return {"content": {"act_type": act_type, "act": act, "data": data}}


def elements(source: Source = Source.LIVE, **arrays: object) -> list[Element]:
    """What a frame with these arrays carries."""
    return elements_of(Frame(521, 0, {"data": arrays}), account=ACCOUNT, source=source, now_ms=NOW_MS)


def admitted(element: Element, *, revision: bool = False) -> Admitted:
    """The element as the inbox gives it."""
    entry = Entry(*element[:9], received_ms=NOW_MS, fingerprint=b"", raw=element.raw, seal=None)
    return Admitted(7, entry, revision)


def frame_bytes(data: Any, *, cmd: int = 521, encoding: Encoding = USUAL) -> bytes:
    """The frame as it stands on the socket."""
    return encode(cmd, 0, data, AESGCM(KEY), encoding)


def keyed_decoder() -> FrameDecoder:
    """A decoder that has seen the key frame."""
    decoder = FrameDecoder()
    decoder.decode(KEY_FRAME)
    return decoder
