"""Who is who for a bot account that takes another's place: by globalId, by telephone number, and by name only asked."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.people import FoundAccount, Member
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.services.members.roster.matching import proposals
from zalo_governor.storage.maintenance.account_replacement import KnownPerson

MOST_LOOKUPS = 40
"""Telephone numbers looked up in one go: Zalo blocks accounts that ask for many."""


class Suggestion(NamedTuple):
    """Somebody whose name alone resembles: a person has to say whether it is so."""

    known: KnownPerson
    uid: str
    shown: str


class Acquainted(NamedTuple):
    """Who was found again."""

    known_again: dict[int, str]
    """Person -> uid as the new account sees him. Proved by globalId or by a telephone number that Zalo told."""
    by_global_id: int
    by_phone: int
    suggestions: tuple[Suggestion, ...]
    strangers: tuple[Member, ...]
    """Members whom the old account did not know, or who may be anybody."""


def acquaint(
    known: Sequence[KnownPerson], members: Iterable[Member], find: Callable[[str], FoundAccount | None]
) -> Acquainted:
    """Find the people of the old account among those whom the new one sees.

    Args:
        known: whom the old account knew.
        members: of all groups, as the new account sees them.
        find: whose account a telephone number is; asked only about those who matter and were not found otherwise.
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
        # Another globalId is another human being, who has that number today.
        if found and (not one.global_id or not found.global_id or found.global_id == one.global_id):
            again[one.person_id] = found.uid
    taken = set(again.values())
    strangers = [member for uid, member in here.items() if uid not in taken]
    by_person = {one.person_id: one for one in known if one.person_id not in again and one.name and not one.global_id}
    rest = list(by_person.values())
    names = {member.uid: member.zalo_name or member.display_name for member in strangers if not _proved(member, known)}
    entries = [(RosterEntry(full_name=one.name, title=one.title), frozenset[str]()) for one in rest]
    likely = proposals(entries, list(names), names)
    suggestions = tuple(Suggestion(rest[guess.place], guess.uid, names[guess.uid]) for guess in likely)
    return Acquainted(again, by_global_id, len(again) - by_global_id, suggestions, tuple(strangers))


def _proved(member: Member, known: Sequence[KnownPerson]) -> bool:
    """Zalo says who that is, and it is somebody else."""
    return any(one.global_id == member.global_id for one in known if member.global_id)
