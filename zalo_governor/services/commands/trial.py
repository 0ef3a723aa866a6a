"""/chaythu, /batdau, /gioithieu: the program on trial, the program switched on, and the program about itself."""

from datetime import date

from zalo_governor.domain.people import Role
from zalo_governor.services.commands.base import Answer, Call, Command
from zalo_governor.services.commands.cases import DESK
from zalo_governor.services.messaging.formatter import moment
from zalo_governor.services.messaging.introduction import introduction_text
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.trial import TrialPage, switch_on
from zalo_governor.services.policy import ServicePolicy


class _Alone(Command[bool]):
    """A command that nothing follows."""

    def understand(self, rest: str, today: date) -> bool | None:
        """Nothing follows it."""
        return True if not rest.strip(" .?") else None


class ShowTrial(_Alone):
    """/chaythu"""

    word = "chaythu"
    usage = MessageId.USAGE_TRIAL
    forgiving = True
    roles = DESK

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._page = TrialPage(policy)

    def answer(self, call: Call, argument: bool) -> Answer:
        """The page about the trial so far."""
        return Answer([self._page.text(call.uow)])


class SwitchOn(_Alone):
    """/batdau"""

    word = "batdau"
    usage = MessageId.USAGE_SWITCH_ON
    roles = frozenset({Role.ADMIN})

    def answer(self, call: Call, argument: bool) -> Answer:
        """From now on what goes out goes out; the rest of the desk and the group hear of it right after."""
        who = self.voice.who(call.person)
        if not switch_on(self.policy, call.uow, call.person.id):
            trial = call.uow.trials.get(self.policy.account)
            on = trial.live_at if trial else None
            since = self.voice.render(MessageId.ALREADY_ON_SINCE, when=moment(on)) if on else ""
            return Answer([self.voice.render(MessageId.ALREADY_ON, who=who, since=since)], "already")
        introduced = self.voice.render(MessageId.SWITCHED_ON_INTRODUCED) if self.policy.introduce else ""
        return Answer([self.voice.render(MessageId.SWITCHED_ON, who=who, introduced=introduced)])


class Introduce(_Alone):
    """/gioithieu"""

    word = "gioithieu"
    usage = MessageId.USAGE_INTRODUCTION
    forgiving = True
    roles = None

    def answer(self, call: Call, argument: bool) -> Answer:
        """What the program is for, what it keeps, and whom to ask."""
        return Answer([introduction_text(self.policy.introduction, self.voice)])
