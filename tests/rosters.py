"""The roster of a group, stored and read in a transaction of its own."""

from collections.abc import Sequence

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.unit_of_work import UnitsOfWork


def put_roster(database: Database, account: str, group_id: str, entries: Sequence[RosterEntry]) -> None:
    """Replace the group's roster."""
    with UnitsOfWork(database, account).begin() as uow:
        uow.roster.replace(account, group_id, entries)


def roster_of(database: Database, group_id: str) -> list[RosterEntry]:
    """The entries of the group's roster."""
    with UnitsOfWork(database).begin(reading=True) as uow:
        return uow.roster.entries(group_id)
