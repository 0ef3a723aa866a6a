"""Raw elements received from Zalo, and the inbox entries made from them, before they are parsed into events.

A socket frame carries many elements; each is stored separately. The models are named tuples instead of pydantic models
for speed: one is created for every element received, and the program must keep up with the socket.
"""

from enum import StrEnum
from typing import Any, NamedTuple

RawDict = dict[str, Any]
"""A decoded JSON object as Zalo sent it."""

NESTED_TOO_DEEP: RawDict = {"nested_too_deep": True}
"""Replaces the body of an element that is nested too deeply to be serialised; the content is lost."""
_MAX_MSG_ID_DIGITS = 30


def number_of(key: str) -> int | None:
    """Return a msgId as an integer; None where it is not a decimal number.

    Zalo pages its history by this number (protocol page 8): it always grows, while times can go back with Zalo's clock.
    """
    return int(key) if len(key) <= _MAX_MSG_ID_DIGITS and key.isdecimal() else None


Place = tuple[int, int, str]


def place_of(at_ms: int, key: str) -> Place:
    """Return the sort key of an element in its conversation: by Zalo's time in ms, then by msgId.

    The length of the msgId comes before the msgId itself, so that decimal msgIds sort as numbers.
    """
    return at_ms, len(key), key


class Source(StrEnum):
    """How the program obtained an element."""

    LIVE = "live"
    BACKFILL = "backfill"
    SWEEP = "sweep"


class ElementKind(StrEnum):
    """Coarse kind of a received element; enough to store the element without parsing it."""

    MESSAGE = "message"
    RECALL = "recall"
    DELETION = "deletion"
    REACTION = "reaction"
    RECEIPT = "receipt"
    GROUP_ACT = "group_act"
    FRIEND_ACT = "friend_act"
    NAME = "name"
    GROUP_STATE = "group_state"
    """Group sync found a change: {"joined" | "left": uid}, {"name": …} or {"settings": {setting: value}}."""
    OTHER = "other"


class Element(NamedTuple):
    """One element of a socket frame, with the identity by which a repeated delivery of it is recognised."""

    account: str
    """uid of the bot account that received the element."""
    thread_id: str
    """Group id, or the other person's uid in a private conversation."""
    is_group: bool
    kind: ElementKind
    key: str
    """Unique within (account, thread_id, kind): msgId for messages, a stable digest for acts without an id."""
    cli_key: str | None
    """cliMsgId, chosen by the sender's client; not unique by itself."""
    sender_uid: str
    """uid of the sender or actor, "" where Zalo does not say. Zalo's "0" is already replaced by `account`."""
    at_ms: int
    """Time by Zalo's clock, in milliseconds since 1970."""
    source: Source
    said: bytes
    """Canonical bytes of the content, without fields that differ between deliveries of the same message."""
    raw: RawDict

    @property
    def own(self) -> bool:
        """Return whether the bot account itself is the sender or actor."""
        return self.sender_uid == self.account


class Seal(NamedTuple):
    """Everything stored about a suspected state secret (Law 117/2025/QH15, Art. 5 forbids storing its content)."""

    rule_id: str
    label: str
    level: str | None
    """Estimated secrecy level (`mat`, `toi_mat`, `tuyet_mat`); None where unknown."""
    size: int
    """Length of the content in code points."""
    mac: bytes
    """Keyed hash of the normalised content; only allows recognising the same content posted again."""
    clause: str | None = None
    """Clause of the regulation named by the finding; None for the rule's own clause."""
    quoted: bool = False
    """True where only a quote contained the content: it is sealed, but the quoter is not held responsible."""


class Entry(NamedTuple):
    """An element checked by the secret gate, ready to be stored: with either its body (`raw`) or its seal."""

    account: str
    thread_id: str
    is_group: bool
    kind: ElementKind
    key: str
    cli_key: str | None
    sender_uid: str
    at_ms: int
    source: Source
    received_ms: int
    fingerprint: bytes
    """Keyed hash of `Element.said`: distinguishes a repeated delivery from a revision."""
    raw: RawDict | None
    seal: Seal | None

    @property
    def own(self) -> bool:
        """Return whether the bot account itself is the sender or actor."""
        return self.sender_uid == self.account


class Admitted(NamedTuple):
    """An entry committed to the inbox, with its inbox id."""

    id: int
    entry: Entry
    revision: bool
    """True where an earlier entry has the same key and other content."""
