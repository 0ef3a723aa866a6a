"""The only ways in which a case is opened, joined by another event, or moved to another state: each is on record."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.services.cases.audit import audit_case
from zalo_governor.services.ports import UnitOfWork

_NOTHING: Mapping[str, object] = MappingProxyType({})


def open_case(
    uow: UnitOfWork,
    case: Case,
    *,
    at: datetime,
    detail: Mapping[str, object] = _NOTHING,
    by: int | None = None,
    mark: bytes | None = None,
) -> Case:
    """Write a new case (its id is ignored), and give it with its number.

    Args:
        at: the present moment.
        detail: codes and figures for the audit log, nobody's words.
        by: the person who opened it; None for the program.
        mark: keyed hash by which the content is known again, should the case be a false alarm.
    """
    opened = uow.cases.add(case, mark=mark)
    record = {"event": opened.first_event_id, "late": opened.late, "same_as": opened.same_as, **detail}
    audit_case(uow, "case.opened", opened, record, at=at, by=by)
    return opened


def join_case(
    uow: UnitOfWork,
    case: Case,
    event_id: int,
    *,
    at: datetime,
    detail: Mapping[str, object] = _NOTHING,
    mark: bytes | None = None,
) -> None:
    """Write the case as it is after one more event, which from now on belongs to it."""
    uow.cases.save(case, joined_event_id=event_id, mark=mark)
    audit_case(uow, "case.joined", case, {"event": event_id, **detail}, at=at)


def move_case(
    uow: UnitOfWork,
    case: Case,
    to: CaseState,
    *,
    at: datetime,
    by: int | None,
    reason: str = "",
    detail: Mapping[str, object] = _NOTHING,
) -> Case:
    """Bring the case into another state.

    Raises:
        IllegalTransitionError: it cannot get there from where it is.
    """
    moved = case.moved(to, at=at, by=by, reason=reason)
    uow.cases.save(moved)
    audit_case(uow, "case.moved", moved, {"from": case.state.value, "to": to.value, **detail}, at=at, by=by)
    return moved
