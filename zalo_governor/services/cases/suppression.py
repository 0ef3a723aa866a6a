"""Suppression of repeated false alarms: content that an admin marked as one opens no case of that rule again."""

from typing import NamedTuple

from zalo_governor.domain.cases import Case
from zalo_governor.domain.events import EventBase, MembersJoined
from zalo_governor.domain.findings import Finding, SealedFinding
from zalo_governor.domain.people import Person
from zalo_governor.services.cases.audit import audit_case
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork
from zalo_governor.text.normalise import normalise


class Recognised(NamedTuple):
    """The keyed hash of a finding's content, and the case in which that content was marked as a false alarm."""

    mark: bytes | None
    """Keyed hash of the content; None if there is no text."""
    taken_back_by: int | None
    """Number of the case that was a false alarm; None if there is none."""


class FalseAlarmSuppression:
    """Recogniser of earlier false alarms by keyed hashes of their content; the content itself is not stored."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy

    def look(self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, uid: str) -> Recognised:
        """Check whether the same content was marked as a false alarm before.

        Sealed content is recognised only if all of it is identical, attachments included: a harmless caption must not
        let another picture pass. The secret gate does not use this check.

        Args:
            uid: the person whom the finding is about.
        """
        sealed = isinstance(finding, SealedFinding) or finding.seals
        mark = uow.false_alarms.hash_of_event(event.id) if sealed else _hash_of_words(uow, event, finding, uid)
        if mark is None:
            return Recognised(None, None)
        return Recognised(mark, uow.false_alarms.find(event.thread_id, finding.rule_id, mark))

    def pass_over(
        self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, person: Person, case_id: int
    ) -> None:
        """Record that no case is made of the finding, unless the message belongs to the false-alarm case itself.

        Args:
            case_id: the case that was a false alarm.
        """
        known = uow.cases.of_message(event.thread_id, event.key)
        if any(case.id == case_id for case in known):
            return
        named = isinstance(finding, Finding) and finding.subject_uid
        uow.false_alarms.note(event.id, finding.rule_id, person.id if named else None, case_id)
        uow.audit.append(
            "finding.false_alarm",
            at=self._policy.clock(),
            actor_id=None,
            group_id=event.thread_id,
            subject=f"VP{case_id}",
            detail={"rule": finding.rule_id, "event": event.id},
        )

    def learn(self, uow: UnitOfWork, case: Case, by: Person) -> None:
        """Remember the case's content as a false alarm, unless `by` is the case's own person."""
        if by.id != case.person_id:
            uow.false_alarms.learn(case)
            audit_case(uow, "false_alarm.learned", case, {}, at=self._policy.clock(), by=by.id)

    def unlearn(self, uow: UnitOfWork, case: Case, by: Person) -> None:
        """Forget the case's content as a false alarm, since the case is under review: findings on it count again."""
        uow.false_alarms.forget(case)
        audit_case(uow, "false_alarm.unlearned", case, {}, at=self._policy.clock(), by=by.id)


def _hash_of_words(uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, uid: str) -> bytes | None:
    """Return the keyed hash of the normalised text that the finding is about; None if there is no text."""
    if isinstance(event, MembersJoined):
        words = [member.name for member in event.members if member.uid == uid]
    else:
        field = finding.field if isinstance(finding, Finding) else ""
        words = [text for name, text in event.strings() if name == field]
    # Diacritics are kept: a text without any is another violation than the same text with half of them.
    said = "\n".join(" ".join(normalise(text).text.lower().split()) for text in words)
    return uow.false_alarms.hash_of_text(said) if said.strip() else None
