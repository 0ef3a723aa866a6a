"""Command `/xem` (view): show one case to an admin, with the next steps."""

from zalo_governor.domain.cases import UNCHECKED, Case, CaseNote, CaseState, NoteKind
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.regulation import ClauseTopic
from zalo_governor.features.cases.commands.decide import CaseCommand, note_opening
from zalo_governor.features.cases.label_words import category, why, why_sealed
from zalo_governor.features.cases.newcomers import way_in
from zalo_governor.features.cases.next_actions import may_answer, may_remove, should_tell_leader, visible
from zalo_governor.messaging.change_wording import ChangeFormatter
from zalo_governor.messaging.commands import Answer, Call
from zalo_governor.messaging.delivery_words import delivered_in_words, state_in_words
from zalo_governor.messaging.formatter import day, gone, moment, number, one_line
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.scan_words import scan_line
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import on_trial, withheld_line

QUOTABLE = frozenset({ClauseTopic.WRITING, ClauseTopic.NAMES, ClauseTopic.MALWARE})
"""Topics of the clauses (spelling, display names, links) whose cases may quote the member's text.

Of a link, the finding holds only the address, in a form that is not clickable.
"""

EXCERPT = 80
_MOST_CHARACTERS = 600
_CHANGES = 10
_GONE = 5
_NOTES = 5
_OPENINGS = 5
_NOTE = 300
_DECIDED = frozenset({CaseState.CONFIRMED, CaseState.FALSE_ALARM, CaseState.APPROVED})
_NOTE_TEXTS = {
    NoteKind.EXPLANATION: TextId("case_explanation"),
    NoteKind.REVIEW: TextId("case_review"),
    NoteKind.NOTE: TextId("case_note"),
    NoteKind.OPINION: TextId("case_opinion"),
    NoteKind.PASSED_ON: TextId("case_passed_on"),
}


