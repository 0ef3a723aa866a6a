"""Who is told of a case, and in which words: the admin's desk always, the member where policy and reach allow."""

from collections.abc import Sequence
from datetime import datetime

from zalo_governor.domain.cases import Case, CaseMessage, CaseState
from zalo_governor.domain.clock import local, minutes_of
from zalo_governor.domain.delivery import DeliveryState
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import RuleFailure, Severity
from zalo_governor.domain.ladder import MemberStep
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Person, Reach
from zalo_governor.office.categories import category, has_category, why
from zalo_governor.office.delivery_words import state_in_words
from zalo_governor.office.messages import Text
from zalo_governor.office.name_advice import NameAdvice
from zalo_governor.office.policy import OfficePolicy
from zalo_governor.office.ports import OfficeUnit
from zalo_governor.office.post import Post
from zalo_governor.office.voice import Voice, day, gone, moment, number
from zalo_governor.pipeline.door import UNCHECKED

_LONGEST_SENTENCE = 300
_ROWS = 10


class Alerts:
    """Writes to the admin, the staff and the member about cases."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._post = Post(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)
        self._names = NameAdvice(policy, self._voice)

    def new_case(
        self, unit: OfficeUnit, case: Case, person: Person, asked: Text, *, about_name: bool, reason: str | None
    ) -> None:
        """Tell the desk of a new case; `asked` is what was done about the member, `reason` the rule's code for why."""
        about = self._about(case, person) | {"member": self._voice.say(asked) + self._again(case)}
        if case.label == UNCHECKED:
            text = self._voice.say(Text.ALERT_UNCHECKED, **about)
        elif case.sealed:
            text = self._voice.say(Text.ALERT_SEALED, same=self._same(unit, case), due=self._due(case), **about)
        elif has_category(case.label):
            named = {"category": category(self._voice, case.label), "reason": why(self._voice, reason)}
            text = self._voice.say(Text.ALERT_HARMFUL, **about, **named)
        else:
            kind = Text.ALERT_NAME if about_name else Text.ALERT_CASE
            about["member"] += self._due(case)
            text = self._voice.say(kind, clause=self._voice.clause(case.clause), **about)
        self._post.to_desk(unit, text, group_id=case.group_id, case_id=case.id, urgent=case.urgent)

    def ask_member(
        self, unit: OfficeUnit, case: Case, person: Person, proposal: str | None, *, about_name: bool, late: bool,
        reason: str | None = None,
    ) -> Text:  # fmt: skip
        """Ask the member to check, where that is allowed; what was done, in words for the desk.

        Args:
            proposal: a display name or a sentence that would be right, where the rule has one.
            reason: the rule's code for why.
            late: the event was heard out of its turn: only what is sealed is still worth a request.
        """
        if held_back := self.held_back(unit, case, person, late=late):
            return held_back
        about = self._about(case, person)
        if case.sealed:
            text = self._voice.say(Text.REQUEST_SEALED, **about)
        elif about_name:
            del about["when"]
            lacks = self._names.lacks(reason, fixable=proposal is not None)
            proposed = self._names.proposal(unit, case.group_id, person, proposal)
            text = self._voice.say(Text.REQUEST_NAME, lacks=lacks, proposal=proposed, **about)
        elif case.clause == "3.1":
            text = self._voice.say(Text.REQUEST_DIACRITICS, proposal=self._sentence(proposal), **about)
        else:
            text = self._voice.say(Text.REQUEST_OTHER, clause=self._voice.clause(case.clause), **about)
        purpose, urgent = Purpose.MEMBER_REQUEST, case.urgent
        sent = self._post.to_person(unit, person, text, purpose, group_id=case.group_id, case_id=case.id, urgent=urgent)
        return Text.MEMBER_ASKED if sent else Text.MEMBER_WITHHELD

    def decided(self, unit: OfficeUnit, case: Case, to: CaseState) -> None:
        """Tell the person concerned what the desk has decided: who was asked, that it was a false alarm; who has said
        anything of the case, also that it was confirmed. That a sealed case is referred is the competent body's to say.
        """
        person = unit.person(case.person_id)
        spoke = any(note.person_id == person.id for note in unit.notes(case))
        asked = unit.request_delivery(case) is DeliveryState.DELIVERED
        text = {CaseState.FALSE_ALARM: Text.DECIDED_FALSE_ALARM, CaseState.CONFIRMED: Text.DECIDED_CONFIRMED}.get(to)
        if text is None or person.reach is Reach.REFUSED or not (spoke or (asked and to is CaseState.FALSE_ALARM)):
            return
        about = self._about(case, person)
        del about["when"]
        said = self._voice.say(text, **about)
        self._post.to_person(unit, person, said, Purpose.REPLY, group_id=case.group_id, case_id=case.id)

    def reposted(self, unit: OfficeUnit, case: Case, person: Person, at: datetime) -> None:
        """Tell the desk that the same person has posted the sealed content of a case again."""
        about = self._about(case, person)
        del about["citation"]
        text = self._voice.say(Text.ALERT_REPOSTED, **(about | {"when": moment(at)}), count=number(case.count))
        self._post.to_desk(unit, text, group_id=case.group_id, case_id=case.id, urgent=True)

    def withdrawn(
        self,
        unit: OfficeUnit,
        case: Case,
        at: datetime,
        by: Person | None,
        *,
        deleted: bool,
        left: Sequence[CaseMessage],
    ) -> None:
        """Tell the desk that a message of a sealed case is no longer to be seen in the group, and what is left."""
        about = self._about(case, unit.person(case.person_id))
        text = self._voice.say(
            Text.ALERT_RECALLED,
            code=about["code"],
            group=about["group"],
            who=about["who"],
            how=gone(self._voice, at, by, deleted=deleted, account=self._policy.account),
            minutes=number(minutes_of(at - case.event_at)),
            rest=self._voice.say(Text.RECALL_REST, count=case.count) if left else "",
        )
        self._post.to_desk(unit, text, group_id=case.group_id, case_id=case.id)

    def recovered(self, unit: OfficeUnit, group_id: str, cases: Sequence[Case]) -> None:
        """Tell the desk in one message of cases that were found too late to warn anybody."""
        self._list(unit, Text.RECOVERED, group_id, cases)

    def swept(self, unit: OfficeUnit, group_id: str, cases: Sequence[Case]) -> None:
        """Tell the desk in one message of the names that a sweep found."""
        self._list(unit, Text.SWEPT, group_id, cases)

    def nobody(self, unit: OfficeUnit, event: EventBase, clause: str) -> None:
        """Tell the desk of a finding for which Zalo names no person, so that no case can be opened."""
        unit.audit(
            "finding.nobody",
            at=self._policy.clock(),
            actor_id=None,
            group_id=event.thread_id,
            subject=clause,
            detail={"event": event.id},
        )
        group = self._voice.group(self._policy.group(event.thread_id))
        citation = self._voice.citation(clause)
        text = self._voice.say(Text.ALERT_NOBODY, group=group, when=moment(event.at), citation=citation)
        self._post.to_desk(unit, text, group_id=event.thread_id, urgent=True)

    def rules_failed(self, unit: OfficeUnit, group_id: str, failures: Sequence[RuleFailure]) -> None:
        """Tell the desk that rules raise, once per rule and day; the store counts every time."""
        today = _midnight(self._policy.clock())
        for rule_id in dict.fromkeys(failure.rule_id for failure in failures):
            if unit.first_run(f"rule_failed:{rule_id}", today):
                text = self._voice.say(Text.ALERT_RULE_FAILED, rule=rule_id, date=day(today))
                self._post.to_desk(unit, text, group_id=group_id)

    def _sentence(self, proposal: str | None) -> str:
        """The sentence as a question; a long one is not worth repeating."""
        if not proposal or len(proposal) > _LONGEST_SENTENCE:
            return ""
        return self._voice.say(Text.PROPOSED_SENTENCE, sentence=" ".join(proposal.split()))

    def _list(self, unit: OfficeUnit, text: Text, group_id: str, cases: Sequence[Case]) -> None:
        rows = [self._row(unit, case) for case in cases[:_ROWS]]
        if len(cases) > _ROWS:
            rows.append(self._voice.say(Text.MORE, count=number(len(cases) - _ROWS)))
        group = self._voice.group(self._policy.group(group_id))
        said = self._voice.say(text, group=group, count=number(len(cases)), rows="\n".join(rows))
        self._post.to_desk(unit, said, group_id=group_id, urgent=any(case.urgent for case in cases))

    def held_back(self, unit: OfficeUnit, case: Case, person: Person, *, late: bool) -> Text | None:
        """Why the member is not to be asked, in words for the desk; None where the member is."""
        step = self._policy.steps(case, person, self._policy.clock()).member
        if step is MemberStep.EXEMPT:
            return Text.MEMBER_LEADERSHIP
        if person.reach is Reach.REFUSED:
            return Text.MEMBER_UNREACHED
        if case.label == UNCHECKED:
            return Text.MEMBER_NOT_ASKED  # Nothing is known against anybody.
        if step is MemberStep.LEAVE:
            return Text.MEMBER_NOT_ASKED
        if case.gravity is Severity.CRITICAL:
            return None
        if late:
            return Text.MEMBER_NOT_ASKED
        cooldown = self._policy.member_cooldown
        since = self._policy.clock() - cooldown
        if cooldown and unit.last_posted(
            person.id, Purpose.MEMBER_REQUEST.value, case.group_id, since, rule_id=case.rule_id
        ):
            return Text.MEMBER_COOLDOWN
        return None

    def _same(self, unit: OfficeUnit, case: Case) -> str:
        earlier = unit.case(case.same_as) if case.same_as else None
        if earlier is None:
            return ""
        return self._voice.say(
            Text.ALERT_SAME,
            code=earlier.code,
            who=self._voice.who(unit.person(earlier.person_id)),
            when=moment(earlier.event_at),
            state=self._voice.state(earlier.state),
        )

    def _again(self, case: Case) -> str:
        ladder = self._policy.ladder
        if case.nth < ladder.repeated_from or case.label == UNCHECKED:
            return ""
        return self._voice.say(Text.MEMBER_AGAIN, nth=number(case.nth), days=number(ladder.window_days))

    def _due(self, case: Case) -> str:
        return self._voice.say(Text.ALERT_DUE, when=moment(case.due_at)) if case.due_at else ""

    def _about(self, case: Case, person: Person) -> dict[str, str]:
        return {
            "code": case.code,
            "group": self._voice.group(self._policy.group(case.group_id)),
            "when": moment(case.event_at),
            "who": self._voice.who(person),
            "citation": self._voice.citation(case.clause),
        }

    def _row(self, unit: OfficeUnit, case: Case) -> str:
        about = self._about(case, unit.person(case.person_id))
        del about["group"]
        return self._voice.say(Text.LISTED_CASE, state=state_in_words(unit, self._voice, case), **about)


def _midnight(now: datetime) -> datetime:
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0)
