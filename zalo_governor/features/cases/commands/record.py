"""Command `/ghinhan` (record): an admin records a case that no rule can detect (clauses 4.6, 5.3, 7.5 …)."""

import re
from datetime import date, datetime, timedelta

from zalo_governor.domain.audit import AuditEntry
from zalo_governor.domain.cases import Case, CaseState, Recorded
from zalo_governor.domain.events import MessageSent
from zalo_governor.domain.findings import Severity
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import DESK, EVERYWHERE, Group, Person
from zalo_governor.domain.regulation import DECISION, citation_of
from zalo_governor.features.cases.transitions import open_case
from zalo_governor.messaging.commands import Answer, Call, Command
from zalo_governor.messaging.formatter import moment, one_line
from zalo_governor.messaging.notifier import Notifier
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.typed_dates import read_scene
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.directives.times import NAMED_YEAR
from zalo_governor.text.fold import fold

MANUAL_RULE = "ghi-nhan"
"""Value of `Case.rule_id`, otherwise the id of a rule, for cases recorded by hand."""

_MOST_CHARACTERS = 600
_CLAUSE = re.compile(r"(?:(qđ|qd)\s*\.?\s*)?(\d{1,2})\s*\.\s*(\d{1,2})(?![\d.])", re.IGNORECASE)
_OLD = timedelta(days=250)
"""Age from which a date typed without a year is refused, as if it were in the future: a later date may be meant."""
_UID = re.compile(r"(?<!\d)\d{15,20}(?!\d)")
_MENTION_ALL = "-1"


class NoteCase(Command[str]):
    """Command `/ghinhan CLAUSE @person reason` (record): open a case, a possible breach of that clause, by hand.

    The reason may begin with when and where it happened: `lúc 14:30 hôm qua, tại cuộc họp giao ban: …`.
    """

    word = "ghinhan"
    usage = TextId("usage_note")
    roles = DESK

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._post = Notifier(policy)

    def understand(self, rest: str, today: date) -> str | None:
        """Return the clause number (`4.6`) with which `rest`, the text after the command's word, begins, or None.

        Person and reason are read later from the message itself.
        """
        found = _CLAUSE.match(rest)
        return _clause_number(found) if found else None

    def answer(self, call: Call, argument: str) -> Answer:
        """Open a case under clause `argument` about the one person whom the message mentions, quotes or gives by uid.

        A name typed as plain text is refused. The text after the clause is the reason; the other admins are notified.
        """
        if len(call.groups) == 1 and self.of(call.groups[0].id) is not self:
            return self.of(call.groups[0].id).answer(call, argument)
        if argument not in {clause.number for clause in self.policy.regulation.clauses}:
            text = self.voice.render(TextId("regulation_none"), wanted=citation_of(argument))
            return Answer([text], "unknown_clause", argument)
        if len(call.groups) != 1:
            return self.say(call, TextId("which_group"), "which_group")
        uid, words = _person_and_text(call.event)
        person = (
            call.uow.people.find_or_create(call.event.account, uid) if uid not in {"", self.policy.account} else None
        )
        if person is None or self._is_of_other_group(call, person, call.groups[0].id):
            return self.say(call, TextId("note_who"), "nobody", argument)
        now = self.policy.clock()
        typed, at, place, words = read_scene(words, now)
        if at is None:
            return self.say(call, TextId("note_when"), "no_moment", argument, typed=typed, clause=argument)
        if at > now or (now - at > _OLD and not NAMED_YEAR.search(fold(typed))):
            return self.say(call, TextId("note_future"), "no_moment", argument, typed=typed, clause=argument)
        if not words:
            return self.say(call, TextId("note_words"), "no_words", argument, clause=argument)
        case = self._open_case(call, call.groups[0], person, argument, Recorded(call.person.id, words, place), at)
        who = self.voice.who(call.uow.people.get(person.id))
        about = {
            "code": case.code,
            "who": who,
            "citation": self.voice.citation(argument),
            "when": moment(at),
            "scene": self.voice.place(place),
        }
        self._notify_other_admins(call, case, about)
        return Answer([self.voice.render(TextId("noted"), **about)], subject=case.code)

    def _is_of_other_group(self, call: Call, person: Person, group_id: str) -> bool:
        """Return whether the person is known from other groups only, so that the reply must not name the person."""
        places = call.uow.members.groups_with(self.policy.account, person.uid) | person.grants.keys()
        return bool(places) and places.isdisjoint({group_id, EVERYWHERE})

    def _open_case(
        self, call: Call, group: Group, person: Person, clause: str, recorded: Recorded, at: datetime
    ) -> Case:
        now = self.policy.clock()
        case = open_case(
            call.uow,
            Case(
                id=0,
                group_id=group.id,
                rule_id=MANUAL_RULE,
                clause=clause,
                severity=Severity.MINOR,
                label="manual",
                person_id=person.id,
                state=CaseState.NEW,
                opened_at=now,
                event_at=at,
                last_event_at=at,
                first_event_id=call.event.id,
                # Empty, since the case is not about the command's message: recalling that must not close the case.
                message_key="",
                state_at=now,
            ),
            at=now,
            by=call.person.id,
            detail={"happened": at.isoformat(timespec="seconds")},
        )
        call.uow.case_notes.add_manual(case, recorded)
        return case

    def _notify_other_admins(self, call: Call, case: Case, about: dict[str, str]) -> None:
        group = self.voice.group(self.policy.group(case.group_id))
        text = self.voice.render(TextId("noted_told"), **about, group=group, by=self.voice.who(call.person))
        for other in self._post.holders_in(call.uow, case.group_id, *DESK):
            if other.id not in {call.person.id, case.person_id}:
                purpose = Purpose.ADMIN_ALERT
                self._post.to_person(call.uow, other, text, purpose, group_id=case.group_id, case_id=case.id)


