"""Recording in the audit log who used the command line to view or change stored data."""

import getpass
from typing import Any

from zalo_governor.domain.audit import SHOWN
from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import Clock
from zalo_governor.storage.unit_of_work import UnitOfWork


def note_access(uow: UnitOfWork, clock: Clock, action: str, *, group_id: str = "", **detail: Any) -> None:
    """Append an entry to the audit log: `action` (such as "export"), done by the user who runs this command.

    `detail` is stored in the entry and may have only ids and numbers, never the content of messages. `group_id` is ""
    if the action concerns no single group.
    """
    uow.audit.append(action, at=clock(), group_id=group_id, detail={"operator": _operator(), **detail})


def note_opening(uow: UnitOfWork, clock: Clock, case: Case, way: str) -> None:
    """Append an entry to the audit log: the user who runs this command has opened (viewed) the case `case`.

    A case is a possible breach under review. `way` is the name of the command, such as "trace".
    """
    detail = {"rule": case.rule_id, "way": way, "operator": _operator()}
    uow.audit.append(SHOWN, at=clock(), group_id=case.group_id, subject=case.code, detail=detail)


def _operator() -> str:
    """Return the login name of the user who runs the command; "" if it cannot be determined."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
