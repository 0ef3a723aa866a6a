"""Who looks into the records from the command line is on record, too."""

import getpass
from typing import Any

from zalo_governor.domain.clock import Clock
from zalo_governor.store.units import SqlUnit


def note_access(unit: SqlUnit, clock: Clock, action: str, *, group_id: str = "", **detail: Any) -> None:
    """Write down that the operator of this machine did it; `detail` holds codes and figures, nobody's words."""
    unit.audit(
        action, at=clock(), actor_id=None, group_id=group_id, subject="", detail={"operator": _operator(), **detail}
    )


def _operator() -> str:
    """The name of the machine's user; "" where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
