"""Protocols of the repositories for persons, group members, rosters and outsiders.

A roster is a group's approved list of members; an outsider joined the group without being on it. A uid is Zalo's id of
a person, which differs for each bot account (`account`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import FoundAccount, GroupSnapshot, Member, Person
from zalo_governor.domain.roster import RosterEntry


class People(Protocol):
    """Repository of persons; each bot account sees the same person under a different Zalo uid."""

    def find_or_create(self, account: str, uid: str) -> Person | None:
        """Return the person whom the bot account sees under `uid`, created if the uid is new; None for an empty uid."""
        ...

    def find(self, account: str, uid: str) -> Person | None:
        """Return the person whom the bot account sees under `uid`; None if the uid is new."""
        ...

    def get(self, person_id: int) -> Person:
        """Return the person with that number; for a record merged into another one, the person of that other record.

        Raises:
            KeyError: there is no such person.
        """
        ...

    def holders(self, account: str) -> Sequence[Person]:
        """Return the persons who hold a role in any group and have a uid known to this bot account, by number."""
        ...

    def choose_group(self, person: Person, group_id: str | None) -> None:
        """Store of which group the person's private commands are (`Person.chosen_group`); None for all."""
        ...

    def mark_reachable(self, account: str, uid: str) -> None:
        """Record that private messages reach the person, by deleting the record, if any, that Zalo refused them.

        To be called when the person has become a friend of the bot account.
        """
        ...


class Members(Protocol):
    """Repository of groups as last seen, their members, and the display names already judged by the rules."""

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """Return the group as last fetched from Zalo, updated by later events; None if it was never fetched."""
        ...

    def seen_at(self, account: str, group_id: str) -> datetime | None:
        """Return when `save_group` last stored the group for the bot account; None if never."""
        ...

    def link_global_ids(self, account: str, members: Sequence[Member]) -> None:
        """Store the members' globalId (Zalo's id that is the same for every bot account) with their persons."""
        ...

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Store the group's state and list of members as fetched from Zalo at `at`."""
        ...

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """Return the uids of the group's current members, from the last fetched list and later events."""
        ...

    def groups_with(self, account: str, uid: str) -> set[str]:
        """Return the ids of the groups of which the person with that uid is a member now."""
        ...

    def judged_names(self, account: str, group_id: str) -> dict[str, str]:
        """Return uid of member -> display name as last judged by the rules, so that only new names are judged."""
        ...

    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        """Update the stored state of the group after an event; do nothing if `save_group` never stored the group."""
        ...


class Rosters(Protocol):
    """Repository of each group's roster, and of look-ups of telephone numbers at Zalo."""

    def put(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write `entry` at index `place` of the group's roster, replacing the one there; append it if that is None."""
        ...

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """Return the group's roster in order, each entry with the uids under which the bot account sees that person.

        The set of uids is empty for a person whose Zalo account is not known.
        """
        ...

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """Return the uids of those who may be in the group: persons on its roster and all holders of roles.

        Returns:
            None if the group has no roster yet.
        """
        ...

    def link_phone(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Record that the Zalo account found by the telephone number belongs to the person of the roster entry."""
        ...

    def phone_lookups_since(self, account: str, since: datetime) -> int:
        """Count the telephone numbers that the bot account has looked up at Zalo since `since`."""
        ...

    def phone_looked_up_at(self, account: str, phone: str) -> datetime | None:
        """Return when the bot account last looked the telephone number up at Zalo; None if never."""
        ...

    def note_phone_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """Record that the telephone number was looked up, and whether Zalo found an account for it."""
        ...


class Outsiders(Protocol):
    """Repository of outsiders: persons who joined a group without being on its roster."""

    def add(self, newcomer: Outsider) -> None:
        """Store the outsider `newcomer`, whom the new case `newcomer.case_id` is about."""
        ...

    def of_case(self, case: Case) -> Outsider | None:
        """Return the outsider whom the case is about; None for a case that is not about an outsider."""
        ...

    def present(self, group_id: str, person_id: int | None = None) -> list[tuple[Outsider, Case]]:
        """Return the outsiders not known to have left the group, each with the case about them, oldest first.

        If `person_id` is given, only those of that person.
        """
        ...

    def set_brought_by(self, case: Case, person_id: int) -> None:
        """Record which person added the case's outsider to the group."""
        ...

    def mark_gone(self, case: Case, at: datetime) -> None:
        """Record that the case's outsider left the group, or was removed, at `at`."""
        ...
