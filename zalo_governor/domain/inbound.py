"""What comes off the wire, one element at a time, before anybody knows what it means.

A frame carries many elements; each is admitted on its own. These are named tuples and not pydantic models because
one is made for every element heard, on the path where the program must never fall behind.
"""

from enum import StrEnum
from typing import Any, NamedTuple

RawDict = dict[str, Any]
"""A decoded JSON object as Zalo sent it."""

NESTED_TOO_DEEP: RawDict = {"nested_too_deep": True}
"""Stands for what could not be written, or not be read again, for its nesting. Nothing can be told of it."""
_LONGEST_NUMBER = 30


def number_of(key: str) -> int | None:
    """A msgId as the number that Zalo counts up, None where it is no such number.

    Zalo's history is paged by it (protocol page 8); times go back where Zalo's clock does, and it does not.
    """
    return int(key) if len(key) <= _LONGEST_NUMBER and key.isdecimal() else None


Place = tuple[int, int, str]


def place_of(at_ms: int, key: str) -> Place:
    """Where something stands in its conversation: (Zalo's time in ms, msgId as a number would sort).

    What is said within one millisecond is told apart by its msgId.
    """
    return at_ms, len(key), key


class Source(StrEnum):
    """How an element reached us."""

    LIVE = "live"
    BACKFILL = "backfill"
    SWEEP = "sweep"


class ElementKind(StrEnum):
    """The coarse kind of a wire element: enough to file it without understanding it."""

    MESSAGE = "message"
    RECALL = "recall"
    DELETION = "deletion"
    REACTION = "reaction"
    RECEIPT = "receipt"
    GROUP_ACT = "group_act"
    FRIEND_ACT = "friend_act"
    NAME = "name"
    GROUP_STATE = "group_state"
    """A sweep found the group changed: {"joined" | "left": uid}, {"name": …} or {"settings": {flag: value}}."""
    OTHER = "other"


class Element(NamedTuple):
    """One element of one frame, with the identity that makes it the same element when it comes again."""

    account: str
    """uid of the bot account that heard it."""
    thread_id: str
    """Group id, or the other person's uid in a private conversation."""
    is_group: bool
    kind: ElementKind
    key: str
    """Identity inside (account, thread, kind): msgId for messages, a stable digest for acts that have no id."""
    cli_key: str | None
    """cliMsgId, which the sender's client chose; never an identity by itself."""
    sender_uid: str
    """Whose act it is, "" where Zalo does not say. Zalo's "0" is already replaced by `account`."""
    at_ms: int
    """Zalo's own time, milliseconds since 1970."""
    source: Source
    said: bytes
    """Canonical bytes of what was said, without fields that differ between deliveries of the same message."""
    raw: RawDict

    @property
    def own(self) -> bool:
        """Whether the bot account itself did this."""
        return self.sender_uid == self.account


class Seal(NamedTuple):
    """All that is kept of content suspected to be a state secret (Law 117/2025/QH15, Art. 5 forbids storing it)."""

    rule_id: str
    label: str
    level: str | None
    """Guessed level (`mat`, `toi_mat`, `tuyet_mat`), None where it cannot be told."""
    size: int
    """Length of the content in code points."""
    mac: bytes
    """Keyed hash of the normalised content: recognises a re-post, tells nothing else."""
    clause: str | None = None
    """The clause that the finding named; None for that of the rule."""
    quoted: bool = False
    """The content stood in a quote alone: it is sealed all the same, but a quote does not accuse the quoter."""


class Entry(NamedTuple):
    """An element that passed the door, ready to be written: either its body or its seal, never both."""

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
    """Keyed hash of `Element.said`: tells a second delivery from a revision."""
    raw: RawDict | None
    seal: Seal | None

    @property
    def own(self) -> bool:
        """Whether the bot account itself did this."""
        return self.sender_uid == self.account


class Admitted(NamedTuple):
    """An entry that is durable in the inbox, under its number there."""

    id: int
    entry: Entry
    revision: bool
    """An earlier entry has the same key and other content."""
