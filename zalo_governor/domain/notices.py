"""Notices: the messages that the bot sends, and their states in the outbox."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.documents import ReportFile


class Purpose(StrEnum):
    """Purpose of a notice; decides its priority, its retry policy and what happens when Zalo refuses it."""

    ADMIN_ALERT = "admin_alert"
    MEMBER_REQUEST = "member_request"
    LEADER_ALERT = "leader_alert"
    REPLY = "reply"
    REPORT = "report"
    SYSTEM = "system"

    @property
    def priority(self) -> int:
        """Return the sending priority: the smallest goes first. 0 is reserved for urgent notices of any purpose."""
        order = [self.ADMIN_ALERT, self.LEADER_ALERT, self.MEMBER_REQUEST, self.REPLY, self.REPORT, self.SYSTEM]
        return 1 + order.index(self)


class OutgoingState(StrEnum):
    """State of a message in the outbox."""

    WAITING = "waiting"
    SENDING = "sending"
    """Claimed by a sender. If the process is killed in this state, it is unknown whether the message was sent."""
    UNCERTAIN = "uncertain"
    """The message may have been sent: it counts as sent when its echo arrives, else it is sent once more."""
    UNCONFIRMED = "unconfirmed"
    """The retry time ended and it is unknown whether the message arrived: not sent again, but reported."""
    SENT = "sent"
    REFUSED = "refused"
    """Zalo refused the message for good."""
    EXPIRED = "expired"
    """The retry time ended before Zalo accepted the message."""
    SUPERSEDED = "superseded"
    """The message is no longer needed: its case was answered before the message could be delivered."""
    WITHHELD = "withheld"
    """The bot account is on trial: the message is stored for counting and never sent."""


class Notice(BaseModel):
    """A message to be sent, as the services add it to the outbox."""

    model_config = ConfigDict(frozen=True)

    account: str
    """uid of the bot account that sends the message."""
    thread_id: str
    """Group id, or the uid of the addressee."""
    is_group: bool = False
    person_id: int | None = None
    """Id of the addressee of a private message; None for a group."""
    text: str
    """The message; with `file`, only the substitute that is sent where the file cannot be rendered."""
    file: ReportFile | None = None
    purpose: Purpose
    urgent: bool = False
    """About an urgent matter (`Case.urgent`): sent before all others, and retried until an admin has reacted."""
    case_id: int | None = None
    group_id: str
    """Id of the group on whose behalf the message is sent."""
    created_at: datetime
    not_before: datetime | None = None


class Outgoing(BaseModel):
    """A row of the outbox, claimed for sending."""

    model_config = ConfigDict(frozen=True)

    id: int
    client_id: int
    """Own unique clientId (milliseconds); the echo contains it as cliMsgId, which confirms the send."""
    attempts: int
    repeated: bool
    """True where it may have been sent before a crash; the text then contains "(gửi lại)" (sent again)."""
    notice: Notice


class Reception(BaseModel):
    """Zalo's confirmation that it accepted a message."""

    model_config = ConfigDict(frozen=True)

    msg_id: str
