"""What the program has to do on Zalo for somebody, other than writing: durable orders, each carried out once."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class ErrandKind(StrEnum):
    """What is to be done."""

    EXPEL = "expel"
    """Put out of the group."""
    BEFRIEND = "befriend"
    """The person's friend request is accepted, so that private messages arrive."""
    PIN = "pin"
    """A message of the group is pinned."""


class ErrandOutcome(StrEnum):
    """What became of an errand, as far as anybody knows."""

    DONE = "done"
    NOT_ALLOWED = "not_allowed"
    """The bot account may not (codes 165, 166)."""
    NOT_THERE = "not_there"
    """There is nobody or nothing to do it to: not in the group, no such request, no such message."""
    REFUSED = "refused"
    """Zalo refused with another code."""
    UNKNOWN = "unknown"
    """No usable answer: it may be done or not."""


class Errand(BaseModel):
    """An order. Carrying it out twice does no harm, so it may be tried again."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    account: str
    kind: ErrandKind
    group_id: str
    """The group that it is about; for a friend request the one to which the person belongs."""
    uid: str
    """Whom it is done to; of a pin the msgId of the message."""
    case_id: int | None = None
    ordered_by: int | None = None
    """Person; None for the program, where its settings let it."""
    ordered_at: datetime
    attempts: int = 0


class FoundAccount(NamedTuple):
    """Whose Zalo account a telephone number is."""

    uid: str
    global_id: str | None = None


class FriendRequest(NamedTuple):
    """Somebody asks to be the bot account's friend."""

    uid: str
    at_ms: int
    """When, by Zalo; 0 where it does not say."""
