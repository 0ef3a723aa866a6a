"""Messages that the bot sends."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.documents import ReportFile


class Purpose(StrEnum):
    """Why a message goes out; decides its place in the queue and what happens when it is refused."""

    ADMIN_ALERT = "admin_alert"
    MEMBER_REQUEST = "member_request"
    LEADER_ALERT = "leader_alert"
    REPLY = "reply"
    REPORT = "report"
    SYSTEM = "system"

    @property
    def priority(self) -> int:
        """Smaller goes first; 0 is left to what is urgent, whatever its purpose."""
        order = [self.ADMIN_ALERT, self.LEADER_ALERT, self.MEMBER_REQUEST, self.REPLY, self.REPORT, self.SYSTEM]
        return 1 + order.index(self)


class OutgoingState(StrEnum):
    """Where an outgoing message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """Claimed; after a kill nobody knows whether it went out."""
    UNCERTAIN = "uncertain"
    """It may have gone out: the echo decides, or it goes out once more."""
    UNCONFIRMED = "unconfirmed"
    """Its time ended and nobody knows whether it arrived: not sent again, but shown."""
    SENT = "sent"
    REFUSED = "refused"
    """Zalo said no for good."""
    EXPIRED = "expired"
    """Its time ended before Zalo took it."""
    SUPERSEDED = "superseded"
    """Its case was answered before it could be delivered: nobody needs it any more."""
    WITHHELD = "withheld"
    """The account is on trial: it is kept to be counted, and never goes out."""


class Notice(BaseModel):
    """A message to be sent, as the office hands it to the outbox."""

    model_config = ConfigDict(frozen=True)

    account: str
    """The bot account that sends it."""
    thread_id: str
    """Group id, or the uid of the person."""
    is_group: bool = False
    person_id: int | None = None
    """The addressee, for private messages."""
    text: str
    """With a file: what is said in its place where it cannot be made."""
    file: ReportFile | None = None
    purpose: Purpose
    urgent: bool = False
    """It is about something urgent (`Case.urgent`): it goes before all others and is tried until somebody knows."""
    case_id: int | None = None
    group_id: str
    """The group on whose behalf it goes out."""
    created_at: datetime
    not_before: datetime | None = None


class Outgoing(BaseModel):
    """A claimed row of the outbox."""

    model_config = ConfigDict(frozen=True)

    id: int
    client_id: int
    """Our own clientId (milliseconds, unique): becomes the echo's cliMsgId and so confirms the send."""
    attempts: int
    repeated: bool
    """It may have gone out before a kill: the text says "(gửi lại)"."""
    notice: Notice


class Reception(BaseModel):
    """Zalo's word that it took a message."""

    model_config = ConfigDict(frozen=True)

    msg_id: str
