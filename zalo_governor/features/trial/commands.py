"""Commands `/chaythu` (trial summary), `/batdau` (end the trial) and `/gioithieu` (introduce the bot).

During the trial only the admins get messages; messages to others are withheld and counted.
"""

from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import DESK, Group, Role
from zalo_governor.features.trial.service import TrialPage, groups_named, switch_on, trial_line
from zalo_governor.messaging.commands import Answer, BareCommand, Call
from zalo_governor.messaging.formatter import moment
from zalo_governor.messaging.introduction import introduction_text
from zalo_governor.messaging.templates import TextId


class ShowTrial(BareCommand):
    """Command `/chaythu` (trial run): summarise the trial period, in which messages go to admins only."""

    word = "chaythu"
    usage = TextId("usage_trial")
    forgiving = True
    roles = DESK

    def answer(self, call: Call, argument: bool) -> Answer:
        """Return the summary of the trial: the messages withheld, and each rule's number of cases and false alarms.

        For several groups: a line on each. `argument` is unused.
        """
        if len(call.groups) > 1:
            return self.overview(call, lambda group: self._state(call, group))
        return Answer([TrialPage(self.policy.of(group.id)).text(call.uow, group.id) for group in call.groups])

    def _state(self, call: Call, group: Group) -> str:
        return trial_line(self.policy, call.uow, self.voice, group.id) or self.voice.render(TextId("trial_live"))


class SwitchOn(BareCommand):
    """Command `/batdau` (start): end the trial, so that messages go to everybody, no longer to admins only."""

    word = "batdau"
    usage = TextId("usage_switch_on")
    roles = frozenset({Role.ADMIN})

    def answer(self, call: Call, argument: bool) -> Answer:
        """End the trial, or reply that it has ended already (`argument` is unused).

        The other admins and the group are told later, by `TrialEnd`.
        """
        who = self.voice.who(call.person)
        ended = switch_on(self.policy, call.uow, call.groups, call.person.id)
        if not ended:
            trials = (call.uow.trials.get(self.policy.account, group.id) for group in call.groups)
            on = max((trial.live_at for trial in trials if trial and trial.live_at), default=None)
            since = self.voice.render(TextId("already_on_since"), when=moment(on)) if on else ""
            return Answer([self.voice.render(TextId("already_on"), who=who, since=since)], "already")
        introduce = any(self.policy.of(group.id).introduce for group in ended)
        introduced = self.voice.render(TextId("switched_on_introduced")) if introduce else ""
        named = groups_named(self.policy, ended)
        return Answer([self.voice.render(TextId("switched_on"), who=who, introduced=introduced, groups=named)])


class Introduce(BareCommand):
    """Command `/gioithieu` (introduce): explain what the bot is."""

    word = "gioithieu"
    usage = TextId("usage_introduction")
    forgiving = True
    roles = None

    def answer(self, call: Call, argument: bool) -> Answer:
        """Return a text on what the bot is for, which data it stores, and whom to ask (`argument` is unused)."""
        group_id = call.groups[0].id if call.groups else NO_GROUP
        office = self.policy.of(group_id)
        return Answer([introduction_text(office.introduction(group_id), office.voice)])
