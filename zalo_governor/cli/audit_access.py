"""Recording in the audit log who used the command line to view or change stored data."""

import getpass
from typing import Any

from zalo_governor.domain.audit import SHOWN
from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import Clock
from zalo_governor.storage.unit_of_work import SqlUnitOfWork


def note_access(uow: SqlUnitOfWork, clock: Clock, action: str, *, group_id: str = "", **detail: Any) -> None:
    """Append an audit entry: the user who runs the command did `action`.

    `detail` is recorded with the entry; only ids and numbers, never the content of messages.
    """
    uow.audit.append(
        action, at=clock(), actor_id=None, group_id=group_id, subject="", detail={"operator": _operator(), **detail}
    )


def note_opening(uow: SqlUnitOfWork, clock: Clock, case: Case, way: str) -> None:
    """Append an audit entry: the user who runs the command `way` has viewed the case."""
    detail = {"rule": case.rule_id, "way": way, "operator": _operator()}
    uow.audit.append(SHOWN, at=clock(), actor_id=None, group_id=case.group_id, subject=case.code, detail=detail)


def _operator() -> str:
    """Return the login name of the user who runs the command; "" if the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
