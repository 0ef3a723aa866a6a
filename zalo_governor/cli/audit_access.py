"""Who looks into the records from the command line is on record, too."""

import getpass
from typing import Any

from zalo_governor.domain.audit import SHOWN
from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import Clock
from zalo_governor.storage.unit_of_work import SqlUnitOfWork


def note_access(uow: SqlUnitOfWork, clock: Clock, action: str, *, group_id: str = "", **detail: Any) -> None:
    """Write down that the operator of this machine did it; `detail` holds codes and figures, nobody's words."""
    uow.audit.append(
        action, at=clock(), actor_id=None, group_id=group_id, subject="", detail={"operator": _operator(), **detail}
    )


def note_opening(uow: SqlUnitOfWork, clock: Clock, case: Case, way: str) -> None:
    """Write down that the operator of this machine has seen something of a case; `way` is the command."""
    detail = {"rule": case.rule_id, "way": way, "operator": _operator()}
    uow.audit.append(SHOWN, at=clock(), actor_id=None, group_id=case.group_id, subject=case.code, detail=detail)


def _operator() -> str:
    """The name of the machine's user; "" where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
