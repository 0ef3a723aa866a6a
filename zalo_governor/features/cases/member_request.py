"""Results of asking the member whom a case is about to correct the possible breach."""

from enum import StrEnum

from zalo_governor.messaging.templates import TextId


class MemberRequest(StrEnum):
    """Whether the bot asked the member whom a case is about to correct the possible breach, and if not, why not."""

    ASKED = "asked"
    """The message was put into the outbox, to be sent."""
    WITHHELD = "withheld"
    """The message was only counted, since the account is on trial (only the admin gets messages)."""
    NOT_ASKED = "not_asked"
    """The escalation policy or the settings do not ask members about such cases."""
    LEADERSHIP = "leadership"
    """The person is the leader or one of the leadership, whom the bot does not ask."""
    UNREACHED = "unreached"
    """Zalo refuses messages of the bot account to this person."""
    COOLDOWN = "cooldown"
    """The person was asked about the same rule a short time ago."""
    IN_THE_MORNING = "in_the_morning"
    """The message will be sent when the quiet hours end."""
    GONE = "gone"
    """The message was recalled or deleted before the breach was found, so that nothing is left to be done."""

    @property
    def told_to_admins(self) -> TextId:
        """Return the id of the sentence that tells the admins whether the member was asked, or why not."""
        return TextId(f"member_{self.value}")
