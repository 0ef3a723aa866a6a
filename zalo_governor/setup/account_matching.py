"""Recognising known people after a bot account was replaced, since Zalo shows a new account other uids for everybody.

People are recognised by Zalo's globalId (the same for every account), by telephone number, or by name.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from zalo_governor.domain.people import FoundAccount, Member
from zalo_governor.domain.roster import RosterEntry
from zalo_governor.domain.roster_matching import proposals
from zalo_governor.storage.maintenance.account_replacement import KnownPerson

MOST_LOOKUPS = 40
"""Limit of telephone numbers looked up at Zalo in one run: Zalo blocks accounts that look up many."""


class Suggestion(NamedTuple):
    """A person whom the old bot account knew and a member with a similar name; an operator has to confirm the match."""

    known: KnownPerson
    uid: str
    """The member's uid as the new bot account sees it."""
    shown: str
    """The member's name on Zalo."""


class Acquainted(NamedTuple):
    """Result of `acquaint`: which known people are which of the members whom the new bot account sees."""

    known_again: dict[int, str]
    """Id of a known person -> uid as the new account sees it; proved by globalId or by Zalo's lookup of a telephone
    number."""
    by_global_id: int
    """Number of people recognised by globalId."""
    by_phone: int
    """Number of people recognised by telephone number."""
    suggestions: tuple[Suggestion, ...]
    strangers: tuple[Member, ...]
    """Group members who were not recognised for certain."""


def acquaint(
    known: Sequence[KnownPerson], members: Iterable[Member], find: Callable[[str], FoundAccount | None]
) -> Acquainted:
    """Find out which people whom the old bot account knew are which of the group members whom the new account sees.

    Zalo shows the new account other uids for everybody. `find` asks Zalo for the account of a telephone number, None if
    unknown; it is called at most MOST_LOOKUPS times, and only for people with a role or open case who were not
    recognised by globalId (Zalo's id of a person for all accounts).
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
    # Whom globalId shows to be one of the known people must not be matched with somebody else by name.
    names = {
        member.uid: member.zalo_name or member.display_name for member in strangers if member.global_id not in person_of
    }
    entries = [(RosterEntry(full_name=one.name, title=one.title), frozenset[str]()) for one in rest]
    likely = proposals(entries, list(names), names)
    suggestions = tuple(Suggestion(rest[guess.place], guess.uid, names[guess.uid]) for guess in likely)
    return Acquainted(again, by_global_id, len(again) - by_global_id, suggestions, tuple(strangers))
