"""Telling the leader of a case: when the desk passes it on, or by the program where nobody answers in time."""

from zalo_governor.domain.cases import Case
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import Person, Reach, Role
from zalo_governor.services.cases.audit import audit_case
from zalo_governor.services.cases.notifications import NAME_RULE
from zalo_governor.services.group_changes.wording import ChangeFormatter
from zalo_governor.services.members.outsiders import way_in
from zalo_governor.services.messaging.formatter import MessageFormatter, moment, number
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

_CHANGES = 10


class Escalation:
    """Writes to the leader. Clause 6.4: what is found is stopped and reported."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._post = Notifier(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)
        self._wording = ChangeFormatter(self._voice, policy.changes)

    def pass_on(self, uow: UnitOfWork, case: Case, by: Person, words: str = "") -> str:
        """The desk reports the case to the leader, with words of its own; gives what became of it, for the desk."""
        text = self._voice.render(
            MessageId.LEADER_PASSED_ON,
            code=case.code,
            by=self._voice.who(by),
            what=self._what(uow, case),
            state=self._voice.state(case.state),
            words=self._voice.render(MessageId.LEADER_WORDS, words=words) if words else "",
        )
        return self._tell(uow, case, text, by.id)

    def unanswered(self, uow: UnitOfWork, case: Case) -> None:
        """Nobody of the desk has answered in time: the leader is told, marked as not verified; the desk learns it.

        What is light and was set right meanwhile is nobody's business any more.
        """
        if case.gravity is not Severity.CRITICAL and not case.state.open:
            uow.cases.save(case.model_copy(update={"due_at": None}))
            return
        text = self._voice.render(
            MessageId.LEADER_UNVERIFIED,
            code=case.code,
            what=self._what(uow, case),
            noted=moment(case.opened_at),
            care=self._voice.render(MessageId.LEADER_CARE) if case.sealed else "",
        )
        told = self._tell(uow, case, text, None)
        waited = (self._policy.clock() - case.opened_at).total_seconds() / 60
        said = self._voice.render(MessageId.ESCALATED, code=case.code, minutes=number(max(1, round(waited))), told=told)
        self._post.to_desk(uow, said, group_id=case.group_id, case_id=case.id, urgent=case.urgent)

    def _tell(self, uow: UnitOfWork, case: Case, text: str, by: int | None) -> str:
        now = self._policy.clock()
        # Nobody is asked to look into what he is said to have done himself.
        leaders = [person for person in self._post.holders(uow, Role.LEADER) if person.id != case.person_id]
        sent = [self._tell_one(uow, case, leader, text) for leader in leaders]
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
            return self._voice.render(MessageId.LEADER_NOBODY)
        if not any(sent):
            return self._voice.render(MessageId.LEADER_WITHHELD)
        reached = any(leader.reach is not Reach.REFUSED for leader in leaders)
        if not reached:
            return self._voice.render(MessageId.LEADER_UNREACHED)
        return self._voice.render(MessageId.LEADER_TOLD if by is None else MessageId.LEADER_PASSED)

    def _tell_one(self, uow: UnitOfWork, case: Case, leader: Person, text: str) -> bool:
        return self._post.to_person(
            uow,
            leader,
            text,
            Purpose.LEADER_ALERT,
            group_id=case.group_id,
            case_id=case.id,
            urgent=case.urgent,
        )

    def _what(self, uow: UnitOfWork, case: Case) -> str:
        if case.rule_id in CHANGE_RULES:
            return self._changed(uow, case)
        if noted := uow.case_notes.manual(case):
            return self._noted(uow, case, noted[0])
        if newcomer := uow.outsiders.of_case(case):
            return self._came(uow, case, newcomer)
        named = self._named(uow, case)
        if case.sealed:
            del named["clause"]
            return self._voice.render(MessageId.LEADER_WHAT_SEALED, where=self._where(uow, case), **named)
        if case.rule_id == NAME_RULE:
            return self._voice.render(MessageId.LEADER_WHAT_NAME, where=self._mended(case), **named)
        return self._voice.render(MessageId.LEADER_WHAT, where=self._where(uow, case), **named)

    def _came(self, uow: UnitOfWork, case: Case, newcomer: Outsider) -> str:
        """Who came in, and how; the case itself is held against whoever let them in."""
        named = self._named(uow, case) | {"who": self._voice.who(uow.people.get(newcomer.person_id))}
        gone = newcomer.gone_at and self._voice.render(MessageId.CASE_NEWCOMER_GONE, when=moment(newcomer.gone_at))
        return self._voice.render(
            MessageId.LEADER_WHAT_NEWCOMER,
            way=way_in(uow, self._voice, newcomer, case),
            where=gone or self._voice.render(MessageId.WHERE_NEWCOMER_HERE),
            **named,
        )

    def _mended(self, case: Case) -> str:
        """Whether the name has been set right since."""
        if case.minutes_to_remedy is None:
            return self._voice.render(MessageId.WHERE_NAME_OPEN)
        return self._voice.render(MessageId.WHERE_NAME_MENDED, minutes=number(case.minutes_to_remedy))

    def _changed(self, uow: UnitOfWork, case: Case) -> str:
        changes = [kept.change for kept in uow.group_changes.of_case(case)]
        return self._voice.render(
            MessageId.LEADER_WHAT_CHANGE, **self._named(uow, case), rows=self._wording.rows(uow, changes[-_CHANGES:])
        )

    def _noted(self, uow: UnitOfWork, case: Case, by: int) -> str:
        who = self._voice.who(uow.people.get(by))
        return self._voice.render(MessageId.LEADER_WHAT_NOTED, **self._named(uow, case), by=who)

    def _named(self, uow: UnitOfWork, case: Case) -> dict[str, str]:
        return {
            "who": self._voice.who(uow.people.get(case.person_id)),
            "when": moment(case.event_at),
            "group": self._voice.group(self._policy.group(case.group_id)),
            "citation": self._voice.cited(case),
            "clause": self._voice.sign(case),
        }

    def _where(self, uow: UnitOfWork, case: Case) -> str:
        """Whether the group still shows it, as far as the program has heard; nothing of what is not a message."""
        messages = uow.case_messages.of(case)
        left = [message for message in messages if message.gone_at is None]
        if not messages:
            return ""
        if not left:
            return self._voice.render(MessageId.WHERE_GONE)
        if len(left) == len(messages):
            return self._voice.render(MessageId.WHERE_SEEN)
        return self._voice.render(MessageId.WHERE_SOME, left=number(len(left)), count=number(len(messages)))
