"""What a scenario expects the bot to make of an act (what somebody does); `zalo-governor demo` checks it."""

from zalo_governor.domain.models import StrictModel


class Expect(StrictModel):
    """How the bot should react to an act (scripted event) of a scenario; the command `zalo-governor demo` checks it.

    A rule is a check for one kind of breach of the group's regulation; a case is a possible breach that the bot has
    recorded for review.
    """

    rule: str | None = None
    """Name of the rule under which the bot must open a case about the act; None if no such case is expected."""
    joins: bool = False
    """Whether the bot must add the act to a case that is already open for the same person.

    If False and a rule is expected, the act must open a case of its own.
    """
    late: bool = False
    """Whether the bot learns of the act only after an outage of the connection.

    It must then open a case, but must not send a warning at once, because the act lies in the past.
    """
    sealed: bool = False
    """Whether the case must be sealed: none of the message's text may be stored anywhere.

    Cases are sealed if the message may be a state secret.
    """
    leader_told: bool = False
    """Whether the bot must tell the leader (head of the group) of the case, because an administrator caused it."""
    fixes: bool = False
    """Whether the act changes the person's display name to the name that the bot proposed.

    The open case about the person's incorrect name must then close by itself.
    """
    in_file: bool = False
    """Whether what is wrong is in the file or picture of the act: the bot sees it only when it has scanned the file."""
    digest: bool = False
    """Whether the administrators need not be told of the case at once, but in the next digest."""
    not_checked: str | None = None
    """Reason, a value of `NotChecked`, for which the report must count the act's file as not completely checked."""
    nothing: bool = False
    """Whether the act must not lead to a case, although it resembles a breach."""
    reply_contains: str | None = None
    """Text that the bot's private reply to the person must contain, ignoring letter case; None: not checked."""
    reply_file: str | None = None
    """Extension of the name of a file that the bot must send privately to the person; None if not checked.

    For `png` a photo message also counts.
    """
    group_reply_contains: str | None = None
    """Text that a reply of the bot in the group must contain, ignoring letter case; None: not checked."""
