"""Notices: the messages that the bot sends, and their states in the outbox."""

from datetime import datetime
from enum import StrEnum

from zalo_governor.domain.documents import ReportFile
from zalo_governor.domain.models import FrozenModel

NO_GROUP = ""
"""Group id of what is about the whole installation or a private conversation, not about one group."""


class Purpose(StrEnum):
    """Purpose of a notice (message of the bot); decides its priority and retry time, and what a refusal causes."""

    ADMIN_ALERT = "admin_alert"
    MEMBER_REQUEST = "member_request"
    LEADER_ALERT = "leader_alert"
    REPLY = "reply"
    REPORT = "report"
    SYSTEM = "system"

    @property
    def priority(self) -> int:
        """Return the sending priority if not urgent, from 1: the smallest is sent first. Urgent notices have 0."""
        order = [self.ADMIN_ALERT, self.LEADER_ALERT, self.MEMBER_REQUEST, self.REPLY, self.REPORT, self.SYSTEM]
        return 1 + order.index(self)


class OutgoingState(StrEnum):
    """State of a message in the outbox (the durable queue of messages that the bot is to send)."""

    WAITING = "waiting"
    SENDING = "sending"
    """Being sent. If the process dies in this state, it is unknown whether the message was sent."""
    UNCERTAIN = "uncertain"
    """The message may have been sent. If no echo (the message received back) comes, it is sent once more."""
    UNCONFIRMED = "unconfirmed"
    """The retry time ended and it is unknown whether the message arrived: not sent again, but reported."""
    SENT = "sent"
    REFUSED = "refused"
    """Zalo refused the message for good."""
    EXPIRED = "expired"
    """The retry time ended before Zalo accepted the message."""
    SUPERSEDED = "superseded"
    """The message is no longer needed: people acted on its case before the message could be delivered."""
    WITHHELD = "withheld"
    """Never sent, only counted: the bot account is on trial (a period in which only admins get messages)."""


class Notice(FrozenModel):
    """A message that the bot is to send, as it is added to the outbox (the durable queue of messages)."""

    account: str
    """uid of the bot account that sends the message."""
    thread_id: str
    """Group id, or the uid of the addressee."""
    is_group: bool = False
    person_id: int | None = None
    """Id of the addressee of a private message; None for a group."""
    text: str
    """The message; where there is a `file`, the text sent instead if the file cannot be rendered."""
    file: ReportFile | None = None
    purpose: Purpose
    urgent: bool = False
    """About an urgent matter (`Case.urgent`): sent before all others, and retried until an admin has reacted."""
    case_id: int | None = None
    group_id: str
    """Id of the group that the message concerns, also where it is a private message; `NO_GROUP` if it concerns none."""
    created_at: datetime
    not_before: datetime | None = None
    """When to send the message at the earliest; None for now."""


class Outgoing(FrozenModel):
    """A message of the bot that was taken from the outbox (the durable queue) to be sent now."""

    id: int
    client_id: int
    """Unique id given by the program; Zalo returns it as cliMsgId in the echo, which confirms the send."""
    attempts: int
    repeated: bool
    """True where the message may have been sent before; its text then contains "(gửi lại)" (sent again)."""
    notice: Notice
    last_code: int | None = None
    """Zalo's error code or the HTTP status of the try before; None where there was none."""
    part: int = 1
    """Number of this message among those that carry the text, which may be too long for one."""
    start: int = 0
    """Place in the text where this message's part begins; what stands before has been sent."""
    end: int | None = None
    """Place in the text where this message's part ends; None for the end of the text."""

    @property
    def text(self) -> str:
        """Return the part of the text that this message carries."""
        return self.notice.text[self.start : self.end].strip()


class Reception(FrozenModel):
    """Zalo's confirmation that it accepted a message, with the id that it gave the message."""

    msg_id: str
