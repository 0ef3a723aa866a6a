"""The facade through which the event pipeline and the scheduler call the services."""

from datetime import datetime
from typing import NamedTuple, Protocol

from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.domain.repositories import UnitOfWork
from zalo_governor.features.attachments.subscriber import AttachmentScans
from zalo_governor.features.cases.message_acts import MessageActs
from zalo_governor.features.cases.nobodys_words import NobodysWords
from zalo_governor.features.cases.service import CaseService
from zalo_governor.features.chat.dispatcher import CommandDesk
from zalo_governor.features.directives.subscriber import DirectiveLedger
from zalo_governor.features.group_changes.encryption import EncryptionWatch
from zalo_governor.features.group_changes.service import GroupChangeService
from zalo_governor.features.members.friend_requests import FriendRequestService
from zalo_governor.features.members.outsiders import OutsiderService
from zalo_governor.features.members.own_departure import OwnDeparture
from zalo_governor.features.members.rename_detection import RenameDetection
from zalo_governor.features.members.unknown_senders import UnknownSenders
from zalo_governor.features.reports.directive_statistics import DirectiveStatistics
from zalo_governor.features.reports.scheduled import ScheduledReports
from zalo_governor.messaging.formatter import MessageFormatter
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.rules.engine import CLEAN


class EventHandler(Protocol):
    """Protocol of the services that act on events (messages, acts …) after the rules have judged them."""

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Act on one event and its verdict (the findings of the rules), inside the transaction that stores both."""
        ...


class Subscription(NamedTuple):
    """A service, and the conditions that an event must meet to be passed to the service."""

    handler: EventHandler
    governed: bool = True
    """True: only events of the groups named in the settings. False: also of private and other conversations."""
    own: bool = False
    """True: also events caused by the bot account itself. False: only events caused by others."""
    remarkable: bool = False
    """True: messages only if a rule has found something in them, or has failed; events of other types always."""
    sealed: bool = True
    """True: also sealed events (content not stored because it may be a state secret)."""


class ServiceFacade:
    """Facade of all services; passes judged events to those that act on them. Implements `pipeline.ports.Reactions`."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._account = policy.account
        self._groups = policy.groups
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)
        self._commands = CommandDesk(policy)
        self._message_acts = MessageActs(policy)
        self.cases = CaseService(policy)
        self._outsiders = OutsiderService(policy)
        self._changes = GroupChangeService(policy)
        self.duties = ScheduledReports(policy)
        self._subscriptions = (
            Subscription(UnknownSenders(policy)),
            Subscription(EncryptionWatch(policy), own=True, sealed=False),
            Subscription(OwnDeparture(policy), own=True, sealed=False),
            Subscription(self._changes, own=True),
            Subscription(self.cases, governed=False, remarkable=True),
            Subscription(NobodysWords(policy), sealed=False),
            Subscription(self._outsiders, remarkable=True),
            Subscription(FriendRequestService(policy), governed=False, remarkable=True),
            Subscription(RenameDetection(policy), sealed=False),
            Subscription(DirectiveStatistics(policy), sealed=False),
            Subscription(DirectiveLedger(policy)),
            Subscription(AttachmentScans(policy), sealed=False),
            Subscription(self._commands, governed=False),
        )
        """Services in the order in which they get an event; commands come last, to see what the others did about it."""

    def filter_findings(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """Return the verdict without the findings for which no case (a possible breach under review) is needed.

        These are missing diacritics in a chat command that the program knows, and findings on data of the group, such
        as its name, that the event repeats but does not change.
        """
        if verdict.sealed or not verdict.findings:
            return verdict
        writing = self._policy.regulation.number_of(ClauseTopic.WRITING)
        if any(finding.clause == writing for finding in verdict.findings) and self._commands.recognises(event):
            kept = tuple(finding for finding in verdict.findings if finding.clause != writing)
            return verdict.model_copy(update={"findings": kept})
        return self._changes.filter_findings(uow, event, verdict)

    def react(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Pass one judged event to the services, and then the acts that waited for its message, such as its recall."""
        first, *waited = self._message_acts.resolve(uow, event)
        self._pass_on(uow, first, verdict)
        for act in waited:
            self._pass_on(uow, act, CLEAN)

    def _pass_on(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Pass one event to each service whose subscription (set of conditions) the event meets."""
        own = event.sender_uid == self._account
        governed = event.is_group and event.thread_id in self._groups
        remarkable = bool(verdict.findings or verdict.failures) or not isinstance(event, MessageSent)
        for subscription in self._subscriptions:
            if (
                (governed or not subscription.governed)
                and (subscription.own or not own)
                and (remarkable or not subscription.remarkable)
                and (subscription.sealed or not verdict.sealed)
            ):
                subscription.handler.handle_event(uow, event, verdict)

    def tell_urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of urgent cases and of outsiders (members not on the roster), if not told of them before."""
        self.cases.backlog.urgent(uow, group_id)
        self._outsiders.sum_up(uow, group_id)

    def recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of cases found in missed messages that were fetched later from Zalo, urgent ones first."""
        self.tell_urgent(uow, group_id)
        self.cases.backlog.recovered(uow, group_id)

    def swept(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins what a group sync (reading the group from Zalo) found; enqueue a download of its picture.

        Deletions by members of whom it was not known whether they may delete are decided on again.
        """
        for act in self._message_acts.retry(uow, group_id):
            self._pass_on(uow, act, CLEAN)
        self._outsiders.sum_up(uow, group_id)
        self.cases.backlog.swept(uow, group_id)
        self.cases.backlog.named_since(uow, group_id)
        self._changes.keep_picture(uow, group_id)

    def remind_of_names(self, uow: UnitOfWork, group_id: str, due: datetime) -> int:
        """Ask members with wrong display names again to correct them; return how many members were asked.

        Call once a day, after the group sync (which reads the names from Zalo).

        Args:
            due: when this call was scheduled; unchanged figures are told to the admins only once in that week.
        """
        return self.cases.remind_of_names(uow, group_id, due)

    def said_again(self, text: str) -> str:
        """Return `text` marked as sent again, for a message that may already have arrived when it was first sent."""
        return self._voice.render(TextId("repeated"), said=text)

    def said_in_part(self, text: str, number: int, total: int) -> str:
        """Return `text`, a part of a longer one, marked with its number and the number of all parts."""
        return self._voice.render(TextId("part"), said=text, number=number, total=total)
