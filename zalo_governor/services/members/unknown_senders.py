"""Whoever writes in a group must be in it: one whom nobody saw come has the group looked at at once."""

from zalo_governor.domain.events import EventBase, MemberRemoved, MembersLeft, MessageSent, SealedHeard
from zalo_governor.domain.findings import Verdict
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork


class UnknownSenders:
    """Asks for a look where somebody writes who is no known member and not of the roster, once for each coming.

    What follows is the look's: whether that person is an outsider (clause 4.5) the rule says there.
    """

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._known: set[tuple[str, str]] = set()
        """(group, uid) of those who have been looked up."""

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Look at one event of a governed group."""
        if isinstance(event, MessageSent | SealedHeard):
            self._wrote(uow, event)
        elif isinstance(event, MembersLeft | MemberRemoved):
            self._known.difference_update((event.thread_id, member.uid) for member in event.members)

    def _wrote(self, uow: UnitOfWork, event: EventBase) -> None:
        group_id, uid = event.thread_id, event.sender_uid
        if not uid or (group_id, uid) in self._known:
            return
        self._known.add((group_id, uid))
        approved = uow.roster.approved_uids(event.account, group_id) or frozenset()
        if uid not in approved and uid not in uow.members.present_uids(event.account, group_id):
            self._policy.look_for(group_id, uid)
