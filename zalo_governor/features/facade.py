"""The facade through which the event pipeline and the scheduler call the features."""

from collections.abc import Sequence

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.features.cases.message_acts import MessageActs
from zalo_governor.features.chat.dispatcher import CommandDesk
from zalo_governor.features.registry import FEATURES
from zalo_governor.features.reports.scheduled import ScheduledReports
from zalo_governor.messaging.feature import EventHandler, Feature
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.rules.engine import CLEAN
from zalo_governor.storage.unit_of_work import UnitOfWork


class FeatureFacade:
    """Passes judged events to the features that act on them. Implements `pipeline.ports.Reactions`."""

    def __init__(self, policy: ServicePolicy, features: Sequence[Feature] = FEATURES) -> None:
        self._policy = policy
        self._voice = policy.voice
        self._message_acts = MessageActs(policy)
        self.duties_by_office = [ScheduledReports(office, policy) for office in policy.all_offices]
        self.duties = self.duties_by_office[0]
        self._desk = CommandDesk(policy, [command for feature in features for command in feature.commands])
        # Only commands are answered before the transaction that stores their event.
        self.reads_in_advance = self._desk.reads_in_advance
        self.prepare = self._desk.prepare
        # Commands come last, to see what the others did about the event.
        self._handlers = {
            id(office): (*(handler for feature in features for handler in feature.handlers(office)), self._desk)
            for office in (policy, *policy.all_offices)
        }

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict without the findings for which no case is needed.

        These are missing diacritics in a chat command that the program knows, and findings on data of the group, such
        as its name, that the event repeats but does not change.
        """
        if verdict.sealed:
            return verdict
        for handler in self._handlers_of(event.thread_id):
            if not verdict.findings:
                break
            verdict = handler.filter_findings(uow, event, verdict)
        return verdict

    def react(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Pass one judged event to the features, and then the acts that waited for its message, such as its recall."""
        first, *waited = self._message_acts.resolve(uow, event)
        self._pass_on(uow, first, verdict)
        for act in waited:
            self._pass_on(uow, act, CLEAN)

    def _pass_on(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        own = event.sender_uid == self._policy.account
        governed = event.is_group and event.thread_id in self._policy.groups
        remarkable = bool(verdict.findings or verdict.failures) or not isinstance(event, MessageSent)
        for handler in self._handlers_of(event.thread_id):
            if (
                (governed or not handler.governed)
                and (handler.own or not own)
                and (remarkable or not handler.remarkable)
                and (handler.sealed or not verdict.sealed)
            ):
                handler.handle_event(uow, event, verdict)

    def _handlers_of(self, thread_id: str) -> tuple[EventHandler, ...]:
        """Return the handlers that follow the settings of the group; for any other conversation, the common ones."""
        return self._handlers[id(self._policy.of(thread_id))]

    def tell_urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of urgent things that were not received live, if not told of them before."""
        for handler in self._handlers_of(group_id):
            handler.tell_urgent(uow, group_id)

    def tell_recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of what was found in missed messages that were fetched later, urgent things first."""
        self.tell_urgent(uow, group_id)
        for handler in self._handlers_of(group_id):
            handler.tell_recovered(uow, group_id)

    def after_sync(self, uow: UnitOfWork, group_id: str) -> None:
        """Have the features act on what a group sync found; most tell the admins.

        Deletions whose author may or may not have had the right to delete are decided on again.
        """
        for act in self._message_acts.retry(uow, group_id):
            self._pass_on(uow, act, CLEAN)
        for handler in self._handlers_of(group_id):
            handler.after_sync(uow, group_id)

    def said_again(self, text: str) -> str:
        """Return `text` marked as sent again, for a message that may already have arrived when it was first sent."""
        return self._voice.render(TextId("repeated"), said=text)

    def said_in_part(self, text: str, number: int, total: int) -> str:
        """Return `text`, a part of a longer one, marked with its number and the number of all parts."""
        return self._voice.render(TextId("part"), said=text, number=number, total=total)
