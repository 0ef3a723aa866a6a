"""Takes a roster over from a spreadsheet: the use case of `zalo-governor roster import` and of the panel."""

from collections.abc import Sequence
from datetime import datetime

from zalo_governor.domain.roster import RosterDifference, RosterEntry, difference, with_known_uids
from zalo_governor.storage.repositories.roster import SqlRoster
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork


def replace_roster(
    store: SqlRoster,
    units: SqlUnitsOfWork,
    group_id: str,
    entries: Sequence[RosterEntry],
    *,
    at: datetime,
    by: int | None = None,
) -> RosterDifference:
    """Replace the group's roster and write that to the audit log; return what has changed.

    Entries without a uid keep the one that is known. `by` is the id of who does it; None on the command line.
    """
    before = store.entries(group_id)
    known = with_known_uids(before, entries)
    found = difference(before, known)
    store.replace(group_id, known)
    counts = {"added": len(found.added), "removed": len(found.removed), "changed": len(found.changed)}
    with units.begin() as uow:
        uow.audit.append("roster.imported", at=at, actor_id=by, group_id=group_id, detail=counts)
    return found
