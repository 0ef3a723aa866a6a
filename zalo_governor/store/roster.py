"""The roster of a group, replaced as a whole; the persons that it names by uid take the approved name and title."""

from collections.abc import Sequence

from sqlalchemy import Connection, ScalarSelect, delete, insert, select, update

from zalo_governor.domain.roster import RosterEntry
from zalo_governor.store.crypto import Keys, binding
from zalo_governor.store.database import Database
from zalo_governor.store.schema import person_uids, persons, roster


class SqlRoster:
    """Rosters under one bot account, whose uids they name."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    def entries(self, group_id: str) -> list[RosterEntry]:
        """The group's roster in the office's own order; [] where none was imported.

        Raises:
            WrongKeyError: a row does not open.
        """
        with self._database.read() as connection:
            return entries_of(connection, self._database.keys, group_id)

    def replace(self, group_id: str, entries: Sequence[RosterEntry]) -> None:
        """Make this the group's roster, all of it or nothing.

        Whoever is known by uid gets the name and title that the office has approved; nobody else does, since a
        telephone number in a list is no proof of who somebody is. Roles are not given either: who may command the
        bot is said in the settings.
        """
        with self._database.write() as connection:
            connection.execute(delete(roster).where(roster.c.group_id == group_id))
            rows = [
                {
                    "group_id": group_id,
                    "place": place,
                    "entry": self._database.keys.seal(entry.model_dump_json().encode(), _bound(group_id, place)),
                }
                for place, entry in enumerate(entries)
            ]
            if rows:
                connection.execute(insert(roster), rows)
            for entry in entries:
                named = {"full_name": entry.full_name, "title": entry.title}
                connection.execute(update(persons).where(persons.c.id == self._seen_as(entry.uid)).values(named))
        self._database.persons.forget()

    def _seen_as(self, uid: str | None) -> ScalarSelect[int]:
        tied = (person_uids.c.account == self._account, person_uids.c.uid == uid)
        return select(person_uids.c.person_id).where(*tied).scalar_subquery()


def entries_of(connection: Connection, keys: Keys, group_id: str) -> list[RosterEntry]:
    """The group's roster in the office's own order; [] where none was imported; WrongKeyError if a row is foreign."""
    rows = select(roster.c.place, roster.c.entry).where(roster.c.group_id == group_id).order_by(roster.c.place)
    return [
        RosterEntry.model_validate_json(keys.open(entry, _bound(group_id, place)))
        for place, entry in connection.execute(rows)
    ]


def _bound(group_id: str, place: int) -> bytes:
    return binding("roster", group_id, str(place))
