"""Protocols of the repositories for persons, group members, rosters and outsiders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import FoundAccount, GroupSnapshot, Member, Person, Role
from zalo_governor.domain.roster import RosterEntry


class People(Protocol):
    """Repository of persons; each bot account sees a person under a different Zalo uid."""

    def find_or_create(self, account: str, uid: str) -> Person | None:
        """Return the person with that uid, creating one if the uid is new; None for an empty uid."""
        ...

    def get(self, person_id: int) -> Person:
        """Return the person with that number.

        Raises:
            KeyError: there is no such person.
        """
        ...

    def with_role(self, account: str, *roles: Role) -> list[Person]:
        """Return the persons with any of the roles and a uid known to this bot account, ordered by person number."""
        ...

    def mark_reachable(self, account: str, uid: str) -> None:
        """Clear a stored refusal of private messages by Zalo: the person is now a friend of the bot account."""
        ...


class Members(Protocol):
    """Repository of groups as last seen, their members, and the display names already judged by the rules."""

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """Return the last stored state of the group, updated by later events; None if it was never fetched."""
        ...

    def seen_at(self, account: str, group_id: str) -> datetime | None:
        """Return when `save_group` last stored the group for the account, or None."""
        ...

    def link_global_ids(self, account: str, members: Sequence[Member]) -> None:
        """Store the members' globalId (Zalo's id that is the same for every account) on their persons."""
        ...

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Store the group's state and member list as fetched at `at`."""
        ...

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """Return the uids of the group's current members, from the last fetched list and later events."""
        ...

    def judged_names(self, account: str, group_id: str) -> dict[str, str]:
        """Return uid -> display name as last judged by the rules."""
        ...

    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        """Update the stored state of the group after an event; does nothing if `save_group` never stored the group."""
        ...


class Rosters(Protocol):
    """Repository of each group's roster (the approved members) and of look-ups of its telephone numbers."""

    def put(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write the entry at index `place` of the roster; None appends it."""
        ...

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """Return the roster in order, each entry with the uids under which the account sees that person."""
        ...

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids of the persons in the group's roster; None if the group has no roster yet."""
        ...

    def link_phone(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Link the roster entry to the Zalo account that was found by its telephone number."""
        ...

    def phone_lookups_since(self, account: str, since: datetime) -> int:
        """Count the telephone numbers that the account has looked up since `since`."""
        ...

    def phone_looked_up_at(self, account: str, phone: str) -> datetime | None:
        """Return when the account last looked the telephone number up; None if never."""
        ...

    def note_phone_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """Record that the telephone number was looked up, and whether Zalo found an account for it."""
        ...


class Outsiders(Protocol):
    """Repository of outsiders: persons who joined a group without being in its roster."""

    def add(self, newcomer: Outsider) -> None:
        """Store which outsider a new case is about."""
        ...

    def of_case(self, case: Case) -> Outsider | None:
        """Return the outsider whom the case is about; None for a case of another kind."""
        ...

    def present(self, group_id: str, person_id: int | None = None) -> list[tuple[Outsider, Case]]:
        """Return the outsiders still in the group (or only `person_id`), each with the case, oldest first."""
        ...

    def set_brought_by(self, case: Case, person_id: int) -> None:
        """Record which person added the case's outsider to the group."""
        ...

    def mark_gone(self, case: Case, at: datetime) -> None:
        """Record that the case's outsider is no longer in the group since `at`."""
        ...
