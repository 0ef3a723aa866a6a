"""Elements (messages, acts, receipts) as received from Zalo, and inbox entries (elements checked and stored).

Nothing is parsed into events yet. A socket frame carries many elements; each is stored separately. The models are
named tuples, not pydantic models, for speed: one is created for every element, and the program must keep up with the
socket.
"""

from enum import StrEnum
from typing import Any, NamedTuple

RawDict = dict[str, Any]
"""A decoded JSON object as Zalo sent it."""

NESTED_TOO_DEEP: RawDict = {"nested_too_deep": True}
"""Stored instead of the body of an element that is nested too deeply to be serialised; the body is lost."""
READER_VERSION = 3
"""Version of the code in `zalo.events` that parses elements; to be raised when that code can parse more.

Elements that an earlier version could not parse are parsed again at the next start.
"""
_MAX_MSG_ID_DIGITS = 30


def number_of(key: str) -> int | None:
    """Return a msgId (Zalo's id of a message) as an integer; None where it is not a decimal number.

    Zalo pages its history by msgId (docs/zalo-protocol.md, 8): msgIds always grow, while times can go back.
    """
    return int(key) if len(key) <= _MAX_MSG_ID_DIGITS and key.isdecimal() else None


Place = tuple[int, int, str]


def place_of(at_ms: int, key: str) -> Place:
    """Return the sort key of an element of a conversation: Zalo's time in ms, then its msgId (`key`).

    The msgId's length comes before the msgId, so that decimal msgIds sort as numbers.
    """
    return at_ms, len(key), key


class Source(StrEnum):
    """How the program obtained an element (message, act or receipt)."""

    LIVE = "live"
    """Received over the socket."""
    BACKFILL = "backfill"
    """Fetched from Zalo's history, as the bot had missed the element."""
    SWEEP = "sweep"
    """Made by group sync from a difference between the group at Zalo and the stored group."""


class ElementKind(StrEnum):
    """Coarse kind of an element received from Zalo, such as a message; can be told without parsing the element."""

    MESSAGE = "message"
    NOTICE = "notice"
    """A message whose words are not those of the member whom Zalo names as its sender: Zalo's own lines, and others of
    unknown types. It accuses nobody, also where its content is sealed.
    """
    RECALL = "recall"
    DELETION = "deletion"
    REACTION = "reaction"
    RECEIPT = "receipt"
    GROUP_ACT = "group_act"
    FRIEND_ACT = "friend_act"
    NAME = "name"
    """Group sync found a new display name of a member."""
    GROUP_STATE = "group_state"
    """Group sync found a change: {"joined" | "left": uid}, {"name": …} or {"settings": {setting: value}}."""
    OTHER = "other"


class Element(NamedTuple):
    """One message, act or receipt as received from Zalo, with the ids by which a repeated delivery is recognised."""

    account: str
    """uid of the bot account that received the element."""
    thread_id: str
    """Group id, or the other person's uid in a private conversation."""
    is_group: bool
    kind: ElementKind
    key: str
    """Zalo's message id (msgId), or a digest for acts without an id; unique within (account, thread_id, kind)."""
    cli_key: str | None
    """The message's id chosen by the sender's client (cliMsgId), not unique by itself; None where there is none."""
    sender_uid: str
    """uid of the sender or actor; "" where Zalo does not say. (Zalo's "0", the bot account itself, is replaced.)"""
    at_ms: int
    """Time by Zalo's clock, in milliseconds since 1970."""
    source: Source
    said: bytes
    """The content as canonical bytes to be hashed, without fields that differ between deliveries of a message."""
    raw: RawDict

    @property
    def own(self) -> bool:
        """Return whether the bot account itself is the sender or actor."""
        return self.sender_uid == self.account


class Seal(NamedTuple):
    """What is stored instead of a possible state secret: Law 117/2025/QH15, Art. 5 forbids storing its content."""

    rule_id: str
    label: str
    level: str | None
    """Estimated secrecy level (`mat`, `toi_mat`, `tuyet_mat`); None where unknown."""
    size: int
    """Length of the content in code points."""
    mac: bytes
    """Keyed hash of the normalised content; only serves to recognise the same content when it is posted again."""
    clause: str | None = None
    """Clause of the regulation that the finding names; None where it is the usual clause of the rule."""
    quoted: bool = False
    """True where only a quote contained the content: sealed too, but the quoter is not held responsible."""


class Entry(NamedTuple):
    """An element checked for state secrets, ready for the inbox: with its body (`raw`) or, if possibly secret, a
    `seal`."""

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
    """Time of reception by our clock, in milliseconds since 1970."""
    fingerprint: bytes
    """Keyed hash of `Element.said`: tells a repeated delivery from new content under the same key."""
    raw: RawDict | None
    seal: Seal | None

    @property
    def own(self) -> bool:
        """Return whether the bot account itself is the sender or actor."""
        return self.sender_uid == self.account


class Admitted(NamedTuple):
    """An entry (element checked for state secrets) that is durably stored in the inbox, with its inbox id."""

    id: int
    entry: Entry
    revision: bool
    """True where an earlier entry has the same key but other content."""
