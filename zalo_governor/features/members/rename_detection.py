"""Detection of changed display names: Zalo sends no event for a rename, but messages contain the sender's name."""

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork


class RenameDetection(EventHandler):
    """Event handler that requests a group sync if a message contains another sender name than the stored one.

    A group sync reads all names from Zalo, and the rules judge these. Names in messages are not judged: they may differ
    from those of the sync, so that a case about the name would be opened and closed again and again.
    """

    sealed = False

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._requested_for: dict[int, str] = {}
        """Person id -> the sender name because of which a group sync was last requested."""

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Request a sync of the group if the message's sender name differs from the person's stored display name."""
        if not isinstance(event, MessageSent) or not event.sender_name:
            return
        author = uow.people.find_or_create(event.account, event.sender_uid)
        if author is None or not author.display_name:
            return
        name = event.sender_name
        if name == self._requested_for.get(author.id, author.display_name):
            return
        self._requested_for[author.id] = name
        self._policy.sync_soon(event.thread_id)
