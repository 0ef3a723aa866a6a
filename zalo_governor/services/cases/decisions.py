"""Decisions on cases, as given by the commands /xacnhan (confirm), /baonham (false alarm), /xemlai (review)."""

from enum import StrEnum
from typing import NamedTuple

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.errors import IllegalTransitionError
from zalo_governor.domain.group_changes import CHANGE_RULES
from zalo_governor.domain.people import Person
from zalo_governor.services.cases.notifications import CaseNotifications
from zalo_governor.services.cases.suppression import FalseAlarmSuppression
from zalo_governor.services.cases.transitions import move_case
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork


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
    try:
        moved = move_case(uow, case, to, at=policy.clock(), by=actor.id, reason=reason)
    except IllegalTransitionError:
        return Refused(RefusalReason.WRONG_STATE)
    if to is CaseState.FALSE_ALARM:
        FalseAlarmSuppression(policy).learn(uow, moved, actor)
    elif case.state is CaseState.FALSE_ALARM:
        FalseAlarmSuppression(policy).unlearn(uow, moved, actor)
    if actor.id != case.person_id:
        CaseNotifications(policy).decided(uow, case, to)
    return Decided(moved)