class ShowCase(CaseCommand):
    """Command `/xem VP12` (view): show an admin everything that is stored about a case."""

    word = "xem"
    usage = TextId("usage_show")
    forgiving = True

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._wording = ChangeFormatter(self.voice, policy.changes)

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Return a text with everything stored about the case, and record in the audit log that the caller viewed it.

        Of a sealed case (a suspected state secret) no content is stored.
        """
        text = self.voice.render(
            TextId("case"),
            code=case.code,
            group=self.voice.group(self.policy.group(case.group_id)),
            when=moment(case.event_at),
            who=self.voice.who(call.uow.people.get(case.person_id)),
            signs=self._finding_line(case),
            state=state_in_words(call.uow, self.voice, case),
            times=self.voice.times(case),
            content="\n".join(self._content_lines(call, case)),
            end=self.voice.render(TextId("case_end_decided") if case.state in _DECIDED else TextId("case_end")),
        )
        note_opening(self, call, case)
        return Answer([text], subject=case.code)

    def _finding_line(self, case: Case) -> str:
        citation = self.voice.cited(case)
        if case.label == UNCHECKED:
            return self.voice.render(TextId("case_signs_unchecked"), citation=citation)
        sign = self.voice.sign(case)
        if case.sealed or sign == citation:
            return self.voice.render(TextId("case_signs_sealed"), citation=citation)
        return self.voice.render(TextId("case_signs"), citation=citation, clause=sign)

    def _content_lines(self, call: Call, case: Case) -> list[str]:
        lines = []
        scans = call.uow.file_scans.of_message(case.group_id, case.message_key) if case.message_key else []
        newcomer = call.uow.outsiders.of_case(case)
        if newcomer:
            lines += self._outsider_lines(call, case, newcomer)
        elif case.sealed:
            lines.append(
                self.voice.render(TextId("case_sealed_gone") if self._is_gone(call, case) else TextId("case_sealed"))
            )
            if reason := why_sealed(self.voice, case, scans):
                lines.append(self.voice.render(TextId("case_sealed_why"), why=reason))
            lines += self._sealed_message_lines(call, case)
        elif case.rule_id in CHANGE_RULES:
            lines += self._change_lines(call, case)
        elif noted := call.uow.case_notes.manual(case):
            who = self.voice.who(call.uow.people.get(noted.by))
            words, scene = one_line(noted.words, _MOST_CHARACTERS), self.voice.place(noted.place)
            lines.append(self.voice.render(TextId("case_noted"), who=who, words=words, scene=scene))
        else:
            quotable = self.policy.regulation.topic_of(case.clause) in QUOTABLE
            if quotable and (excerpt := call.uow.cases.excerpt(case)):
                lines.append(self.voice.render(TextId("case_excerpt"), excerpt=one_line(excerpt, EXCERPT)))
            else:
                no_longer = self._is_gone(call, case)
                lines.append(
                    self.voice.render(TextId("case_no_excerpt_gone") if no_longer else TextId("case_no_excerpt"))
                )
            lines += self._removal_lines(call, case)
            if quotable and (suggestion := call.uow.cases.suggestion(case)):
                lines.append(self.voice.render(TextId("case_suggestion"), suggestion=one_line(suggestion, EXCERPT)))
        if named := category(self.voice, case):
            reason = self.voice.in_brackets(why(self.voice, call.uow.cases.reason(case), case))
            lines.append(self.voice.render(TextId("case_category"), category=named, reason=reason))
        lines += [scan_line(self.voice, scan) for scan in scans[-1:]]
        if case.reason and case.state is not CaseState.APPROVED:  # The approval has a line of its own.
            lines.append(self.voice.render(TextId("case_reason"), reason=case.reason))
        if case.nth > 1 and case.label != UNCHECKED:
            days = number(self.policy.ladder.window_days)
            lines.append(self.voice.render(TextId("case_nth"), nth=number(case.nth), days=days))
        if case.remedied_at is not None:
            text = TextId("case_taken_back") if case.secret else TextId("case_remedied")
            lines.append(self.voice.render(text, minutes=self.voice.lasted(case.remedied_at - case.event_at)))
        lines += [self._note_line(call, note) for note in call.uow.case_notes.of(case)[-_NOTES:]]
        lines += self._leader_lines(call, case)
        if withheld := withheld_line(call.uow, self.voice, call.uow.trials.withheld_of(case)):
            trial = call.uow.trials.get(self.policy.account, case.group_id)
            if on_trial(self.policy, call.uow, case.group_id) or trial is None or trial.live_at is None:
                lines.append(self.voice.render(TextId("case_withheld"), whom=withheld))
            else:
                ended = day(trial.live_at)
                lines.append(self.voice.render(TextId("case_withheld_before"), whom=withheld, day=ended))
        if case.sealed and case.state is not CaseState.FALSE_ALARM:
            lines.append(self._next_steps_line(call, case))
        return lines + self._opening_lines(call, case)

    def _opening_lines(self, call: Call, case: Case) -> list[str]:
        """Return a line naming who has viewed the case before and how often, by the audit log; [] if nobody has."""
        openings = call.uow.audit.openings(case)
        rows = [
            self.voice.render(
                TextId("case_shown_row"),
                who=self.voice.render(TextId("case_shown_machine"))
                if opening.person_id is None
                else self.voice.who(call.uow.people.get(opening.person_id)),
                times=number(opening.times),
                when=moment(opening.last_at),
            )
            for opening in openings[:_OPENINGS]
        ]
        return [self.voice.render(TextId("case_shown"), rows="; ".join(rows))] if rows else []

    def _outsider_lines(self, call: Call, case: Case, newcomer: Outsider) -> list[str]:
        """Return lines on the outsider (a person not on the roster) whom the case is about.

        They say who joined the group, how, and whether the person is still in the group.
        """
        person = call.uow.people.get(newcomer.person_id)
        who = self.voice.who(person)
        lines = [self.voice.render(TextId("case_newcomer"), who=who, way=way_in(call.uow, self.voice, newcomer, case))]
        if newcomer.gone_at:
            lines.append(self.voice.render(TextId("case_newcomer_gone"), when=moment(newcomer.gone_at)))
        elif case.state.open:
            here = TextId("case_newcomer_namesake") if person.namesake else TextId("case_newcomer_here")
            other = {"other": self.voice.namesake(person)} if person.namesake else {}
            lines.append(self.voice.render(here, code=case.code, **other))
        return lines

    def _note_line(self, call: Call, note: CaseNote) -> str:
        who = self.voice.who(call.uow.people.get(note.person_id))
        words = one_line(note.text, _NOTE)
        return self.voice.render(_NOTE_TEXTS[note.kind], who=who, when=moment(note.at), words=words)

    def _change_lines(self, call: Call, case: Case) -> list[str]:
        """Return lines on the changes to the group that the case is about, newest last, and on who approved them."""
        kept = call.uow.group_changes.of_case(case)
        lines = [
            self.voice.render(
                TextId("change_row_at"), when=moment(one.at), change=self._wording.change(call.uow, one.change)
            )
            for one in kept[-_CHANGES:]
        ]
        approval = next((call.uow.group_changes.approval(one.approval_id) for one in kept if one.approval_id), None)
        if approval:
            who = self.voice.who(call.uow.people.get(approval.given_by))
            lines.append(self.voice.render(TextId("case_change_approved"), who=who, when=moment(approval.given_at)))
        return lines

    def _sealed_message_lines(self, call: Call, case: Case) -> list[str]:
        """Return lines on the messages of a sealed case, whose content is not stored.

        They say which messages were recalled or deleted, and how many people have read them.
        """
        earlier = call.case(case.same_as) if case.same_as else None
        lines = [self.voice.render(TextId("case_same"), code=earlier.code)] if earlier else []
        lines += self._removal_lines(call, case)
        readers = [reader.seen for reader in call.uow.case_messages.readers(case) if reader.person_id != case.person_id]
        if readers:
            seen = sum(readers)
            delivered = delivered_in_words(self.voice, len(readers) - seen)
            lines.append(
                self.voice.render(TextId("case_readers"), code=case.code, seen=number(seen), delivered=delivered)
            )
        else:
            lines.append(self.voice.render(TextId("case_no_readers")))
        return lines

    def _is_gone(self, call: Call, case: Case) -> bool:
        """Return whether the case has messages and all of them were recalled or deleted."""
        return bool(call.uow.case_messages.of(case)) and not visible(call.uow, case)

    def _removal_lines(self, call: Call, case: Case) -> list[str]:
        """Return lines on the case's messages that were recalled or deleted: when and by whom."""
        lines, author = [], call.uow.people.get(case.person_id)
        for message in call.uow.case_messages.of(case):
            if message.gone_at:
                by = None if message.gone_by is None else call.uow.people.get(message.gone_by)
                how = gone(
                    self.voice,
                    message.gone_at,
                    by,
                    author_id=author.id,
                    deleted=message.deleted,
                    account=self.policy.account,
                )
                lines.append(self.voice.render(TextId("case_gone"), when=moment(message.at), how=how))
        return lines[:_GONE]

    def _leader_lines(self, call: Call, case: Case) -> list[str]:
        if case.leader_told_at is None:
            if case.due_at is None or case.state is CaseState.FALSE_ALARM:
                return []
            if on_trial(self.policy, call.uow, case.group_id):
                return [self.voice.render(TextId("case_due_on_trial"))]
            text = TextId("alert_due_short") if case.state is CaseState.REFERRED else TextId("case_due")
            return [self.voice.render(text, when=moment(case.due_at))]
        when = moment(case.leader_told_at)
        if case.rule_id in CHANGE_RULES and case.leader_told_by is None:
            return [self.voice.render(TextId("case_leader_told"), when=when)]
        if case.leader_told_by is None:
            return [self.voice.render(TextId("case_leader_unverified"), when=when)]
        who = self.voice.who(call.uow.people.get(case.leader_told_by))
        return [self.voice.render(TextId("case_leader_by_desk"), who=who, when=when)]

    def _next_steps_line(self, call: Call, case: Case) -> str:
        steps: list[TextId] = []
        said: list[str] = []
        if case.label == UNCHECKED and case.state.open:
            # The content was sealed unchecked, so it is unknown whether there is anything to recall or to report.
            steps += [TextId("step_look"), TextId("step_answer_unchecked")]
        else:
            if visible(call.uow, case):
                may = may_remove(call.uow, self.policy.account, case)
                remove = self.voice.render(TextId("or_remove"), code=case.code) if may else ""
                said.append(self.voice.render(TextId("step_recall"), remove=remove))
            if should_tell_leader(case):
                steps.append(TextId("step_leader"))
            if call.uow.case_messages.readers(case):
                steps.append(TextId("step_readers"))
            if may_answer(case):
                steps.append(TextId("step_answer_sealed") if case.sealed else TextId("step_answer"))
        said += [self.voice.render(step, code=case.code) for step in steps]
        return self.voice.render(
            TextId("case_next"), steps="; ".join(said or [self.voice.render(TextId("step_nothing"))])
        )
