"""The roster (the approved list of a group's members; clauses QĐ Đ1.3 and 7.2), and comparing two rosters."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import NamedTuple

from zalo_governor.domain.models import FrozenModel
from zalo_governor.domain.people import Role


class RosterEntry(FrozenModel):
    """One person on the roster: an approved member of the group."""

    full_name: str
    title: str
    agency: str = ""
    phone: str | None = None
    """The phone number in the form +84…; None where unknown."""
    uid: str | None = None
    """The member's Zalo uid; another bot account would see another uid. None where unknown."""
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    since: date | None = None
    """The person's first day in the position `title`; None where unknown."""

    @property
    def position(self) -> str:
        """Return title and agency, "Giám đốc Sở Y tế", without repeating what of the agency the title already names."""
        if self.agency.casefold() in self.title.casefold():
            return self.title
        title, agency = self.title.casefold().split(), self.agency.casefold().split()
        shared = next(size for size in range(len(agency), -1, -1) if title[len(title) - size :] == agency[:size])
        if not shared and agency[0] in title:
            return self.title
        return " ".join([self.title, *self.agency.split()[shared:]])


class Change(NamedTuple):
    """A person who is on both the old and the new roster (approved list of members), with different entries."""

    before: RosterEntry
    after: RosterEntry

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields in which the two entries differ."""
        return tuple(
            name for name in RosterEntry.model_fields if getattr(self.before, name) != getattr(self.after, name)
        )


class RosterDifference(NamedTuple):
    """The differences between the old and a new roster (approved list of members), shown before the import."""

    added: tuple[RosterEntry, ...]
    removed: tuple[RosterEntry, ...]
    changed: tuple[Change, ...]
    same: int
    """Number of entries that are equal in both."""
    after: tuple[RosterEntry, ...]
    """The whole new roster."""

    @property
    def empty(self) -> bool:
        """Return whether there are no differences between the rosters."""
        return not (self.added or self.removed or self.changed)


def with_known_uids(before: Sequence[RosterEntry], after: Sequence[RosterEntry]) -> list[RosterEntry]:
    """Return the new roster `after`, with missing uids filled in from the old roster `before`.

    Lists that people import contain no uids. Persons are matched by phone; else, if their phones do not differ, by
    name, agency and title, else by name and agency. A value that several entries share is not used to match them.
    """
    known = list(after)
    for mark in _MARKS:
        old_by_mark, new_by_mark = _unique(before, mark), _unique(after, mark)
        given = {entry.uid for entry in known}
        for place, entry in enumerate(known):
            old = old_by_mark.get(mark(entry)) if mark(entry) in new_by_mark and not entry.uid else None
            if old and old.uid not in given and len({old.phone, entry.phone} - {None}) <= 1:
                known[place] = entry.model_copy(update={"uid": old.uid})
    return known


_Mark = Callable[[RosterEntry], str | tuple[str, ...] | None]
_MARKS: tuple[_Mark, ...] = (
    lambda entry: entry.phone,
    lambda entry: (entry.full_name, entry.agency, entry.title),
    lambda entry: (entry.full_name, entry.agency),
)


def _unique(entries: Sequence[RosterEntry], mark: _Mark) -> dict[object, RosterEntry]:
    count = Counter(map(mark, entries))
    return {mark(entry): entry for entry in entries if mark(entry) and count[mark(entry)] == 1}


def difference(before: Sequence[RosterEntry], after: Sequence[RosterEntry]) -> RosterDifference:
    """Compare an old and a new roster; persons are matched by uid, else by phone, else by name and agency."""
    left = dict(enumerate(before))
    pairs: dict[int, RosterEntry] = {}
    for mark in (lambda entry: entry.uid, lambda entry: entry.phone, lambda entry: (entry.full_name, entry.agency)):
        uid_by_key = {mark(entry): place for place, entry in left.items() if mark(entry)}
        for place, entry in enumerate(after):
            known = uid_by_key.get(mark(entry)) if place not in pairs and mark(entry) else None
            if known is not None and known in left:
                pairs[place] = left.pop(known)
    changed = tuple(
        Change(pairs[place], entry) for place, entry in enumerate(after) if place in pairs and pairs[place] != entry
    )
    return RosterDifference(
        added=tuple(entry for place, entry in enumerate(after) if place not in pairs),
        removed=tuple(left.values()),
        changed=changed,
        same=len(pairs) - len(changed),
        after=tuple(after),
    )


def merged(before: Sequence[RosterEntry], given: Sequence[RosterEntry]) -> list[RosterEntry]:
    """Return the roster `before` with the people of `given` added or changed; nobody is taken out.

    Fields that were not set in an entry of `given` stay as they are, except a telephone number that `given` has for
    somebody else.
    """
    found, numbers = difference(before, given), {entry.phone for entry in given}
    said: dict[int, dict[str, object]] = {id(entry): {} for entry in found.removed}
    for old, new in found.changed:
        said[id(old)] = {name: getattr(new, name) for name in new.model_fields_set}
    entries = [
        entry.model_copy(update=({"phone": None} if entry.phone in numbers else {}) | said.get(id(entry), dict(entry)))
        for entry in before
    ]
    return [*entries, *found.added]


def whole_agency(agency: str, known: Collection[str]) -> str:
    """Return the agency of which a unit is a part, if that is `known`; else the unit itself.

    "Phòng Tổng hợp, Văn phòng UBND tỉnh" belongs to "Văn phòng UBND tỉnh", and "Văn phòng Sở Y tế" to "Sở Y tế".
    """
    after_comma, of_department = agency.rpartition(", ")[2], agency.removeprefix("Văn phòng ")
    if of_department != agency and of_department.startswith("Sở ") and of_department in known:
        return of_department
    return after_comma if after_comma in known else agency
