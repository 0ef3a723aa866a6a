"""Escalation: the group's leader is told of a case, by an admin's command or because no admin acted in time."""

from enum import StrEnum

from zalo_governor.domain.cases import Case, CaseState, Recorded
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import Person, Reach, Role
from zalo_governor.features.cases.alert_notes import AlertNotes
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.features.cases.display_names import NAME_RULE, is_about_name
from zalo_governor.features.cases.freshness import was_fresh
from zalo_governor.features.cases.label_words import category
from zalo_governor.features.cases.newcomers import way_in
from zalo_governor.messaging.change_wording import ChangeFormatter
from zalo_governor.messaging.formatter import brief, moment, number, time_or_brief
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.shortening import Shortenable, shortest
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_CHANGES = 10


class LeaderReached(StrEnum):
    """Whether the group's leader was told of a case, and if not, why."""

    TOLD = "told"
    """A message to the leader is in the outbox, to be sent."""
    NOBODY = "nobody"
    """Nobody who could be told has the role of the leader."""
    WITHHELD = "withheld"
    """The message was only counted, since the account is on trial (only the admin gets messages)."""
    UNREACHED = "unreached"
    """The message is in the outbox, but Zalo refuses the bot's messages to the leader."""


class Escalation(Speaker):
    """Service that tells the group's leader of cases (possible breaches under review; clause 6.4 of the regulation)."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._notes = AlertNotes(policy)
        self._wording = ChangeFormatter(self._voice, policy.changes)

    def pass_on(self, uow: UnitOfWork, case: Case, by: Person, words: str = "") -> LeaderReached:
        """Send the leader a description of the case on behalf of an admin, who typed the command /chuyen (pass on).

        Args:
            by: the admin who passes the case on.
            words: a remark of the admin, quoted in the message.

        Returns:
            Whether the leader was told.
        """
        text = self._voice.render(
            TextId("leader_passed_on"),
            code=case.code,
            by=self._voice.who(by),
            what=self._describe_case(uow, case),
            state=self._voice.state_of(case),
            words=self._voice.render(TextId("leader_words"), words=words) if words else "",
        )
        return self._tell_leaders(uow, case, text, by.id)

    def unanswered(self, uow: UnitOfWork, case: Case) -> None:
        """Tell the leader of a case on which no admin acted in time, and tell the admins that the leader was told.

        The message says that nobody has verified the case. A case that is no longer open is passed on only if critical.
        """
        if case.gravity is not Severity.CRITICAL and not case.state.open:
            uow.cases.save(case.model_copy(update={"due_at": None}))
            return
        decided = uow.audit.last_move(case, by_others=True)  # The member may have asked for a review since.
        if decided and decided.person_id and decided.detail["to"] == CaseState.REFERRED.value:
            reached = self.pass_on(uow, case, uow.people.get(decided.person_id))
            told = self._voice.render(TextId("leader_passed") if reached is LeaderReached.TOLD else NOT_TOLD[reached])
            said = self._voice.render(TextId("passed_on"), code=case.code, told=told)
            self._post.to_desk(uow, said, group_id=case.group_id, case_id=case.id, urgent=case.urgent)
            return
        text = self._voice.render(
            TextId("leader_unverified"),
            code=case.code,
            what=self._describe_case(uow, case),
            noted="" if was_fresh(case) else self._voice.render(TextId("leader_noted"), when=brief(case.opened_at)),
            now=time_or_brief(self._policy.clock(), case.opened_at),
            care=self._voice.render(TextId("leader_care")) if case.sealed else "",
        )
        told = self._tell_leaders(uow, case, text, None)
        sentence = TextId("leader_told") if told is LeaderReached.TOLD else NOT_TOLD[told]
        said = self._voice.render(
            TextId("escalated"),
            head=self._voice.head(case),
            code=case.code,
            minutes=self._voice.lasted(self._policy.clock() - case.opened_at),
            told=self._voice.render(sentence),
        )
        self._post.to_desk(uow, said, group_id=case.group_id, case_id=case.id, urgent=case.urgent)

    def _tell_leaders(self, uow: UnitOfWork, case: Case, text: str, by: int | None) -> LeaderReached:
        now = self._policy.clock()
        # A leader must not be asked to examine a case against himself.
        holders = self._post.holders_in(uow, case.group_id, Role.LEADER)
        leaders = [person for person in holders if person.id != case.person_id]
        sent = [
            self._post.to_person(
                uow, leader, text, Purpose.LEADER_ALERT, group_id=case.group_id, case_id=case.id, urgent=case.urgent
            )
            for leader in leaders
        ]
        uow.cases.save(case.told_leader(at=now, by=by) if any(sent) else case.answered())
        audit_case(
            uow,
            "case.leader",
            case,
            {"leaders": sum(sent), "withheld": len(sent) - sum(sent), "verified": by is not None},
            at=now,
            by=by,
        )
        if not leaders:
            return LeaderReached.NOBODY
        if not any(sent):
            return LeaderReached.WITHHELD
        reached = any(leader.reach is not Reach.REFUSED for leader in leaders)
        return LeaderReached.TOLD if reached else LeaderReached.UNREACHED

    def _describe_case(self, uow: UnitOfWork, case: Case) -> str:
        """Return the text that describes the case in a message to the leader."""
        if case.rule_id in CHANGE_RULES:
            return self._describe_changes(uow, case)
        if noted := uow.case_notes.manual(case):
            return self._describe_manual_case(uow, case, noted)
        if newcomer := uow.outsiders.of_case(case):
            return self._describe_outsider(uow, case, newcomer)
        named = self._case_fields(uow, case)
        if case.sealed:
            del named["clause"]
            return self._voice.render(TextId("leader_what_sealed"), where=self._describe_visibility(uow, case), **named)
        if is_about_name(uow, case):
            del named["when"]
            where = self._describe_name_fix(case) if case.rule_id == NAME_RULE else ""
            return self._voice.render(TextId("leader_what_name"), where=where, **named)
        return self._voice.render(TextId("leader_what"), where=self._describe_visibility(uow, case), **named)

    def _describe_outsider(self, uow: UnitOfWork, case: Case, newcomer: Outsider) -> str:
        """Return the text on a case about an outsider: who it is, and how he joined.

        `newcomer` is the outsider. The case's own person (`case.person_id`) is the member who added the outsider, if
        known.
        """
        named = self._case_fields(uow, case) | {"who": self._voice.who(uow.people.get(newcomer.person_id))}
        gone = newcomer.gone_at and self._voice.render(TextId("case_newcomer_gone"), when=moment(newcomer.gone_at))
        return self._voice.render(
            TextId("leader_what_newcomer"),
            way=way_in(uow, self._voice, newcomer, case),
            where=gone or self._voice.render(TextId("where_newcomer_here")),
            **named,
        )

    def _describe_name_fix(self, case: Case) -> str:
        """Return the text saying whether the member has corrected the display name, and after how long."""
        if case.remedied_at is None:
            return self._voice.render(TextId("where_name_open"))
        lasted = self._voice.lasted(case.remedied_at - case.event_at)
        return self._voice.render(TextId("where_name_mended"), minutes=lasted)

    def _describe_changes(self, uow: UnitOfWork, case: Case) -> str:
        changes = [kept.change for kept in uow.group_changes.of_case(case)]
        return self._voice.render(
            TextId("leader_what_change"),
            **self._case_fields(uow, case) | {"who": self._voice.account_of(uow.people.get(case.person_id))},
            rows=self._wording.rows(uow, changes[-_CHANGES:]),
        )

    def _describe_manual_case(self, uow: UnitOfWork, case: Case, noted: Recorded) -> str:
        who, scene = self._voice.who(uow.people.get(noted.by)), self._voice.place(noted.place)
        return self._voice.render(TextId("leader_what_noted"), **self._case_fields(uow, case), by=who, scene=scene)

    def _case_fields(self, uow: UnitOfWork, case: Case) -> dict[str, str]:
        group = self._notes.group(case)
        return {
            "who": self._voice.who(uow.people.get(case.person_id)),
            "when": brief(case.event_at),
            "group": Shortenable(
                group, shortest(group) or shortest(self._voice.group(self._policy.group(case.group_id)))
            ),
            "citation": self._voice.cited(case),
            "clause": self._voice.in_brackets(category(self._voice, case))
            or Shortenable(self._voice.in_brackets(self._voice.sign(case)), ""),
        }

    def _describe_visibility(self, uow: UnitOfWork, case: Case) -> str:
        """Return the text saying whether the case's messages are still visible in the group; "" without messages."""
        messages = uow.case_messages.of(case)
        left = [message for message in messages if message.gone_at is None]
        if not messages:
            return ""
        if not left:
            return self._voice.render(TextId("where_gone"))
        if len(left) == len(messages):
            return self._voice.render(TextId("where_seen"))
        return self._voice.render(TextId("where_some"), left=number(len(left)), count=number(len(messages)))


NOT_TOLD = {
    LeaderReached.NOBODY: TextId("leader_nobody"),
    LeaderReached.WITHHELD: TextId("leader_withheld"),
    LeaderReached.UNREACHED: TextId("leader_unreached"),
}
"""The sentence that tells the admins why the leader was not told."""
