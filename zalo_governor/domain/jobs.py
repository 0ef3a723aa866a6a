"""Durable work outside the judge's transaction: removing a message, accepting a friend, fetching a picture.

A job is enqueued in the transaction that decides it, and outlives the process. Doing any of these twice does no harm,
so a job may be tried again where nobody knows what became of it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zalo_governor.domain.people import picture_name


class JobKind(StrEnum):
    """What is to be done."""

    REMOVE_MESSAGE = "remove_message"
    REMOVE_MEMBER = "remove_member"
    ACCEPT_FRIEND = "accept_friend"
    PIN_MESSAGE = "pin_message"
    FETCH_PICTURE = "fetch_picture"


class JobOutcome(StrEnum):
    """What became of a job, as far as anybody knows."""

    DONE = "done"
    NOT_ALLOWED = "not_allowed"
    """The bot account may not (codes 165, 166): it is neither owner nor deputy of the group."""
    NOT_FOUND = "not_found"
    """There is nobody or nothing to do it to: not in the group, no such message, gone already, too old."""
    REFUSED = "refused"
    """Zalo refused with another code."""
    UNKNOWN = "unknown"
    """No usable answer: it may be done or not."""


class _Task(BaseModel):
    model_config = ConfigDict(frozen=True)

    @property
    def target(self) -> str:
        """What it is done to: of one kind, group and target, one job waits at most."""
        raise NotImplementedError


class RemoveMessage(_Task):
    """Take a message of the group away for everybody."""

    kind: Literal[JobKind.REMOVE_MESSAGE] = JobKind.REMOVE_MESSAGE
    message_key: str
    """msgId."""
    cli_key: str
    """cliMsgId."""
    owner_uid: str
    sent_at: datetime
    """When the message was posted."""

    @property
    def target(self) -> str:
        """The message."""
        return self.message_key


class RemoveMember(_Task):
    """Put somebody out of the group."""

    kind: Literal[JobKind.REMOVE_MEMBER] = JobKind.REMOVE_MEMBER
    uid: str

    @property
    def target(self) -> str:
        """The member."""
        return self.uid


class AcceptFriend(_Task):
    """Accept somebody's friend request, so that private messages arrive."""

    kind: Literal[JobKind.ACCEPT_FRIEND] = JobKind.ACCEPT_FRIEND
    uid: str

    @property
    def target(self) -> str:
        """The person."""
        return self.uid


class PinMessage(_Task):
    """Pin a message of the group."""

    kind: Literal[JobKind.PIN_MESSAGE] = JobKind.PIN_MESSAGE
    message_key: str

    @property
    def target(self) -> str:
        """The message."""
        return self.message_key


class FetchPicture(_Task):
    """Fetch a picture of the group, and keep a thumbnail and a hash of it."""

    kind: Literal[JobKind.FETCH_PICTURE] = JobKind.FETCH_PICTURE
    address: str

    @property
    def target(self) -> str:
        """The picture's name at Zalo, which is the same at every address."""
        return picture_name(self.address)


Task = Annotated[RemoveMessage | RemoveMember | AcceptFriend | PinMessage | FetchPicture, Field(discriminator="kind")]
"""What one kind of job needs to know."""


class Job(BaseModel):
    """One piece of work."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    account: str
    """The bot account that does it."""
    group_id: str
    """The group that it is about; for a friend request the one to which the person belongs."""
    task: Task
    case_id: int | None = None
    """The case under which it stands, or that waits for its result."""
    ordered_by: int | None = None
    """Person; None for the program, where its settings let it."""
    ordered_at: datetime
    attempts: int = 0
    """Tries begun so far."""

    @property
    def kind(self) -> JobKind:
        """What is to be done."""
        return self.task.kind


class CodeCheck(StrEnum):
    """What a one-time code that confirms a job was good for."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    SPENT = "spent"
    """Wrong too often: the code counts no more."""
    EXPIRED = "expired"
    """There is none, or its time is over."""
