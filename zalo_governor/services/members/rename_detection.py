"""Zalo tells nobody that a member is called otherwise now, but each message bears its sender's name of that moment."""

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork


class RenameDetection:
    """A name other than the last one is a reason to look at the group; what counts is what that look shows.

    The name in a message is not judged itself: it may be another than the one in the list of members, and the two
    would open and close a case by turns.
    """

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._heard: dict[int, str] = {}
        """Person -> the name that a look was last wanted for."""

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Compare the name that a message of a governed group bears with the one that is known."""
        if not isinstance(event, MessageSent) or not event.sender_name:
            return
        author = uow.people.find_or_create(event.account, event.sender_uid)
        if author is None or not author.display_name:
            return
        name = event.sender_name
        if name == self._heard.get(author.id, author.display_name):
            return
        self._heard[author.id] = name
        self._policy.look_at(event.thread_id)
