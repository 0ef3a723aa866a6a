"""Finds out who is identified by settings or rosters, and which display names imitate somebody else's name."""

from collections.abc import Callable, Iterable, Mapping, Set
from typing import NamedTuple

from zalo_governor.domain.people import Namesake, Person, Standing
from zalo_governor.domain.roster_matching import Matched
from zalo_governor.text.names.namesakes import Namesakes


class Directory:
    """Index, by uid and by name, of the people with a role in the settings (`holders`) or on a roster (by group id)."""

    def __init__(self, holders: Iterable[Person], rosters: Mapping[str, Matched]) -> None:
        self._groups = rosters.keys()
        entries = [row for matched in rosters.values() for row in matched]
        self._by_uid = {uid: entry for entry, uids in entries for uid in uids}
        known = [_ListedPerson(person.full_name, person.title, {person.uid}, person.id) for person in holders]
        known += [_ListedPerson(entry.full_name, entry.position, uids) for entry, uids in entries if uids]
        self._namesakes = Namesakes((one.full_name, one) for one in known)
        self._without_account = Namesakes((entry.full_name, entry) for entry, uids in entries if not uids)

    def placed(self, person: Person, groups_of: Callable[[str], Set[str] | None]) -> Person:
        """Return a copy of the person with `standing` and `namesake` set, and with the roster's name if it had none.

        `standing` tells whether the program knows to whom the account belongs; `namesake` is another person in the
        directory whose name this person displays. `groups_of` gives the groups in which a uid was ever seen; None if
        the bot account does not know the uid.
        """
        entry = self._by_uid.get(person.uid)
        if entry and (not person.full_name or person.title == entry.title):
            named = {"full_name": person.full_name or entry.full_name, "title": entry.position}
            person = person.model_copy(update=named)
        listed = bool(entry or person.grants)
        namesake = self._find_namesake(person, listed=listed)
        standing = Standing.LISTED if listed else self._classify_unlisted(person, namesake, groups_of)
        return person.model_copy(update={"standing": standing, "namesake": namesake})

    def _classify_unlisted(
        self, person: Person, namesake: Namesake | None, groups_of: Callable[[str], Set[str] | None]
    ) -> Standing:
        seen_in = groups_of(person.uid) if self._groups else None
        if seen_in is None or not seen_in <= self._groups:
            return Standing.UNKNOWN
        if namesake is None and self._without_account.find(person.display_name):
            return Standing.UNMATCHED
        return Standing.OUTSIDE

    def _find_namesake(self, person: Person, *, listed: bool) -> Namesake | None:
        """Return the other person in the directory whose name this person displays; None if the name is nobody else's.

        `listed` tells whether this person is in the directory too, so may display that own name.
        """
        shown = person.display_name
        if not shown or (listed and Namesakes([(person.full_name, None)]).find(shown)):
            return None
        for of, same in self._namesakes.find(shown):
            if person.id != of.person_id and person.uid not in of.uids:
                return Namesake(full_name=of.full_name, title=of.title, same=same)
        return None


class _ListedPerson(NamedTuple):
    """A person with a role in the settings or on a roster, and the Zalo uids under which the person is known."""

    full_name: str
    title: str
    uids: Set[str]
    person_id: int | None = None
