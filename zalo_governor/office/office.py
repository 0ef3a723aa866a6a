"""The office as one object: what the pipeline and the schedule call."""

from zalo_governor.domain.events import EventBase, MessageDeleted
from zalo_governor.domain.findings import Verdict
from zalo_governor.office.casework import Casework
from zalo_governor.office.commands.desk import CommandDesk
from zalo_governor.office.duties import Duties
from zalo_governor.office.integrity.watch import Watch, only_others
from zalo_governor.office.messages import Text
from zalo_governor.office.policy import OfficePolicy
from zalo_governor.office.ports import OfficeUnit
from zalo_governor.office.removals import Settlement
from zalo_governor.office.voice import Voice


class Office:
    """Fits `pipeline.ports.Reactions[OfficeUnit]`: cases first, then commands, in the judge's transaction."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._account = policy.account
        self._voice = Voice(policy.catalogue, policy.regulation)
        self._desk = CommandDesk(policy)
        self._casework = Casework(policy)
        self._settlement = Settlement(policy)
        self._groups = policy.groups
        self._watch = Watch(policy)
        self.duties = Duties(policy)

    def excused(self, unit: OfficeUnit, event: EventBase, verdict: Verdict) -> Verdict:
        """The verdict without its findings where the event is a command that is understood, and without those on what
        an act of the group only repeats; what seals stays."""
        if verdict.sealed:
            return verdict
        if self._desk.recognises(event):
            return verdict.model_copy(update={"findings": ()})
        return self._watch.excused(unit, event, verdict)

    def react(self, unit: OfficeUnit, event: EventBase, verdict: Verdict) -> None:
        """Act on one judged event; of what the bot account itself did, only what it deleted or changed counts."""
        governed = event.is_group and event.thread_id in self._groups
        if event.sender_uid == self._account:
            if isinstance(event, MessageDeleted) and event.is_group:
                self._settlement.heard(unit, event)
            elif governed:
                self._watch.take(unit, event, verdict)
            return
        if governed:
            self._watch.take(unit, event, verdict)
        self._casework.react(unit, event, only_others(verdict))
        self._desk.take(unit, event, verdict)

    def recovered(self, unit: OfficeUnit, group_id: str) -> None:
        """See `Casework.recovered`."""
        self._casework.recovered(unit, group_id)

    def swept(self, unit: OfficeUnit, group_id: str) -> None:
        """See `Casework.swept`; and have the group's present picture kept."""
        self._casework.swept(unit, group_id)
        self._watch.keep_picture(unit, group_id)

    def said_again(self, text: str) -> str:
        """The words of a message that goes out once more, since it may have arrived already."""
        return self._voice.say(Text.REPEATED, said=text)
