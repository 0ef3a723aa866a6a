"""Entries of the audit log about cases, all written in one form."""

from datetime import datetime

from zalo_governor.domain.cases import Case
from zalo_governor.storage.unit_of_work import UnitOfWork


def audit_case(
    uow: UnitOfWork, action: str, case: Case, detail: dict[str, object], *, at: datetime, by: int | None = None
) -> None:
    """Append an entry about a case to the audit log.

    Args:
        action: what was done, such as `case.opened`.
        detail: codes and figures only, no message text.
        by: id of the person who did it; None if the program did it.
    """
    uow.audit.append(
        action,
        at=at,
        actor_id=by,
        group_id=case.group_id,
        subject=case.code,
        detail={"rule": case.rule_id, **detail},
    )
