"""Suppression of repeated false alarms: content that was a false alarm of a rule opens no case of that rule again."""

from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.events import EventBase, MembersJoined
from zalo_governor.domain.findings import Finding, SealedFinding
from zalo_governor.domain.people import Person
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork
from zalo_governor.text.normalise import normalise


class Recognised(NamedTuple):
    """Result of `FalseAlarmSuppression.look`: hash of the content, and the earlier false alarm about it, if any."""

    mark: bytes | None
    """Keyed hash of the content that the finding is about; None if there is no text."""
    taken_back_by: int | None
    """Number of the earlier case that was a false alarm; None if there is none, so that a case may be opened."""


class FalseAlarmSuppression:
    """Service that recognises content marked as a false alarm before; stores keyed hashes, not the content itself."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy

    def look(
        self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, uid: str, file_mac: bytes | None
    ) -> Recognised:
        """Check whether an admin has marked the same content as a false alarm of the same rule before.

        Sealed content (a possible state secret, not stored) is recognised only if all of it is identical, attachments
        included: a harmless caption must not let another picture pass. It stays sealed even if it is recognised.

        Args:
            uid: Zalo id of the person whom the finding is about.
            file_mac: keyed hash of the attached file, if the finding is about its content; else None.
        """
        sealed = isinstance(finding, SealedFinding) or finding.seals
        mark = file_mac
        if mark is None:
            mark = uow.false_alarms.hash_of_event(event.id) if sealed else _hash_of_words(uow, event, finding, uid)
        if mark is None:
            return Recognised(None, None)
        return Recognised(mark, uow.false_alarms.find(event.thread_id, finding.rule_id, mark))

    def pass_over(
        self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, person: Person, case_id: int
    ) -> None:
        """Record that the finding opens no case, as the same content was marked as a false alarm in case `case_id`.

        Nothing is recorded if the message itself belongs to that case.
        """
        known = uow.cases.of_message(event.thread_id, event.key)
        if any(case.id == case_id for case in known):
            return
        named = isinstance(finding, Finding) and finding.subject_uid
        uow.false_alarms.note(event.id, finding.rule_id, person.id if named else None, case_id)
        uow.audit.append(
            "finding.false_alarm",
            at=self._policy.clock(),
            group_id=event.thread_id,
            subject=f"VP{case_id}",
            detail={"rule": finding.rule_id, "event": event.id},
        )

    def learn(self, uow: UnitOfWork, case: Case, by: Person) -> None:
        """Store the case's content (hashed) as a false alarm, unless `by`, who marked it, is the person concerned."""
        if by.id != case.person_id:
            uow.false_alarms.learn(case)
            audit_case(uow, "false_alarm.learned", case, {}, at=self._policy.clock(), by=by.id)

    def unlearn(self, uow: UnitOfWork, case: Case, by: Person) -> None:
        """Delete the case's content from the stored false alarms, as `by` reopened the case: it opens cases again."""
        uow.false_alarms.forget(case)
        audit_case(uow, "false_alarm.unlearned", case, {}, at=self._policy.clock(), by=by.id)


def _hash_of_words(uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, uid: str) -> bytes | None:
    """Return the keyed hash of the text that the finding is about, normalised; None if there is no text.

    When people join, the text is the display name of the person with the Zalo id `uid`.
    """
    if isinstance(event, MembersJoined):
        words = [member.name for member in event.members if member.uid == uid]
    else:
        field = finding.field if isinstance(finding, Finding) else ""
        words = [text for name, text in event.strings() if name == field]
    # Diacritics are kept: a text without any is another violation than the same text with half of them.
    said = "\n".join(" ".join(normalise(text).text.lower().split()) for text in words)
    return uow.false_alarms.hash_of_text(said) if said.strip() else None
