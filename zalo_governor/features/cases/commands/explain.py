"""Commands `/giaitrinh` (explain), `/xemlai` (review) and `/ghichu` (note), which add a text to a case."""

from typing import ClassVar

from zalo_governor.domain.cases import Case, CaseNote, CaseState, NoteKind
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import DESK, Role
from zalo_governor.features.cases.commands.decide import CaseWords, cannot_move, move, reason_missing, unknown_case
from zalo_governor.features.cases.next_actions import answers
from zalo_governor.messaging.commands import Answer, Call
from zalo_governor.messaging.notifier import Notifier
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId

_MOST_EXPLANATIONS = 5
"""Maximum number of explanations that one person may send about one case, as each is sent to the admins."""


class _WordsToDesk(CaseWords):
    """Base class of commands with which members, or the leader, send the admins a text about a case."""

    roles: ClassVar[frozenset[Role] | None] = None
    takes_text = True

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._post = Notifier(policy)

    def not_own(self, call: Call, case_id: int) -> Answer:
        """Return the reply that refuses the command, as the case is not about the caller.

        A case that does not exist gets the same reply, so that members cannot find out which cases there are.
        """
        code = f"VP{case_id}"
        return self.say(call, TextId("case_not_own"), "not_own", code, code=code)

    def bring(self, call: Call, case: Case, kind: NoteKind, text: TextId, words: str) -> None:
        """Store the caller's text `words` as a note of kind `kind` on the case, and send it to the admins.

        `text` is the id of the message template in which the admins get `words`.
        """
        note = CaseNote(kind=kind, person_id=call.person.id, at=self.policy.clock(), text=words)
        call.uow.case_notes.add(case, note)
        quoted = self.voice.render(TextId("words_quoted"), words=words) if words else ""
        said = self.voice.render(
            text, who=self.voice.who(call.person), code=case.code, words=quoted, answers=answers(self.voice, case)
        )
        self._post.to_desk(call.uow, said, group_id=case.group_id, case_id=case.id)


class Explain(_WordsToDesk):
    """Command `/giaitrinh VP12 text` (explain): explain a case about oneself to the admins."""

    word = "giaitrinh"
    several = True
    usage = TextId("usage_explain")

    def answer(self, call: Call, argument: tuple[int, str]) -> Answer:
        """Store the explanation, send it to the admins and return the reply; the case's deadlines are not extended.

        `argument` is (case number, explanation).
        """
        case_id, words = argument
        case = call.uow.cases.get(case_id)
        if case is None or not _is_own(call, case):
            return self.not_own(call, case_id)
        if not words:
            return self.say(call, TextId("words_missing"), "no_words", case.code, code=case.code)
        given = [note for note in call.uow.case_notes.of(case) if note.person_id == call.person.id]
        if sum(note.kind is NoteKind.EXPLANATION for note in given) >= _MOST_EXPLANATIONS:
            return self.say(call, TextId("explained_enough"), "enough", case.code, code=case.code)
        self.bring(call, case, NoteKind.EXPLANATION, TextId("explanation"), words)
        return self.say(call, TextId("explained"), "done", case.code, code=case.code)


class Review(_WordsToDesk):
    """Command `/xemlai VP12 reason` (review): ask that a case, already decided, be reviewed."""

    word = "xemlai"
    several = True
    usage = TextId("usage_review")

    def answer(self, call: Call, argument: tuple[int, str]) -> Answer:
        """Move the case to the state UNDER_REVIEW and store the text as a note; ask for the reason if none was typed.

        The person whom the case is about may do so once, an admin any number of times. `argument` is (case number,
        text).
        """
        case_id, words = argument
        case = call.uow.cases.get(case_id)
        own = case is not None and _is_own(call, case)
        if case is not None and not own and not call.person.holds(case.group_id, *DESK):
            case = None
        if case is None and not call.person.holds(NO_GROUP, *DESK):
            return self.not_own(call, case_id)
        if case is None:
            return unknown_case(self.voice, case_id)
        if not words:
            return reason_missing(self, case)
        if own:
            return self._review_own_case(call, case, words)
        moved = move(self.of(case.group_id), call, case, CaseState.UNDER_REVIEW, words)
        if moved.outcome == "done":
            note = CaseNote(kind=NoteKind.REVIEW, person_id=call.person.id, at=self.policy.clock(), text=words)
            call.uow.case_notes.add(case, note)
        return moved

    def _review_own_case(self, call: Call, case: Case, words: str) -> Answer:
        notes = call.uow.case_notes.of(case)
        if any(note.kind is NoteKind.REVIEW and note.person_id == case.person_id for note in notes):
            return self.say(call, TextId("reviewed_before"), "before", case.code, code=case.code)
        if case.state is CaseState.FALSE_ALARM:
            return cannot_move(self, case)
        moved = move(self, call, case, CaseState.UNDER_REVIEW, case.reason)
        if moved.outcome != "done":
            return moved
        self.bring(call, call.uow.cases.get(case.id) or case, NoteKind.REVIEW, TextId("review_asked"), words)
        return self.say(call, TextId("reviewed"), "done", case.code, code=case.code)


class AddNote(_WordsToDesk):
    """Command `/ghichu VP12 text` (note): add an admin's note to a case, or the leader's opinion."""

    word = "ghichu"
    several = True
    usage = TextId("usage_case_note")
    roles = DESK | {Role.LEADER}

    def answer(self, call: Call, argument: tuple[int, str]) -> Answer:
        """Store the note on the case, for the admins only; `argument` is (case number, text of the note).

        A leader's note, allowed only on cases of which the leader was told, goes to the admins and decides nothing.
        """
        case_id, words = argument
        case = call.case(case_id)
        by_desk = call.person.holds(case.group_id if case else NO_GROUP, *DESK)
        if case is None and by_desk:
            return unknown_case(self.voice, case_id)
        if case is None or not (by_desk or case.is_for_leader(call.person.id)):
            return self.not_own(call, case_id)
        if not words:
            return self.say(call, TextId("words_missing"), "no_words", case.code, code=case.code)
        if not by_desk:
            self.bring(call, case, NoteKind.OPINION, TextId("leader_opinion"), words)
            return self.say_of(case, TextId("opinion_kept"))
        note = CaseNote(kind=NoteKind.NOTE, person_id=call.person.id, at=self.policy.clock(), text=words)
        call.uow.case_notes.add(case, note)
        return self.say_of(case, TextId("note_kept"))


def _is_own(call: Call, case: Case) -> bool:
    """Return whether the case is about the caller; records of one person that were merged count as the same."""
    return call.uow.people.get(case.person_id).id == call.person.id
