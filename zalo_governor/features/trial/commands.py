"""Commands `/chaythu` (trial summary), `/batdau` (end the trial) and `/gioithieu` (introduce the bot).

During the trial only the admins get messages; messages to others are withheld and counted.
"""

from zalo_governor.domain.people import DESK, Role
from zalo_governor.features.trial.service import TrialPage, switch_on
from zalo_governor.messaging.commands import Answer, BareCommand, Call
from zalo_governor.messaging.formatter import moment
from zalo_governor.messaging.introduction import introduction_text
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId


class ShowTrial(BareCommand):
    """Command `/chaythu` (trial run): summarise the trial period, in which messages go to admins only."""

    word = "chaythu"
    usage = TextId("usage_trial")
    forgiving = True
    roles = DESK

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._page = TrialPage(policy)

    def answer(self, call: Call, argument: bool) -> Answer:
        """Answer `/chaythu` (trial run) with the summary of the trial so far (`argument` is unused).

        It says which messages were withheld, and how many cases and false alarms each rule had.
        """
        return Answer([self._page.text(call.uow)])


class SwitchOn(BareCommand):
    """Command `/batdau` (start): end the trial, so that messages go to everybody, no longer to admins only."""

    word = "batdau"
    usage = TextId("usage_switch_on")
    roles = frozenset({Role.ADMIN})

    def answer(self, call: Call, argument: bool) -> Answer:
        """End the trial (command `/batdau`, start), or reply that it has ended already (`argument` is unused).

        The other admins and the group are told later.
        """
        who = self.voice.who(call.person)
        if not switch_on(self.policy, call.uow, call.person.id):
            trial = call.uow.trials.get(self.policy.account)
            on = trial.live_at if trial else None
            since = self.voice.render(TextId("already_on_since"), when=moment(on)) if on else ""
            return Answer([self.voice.render(TextId("already_on"), who=who, since=since)], "already")
        introduced = self.voice.render(TextId("switched_on_introduced")) if self.policy.introduce else ""
        return Answer([self.voice.render(TextId("switched_on"), who=who, introduced=introduced)])


class Introduce(BareCommand):
    """Command `/gioithieu` (introduce): explain what the bot is."""

    word = "gioithieu"
    usage = TextId("usage_introduction")
    forgiving = True
    roles = None

    def answer(self, call: Call, argument: bool) -> Answer:
        """Answer `/gioithieu` (introduce) with a text on what the bot is for, which data it stores, and whom to ask.

        `argument` is unused.
        """
        return Answer([introduction_text(self.policy.introduction, self.voice)])
