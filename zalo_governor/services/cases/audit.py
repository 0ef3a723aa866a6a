"""Rows of the audit log about cases, all of one form."""

from datetime import datetime

from zalo_governor.domain.cases import Case
from zalo_governor.services.ports import UnitOfWork


def audit_case(
    uow: UnitOfWork, action: str, case: Case, detail: dict[str, object], *, at: datetime, by: int | None = None
) -> None:
    """`by` is the person who did it, None for the program; `detail` holds codes and figures, nobody's words."""
    uow.audit.append(
        action,
        at=at,
        actor_id=by,
        group_id=case.group_id,
        subject=case.code,
        detail={"rule": case.rule_id, **detail},
    )
