"""Texts that people wrote about cases, and content that was declared a false alarm."""

from sqlalchemy import bindparam, delete, insert, select, update

from zalo_governor.domain.cases import Case, CaseNote, NoteKind, Recorded
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.identity import living
from zalo_governor.storage.repositories.rows import columns_of
from zalo_governor.storage.schema import case_events, case_notes, false_alarms, findings, inbox, manual_cases
from zalo_governor.storage.security.crypto import binding

_FIND_FALSE_ALARM = (
    select(false_alarms.c.case_id)
    .where(
        false_alarms.c.group_id == bindparam("group_id"),
        false_alarms.c.rule_id == bindparam("rule_id"),
        false_alarms.c.mark == bindparam("mark"),
    )
    .order_by(false_alarms.c.case_id)
    .limit(1)
)


class CaseNotes(Repository):
    """Texts about cases: explanations by the member concerned, notes by admins, reasons of manually recorded cases."""

    def add(self, case: Case, note: CaseNote) -> None:
        """Store a note (a text that a person wrote about the case)."""
        self._tx.flush()
        body = self._tx.keys.seal_text(note.text, *note_place(case.id, note.person_id, to_ms(note.at)))
        row = {"case_id": case.id, "group_id": case.group_id, "body": body}
        self._tx.connection.execute(insert(case_notes), row | columns_of(case_notes, note))

    def of(self, case: Case) -> list[CaseNote]:
        """Return the texts that people wrote about the case, in the order in which they were written."""
        rows = self._tx.execute(select(case_notes).where(case_notes.c.case_id == case.id).order_by(case_notes.c.id))
        return [
            CaseNote(
                kind=NoteKind(row.kind),
                person_id=living(self._tx.connection, row.person_id),
                at=from_ms(row.at_ms),
                text=self._tx.keys.open_text(row.body, *note_place(row.case_id, row.person_id, row.at_ms)),
            )
            for row in rows
        ]

    def add_manual(self, case: Case, recorded: Recorded) -> None:
        """Store who recorded the case by hand, why, and where it happened; the texts must not contain line breaks."""
        row = {
            "case_id": case.id,
            "group_id": case.group_id,
            "noted_by": recorded.by,
            # The place is the first of two lines; cases recorded before places were asked for have the words alone.
            "words": self._tx.keys.seal_text(f"{recorded.place}\n{recorded.words}", "manual", str(case.id)),
        }
        self._tx.connection.execute(insert(manual_cases), row)

    def manual(self, case: Case) -> Recorded | None:
        """Return who recorded the case by hand, why, and where it happened; None if a rule opened the case."""
        row = self._tx.execute(select(manual_cases).where(manual_cases.c.case_id == case.id)).first()
        if row is None:
            return None
        place, _, words = self._tx.keys.open_text(row.words, "manual", str(case.id)).rpartition("\n")
        return Recorded(row.noted_by, words, place)


class FalseAlarms(Repository):
    """Recognises content that admins marked as a false alarm, so that it opens no case of the same rule again.

    Of the content, only keyed hashes (`mark`) are stored.
    """

    def hash_of_text(self, text: str) -> bytes:
        """Return the keyed hash of a normalised text, which tells only whether two texts are equal."""
        return self._tx.keys.mac(binding("false alarm", text))

    def hash_of_event(self, event_id: int) -> bytes:
        """Return the keyed hash of an event's exact content, attachments and quotes included.

        Raises KeyError if there is no event with that id.
        """
        mark = self._tx.execute(select(inbox.c.fingerprint).where(inbox.c.id == event_id)).scalar()
        if mark is None:
            raise KeyError(event_id)
        return bytes(mark)

    def find(self, group_id: str, rule_id: str, mark: bytes) -> int | None:
        """Return the number of the case in which that content was marked as a false alarm; None if there is none.

        `mark` is the keyed hash of the content.
        """
        return self._tx.execute(_FIND_FALSE_ALARM, {"group_id": group_id, "rule_id": rule_id, "mark": mark}).scalar()

    def learn(self, case: Case) -> None:
        """Store the content of the case's events, as keyed hashes, as a false alarm."""
        self._tx.flush()
        marks = self._tx.connection.scalars(
            select(case_events.c.mark)
            .where(case_events.c.case_id == case.id, case_events.c.mark.is_not(None))
            .distinct()
        ).all()
        place = {"group_id": case.group_id, "rule_id": case.rule_id, "case_id": case.id}
        if marks:
            self._tx.connection.execute(
                self._tx.database.insert_or_ignore(false_alarms), [{**place, "mark": mark} for mark in marks]
            )

    def forget(self, case: Case) -> None:
        """Delete what `learn` stored for the case, because the case is no longer considered a false alarm."""
        self._tx.execute(delete(false_alarms).where(false_alarms.c.case_id == case.id))

    def note(self, event_id: int, rule_id: str, person_id: int | None, case_id: int) -> None:
        """Record that the rule's findings on the event opened no case, as equal content was a false alarm in `case_id`.

        If `person_id` is given, only the findings about that person are updated.
        """
        self._tx.flush()
        written = update(findings).where(findings.c.event_id == event_id, findings.c.rule_id == rule_id)
        if person_id is not None:
            written = written.where(findings.c.person_id == person_id)
        self._tx.connection.execute(written.values(false_alarm_of=case_id))


def note_place(case_id: int, person_id: int, at_ms: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted text of a note about a case to its row (arguments of `binding`)."""
    return ("case note", str(case_id), str(person_id), str(at_ms))
