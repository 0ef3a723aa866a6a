"""Event subscriber that counts directives (orders of the leadership) and reports, classified by `directive_quality`."""

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork


class DirectiveStatistics(EventHandler):
    """Event subscriber that counts directives (orders of the leadership) and reports, without storing their text.

    It is called for each event that the rules have judged.
    """

    sealed = False

    def __init__(self, policy: ServicePolicy) -> None:
        self._clarity = policy.clarity

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Count the event if it is a directive (order of the leadership) or a report; `verdict` is not used."""
        if not isinstance(event, MessageSent):
            return
        author = uow.people.find_or_create(event.account, event.sender_uid)
        statement = self._clarity.statement(event, author) if author else None
        if statement:
            uow.distributions.note_statement(event, statement)
