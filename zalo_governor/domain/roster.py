"""The roster: the list of members approved by the office (clauses QĐ Đ1.3 and 7.2), and comparing two rosters."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.people import Role


class RosterEntry(BaseModel):
    """An approved member of the group."""

    model_config = ConfigDict(frozen=True)

    full_name: str
    title: str
    agency: str = ""
    phone: str | None = None
    """In the form +84…"""
    uid: str | None = None
    """The member's uid as seen by the office's bot account; differs for another bot account."""
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    since: date | None = None
    """First day of the person in this position."""


class Change(NamedTuple):
    """A person in both rosters whose entries differ."""

    before: RosterEntry
    after: RosterEntry

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the differing fields."""
        return tuple(
            name for name in RosterEntry.model_fields if getattr(self.before, name) != getattr(self.after, name)
        )


class RosterDifference(NamedTuple):
    """The changes that importing a new roster would make."""

    added: tuple[RosterEntry, ...]
    removed: tuple[RosterEntry, ...]
    changed: tuple[Change, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Return whether the new roster equals the old one."""
        return not (self.added or self.removed or self.changed)


def with_known_uids(before: Sequence[RosterEntry], after: Sequence[RosterEntry]) -> list[RosterEntry]:
    """Return the entries of `after`, with missing uids filled in from `before`: an office's own list has no uids.

    Persons are matched by phone, else by name and agency.
    """
    given = {entry.uid for entry in after}
    uid_by_key = {mark: entry.uid for entry in before if entry.uid not in given for mark in _identity_keys(entry)}
    return [
        entry
        if entry.uid
        else entry.model_copy(update={"uid": next(filter(None, map(uid_by_key.get, _identity_keys(entry))), None)})
        for entry in after
    ]


def _identity_keys(entry: RosterEntry) -> list[tuple[str, ...]]:
    return [*([(entry.phone,)] if entry.phone else []), (entry.full_name, entry.agency)]


def difference(before: Sequence[RosterEntry], after: Sequence[RosterEntry]) -> RosterDifference:
    """Compare two rosters; persons are matched by uid, else by phone, else by name and agency."""
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
    )
