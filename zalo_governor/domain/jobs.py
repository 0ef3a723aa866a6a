"""Jobs of the durable queue: removing a message, accepting a friend request, fetching a picture …

A job is enqueued in the transaction that decides on it, and survives a restart. All jobs are idempotent, so a job whose
outcome is unknown may be run again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zalo_governor.domain.people import picture_name


class JobKind(StrEnum):
    """Kind of a job."""

    REMOVE_MESSAGE = "remove_message"
    REMOVE_MEMBER = "remove_member"
    ACCEPT_FRIEND = "accept_friend"
    PIN_MESSAGE = "pin_message"
    FETCH_PICTURE = "fetch_picture"


class JobOutcome(StrEnum):
    """Outcome of a try to carry out a job."""

    DONE = "done"
    NOT_ALLOWED = "not_allowed"
    """The bot account lacks the right (codes 165, 166): it is neither owner nor co-administrator of the group."""
    NOT_FOUND = "not_found"
    """The target does not exist: the person is not in the group, or the message is unknown, gone or too old."""
    REFUSED = "refused"
    """Zalo refused with another code."""
    UNKNOWN = "unknown"
    """Zalo gave no usable answer: the job may be done or not."""


class _TaskBase(BaseModel):
    model_config = ConfigDict(frozen=True)

    @property
    def target(self) -> str:
        """Return the id of the job's target; at most one job per kind, group and target is queued."""
        raise NotImplementedError


class RemoveMessage(_TaskBase):
    """Delete a message of the group for all members."""

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
        """Return the msgId."""
        return self.message_key


class RemoveMember(_TaskBase):
    """Remove a member from the group."""

    kind: Literal[JobKind.REMOVE_MEMBER] = JobKind.REMOVE_MEMBER
    uid: str

    @property
    def target(self) -> str:
        """Return the member's uid."""
        return self.uid


class AcceptFriend(_TaskBase):
    """Accept a person's friend request, so that the bot's private messages reach the person."""

    kind: Literal[JobKind.ACCEPT_FRIEND] = JobKind.ACCEPT_FRIEND
    uid: str

    @property
    def target(self) -> str:
        """Return the person's uid."""
        return self.uid


class PinMessage(_TaskBase):
    """Pin a message of the group."""

    kind: Literal[JobKind.PIN_MESSAGE] = JobKind.PIN_MESSAGE
    message_key: str

    @property
    def target(self) -> str:
        """Return the msgId."""
        return self.message_key


class FetchPicture(_TaskBase):
    """Download the group's picture, and store a thumbnail and a hash of it."""

    kind: Literal[JobKind.FETCH_PICTURE] = JobKind.FETCH_PICTURE
    address: str

    @property
    def target(self) -> str:
        """Return the picture's file name at Zalo, which is the same in all its URLs."""
        return picture_name(self.address)


Task = Annotated[RemoveMessage | RemoveMember | AcceptFriend | PinMessage | FetchPicture, Field(discriminator="kind")]
"""The parameters of a job, by kind."""


class Job(BaseModel):
    """A queued job."""

    model_config = ConfigDict(frozen=True)

    id: int = 0
    account: str
    """uid of the bot account that carries out the job."""
    group_id: str
    """Id of the group concerned; for a friend request, the group of which the person is a member."""
    task: Task
    case_id: int | None = None
    """Id of the case that the job belongs to, or that waits for its result."""
    ordered_by: int | None = None
    """Id of the person who ordered the job; None for the program, where the settings allow it to act by itself."""
    ordered_at: datetime
    attempts: int = 0
    """Number of tries started so far."""

    @property
    def kind(self) -> JobKind:
        """Return the job's kind."""
        return self.task.kind


class CodeCheck(StrEnum):
    """Result of checking a one-time code that a person typed to confirm a job."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    SPENT = "spent"
    """The code is invalid after too many wrong tries."""
    EXPIRED = "expired"
    """No code was issued, or the code's time is over."""
