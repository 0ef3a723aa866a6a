"""The roster: who may be in the group, as the office has approved it (clauses QĐ Đ1.3 and 7.2)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from zalo_governor.domain.people import Role


class RosterEntry(BaseModel):
    """One approved member."""

    model_config = ConfigDict(frozen=True)

    full_name: str
    title: str
    agency: str = ""
    phone: str | None = None
    """+84…"""
    uid: str | None = None
    """Under the bot account that the office uses; it changes with the account."""
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    since: date | None = None
    """From when the person is in the position."""


class Change(NamedTuple):
    """A person who stands in both rosters, with other facts."""

    before: RosterEntry
    after: RosterEntry

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of what differs."""
        return tuple(
            name for name in RosterEntry.model_fields if getattr(self.before, name) != getattr(self.after, name)
        )


class RosterDifference(NamedTuple):
    """What an import would change."""

    added: tuple[RosterEntry, ...]
    removed: tuple[RosterEntry, ...]
    changed: tuple[Change, ...]
    same: int

    @property
    def empty(self) -> bool:
        """The new roster is the old one."""
        return not (self.added or self.removed or self.changed)


def with_known_uids(before: Sequence[RosterEntry], after: Sequence[RosterEntry]) -> list[RosterEntry]:
    """The new roster, in which who gives no uid keeps the one that is known: an office's own list has none.

    A person is known again by phone, else by name and agency.
    """
    given = {entry.uid for entry in after}
    by_mark = {mark: entry.uid for entry in before if entry.uid not in given for mark in _marks(entry)}
    return [
        entry
        if entry.uid
        else entry.model_copy(update={"uid": next(filter(None, map(by_mark.get, _marks(entry))), None)})
        for entry in after
    ]


def _marks(entry: RosterEntry) -> list[tuple[str, ...]]:
    return [*([(entry.phone,)] if entry.phone else []), (entry.full_name, entry.agency)]


def difference(before: Sequence[RosterEntry], after: Sequence[RosterEntry]) -> RosterDifference:
    """Who is new, gone or changed; a person is known again by uid, else by phone, else by name and agency."""
    left = dict(enumerate(before))
    pairs: dict[int, RosterEntry] = {}
    for mark in (lambda entry: entry.uid, lambda entry: entry.phone, lambda entry: (entry.full_name, entry.agency)):
        by_mark = {mark(entry): place for place, entry in left.items() if mark(entry)}
        for place, entry in enumerate(after):
            known = by_mark.get(mark(entry)) if place not in pairs and mark(entry) else None
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
