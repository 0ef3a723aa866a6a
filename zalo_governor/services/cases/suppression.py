"""What the desk took back teaches: the same content makes no case of the same rule again."""

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
    """How the content of a finding is known again, and by which case it was taken back, if it was."""

    mark: bytes | None
    taken_back_by: int | None


class FalseAlarmSuppression:
    """Knows them again by keyed hashes; nothing of what was said is kept."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy

    def look(self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, uid: str) -> Recognised:
        """Whether the content was taken back before.

        Of what is sealed, only the very same is known again, letter by letter and with all that hangs on it: a harmless
        caption must not let another picture pass. The door knows nothing of this and keeps nothing, as ever.
        """
        sealed = isinstance(finding, SealedFinding) or finding.seals
        mark = uow.false_alarms.hash_of_event(event.id) if sealed else _mark_of_words(uow, event, finding, uid)
        if mark is None:
            return Recognised(None, None)
        return Recognised(mark, uow.false_alarms.find(event.thread_id, finding.rule_id, mark))

    def pass_over(
        self, uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, person: Person, case_id: int
    ) -> None:
        """No case is made of it; it is counted, unless it is the very message that was taken back."""
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
        """The desk took the case back. What somebody says of his own case teaches nothing."""
        if by.id != case.person_id:
            uow.false_alarms.learn(case)
            audit_case(uow, "false_alarm.learned", case, {}, at=self._policy.clock(), by=by.id)

    def unlearn(self, uow: UnitOfWork, case: Case, by: Person) -> None:
        """The case is looked at again, and its content is found as before."""
        uow.false_alarms.forget(case)
        audit_case(uow, "false_alarm.unlearned", case, {}, at=self._policy.clock(), by=by.id)


def _mark_of_words(uow: UnitOfWork, event: EventBase, finding: Finding | SealedFinding, uid: str) -> bytes | None:
    if isinstance(event, MembersJoined):
        words = [member.name for member in event.members if member.uid == uid]
    else:
        field = finding.field if isinstance(finding, Finding) else ""
        words = [text for name, text in event.strings() if name == field]
    # Marks stay: of a text with half of its marks, the one without any is another violation.
    said = "\n".join(" ".join(normalise(text).text.lower().split()) for text in words)
    return uow.false_alarms.hash_of_text(said) if said.strip() else None
