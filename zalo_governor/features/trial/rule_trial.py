"""Command `/quytac` (rules): list the rules of the group with their state, put one on trial, or end its trial."""

import re
from datetime import date, datetime
from typing import NamedTuple

from zalo_governor.domain.people import Group, Role
from zalo_governor.domain.regulation import RuleInForce, RuleStanding
from zalo_governor.messaging.command_parsing import folded
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import MessageFormatter, moment
from zalo_governor.messaging.templates import TextId

ON_TRIAL, IN_FORCE = "thử", "áp dụng"
"""Words typed before a rule's id: put the rule on trial (nobody is told of its findings), or in force again."""
_STATES = {
    RuleStanding.SWITCHABLE: TextId("rule_state_in_force"),
    RuleStanding.ON_TRIAL: TextId("rule_state_by_file"),
    RuleStanding.SECRECY: TextId("rule_state_secrecy"),
}
_CHANGE = re.compile(rf"({folded(ON_TRIAL)}|{folded(IN_FORCE)}) ([0-9a-z][0-9a-z.-]{{0,79}})")


class Change(NamedTuple):
    """Parsed argument of `/quytac` (rules): the id of a rule, and whether to put it on trial or in force."""

    rule_id: str
    on_trial: bool


class RuleTrial(Command[Change | bool]):
    """Command `/quytac [thử|áp dụng RULE]` (rules): list the rules, or put one on trial or in force again.

    Nobody is told of what a rule on trial finds; it is recorded, and `/chaythu` shows it. The rules on state secrets
    cannot be put on trial.
    """

    word = "quytac"
    usage = TextId("usage_rule_trial")
    in_help = False
    roles = frozenset({Role.ADMIN})

    def understand(self, rest: str, today: date) -> Change | bool | None:
        """Parse `rest`: True if empty (to list the rules); a `Change` for `thử` or `áp dụng` and a rule; else None."""
        if not rest.strip(" ."):
            return True
        found = _CHANGE.fullmatch(folded(rest))
        return Change(found[2], found[1] == folded(ON_TRIAL)) if found else None

    def answer(self, call: Call, argument: Change | bool) -> Answer:
        """List each group's rules, or put the named rule on trial or in force in the groups whose regulation has it."""
        if isinstance(argument, bool):
            return Answer([self.of(group.id)._list(call, group) for group in call.groups], subject="list")
        mine = [self.of(group.id) for group in call.groups]
        standings = [one.policy.regulation.rules.get(argument.rule_id) for one in mine]
        known = [rule.standing for rule in standings if rule]
        if not known:
            text = self.voice.render(TextId("rule_unknown"), rule=argument.rule_id)
            return Answer([text], "unknown", argument.rule_id)
        if RuleStanding.SWITCHABLE not in known:
            return Answer([self._refusal(argument, known[0])], "refused", argument.rule_id)
        groups = [
            group
            for group, rule in zip(call.groups, standings, strict=True)
            if rule and rule.standing is RuleStanding.SWITCHABLE
        ]
        for group in groups:
            self._change(call, group, argument)
        text = TextId("rule_on_trial") if argument.on_trial else TextId("rule_in_force")
        named = ", ".join(self.voice.group(group) for group in groups)
        subject = f"{ON_TRIAL if argument.on_trial else IN_FORCE} {argument.rule_id}"
        return Answer([self.voice.render(text, **self._named(argument.rule_id), groups=named)], subject=subject)

    def _named(self, rule_id: str) -> dict[str, str]:
        return {"rule": rule_id, "title": self.policy.regulation.title_of_rule(rule_id)}

    def _refusal(self, change: Change, standing: RuleStanding) -> str:
        if standing is RuleStanding.SECRECY:
            return self.voice.render(TextId("rule_of_secrecy"), **self._named(change.rule_id))
        return self.voice.render(TextId("rule_on_trial_by_file"), **self._named(change.rule_id))

    def _change(self, call: Call, group: Group, change: Change) -> None:
        trials = call.uow.trials
        if change.on_trial:
            trials.begin_rule(group.id, change.rule_id, self.policy.clock(), call.person.id)
        else:
            trials.end_rule(group.id, change.rule_id)

    def _list(self, call: Call, group: Group) -> str:
        since, rows = call.uow.trials.rules(group.id), []
        for rule_id, rule in self.policy.regulation.rules.items():
            about = {
                "citation": self.voice.citation(rule.clause),
                "state": rule_state(self.voice, rule, since.get(rule_id)),
            }
            rows.append(self.voice.render(TextId("rule_row"), **self._named(rule_id), **about))
        return self.voice.render(TextId("rule_list"), group=self.voice.group(group), rows="\n".join(rows))


def rule_state(voice: MessageFormatter, rule: RuleInForce, tried_since: datetime | None) -> str:
    """Return the words saying whether a rule is in force, or on trial (its findings are only counted).

    `tried_since` is when an admin put it on trial, None if none did; its file may also keep it on trial.
    """
    if rule.standing is RuleStanding.SWITCHABLE and tried_since:
        return voice.render(TextId("rule_state_trial"), since=moment(tried_since))
    return voice.render(_STATES[rule.standing])
