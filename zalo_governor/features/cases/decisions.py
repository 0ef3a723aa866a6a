"""Decisions on cases: /xacnhan (confirm), /baonham (false alarm), /xemlai (review), /hoantac (take back)."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.audit import MOVED
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import from_ms_or_none, to_ms_or_none
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.people import Person
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.cases.suppression import FalseAlarmSuppression
from zalo_governor.features.cases.transitions import move_case
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork


class RefusalReason(StrEnum):
    """Why a person's decision on a case was refused, i.e. the case was left in its state."""

    OWN_CHANGE = "own_case"
    """The case is about a change of the group made by the deciding person: the leader has to decide on that."""
    WRONG_STATE = "cannot_move"
    """The case cannot be moved from its present state to the wanted one."""


class Decided(NamedTuple):
    """Result of `decide_case` if the case was moved to the wanted state."""

    case: Case
    """The case in its new state."""
    told: bool = False
    """Whether the member whom the case is about is told."""


class Refused(NamedTuple):
    """Result of `decide_case` if the case was left in its state, with the reason."""

    reason: RefusalReason


def decide_case(
    policy: ServicePolicy, uow: UnitOfWork, case: Case, to: CaseState, reason: str, actor: Person
) -> Decided | Refused:
    """Move a case to the state `to`, as a person has decided, and notify the member whom the case is about.

    When a case becomes a false alarm, the keyed hash of its content is stored, so that equal content opens no case
    again. When a false alarm is moved to another state, that hash is deleted.

    Args:
        to: the wanted state.
        reason: why the person decides so, as typed; mandatory for a false alarm.
        actor: the person who decides, already authorised by the caller.
    """
    if case.rule_id in CHANGE_RULES and case.person_id == actor.id:
        return Refused(RefusalReason.OWN_CHANGE)
    due = {"due": to_ms_or_none(case.due_at), "desk_due": to_ms_or_none(case.desk_due_at)}
    try:
        moved = move_case(uow, case, to, at=policy.clock(), by=actor.id, reason=reason, detail=due)
    except IllegalTransitionError:
        return Refused(RefusalReason.WRONG_STATE)
    if to is CaseState.REFERRED and case.due_at:
        # The leader is to be told of every suspected secret (clause 6.4), also if nobody types /chuyen.
        moved = moved.model_copy(update={"due_at": case.due_at})
        uow.cases.save(moved)
    if to is CaseState.FALSE_ALARM:
        FalseAlarmSuppression(policy).learn(uow, moved, actor)
    elif case.state is CaseState.FALSE_ALARM:
        FalseAlarmSuppression(policy).unlearn(uow, moved, actor)
    told = actor.id != case.person_id and CaseNotifications(policy).decided(uow, case, to)
    return Decided(moved, told)


def take_back_decision(policy: ServicePolicy, uow: UnitOfWork, case: Case, actor: Person) -> Decided | None:
    """Put a case back into the state before the last decision, and restore its deadlines for telling leader and admins.

    Only the person who decided may do so, within ten minutes, and only with a breach that was confirmed or referred, or
    a false alarm. Returns None if the decision stands. A member who was told of the decision is told of this.
    """
    now, last = policy.clock(), uow.audit.last_move(case)
    if (
        last is None
        or last.person_id != actor.id
        or case.state not in TAKEN_BACK
        or last.detail.get("to") != case.state.value
        or last.detail.get("taken_back")
        or now - last.at > TAKEN_BACK_WITHIN
    ):
        return None
    state = CaseState(last.detail["from"])
    if case.remedied_at and state in {CaseState.NEW, CaseState.REMINDED}:
        state = CaseState.REMEDIED  # The message was recalled or deleted since.
    before = case.taken_back(
        state,
        at=now,
        due_at=from_ms_or_none(last.detail.get("due")),
        desk_due_at=from_ms_or_none(last.detail.get("desk_due")),
    )
    uow.cases.save(before)
    change: dict[str, object] = {"from": case.state.value, "to": before.state.value, "taken_back": True}
    audit_case(uow, MOVED, before, change, at=now, by=actor.id)
    if case.state is CaseState.FALSE_ALARM:
        FalseAlarmSuppression(policy).unlearn(uow, before, actor)
    if actor.id != case.person_id:
        CaseNotifications(policy).decided(uow, case, case.state, taken_back=True)
    return Decided(before)


TAKEN_BACK_WITHIN = timedelta(minutes=10)
"""How long after a decision the person who made it may take it back."""
TAKEN_BACK = frozenset({CaseState.CONFIRMED, CaseState.REFERRED, CaseState.FALSE_ALARM})
"""States into which decisions lead that can be taken back."""