def with_place(uow: UnitOfWork, entry: AuditEntry) -> AuditEntry:
    """Return the audit entry; if it says that a case was recorded by hand, with the place that the admin typed.

    The place is stored, encrypted, with the case only, so that retention can remove it: rows of the audit log never
    change. It is "unknown" if none was typed, or if it was removed.
    """
    if entry.action != "case.opened" or entry.detail.get("rule") != MANUAL_RULE:
        return entry
    case = uow.cases.get(int(entry.subject.removeprefix("VP")))
    recorded = case and uow.case_notes.manual(case)
    return entry.model_copy(
        update={"detail": entry.detail | {"place": recorded.place if recorded and recorded.place else "unknown"}}
    )


def _clause_number(found: re.Match[str]) -> str:
    decision = DECISION if found[1] else ""
    return f"{decision}{int(found[2])}.{int(found[3])}"


def _person_and_text(message: MessageSent) -> tuple[str, str]:
    """Return (uid of the person meant; text after the clause number), each "" if missing.

    The person is mentioned, quoted or given by uid in the message; the uid is "" also if several are mentioned.
    """
    uids = {mention.uid for mention in message.mentions}
    text = _without_mentions(message)
    found = _CLAUSE.search(text)
    words = text[found.end() :] if found else ""
    if not uids and message.quote:
        uids = {message.quote.owner_uid}
    elif not uids and (typed := _UID.search(words)):
        uids = {typed[0]}
        words = words.replace(typed[0], " ", 1)
    uid = next(iter(uids)) if len(uids) == 1 else ""
    return ("" if uid == _MENTION_ALL else uid), one_line(words, _MOST_CHARACTERS).strip(" :,;-–")


def _without_mentions(message: MessageSent) -> str:
    """Return the message text without its @mentions; Zalo gives their positions in UTF-16 code units."""
    units = message.text.encode("utf-16-le", "surrogatepass")
    for mention in sorted(message.mentions, key=lambda given: given.start, reverse=True):
        if mention.start >= 0 and mention.length > 0:
            units = units[: 2 * mention.start] + units[2 * (mention.start + mention.length) :]
    return units.decode("utf-16-le", "replace")
