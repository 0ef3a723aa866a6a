"""The office as one object: what the pipeline and the schedule call."""

from datetime import datetime

from zalo_governor.domain.events import EventBase, MessageDeleted, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.services.cases.message_removal import RemovalResult
from zalo_governor.services.cases.service import Casework
from zalo_governor.services.commands.dispatcher import CommandDesk
from zalo_governor.services.group_changes.service import Watch, only_others
from zalo_governor.services.members.friend_requests import Friendships
from zalo_governor.services.members.outsiders import Newcomers
from zalo_governor.services.members.rename_detection import Renames
from zalo_governor.services.members.unknown_senders import Strangers
from zalo_governor.services.messaging.formatter import Voice
from zalo_governor.services.messaging.message_ids import Text
from zalo_governor.services.policy import OfficePolicy
from zalo_governor.services.ports import UnitOfWork
from zalo_governor.services.reports.scheduled import Duties

_WRITING = "3.1"
"""The clause about marks; people also type words of their own after a command, and those excuse nothing else."""


class Office:
    """Fits `pipeline.ports.Reactions[UnitOfWork]`: cases first, then commands, in the judge's transaction."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._account = policy.account
        self._voice = Voice(policy.catalogue, policy.regulation)
        self._desk = CommandDesk(policy)
        self._casework = Casework(policy)
        self._newcomers = Newcomers(policy)
        self._friendships = Friendships(policy)
        self._settlement = RemovalResult(policy)
        self._groups = policy.groups
        self._watch = Watch(policy)
        self._renames = Renames(policy)
        self._strangers = Strangers(policy)
        self.duties = Duties(policy)

    def excused(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> Verdict:
        """The verdict without what it says of the haste of typing, where the event is a command that is understood, and
        without what an act of the group only repeats."""
        if verdict.sealed:
            return verdict
        hasty = any(finding.clause == _WRITING for finding in verdict.findings)
        if not hasty or not self._desk.recognises(event):
            return self._watch.excused(uow, event, verdict)
        kept = tuple(finding for finding in verdict.findings if finding.clause != _WRITING)
        return verdict.model_copy(update={"findings": kept})

    def react(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Act on one judged event; of what the bot account itself did, only what it deleted or changed counts."""
        governed = event.is_group and event.thread_id in self._groups
        if event.sender_uid == self._account:
            if isinstance(event, MessageDeleted) and event.is_group:
                self._settlement.heard(uow, event)
            elif governed:
                self._watch.take(uow, event, verdict)
            return
        if governed:
            self._strangers.take(uow, event)
            self._watch.take(uow, event, verdict)
        # Nearly everything is a message in which nothing was found, and that is no business of any of these.
        if verdict.findings or verdict.failures or not isinstance(event, MessageSent):
            self._casework.react(uow, event, only_others(verdict))
            self._newcomers.take(uow, event, verdict)
            self._friendships.take(uow, event)
        if not verdict.sealed:
            self._note_author(uow, event)
        self._desk.take(uow, event, verdict)

    def _note_author(self, uow: UnitOfWork, event: EventBase) -> None:
        if not event.is_group or event.thread_id not in self._policy.groups:
            return
        author = uow.people.find_or_create(event.account, event.sender_uid)
        if author is None:
            return
        if isinstance(event, MessageSent):
            self._renames.heard(event, author)
        statement = self._policy.clarity.statement(event, author)
        if statement:
            uow.distributions.note_statement(event, statement)

    def tell_urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """See `Gathering.urgent` and `Newcomers.sum_up`."""
        self._casework.gathering.urgent(uow, group_id)
        self._newcomers.sum_up(uow, group_id)

    def recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """What is urgent first, then what is not: see `Gathering.recovered`."""
        self.tell_urgent(uow, group_id)
        self._casework.gathering.recovered(uow, group_id)

    def swept(self, uow: UnitOfWork, group_id: str) -> None:
        """See `Newcomers.sum_up`, `Gathering.swept` and `named_since`; and have the group's present picture kept."""
        self._newcomers.sum_up(uow, group_id)
        self._casework.gathering.swept(uow, group_id)
        self._casework.gathering.named_since(uow, group_id)
        self._watch.keep_picture(uow, group_id)

    def remind_of_names(self, uow: UnitOfWork, group_id: str, due: datetime) -> int:
        """See `Casework.remind_of_names`; to be called once a day, after the sweep that was due then."""
        return self._casework.remind_of_names(uow, group_id, due)

    def said_again(self, text: str) -> str:
        """The words of a message that goes out once more, since it may have arrived already."""
        return self._voice.say(Text.REPEATED, said=text)
