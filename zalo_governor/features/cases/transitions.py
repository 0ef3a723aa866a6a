"""The only functions that open a case, add an event to one or change its state; each writes to the audit log."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from zalo_governor.domain.audit import MOVED
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.storage.unit_of_work import UnitOfWork

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
    """Store a new case and write it to the audit log; return it with its new id (the id of the given one is ignored).

    Args:
        at: the present time.
        detail: codes and figures for the audit log, no message text.
        by: id of the person who opened it; None for the program.
        mark: keyed hash of the content, by which it is recognised again if the case turns out to be a false alarm.
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
    """Store the case, to which event `event_id` was added, and audit that; other arguments are as in `open_case`."""
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
    """Move the case to the state `to`, as person `by` (None: the program) decided; audit that; return the changed case.

    Raises:
        IllegalTransitionError: the case cannot go from its present state to `to`.
    """
    moved = case.moved(to, at=at, by=by, reason=reason)
    uow.cases.save(moved)
    audit_case(uow, MOVED, moved, {"from": case.state.value, "to": to.value, **detail}, at=at, by=by)
    return moved
