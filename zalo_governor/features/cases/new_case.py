"""Construction of a new case from an event and a rule's finding on it."""

from datetime import datetime

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.events import EventBase
from zalo_governor.domain.findings import Finding, SealedFinding


def new_case(
    event: EventBase,
    finding: Finding | SealedFinding,
    person_id: int,
    now: datetime,
    *,
    late: bool,
    sealed: bool = False,
    same_as: int | None = None,
    nth: int = 1,
) -> Case:
    """Return a new case, not stored yet, for a rule's finding on an event.

    Args:
        person_id: id of the person whom the case is about.
        late: the event was received or judged late, so that people are told of the case later (see `Case.late`).
        sealed: the content is not stored, as it may be a state secret.
        same_as: number of an earlier case about the same sealed content; None if there is none.
        nth: 1 for the person's first recent case under the rule, 2 for the second …
    """
    return Case(
        id=0,
        group_id=event.thread_id,
        rule_id=finding.rule_id,
        clause=finding.clause,
        severity=finding.severity,
        label=finding.label,
        level=finding.level,
        sealed=sealed,
        person_id=person_id,
        state=CaseState.NEW,
        opened_at=now,
        event_at=event.at,
        last_event_at=event.at,
        first_event_id=event.id,
        message_key=event.key,
        late=late,
        state_at=now,
        same_as=same_as,
        nth=nth,
    )
