"""Zalo tells nobody that a member is called otherwise now, but each message bears its sender's name of that moment."""

from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.people import Person
from zalo_governor.services.policy import OfficePolicy


class Renames:
    """A name other than the last one is a reason to look at the group; what counts is what that look shows.

    The name in a message is not judged itself: it may be another than the one in the list of members, and the two
    would open and close a case by turns.
    """

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._heard: dict[int, str] = {}
        """Person -> the name that a look was last wanted for."""

    def heard(self, event: MessageSent, author: Person) -> None:
        """Take note of the name that a message of a governed group bears."""
        name = event.sender_name
        known = author.display_name
        if not name or not known or name == self._heard.get(author.id, known):
            return
        self._heard[author.id] = name
        self._policy.look_at(event.thread_id)
