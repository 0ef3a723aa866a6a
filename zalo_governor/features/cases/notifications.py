"""Notices about cases to the admins, and to the member concerned if allowed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from zalo_governor.domain.cases import UNCHECKED, Case, CaseMessage, CaseState
from zalo_governor.domain.clock import midnight, today
from zalo_governor.domain.delivery import DeliveryState
from zalo_governor.domain.escalation import MemberStep
from zalo_governor.domain.findings import RuleFailure, Severity
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import NOBODY_UID, Person, Reach
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.cases.alert_notes import AlertNotes
from zalo_governor.features.cases.display_names import DisplayNameAdvice, is_about_name
from zalo_governor.features.cases.label_words import category, why, words_of
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.features.cases.next_actions import answers, may_remove
from zalo_governor.features.cases.ranking import gravest_first, shown
from zalo_governor.messaging.delivery_words import state_in_words
from zalo_governor.messaging.formatter import day, gone, moment, number, plain
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.shortening import Shortenable
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork

_LONGEST_SENTENCE = 300


class CaseNotifications(Speaker):
    """Sender of notices (private messages) about cases to the admins and to the members concerned."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._names = DisplayNameAdvice(policy, self._voice)
        self._notes = AlertNotes(policy)

    def new_case(self, uow: UnitOfWork, case: Case, asked: MemberRequest, reason: str | None) -> None:
        """Tell the admins of a new case.

        Args:
            asked: whether the member was asked to correct the breach, or why not.
            reason: the codes with which the rule explains its finding, such as `contact+offer`; None without.
        """
        person = uow.people.get(case.person_id)
        about: dict[str, str] = {
            "head": self._voice.head(case),
            "code": case.code,
            "who": self._voice.who(person),
            "when": self._notes.time(case),
            "place": self._notes.place(case),
            "sign": self._notes.sign(case),
            "due": self._notes.deadline(uow, case),
            "member": self._notes.of_member(case, asked),
            "details": self._voice.render(TextId("alert_details"), code=case.code),
            "closing": self._voice.render(TextId("alert_closing")),
        }
        if asked is MemberRequest.WITHHELD and about["due"]:
            about["member"] = ""  # The sentence on the deadline says that too.
        if case.label == UNCHECKED:
            kind = TextId("alert_unchecked")
            about["citation"] = self._voice.cited(case)
        elif case.sealed:
            kind = TextId("alert_sealed_gone") if asked is MemberRequest.GONE else TextId("alert_sealed")
            about |= {
                "seen": self._notes.seen_in_file(reason),
                "same": self._notes.same_content(uow, case),
                "remove": self._notes.recall_advice(uow, case),
            }
        elif words := words_of(self._voice, case):
            kind = words.alert
            about |= {
                "category": self._matter(case),
                "remove": self._notes.removal_offer(uow, case),
            }
        else:
            kind = TextId("alert_name") if is_about_name(uow, case) else TextId("alert_case")
        fields = self._policy.catalogue.template(kind).fields
        text = self._voice.render(kind, **{name: value for name, value in about.items() if name in fields})
        self._post.to_desk(uow, text, group_id=case.group_id, case_id=case.id, urgent=case.urgent)
        self._sync_if_unnamed(uow, case, person)

    def _matter(self, case: Case) -> str:
        """Return what the case is about; for a rule in YAML also why that is a breach, if the alert has room for it."""
        named = category(self._voice, case)
        declared = self._voice.regulation.words_of(case.rule_id)
        return Shortenable(named + self._voice.in_brackets(why(self._voice, None, case)), named) if declared else named

    def named_since(self, uow: UnitOfWork, case: Case) -> None:
        """Tell the admins the name of a sealed case's person, once, if it was unknown when they were told of the case.

        They need the name to telephone the person, since sealed content (not stored) may be a state secret.
        """
        person = uow.people.get(case.person_id)
        if not uow.claims.is_claimed(*_naming_claim("nameless", case)) or not _is_named(person):
            return
        if uow.claims.claim_once(*_naming_claim("named", case)):
            text = self._voice.render(TextId("alert_named"), code=case.code, who=self._voice.who(person))
            self._post.to_desk(uow, text, group_id=case.group_id, case_id=case.id, urgent=True)

    def _sync_if_unnamed(self, uow: UnitOfWork, case: Case, person: Person) -> None:
        """Request a group sync if a sealed case (suspected secret) has a nameless person."""
        if case.sealed and not _is_named(person):
            uow.claims.claim_once(*_naming_claim("nameless", case))
            self._policy.sync_now(case.group_id, person.uid)

    def ask_member(self, uow: UnitOfWork, case: Case, *, old: bool) -> MemberRequest:
        """Ask the member in private to correct the breach, if allowed; return whether he was asked, or why not.

        If the event was over 5 minutes `old` when received, members are asked about critical cases only.
        """
        person = uow.people.get(case.person_id)
        if reason_not_notified := self.reason_not_notified(uow, case, person, old=old):
            return reason_not_notified
        declared = self._voice.regulation.words_of(case.rule_id)
        if declared and declared.notices and not self._has_room_today(uow, case, declared.notices):
            return MemberRequest.COOLDOWN
        proposal, reason = uow.cases.suggestion(case), uow.cases.reason(case)
        about_name = is_about_name(uow, case)
        text = self.request(uow, case, person, proposal, about_name=about_name, old=old, reason=reason)
        purpose, urgent = Purpose.MEMBER_REQUEST, case.urgent
        sent = self._post.to_person(uow, person, text, purpose, group_id=case.group_id, case_id=case.id, urgent=urgent)
        return MemberRequest.ASKED if sent else MemberRequest.WITHHELD

    def request(
        self, uow: UnitOfWork, case: Case, person: Person, proposal: str | None, *, about_name: bool,
        old: bool = False, reason: str | None = None,
    ) -> str:  # fmt: skip
        """Return the text by which the member is asked to correct the breach; `old` as for `ask_member`.

        `about_name` tells that the case is about a display name, not a message; `proposal` is a correct display name or
        sentence, if the rule proposes one; `reason` are the codes by which the rule explains its finding.
        """
        about = self._case_fields(case, person)
        if case.sealed:
            sealed = TextId("request_sealed_old") if old else TextId("request_sealed")
            return self._voice.render_for(person, sealed, **about)
        if about_name:
            del about["when"]
            lacks = self._names.lacks(case, reason, fixable=proposal is not None)
            proposed = self._names.proposal(uow, case.group_id, person, proposal)
            return self._voice.render_for(person, TextId("request_name"), lacks=lacks, proposal=proposed, **about)
        if self._is_about_writing(case):
            about["proposal"] = self._proposed_sentence(proposal)
            return self._voice.render_for(person, TextId("request_diacritics"), **about)
        if declared := self._voice.regulation.words_of(case.rule_id):
            reason_in_words = Shortenable(declared.why.rstrip(". "), declared.title)
            return self._voice.render_for(person, TextId("request_rule"), why=reason_in_words, **about)
        if (words := words_of(self._voice, case)) and words.request:
            return self._voice.render_for(person, words.request, category=category(self._voice, case), **about)
        about["clause"] = self._voice.in_brackets(self._voice.clause(case.clause))
        return self._voice.render_for(person, TextId("request_other"), **about)

    def _has_room_today(self, uow: UnitOfWork, case: Case, notices: int) -> bool:
        """Claim one of the day's `notices` requests to the member under the case's rule; False if none is left."""
        since = midnight(today(self._policy.clock()))
        names = (f"notice:{case.rule_id}:{case.person_id}:{number}" for number in range(notices))
        return any(uow.claims.claim_once(name, since) for name in names)

    def ask_of_night(self, uow: UnitOfWork, cases: Sequence[Case], person: Person) -> None:
        """Ask the member to correct minor breaches of the last night: one in the usual message, several in a list."""
        if len(cases) == 1:
            self.ask_member(uow, cases[0], old=False)
            return
        text = self._voice.render_for(
            person,
            TextId("request_several"),
            group=self._voice.group(self._policy.group(cases[0].group_id)),
            count=number(len(cases)),
            rows="\n".join(self._request_row(uow, case, person) for case in cases),
        )
        first = cases[0]
        self._post.to_person(uow, person, text, Purpose.MEMBER_REQUEST, group_id=first.group_id, case_id=first.id)
        for case in cases[1:]:
            uow.cases.save(case.model_copy(update={"asked_with": first.id}))

    def _request_row(self, uow: UnitOfWork, case: Case, person: Person) -> str:
        about = self._case_fields(case, person)
        made = uow.cases.suggestion(case)
        if is_about_name(uow, case):
            proposal = self._names.proposal(uow, case.group_id, person, made)
            return self._voice.render(
                TextId("request_row_name"),
                code=case.code,
                citation=about["citation"],
                lacks=self._names.lacks(case, uow.cases.reason(case), fixable=made is not None),
                proposal=proposal,
            )
        return self._voice.render(
            TextId("request_row"),
            code=case.code,
            when=about["when"],
            citation=about["citation"],
            clause=self._voice.in_brackets(self._voice.clause(case.clause)),
            proposal=self._proposed_sentence(made) if self._is_about_writing(case) else "",
        )

    def decided(self, uow: UnitOfWork, case: Case, to: CaseState, *, taken_back: bool = False) -> bool:
        """Tell the person whom the case is about that the admins have moved it to the state `to`; return whether told.

        If `taken_back`, tell the person that they have taken that decision back.

        Of a false alarm a person is told who was asked to correct the breach, or wrote about the case to the admins; of
        a confirmation, only who wrote. Nobody is told of other states: sealed cases (suspected state secrets) are left
        to the authority to which they are referred.
        """
        person = uow.people.get(case.person_id)
        until = case.state_at if taken_back else self._policy.clock()
        spoke = any(note.person_id == person.id and note.at <= until for note in uow.case_notes.of(case))
        asked = uow.deliveries.request_state(case) is DeliveryState.DELIVERED
        text = {
            CaseState.FALSE_ALARM: TextId("decided_false_alarm"),
            CaseState.CONFIRMED: TextId("decided_confirmed"),
        }.get(to)
        if text is None or person.reach is Reach.REFUSED or not (spoke or (asked and to is CaseState.FALSE_ALARM)):
            return False
        if taken_back:
            text = TextId("decided_taken_back")
        about = self._case_fields(case, person)
        del about["when"]
        about["citation"] = self._voice.cited(case, within=text != TextId("decided_confirmed"))
        said = self._voice.render_for(person, text, **about)
        return self._post.to_person(uow, person, said, Purpose.REPLY, group_id=case.group_id, case_id=case.id)

    def reposted(self, uow: UnitOfWork, case: Case, at: datetime) -> None:
        """Tell the admins that the person has posted the content of a sealed case (a suspected secret) again."""
        about = self._case_fields(case, uow.people.get(case.person_id))
        del about["citation"]
        about |= {"head": self._voice.head(case), "closing": self._voice.render(TextId("alert_closing"))}
        about["remove"] = self._notes.removal_offer(uow, case)
        unpassed = case.leader_told_by is None
        about["pass_on"] = self._voice.render(TextId("or_pass_on"), code=case.code) if unpassed else ""
        about["answers"] = answers(self._voice, case).strip()
        text = self._voice.render(TextId("alert_reposted"), **(about | {"when": moment(at)}), count=number(case.count))
        self._post.to_desk(uow, text, group_id=case.group_id, case_id=case.id, urgent=True)

    def withdrawn(
        self,
        uow: UnitOfWork,
        case: Case,
        at: datetime,
        by: Person | None,
        *,
        deleted: bool,
        left: Sequence[CaseMessage],
    ) -> None:
        """Tell the admins that a message of a sealed case (a suspected state secret) was removed from the group.

        `by` (None: unknown) deleted it for everybody if `deleted`, else recalled it. `left` are the case's messages
        that are still visible.
        """
        author, remover, account = uow.people.get(case.person_id), by and uow.people.get(by.id), self._policy.account
        text = self._voice.render(
            TextId("alert_recalled"),
            code=case.code,
            who=self._voice.who(author),
            how=gone(self._voice, at, remover, author_id=author.id, deleted=deleted, account=account),
            after=self._voice.render(TextId("gone_after"), minutes=self._voice.lasted(at - case.event_at)),
            rest=self._voice.render(TextId("recall_rest"), count=number(case.count)) if left else "",
        )
        self._post.to_desk(uow, text, group_id=case.group_id, case_id=case.id)

    def urgent_cases(self, uow: UnitOfWork, group_id: str, asked: Sequence[tuple[Case, MemberRequest]]) -> None:
        """Tell the admins of several urgent cases of the group in one message.

        Args:
            asked: (case, whether its member was asked to correct the breach) for each case.
        """
        done = {case.id: text for case, text in asked}
        ordered = gravest_first(case for case, _ in asked)
        rows = [self._urgent_row(uow, case, done[case.id]) for case in ordered]
        group = self._voice.group(self._policy.group(group_id))
        may = any(may_remove(uow, self._policy.account, case) for case, _ in asked)
        remove = self._voice.render(TextId("or_delete_each")) if may else ""
        about = {"group": group, "codes": self._voice.codes(ordered), "rows": "\n".join(rows), "remove": remove}
        text = self._voice.render(TextId("urgent_cases"), **about)
        self._post.to_desk(uow, text, group_id=group_id, urgent=True)
        for case, _ in asked:
            self._sync_if_unnamed(uow, case, uow.people.get(case.person_id))

    def _urgent_row(self, uow: UnitOfWork, case: Case, asked: MemberRequest) -> str:
        named = self._row_fields(case, uow.people.get(case.person_id))
        if case.label == UNCHECKED:
            return self._voice.render(TextId("urgent_row_unchecked"), **named)
        member = TextId("urgent_asked") if asked is MemberRequest.ASKED else TextId("urgent_not_asked")
        return self._voice.render(TextId("urgent_row"), member=self._voice.render(member), **named)

    def recovered(self, uow: UnitOfWork, group_id: str, cases: Sequence[Case], asked: int) -> None:
        """Tell the admins in one message of several cases found late.

        `asked` is the number of these cases whose member was asked to correct the breach.
        """
        members = self._voice.render(TextId("recovered_asked"), count=number(asked)) if asked else ""
        self._send_list(
            uow,
            TextId("recovered"),
            group_id,
            cases,
            members=members or self._voice.render(TextId("recovered_not_asked")),
        )

    def swept(self, uow: UnitOfWork, group_id: str, cases: Sequence[Case]) -> None:
        """Tell the admins in one message of wrong display names found by a group sync."""
        self._send_list(uow, TextId("swept"), group_id, cases)

    def _is_about_writing(self, case: Case) -> bool:
        return case.clause == self._policy.regulation.number_of(ClauseTopic.WRITING)

    def rules_failed(self, uow: UnitOfWork, group_id: str, failures: Sequence[RuleFailure]) -> None:
        """Tell the admins which rules raised an exception, once per rule and day; a rule is named by its clause."""
        now = self._policy.clock()
        for rule_id in dict.fromkeys(failure.rule_id for failure in failures):
            if uow.claims.claim_once(f"rule_failed:{rule_id}", midnight(today(now))):
                clause = self._policy.regulation.clause_of_rule(rule_id)
                citation = self._voice.citation(clause) if clause else rule_id
                text = self._voice.render(TextId("alert_rule_failed"), citation=citation, date=day(now))
                self._post.to_desk(uow, text, group_id=group_id)

    def _proposed_sentence(self, proposal: str | None) -> str:
        """Return the text proposing the corrected sentence; "" if there is none, or it is over 300 characters long.

        Its shorter form names the command that proposes the sentence.
        """
        if not proposal or len(proposal) > _LONGEST_SENTENCE:
            return ""
        said = self._voice.render(TextId("proposed_sentence"), sentence=" ".join(proposal.split()))
        return Shortenable(said, self._voice.render(TextId("proposed_by_command")))

    def _send_list(self, uow: UnitOfWork, text: TextId, group_id: str, cases: Sequence[Case], **more: str) -> None:
        named, rest = shown(cases)
        rows = [self._case_row(uow, case) for case in named]
        if rest:
            rows.append(self._voice.render(TextId("more"), count=number(rest)))
        group = self._voice.group(self._policy.group(group_id))
        said = self._voice.render(text, group=group, count=number(len(cases)), rows="\n".join(rows), **more)
        self._post.to_desk(uow, said, group_id=group_id, urgent=any(case.urgent for case in cases))

    def reason_not_notified(self, uow: UnitOfWork, case: Case, person: Person, *, old: bool) -> MemberRequest | None:
        """Return why `ask_member` would not ask the member to correct the breach; None if it would ask."""
        step = self._policy.steps(case, person, self._policy.clock()).member
        if step is MemberStep.EXEMPT:
            return MemberRequest.LEADERSHIP
        if person.reach is Reach.REFUSED:
            return MemberRequest.UNREACHED
        if case.label == UNCHECKED:
            return MemberRequest.NOT_ASKED  # The check itself failed: nothing is known against the sender.
        if step is MemberStep.LEAVE:
            return MemberRequest.NOT_ASKED
        if case.gravity is Severity.CRITICAL:
            return None
        if old:
            return MemberRequest.NOT_ASKED
        cooldown = timedelta(hours=self._policy.escalation.member_cooldown_hours)
        since = self._policy.clock() - cooldown
        if cooldown and uow.outbox.last_added(
            person.id, Purpose.MEMBER_REQUEST.value, case.group_id, since, rule_id=case.rule_id
        ):
            return MemberRequest.COOLDOWN
        if not case.urgent and self._policy.rests_until(self._policy.clock()):
            return MemberRequest.IN_THE_MORNING
        return None

    def _case_fields(self, case: Case, person: Person) -> dict[str, str]:
        return {
            "code": case.code,
            "group": self._voice.group(self._policy.group(case.group_id)),
            "when": moment(case.event_at),
            "who": self._voice.who(person),
            "citation": self._voice.cited(case),
        }

    def _row_fields(self, case: Case, person: Person) -> dict[str, str]:
        """Return the template fields for the case's row in a list: without the group, which the heading names."""
        return {name: value for name, value in self._case_fields(case, person).items() if name != "group"}

    def _case_row(self, uow: UnitOfWork, case: Case) -> str:
        about = self._row_fields(case, uow.people.get(case.person_id))
        return self._voice.render(TextId("listed_case"), state=state_in_words(uow, self._voice, case), **about)


def _naming_claim(what: str, case: Case) -> tuple[str, datetime]:
    """Return the claim (name, time) by which it is stored that the admins were told of a sealed case.

    `what` is "nameless" if they were told of the case without the person's name, and "named" if of the name later.
    """
    return f"{what}:{case.code}", case.opened_at


def _is_named(person: Person) -> bool:
    return person.uid == NOBODY_UID or bool(person.full_name or plain(person.display_name))
