"""The page of a case as the leader sees it: what is known without the content, and the leader's opinion of it."""

from datetime import datetime

from zalo_governor.domain.audit import SHOWN
from zalo_governor.domain.cases import Case, CaseMessage, CaseState, NoteKind
from zalo_governor.domain.people import Role
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.features.cases.commands.decide import AgencyReader, who_of
from zalo_governor.features.cases.commands.explain import AddNote
from zalo_governor.features.cases.label_words import why_sealed
from zalo_governor.messaging.formatter import gone
from zalo_governor.panel.buttons import BY_WORD
from zalo_governor.panel.pages.sent import PURPOSE_WORDS, STATE_WORDS
from zalo_governor.panel.visit import Html, NotFoundError, Reply, Visit

_NOTES = {
    NoteKind.EXPLANATION: "giải trình",
    NoteKind.REVIEW: "đề nghị xem xét lại",
    NoteKind.NOTE: "ghi chú",
    NoteKind.OPINION: "ý kiến của Trưởng nhóm",
    NoteKind.PASSED_ON: "ý kiến gửi Trưởng nhóm",
}
_FOR_LEADER = frozenset({NoteKind.OPINION, NoteKind.PASSED_ON})
"""Kinds of notes that the leader reads: not those of admins for other admins, nor the member's."""


def for_leader(visit: Visit, case: Case) -> Reply:
    """Show the case to the leader of its group; that it was opened is written to the audit log.

    Raises:
        NotFoundError: the person does not lead the group, or the case is not for leaders (`is_for_leader`).
    """
    if not visit.person.holds(case.group_id, Role.LEADER) or not case.is_for_leader(visit.person.id):
        raise NotFoundError
    audit_case(visit.uow, SHOWN, case, {"way": "panel"}, at=visit.now, by=visit.person.id)
    voice, people = visit.policy.of(case.group_id).voice, visit.uow.people
    author, account = people.get(case.person_id), visit.policy.account

    def how_gone(one: CaseMessage) -> str:
        if one.gone_at is None:
            return ""
        by = None if one.gone_by is None else people.get(one.gone_by)
        return gone(voice, one.gone_at, by, author_id=author.id, deleted=one.deleted, account=account)

    notices = visit.queries.notices_of(case)
    facts = {
        "case": case,
        "group": visit.group(case.group_id).name,
        "head": voice.head(case),
        "who": who_of(visit.uow, voice, case),
        "agency": AgencyReader(visit.uow, account, case.group_id).of(case),
        "messages": [(one.at, how_gone(one)) for one in visit.uow.case_messages.of(case)],
        "state": voice.state_of(case),
        "why": why_sealed(voice, case, visit.uow.file_scans.of_message(case.group_id, case.message_key)),
        "told_whom": [
            (PURPOSE_WORDS[one.purpose], voice.named(people.get(one.person_id)), one.done_at, STATE_WORDS[one.state])
            for one in notices
            if one.person_id
        ],
        "history": history(visit, case),
        "words": [
            (note.at, _NOTES[note.kind], voice.named(people.get(note.person_id)), note.text)
            for note in visit.uow.case_notes.of(case)
            if note.kind in _FOR_LEADER
        ],
        "button": BY_WORD[AddNote.word],
    }
    return Html("vu-viec-truong-nhom.html", facts)


def history(visit: Visit, case: Case) -> list[tuple[datetime, str]]:
    """Return what has happened with the case, oldest first: decisions, notes, the report to the leader."""
    voice, people = visit.voice, visit.uow.people

    def by(person_id: int | None) -> str:
        return "Hệ thống" if person_id is None else voice.named(people.get(person_id))

    told = [(case.opened_at, "lập vụ việc")]
    for entry in visit.queries.moves(case):
        to = entry.detail.get("to", "")
        state = voice.state_of(case.model_copy(update={"state": CaseState(to)})) if to in set(CaseState) else to
        told.append((entry.at, f"{state}, {by(entry.actor_id)}"))
    told += [(note.at, f"{_NOTES[note.kind]}, {by(note.person_id)}") for note in visit.uow.case_notes.of(case)]
    if case.leader_told_at:
        told.append((case.leader_told_at, f"báo cáo Trưởng nhóm, {by(case.leader_told_by)}"))
    return sorted(told)
