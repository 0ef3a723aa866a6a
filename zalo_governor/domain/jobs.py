"""Jobs: work that is queued in the database (removing a message at Zalo, reminding people of a directive …).

A job is enqueued in the transaction that decides on it, and survives a restart. All jobs are idempotent: a job whose
outcome is unknown may be run again.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from zalo_governor.domain.inbound import Source
from zalo_governor.domain.models import FrozenModel
from zalo_governor.domain.people import picture_name

LEASE = timedelta(seconds=30)
"""How long a claimed job is reserved for its worker; afterwards another worker may claim the job.

A worker whose job takes longer renews the lease, so that a job whose worker was killed waits no longer than this.
"""


class JobKind(StrEnum):
    """Kind of a job (work queued in the database): what the job does."""

    REMOVE_MESSAGE = "remove_message"
    REMOVE_MEMBER = "remove_member"
    ACCEPT_FRIEND = "accept_friend"
    PIN_MESSAGE = "pin_message"
    FETCH_PICTURE = "fetch_picture"
    REMIND_OF_DIRECTIVES = "remind_of_directives"
    REPORT_DEADLINE = "report_deadline"
    ASK_ABOUT_DIRECTIVES = "ask_about_directives"
    NOTICE_ABSENCE = "notice_absence"
    SCAN_ATTACHMENT = "scan_attachment"


DATED_KINDS = (JobKind.REMIND_OF_DIRECTIVES, JobKind.REPORT_DEADLINE, JobKind.NOTICE_ABSENCE)
"""Kinds of jobs whose date follows from the deadline of a directive; all others are due within a day of their order."""


class JobOutcome(StrEnum):
    """Outcome of one try to carry out a job (work queued in the database, mostly a call to Zalo)."""

    DONE = "done"
    NOT_ALLOWED = "not_allowed"
    """The bot account lacks the right (Zalo's codes 165, 166): it is not owner or co-administrator of the group."""
    NOT_FOUND = "not_found"
    """The target does not exist: the person is not in the group, or the message is unknown, gone or too old."""
    REFUSED = "refused"
    """Zalo refused with an error code that has no outcome of its own."""
    NOT_DONE = "not_done"
    """Zalo gave no usable answer, and the job is known not to be done: the message is still in the group."""
    UNKNOWN = "unknown"
    """Zalo gave no usable answer: the job may or may not be done."""


class _TaskBase(FrozenModel):
    named_by: ClassVar[tuple[str, ...]]
    """Names of the fields that make up `target`."""

    @property
    def target(self) -> str:
        """Return what the job acts on, as text: of the same kind, group and target, at most one job is queued."""
        values = (getattr(self, name) for name in self.named_by)
        return " ".join(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)


class RemoveMessage(_TaskBase):
    """The job of deleting a message of the group for all members."""

    kind: Literal[JobKind.REMOVE_MESSAGE] = JobKind.REMOVE_MESSAGE
    named_by = ("message_key",)
    message_key: str
    """Zalo's id of the message (msgId)."""
    cli_key: str
    """The id that the sender's client gave the message (cliMsgId)."""
    owner_uid: str
    """uid of the message's sender."""
    sent_at: datetime
    """When the message was posted."""


class RemoveMember(_TaskBase):
    """The job of removing a member from the group."""

    kind: Literal[JobKind.REMOVE_MEMBER] = JobKind.REMOVE_MEMBER
    named_by = ("uid",)
    uid: str


class AcceptFriend(_TaskBase):
    """The job of accepting a person's friend request, so that the bot's private messages reach the person."""

    kind: Literal[JobKind.ACCEPT_FRIEND] = JobKind.ACCEPT_FRIEND
    named_by = ("uid",)
    uid: str


class PinMessage(_TaskBase):
    """The job of pinning a message of the group."""

    kind: Literal[JobKind.PIN_MESSAGE] = JobKind.PIN_MESSAGE
    named_by = ("message_key",)
    message_key: str


class FetchPicture(_TaskBase):
    """The job of downloading the group's picture, of which a thumbnail and a hash are stored."""

    kind: Literal[JobKind.FETCH_PICTURE] = JobKind.FETCH_PICTURE
    address: str
    """URL of the picture."""

    @property
    def target(self) -> str:
        """Return the picture's file name, which is the same in all URLs under which Zalo serves the picture."""
        return picture_name(self.address)


class RemindOfDirectives(_TaskBase):
    """The job of reminding, at the time `at`, all who have not answered a directive (order) and are due a reminder."""

    kind: Literal[JobKind.REMIND_OF_DIRECTIVES] = JobKind.REMIND_OF_DIRECTIVES
    named_by = ("at",)
    at: datetime


class ReportDeadline(_TaskBase):
    """The job of telling the leader who has answered a directive (an order) when its deadline comes."""

    kind: Literal[JobKind.REPORT_DEADLINE] = JobKind.REPORT_DEADLINE
    named_by = ("directive_id", "due_at")  # A deadline that was moved is another job.
    directive_id: int
    due_at: datetime


class NoticeAbsence(_TaskBase):
    """The job of checking at the time `at` whether answers to a directive are missing, by rule `rule_id`."""

    kind: Literal[JobKind.NOTICE_ABSENCE] = JobKind.NOTICE_ABSENCE
    named_by = ("directive_id", "rule_id", "at")
    directive_id: int
    rule_id: str
    at: datetime


class AskAboutDirectives(_TaskBase):
    """The job of asking the admins whether messages, of which the program is unsure, are directives (orders)."""

    kind: Literal[JobKind.ASK_ABOUT_DIRECTIVES] = JobKind.ASK_ABOUT_DIRECTIVES
    directive_id: int | None = None
    """Id of the one proposed directive that the admins put off; None: ask once about all others of the group."""

    @property
    def target(self) -> str:
        """Return the directive's number; "" for the question about all."""
        return "" if self.directive_id is None else str(self.directive_id)


class ScanAttachment(_TaskBase):
    """The job of downloading the attachment of a message and scanning it for state secrets and malware.

    It holds what is needed of the message, as the message may have been removed from the inbox by then.
    """

    kind: Literal[JobKind.SCAN_ATTACHMENT] = JobKind.SCAN_ATTACHMENT
    named_by = ("event_id",)  # A revised message is another event, and its attachment another job.
    event_id: int
    message_key: str
    """Zalo's id of the message (msgId)."""
    sender_uid: str
    sent_at: datetime
    source: Source
    addresses: tuple[str, ...] = ()
    """URLs of the file, the best copy first; () where the message names none."""
    name: str = ""
    """Name of the file, or "" for a photo."""
    size: int | None = None
    """Size in bytes that the message announces; None where it does not say."""
    checksum: str = ""
    """MD5 of the file in hexadecimal digits that the message announces; "" where it does not say."""


Task = Annotated[
    RemoveMessage
    | RemoveMember
    | AcceptFriend
    | PinMessage
    | FetchPicture
    | RemindOfDirectives
    | ReportDeadline
    | AskAboutDirectives
    | NoticeAbsence
    | ScanAttachment,
    Field(discriminator="kind"),
]
"""What a job is to do: one of the classes above, told apart by `kind`."""


class Job(FrozenModel):
    """Work that is queued in the database: the task, for whom it is done and how often it was tried."""

    id: int = 0
    account: str
    """uid of the bot account that carries out the job."""
    group_id: str
    """Id of the group concerned; for a friend request, the group of which the person is a member."""
    task: Task
    case_id: int | None = None
    """Id of the case that the job belongs to or that waits for its outcome; None for no case."""
    ordered_by: int | None = None
    """Id of the person who ordered the job; None where the program decided on it, as the settings allow."""
    ordered_at: datetime
    due_at: datetime | None = None
    """When the job is to be done; None for at once."""
    attempts: int = 0
    """Number of tries started so far."""

    @property
    def starts_at(self) -> datetime:
        """Return when the job is first due."""
        return self.due_at or self.ordered_at

    @property
    def kind(self) -> JobKind:
        """Return the kind of the job's task."""
        return self.task.kind


class CodeCheck(StrEnum):
    """Result of checking the one-time code that a person must type before the bot removes a message or a member."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    SPENT = "spent"
    """The code is invalid after too many wrong tries."""
    EXPIRED = "expired"
    """No code was issued, or its time is over."""
