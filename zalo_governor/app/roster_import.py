"""Takes a roster over from a spreadsheet: the use case of `zalo-governor roster import` and of the panel."""

from collections.abc import Sequence
from datetime import datetime

from zalo_governor.domain.errors import ConfigError
from zalo_governor.domain.roster import RosterDifference, RosterEntry, difference, merged, with_known_uids
from zalo_governor.storage.unit_of_work import UnitsOfWork


class DropsPeopleError(ConfigError):
    """The import would take another number of people off the roster than was confirmed."""


def plan_import(before: Sequence[RosterEntry], given: Sequence[RosterEntry], *, replacing: bool) -> RosterDifference:
    """Return how an import changes the roster `before`: the list `given` replaces it, or only adds and changes entries.

    Entries of `given` without a uid get the uid that the roster has for the same person.
    """
    known = with_known_uids(before, given)
    return difference(before, known if replacing else merged(before, known))


def import_roster(
    units: UnitsOfWork,
    account: str,
    group_id: str,
    given: Sequence[RosterEntry],
    *,
    replacing: bool,
    drops: int,
    at: datetime,
    by: int | None = None,
) -> RosterDifference:
    """Store the roster that `plan_import` returns, and write the changes to the audit log, in one transaction.

    `drops` is how many people may be taken off the roster, as somebody has confirmed. `by` is the id of the person who
    imports; None on the command line.

    Raises:
        DropsPeopleError: people would be taken off, and not as many as `drops`; nothing was changed.
    """
    with units.begin() as uow:
        uow.tx.lock_office()  # The second of two imports sees what the first has changed.
        found = plan_import(uow.roster.entries(group_id), given, replacing=replacing)
        if found.removed and len(found.removed) != drops:
            raise DropsPeopleError(
                f"--drop: {len(found.removed)} người sẽ ra khỏi danh sách mà chưa được xác nhận; chưa thay đổi gì. "
                f"Hãy xem lại, đúng thì thêm: --drop {len(found.removed)}"
            )
        uow.roster.replace(account, group_id, found.after)
        counts = {"added": len(found.added), "removed": len(found.removed), "changed": len(found.changed)}
        uow.audit.append("roster.imported", at=at, actor_id=by, group_id=group_id, detail=counts)
    return found
