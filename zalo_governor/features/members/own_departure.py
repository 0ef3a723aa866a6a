"""Tells the admins when the bot account itself is no longer in a group, whose events it then gets no more.

A group that is disbanded shows only as its members leaving, the bot account among them (zalo-protocol.md, 14.11).
"""

from zalo_governor.domain.clock import hour_of
from zalo_governor.domain.events import EventBase, MemberRemoved, MembersLeft
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.formatter import moment
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


class OwnDeparture(EventHandler):
    """Service that tells the admins that the bot account left a group, was removed, or the group was disbanded."""

    own = True
    sealed = False

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Tell the admins, once per clock hour, if the event says that the bot account is no longer in the group."""
        if not isinstance(event, MembersLeft | MemberRemoved):
            return
        gone = {member.uid for member in event.members}
        hour = hour_of(event.at)
        if self._policy.account not in gone or not uow.claims.claim_once(f"own_departure:{event.thread_id}", hour):
            return
        group = self._voice.group(self._policy.group(event.thread_id))
        text = self._voice.render(TextId("own_departure"), group=group, when=moment(event.at))
        self._post.to_desk(uow, text, group_id=event.thread_id, urgent=True)
