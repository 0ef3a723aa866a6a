"""Who is who among the accounts that a bot account sees: what settings and rosters say, and whose name is borrowed."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from zalo_governor.domain.people import Namesake, Person, Standing
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.text.names.namesakes import Namesakes

Matched = Sequence[tuple[RosterEntry, Set[str]]]
"""A roster, each entry with the uids under which that person is known."""


class Directory:
    """Looked up by uid and by name.

    Args:
        holders: who holds a role by the settings.
        rosters: group id -> its roster.
        groups_of: uid -> the groups in which that account was ever seen; None for a uid of another bot account.
    """

    def __init__(
        self,
        holders: Iterable[Person],
        rosters: Mapping[str, Matched],
        groups_of: Callable[[str], Set[str] | None],
    ) -> None:
        self._groups = rosters.keys()
        self._groups_of = groups_of
        entries = [row for matched in rosters.values() for row in matched]
        self._by_uid = {uid: entry for entry, uids in entries for uid in uids}
        known = [_Known(person.full_name, person.title, {person.uid}, person.id) for person in holders]
        known += [_Known(entry.full_name, entry.title, uids) for entry, uids in entries if uids]
        self._known = Namesakes((one.full_name, one) for one in known)
        self._without_account = Namesakes((entry.full_name, entry) for entry, uids in entries if not uids)

    def placed(self, person: Person) -> Person:
        """The person with standing and namesake, and by the name that the roster has approved."""
        entry = self._by_uid.get(person.uid)
        if entry and not person.full_name:
            person = person.model_copy(update={"full_name": entry.full_name, "title": entry.title})
        listed = bool(entry or person.roles)
        namesake = self._namesake(person, listed=listed)
        standing = Standing.LISTED if listed else self._unlisted(person, namesake)
        return person.model_copy(update={"standing": standing, "namesake": namesake})

    def _unlisted(self, person: Person, namesake: Namesake | None) -> Standing:
        seen_in = self._groups_of(person.uid) if self._groups else None
        if seen_in is None or not seen_in <= self._groups:
            return Standing.UNKNOWN
        if namesake is None and self._without_account.find(person.display_name):
            return Standing.UNMATCHED
        return Standing.OUTSIDE

    def _namesake(self, person: Person, *, listed: bool) -> Namesake | None:
        """Nobody borrows a name by showing his own, however many bear it."""
        shown = person.display_name
        if not shown or (listed and Namesakes([(person.full_name, None)]).find(shown)):
            return None
        for of, same in self._known.find(shown):
            if person.id != of.person_id and person.uid not in of.uids:
                return Namesake(full_name=of.full_name, title=of.title, same=same)
        return None


class _Known(NamedTuple):
    full_name: str
    title: str
    uids: Set[str]
    person_id: int | None = None
