"""Detection of message senders not known as group members; for each, the member list is read again from Zalo."""

from zalo_governor.domain.events import EventBase, MemberRemoved, MembersLeft, MessageSent, SealedHeard
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork


class UnknownSenders(EventHandler):
    """Event handler that requests a group sync for a message's sender who is neither a known member nor on the roster.

    A group sync reads the members from Zalo, and the rule on outsiders (clause 4.5) judges the new ones. Each sender
    triggers one sync, and another one only after having left the group.
    """

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._checked: set[tuple[str, str]] = set()
        """(group id, uid) of the senders checked already, for whom no other sync is requested."""

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Request a group sync if an unknown person wrote the message; forget the senders who leave the group."""
        group_id, uid = event.thread_id, event.sender_uid
        if isinstance(event, MembersLeft | MemberRemoved):
            self._checked.difference_update((group_id, member.uid) for member in event.members)
        if not isinstance(event, MessageSent | SealedHeard) or not uid or (group_id, uid) in self._checked:
            return
        self._checked.add((group_id, uid))
        approved = uow.roster.approved_uids(event.account, group_id) or frozenset()
        if uid not in approved and uid not in uow.members.present_uids(event.account, group_id):
            self._policy.sync_now(group_id, uid)
