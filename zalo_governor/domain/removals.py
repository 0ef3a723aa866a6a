"""Taking a message away for everybody in the group, on an order that a one-time code has confirmed."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RemovalOutcome(StrEnum):
    """What became of a removal, as far as anybody knows."""

    REMOVED = "removed"
    """Zalo answered that it did it."""
    NOT_ALLOWED = "not_allowed"
    """The bot account is neither owner nor deputy of the group (codes 165, 166)."""
    NOT_FOUND = "not_found"
    """Zalo does not take the message's ids (code 114): it is gone already, or too old."""
    REFUSED = "refused"
    """Zalo refused with another code."""
    UNKNOWN = "unknown"
    """No usable answer: it may be gone or not."""


class Removal(BaseModel):
    """An order to remove one message. Removing twice does no harm, so it may be tried again."""

    model_config = ConfigDict(frozen=True)

    id: int
    account: str
    group_id: str
    case_id: int
    message_key: str
    """msgId."""
    cli_key: str
    """cliMsgId."""
    owner_uid: str
    sent_at: datetime
    """When the message was posted."""
    ordered_by: int
    """Person."""
    attempts: int = 0


class CodeCheck(StrEnum):
    """What a one-time code was good for."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    SPENT = "spent"
    """Wrong too often: the code counts no more."""
    EXPIRED = "expired"
    """There is none, or its time is over."""
