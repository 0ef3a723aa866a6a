"""Matching people known to a lost bot account with those a new account sees: by globalId, telephone number or name."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.people import FoundAccount, Member
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.services.members.roster.matching import proposals
from zalo_governor.storage.maintenance.account_replacement import KnownPerson

MOST_LOOKUPS = 40
"""Limit of telephone numbers looked up in one run: Zalo blocks accounts that look up many."""


class Suggestion(NamedTuple):
    """A possible match found by name only, which somebody has to confirm."""

    known: KnownPerson
    uid: str
    shown: str


class Acquainted(NamedTuple):
    """Result of matching: who was recognised, how, and who was not."""

    known_again: dict[int, str]
    """Person id -> uid as the new account sees it; proved by globalId or by Zalo's lookup of a telephone number."""
    by_global_id: int
    by_phone: int
    suggestions: tuple[Suggestion, ...]
    strangers: tuple[Member, ...]
    """Members that match nobody for certain."""


def acquaint(
    known: Sequence[KnownPerson], members: Iterable[Member], find: Callable[[str], FoundAccount | None]
) -> Acquainted:
    """Match the people whom the old bot account knew with the members whom the new account sees.

    Args:
        known: people whom the old account knew.
        members: members of all groups, as the new account sees them.
        find: looks up the account of a telephone number at Zalo; called only for people who matter (`matters`) and
            have no matching globalId, and at most MOST_LOOKUPS times.
    """
    here = {member.uid: member for member in members}
    person_of = {one.global_id: one.person_id for one in known if one.global_id}
    again = {
        person_of[member.global_id]: uid
        for uid, member in here.items()
        if member.global_id and member.global_id in person_of
    }
    by_global_id = len(again)
    missing = [one for one in known if one.matters and one.phone and one.person_id not in again]
    for one in missing[:MOST_LOOKUPS]:
        found = find(one.phone or "")
        # A different globalId means that somebody else has the telephone number today.
        if found and (not one.global_id or not found.global_id or found.global_id == one.global_id):
            again[one.person_id] = found.uid
    taken = set(again.values())
    strangers = [member for uid, member in here.items() if uid not in taken]
    by_person = {one.person_id: one for one in known if one.person_id not in again and one.name and not one.global_id}
    rest = list(by_person.values())
    names = {
        member.uid: member.zalo_name or member.display_name
        for member in strangers
        if not _is_another_known_person(member, known)
    }
    entries = [(RosterEntry(full_name=one.name, title=one.title), frozenset[str]()) for one in rest]
    likely = proposals(entries, list(names), names)
    suggestions = tuple(Suggestion(rest[guess.place], guess.uid, names[guess.uid]) for guess in likely)
    return Acquainted(again, by_global_id, len(again) - by_global_id, suggestions, tuple(strangers))


def _is_another_known_person(member: Member, known: Sequence[KnownPerson]) -> bool:
    """Return whether the member's globalId belongs to a known person."""
    return any(one.global_id == member.global_id for one in known if member.global_id)
