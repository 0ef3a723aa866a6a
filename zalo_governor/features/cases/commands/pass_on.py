"""Commands `/chuyen` (pass a case to the leader), `/daxem` (list readers) and `/xoa` (delete a case's messages)."""

from datetime import date

from zalo_governor.domain.cases import Case, CaseNote, NoteKind
from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.jobs import CodeCheck, JobKind
from zalo_governor.features.cases.commands.decide import CaseCommand, note_opening
from zalo_governor.features.cases.escalation import NOT_TOLD, Escalation, LeaderReached
from zalo_governor.features.cases.message_removal import order_removal
from zalo_governor.features.cases.next_actions import visible
from zalo_governor.messaging.command_parsing import case_number
from zalo_governor.messaging.commands import Answer, Call
from zalo_governor.messaging.delivery_words import delivered_in_words
from zalo_governor.messaging.formatter import moment, number
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId

_MOST_READERS = 200
_HINTS = (
    TextId("usage_pass_on"),
    TextId("escalated"),
    TextId("digest_answer_secret"),
    TextId("urgent_cases"),
)
"""Texts of the program that show `/chuyen VP12` with words in brackets after it."""


class PassOn(CaseCommand):
    """Command `/chuyen VP12 [remark]` (pass on): an admin sends a case to the leader."""

    word = "chuyen"
    aliases = ("trinh",)
    several = True
    takes_text = True
    usage = TextId("usage_pass_on")

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._escalation = Escalation(policy)

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Send the case to the leader with the admin's remark, if typed; refuse if an admin has sent the case before.

        A notice by which the program itself told the leader of the case, because no admin had reacted in time, does not
        count as sent.
        """
        words = "" if typed.startswith("(") and self._is_hint(typed) else typed
        if case.leader_told_at and case.leader_told_by is not None:
            return self.say_of(case, TextId("passed_on_before"), "before", when=moment(case.leader_told_at))
        if words:
            now = self.policy.clock()
            note = CaseNote(kind=NoteKind.PASSED_ON, person_id=call.person.id, at=now, text=words)
            call.uow.case_notes.add(case, note)
        reached = self._escalation.pass_on(call.uow, case, call.person, words)
        told = self.voice.render(TextId("leader_passed") if reached is LeaderReached.TOLD else NOT_TOLD[reached])
        return self.say_of(case, TextId("passed_on"), told=told)

    def _is_hint(self, words: str) -> bool:
        """Return whether the words in brackets are no remark, but copied from a text that explains the command."""
        shown = "".join(self.policy.catalogue.template(hint).text for hint in _HINTS)
        return not words.strip("(). …") or words.rstrip(".: ") in shown


class WhoHasSeen(CaseCommand):
    """Command `/daxem VP12` (seen): list who received and who read the messages of a case."""

    word = "daxem"
    usage = TextId("usage_readers")
    forgiving = True

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Return who has read the messages of the case and, after those, to whose devices they were only delivered.

        Zalo's receipts tell this. The messages' author is left out.
        """
        note_opening(self, call, case)
        readers = [reader for reader in call.uow.case_messages.readers(case) if reader.person_id != case.person_id]
        if not readers:
            return self.say_of(case, TextId("readers_none"))
        readers.sort(key=lambda reader: not reader.seen)
        rows = [
            self.voice.render(
                TextId("reader_seen") if reader.seen else TextId("reader_delivered"),
                who=self.voice.who(call.uow.people.get(reader.person_id)),
            )
            for reader in readers[:_MOST_READERS]
        ]
        seen = sum(reader.seen for reader in readers)
        return self.say_of(
            case,
            TextId("readers"),
            seen=number(seen),
            delivered=delivered_in_words(self.voice, len(readers) - seen),
            rows="\n".join(rows),
            days=number(self.policy.retention.readers_kept.days),
        )


class Remove(CaseCommand):
    """Command `/xoa VP12` (delete): delete the messages of a case for everybody in the group.

    The bot replies with a one-time code; the messages are deleted when the admin then types `/xoa VP12 <code>`.
    """

    word = "xoa"
    usage = TextId("usage_remove")
    takes_text = True

    def understand(self, rest: str, today: date) -> tuple[int, str] | None:
        """Parse `rest`, the text after the command's word: a case number, then a one-time code ("" if not typed).

        Returns None for anything else.
        """
        found = case_number(rest)
        if found is None:
            return None
        code = "".join(found[1].split())
        return (found[0], code) if not code or (code.isascii() and code.isdigit()) else None

    def about(self, call: Call, case: Case, typed: str) -> Answer:
        """Without a code: reply with a new one-time code. With a valid code: enqueue jobs that delete the messages.

        The result of the jobs is reported in a later message.
        """
        if call.uow.jobs.waiting(case, JobKind.REMOVE_MESSAGE):
            return self.say_of(case, TextId("removal_waits"), "waits")
        messages = visible(call.uow, case)
        if not messages:
            return self.say_of(case, TextId("removal_nothing"), "nothing_left")
        if not any(message.cli_key for message in messages):
            return self.say_of(case, TextId("removal_no_ids"), "no_ids")
        return self._order_removal(call, case, typed) if typed else self._send_code(call, case, len(messages))

    def _send_code(self, call: Call, case: Case, count: int) -> Answer:
        secret, now = self.policy.draw_code(), self.policy.clock()
        call.uow.case_messages.issue_removal_code(case, call.person.id, secret, now + self.policy.escalation.code_valid)
        return self.say_of(
            case,
            TextId("removal_code"),
            "code_issued",
            count=number(count),
            secret=secret,
            minutes=number(minutes_of(self.policy.escalation.code_valid)),
        )

    def _order_removal(self, call: Call, case: Case, code: str) -> Answer:
        now = self.policy.clock()
        checked = call.uow.case_messages.check_removal_code(case, call.person.id, code, now)
        if checked is not CodeCheck.ACCEPTED:
            return self.say_of(case, _REFUSALS[checked], f"code_{checked.value}")
        ordered = order_removal(call.uow, case, call.person.id, now)
        if call.person.id != case.person_id:  # An admin's own case stays unanswered: others have to be told of it.
            call.uow.cases.save(case.answered())
        return self.say_of(case, TextId("removal_ordered"), "ordered", count=number(ordered))


_REFUSALS = {
    CodeCheck.WRONG: TextId("removal_wrong"),
    CodeCheck.SPENT: TextId("removal_spent"),
    CodeCheck.EXPIRED: TextId("removal_expired"),
}
