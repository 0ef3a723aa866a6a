"""Whether a member was asked to correct something, and if not, why."""

from enum import StrEnum

from zalo_governor.services.messaging.message_ids import MessageId


class MemberRequest(StrEnum):
    """What became of the private message that asks the member of a case to correct a possible breach."""

    ASKED = "asked"
    """It was put into the outbox."""
    WITHHELD = "withheld"
    """It was withheld, since only the admins get messages in the trial period."""
    NOT_ASKED = "not_asked"
    """The escalation policy or the settings do not ask members about such cases."""
    LEADERSHIP = "leadership"
    """The person is the leader or one of the leadership, whom the bot does not ask."""
    UNREACHED = "unreached"
    """Zalo refuses messages of the bot account to this person."""
    COOLDOWN = "cooldown"
    """The person was asked about the same rule a short time ago."""
    IN_THE_MORNING = "in_the_morning"
    """It is sent when the quiet hours end."""

    @property
    def told_to_admins(self) -> MessageId:
        """Return the sentence by which an alert tells the admins so."""
        return _SENTENCES[self]


_SENTENCES = {
    MemberRequest.ASKED: MessageId.MEMBER_ASKED,
    MemberRequest.WITHHELD: MessageId.MEMBER_WITHHELD,
    MemberRequest.NOT_ASKED: MessageId.MEMBER_NOT_ASKED,
    MemberRequest.LEADERSHIP: MessageId.MEMBER_LEADERSHIP,
    MemberRequest.UNREACHED: MessageId.MEMBER_UNREACHED,
    MemberRequest.COOLDOWN: MessageId.MEMBER_COOLDOWN,
    MemberRequest.IN_THE_MORNING: MessageId.MEMBER_IN_THE_MORNING,
}
