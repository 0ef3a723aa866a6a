"""Command `/duyet` (approve): the leader permits a change to the group, beforehand or afterwards (clause 6.1)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.group_changes import CHANGE_RULES, Approval, ChangeKind
from zalo_governor.domain.people import DESK, Group, Person, Role
from zalo_governor.features.cases.commands.decide import cannot_move, unknown_case
from zalo_governor.features.cases.transitions import move_case
from zalo_governor.features.group_changes.notifications import ChangeNotifications
from zalo_governor.messaging.change_vocabulary import INTO, Wanted
from zalo_governor.messaging.command_parsing import case_number
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import moment, one_line
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.text.fold import skeleton

_MOST_CHARACTERS = 120


class Asked(NamedTuple):
    """Parsed argument of `/duyet` (approve): the number of a case about a change already made, or a future change."""

    case_id: int | None
    """Number of the case about the change; None for a change still to be made."""
    wanted: Wanted | None
    """The change still to be made, and for how long the approval is valid; None if a case was named."""
    words: str
    """The argument as typed, on one line."""


class Approve(Command[Asked]):
    """Command `/duyet` (approve): permit a change to the group (its name, picture, settings, administrators …).

    `/duyet <change> [for a time]` permits a change still to be made; `/duyet VP12` permits afterwards the change that
    case VP12 is about.
    """

    word = "duyet"
    usage = TextId("usage_approve")
    roles = DESK | {Role.LEADER}
    """Roles that may use the command; of these, roles not in `policy.approval.roles` cannot approve and only get a text
    with which to ask the leader."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._notifications = ChangeNotifications(policy)

    def allowed_in(self, person: Person, group_id: str) -> bool:
        """Return whether the person may use /duyet (approve), be it only to get a text for asking the leader."""
        return self._may(person, group_id) or person.holds(group_id, *self.roles)

    def _may(self, person: Person, group_id: str) -> bool:
        return person.holds(group_id, *self.policy.of(group_id).approval.roles)

    def understand(self, rest: str, today: date) -> Asked | None:
        """Parse `rest`, the text after the command's word: a case code, or the description of a change; else None.

        Changes are described in the words of config/thay-doi-nhom.yaml (group changes).
        """
        words = one_line(rest, _MOST_CHARACTERS)
        found = case_number(rest)
        if found is not None:
            return Asked(found[0], None, words) if not found[1] else None
        wanted = self.policy.changes.wanted(rest)
        return Asked(None, wanted, words) if wanted else None

    def group_named(self, rest: str, groups: Sequence[Group]) -> tuple[Group | None, str]:
        """Find the group as other commands do; in a renaming (`đổi tên nhóm <name> thành <new name>`), before `thành`.

        The new name may end like the name of another group.
        """
        words = rest.split()
        # In "Thành ủy" or "Thanh tra" the word is a part of a group's name.
        for into in (*(at for at, word in enumerate(words) if skeleton(word) == INTO), len(words)):
            group, change = super().group_named(" ".join(words[:into]), groups)
            wanted = self.policy.changes.wanted(change)
            if group and wanted and wanted.kind is ChangeKind.NAME and not wanted.item:
                return group, " ".join([change, *words[into:]])
        wanted = self.policy.changes.wanted(rest)
        if wanted and wanted.kind is ChangeKind.NAME:
            return None, rest
        return super().group_named(rest, groups)

    def answer(self, call: Call, argument: Asked) -> Answer:
        """Record that the change named by `argument` is approved, and return the reply.

        A person who may not approve gets a text with which to ask the leader.
        """
        if argument.case_id is not None:
            case = call.case(argument.case_id)
            if case is None:
                return unknown_case(self.voice, argument.case_id)
            may = self._may(call.person, case.group_id)
            office = self.of(case.group_id)
            return office._approve_case(call, case) if may else office._suggest_asking(call, case)
        if len(call.groups) == 1 and not self._may(call.person, call.groups[0].id):
            return self.say(call, TextId("approval_ask"), "ask", what=self._what(argument), words=argument.words)
        if argument.wanted is None or len(call.groups) != 1:
            renamed = argument.wanted is not None and argument.wanted.kind is ChangeKind.NAME and argument.wanted.item
            text = TextId("approval_which_group") if renamed else TextId("which_group")
            return self.say(call, text, "which_group")
        return self.of(call.groups[0].id)._approve_in_advance(call, call.groups[0], argument.wanted, argument)

    def _approve_in_advance(self, call: Call, group: Group, wanted: Wanted, asked: Asked) -> Answer:
        now = self.policy.clock()
        approval = call.uow.group_changes.add_approval(
            Approval(
                group_id=group.id,
                given_by=call.person.id,
                # By Zalo's clock, because the approved change will be dated by it too.
                given_at=min(now, call.event.at),
                words=asked.words,
                kind=wanted.kind,
                item=wanted.item,
                until=now + (wanted.length or self.policy.approval.valid),
                once=wanted.length is None,
            )
        )
        said = {
            "who": self.voice.who(call.person),
            "what": self._what(asked),
            "group": self.voice.group(group),
            "until": moment(approval.until),
            "uses": self.voice.render(TextId("approval_once") if approval.once else TextId("approval_always")),
        }
        self._notifications.allowed(call.uow, self.voice.render(TextId("approval_told"), **said), call.person, group.id)
        call.uow.audit.append(
            "approval.given",
            at=now,
            actor_id=call.person.id,
            group_id=group.id,
            subject=wanted.kind.value if wanted.kind else "all",
            detail={"approval": approval.id, "until": approval.until.isoformat(), "once": approval.once},
        )
        return Answer([self.voice.render(TextId("approval_given"), **said)], subject=f"approval {approval.id}")

    def _what(self, asked: Asked) -> str:
        """Return the text naming what is approved: the words as typed, or a full phrase if they allow every change."""
        if asked.wanted is not None and asked.wanted.kind is None and asked.wanted.length is None:
            return self.voice.render(TextId("approval_any"))
        return self.voice.render(TextId("approval_what"), words=asked.words)

    def _approve_case(self, call: Call, case: Case) -> Answer:
        now = self.policy.clock()
        if case.rule_id not in CHANGE_RULES:
            return self.say_of(case, TextId("approval_no_change"), "no_change")
        until = case.event_at + self.policy.approval.afterwards
        if now > until:
            return self.say_of(case, TextId("approval_too_late"), "too_late", until=moment(until))
        reason = self.voice.render(TextId("reason_approved"), who=self.voice.who(call.person))
        if not case.may_become(CaseState.APPROVED):
            return cannot_move(self, case)
        approval = call.uow.group_changes.add_approval(
            Approval(
                group_id=case.group_id,
                given_by=call.person.id,
                given_at=now,
                words=case.code,
                until=now,
                once=True,
                used_by_event=case.first_event_id,
            )
        )
        call.uow.group_changes.approve(case, approval.id)
        by, detail = call.person.id, {"approval": approval.id}
        approved = move_case(call.uow, case, CaseState.APPROVED, at=now, by=by, reason=reason, detail=detail)
        self._notifications.approved(call.uow, approved, call.person)
        return self.say_of(case, TextId("approval_done"))

    def _suggest_asking(self, call: Call, case: Case) -> Answer:
        return self.say(call, TextId("approval_ask_case"), "ask", case.code, code=case.code)
