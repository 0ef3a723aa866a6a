"""What the services need to know of people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.domain.people import FoundAccount, GroupSnapshot, Member, Person, Role
from zalo_governor.domain.roster import RosterEntry


class People(Protocol):
    """Persons, known by the uids under which bot accounts see them."""

    def find_or_create(self, account: str, uid: str) -> Person | None:
        """The person behind a uid; made where the uid is new; None for ""."""
        ...

    def get(self, person_id: int) -> Person:
        """The person of that number; KeyError where there is none."""
        ...

    def with_role(self, account: str, *roles: Role) -> list[Person]:
        """The persons who hold any of the roles and have a uid for this bot account, in order of their number."""
        ...

    def mark_reachable(self, account: str, uid: str) -> None:
        """A friend's account takes private messages, whatever Zalo answered before."""
        ...


class Members(Protocol):
    """Groups as they were last seen, who is in them, and their judged display names."""

    def group_snapshot(self, group_id: str) -> GroupSnapshot | None:
        """The group as the bot account last saw it, with what events have changed since."""
        ...

    def seen_at(self, account: str, group_id: str) -> datetime | None:
        """When `save_group` last remembered the group for the account."""
        ...

    def link_global_ids(self, account: str, members: Sequence[Member]) -> None:
        """Tie persons to their globalId."""
        ...

    def save_group(self, account: str, snapshot: GroupSnapshot, members: Sequence[Member], at: datetime) -> None:
        """Remember the group and who is in it."""
        ...

    def present_uids(self, account: str, group_id: str) -> set[str]:
        """uids of the members of the group, by all that was heard and seen."""
        ...

    def judged_names(self, account: str, group_id: str) -> dict[str, str]:
        """uid -> display name as last judged."""
        ...

    def update_group(self, account: str, snapshot: GroupSnapshot) -> None:
        """Remember the group as an event has made it; a group that was never looked at is not remembered."""
        ...


class Rosters(Protocol):
    """The roster of each group, and the telephone numbers of it that were looked up."""

    def put(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write the entry at its place in the roster's order, None for the end."""
        ...

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """The group's roster in its order, each entry with the uids under which the account sees that person."""
        ...

    def approved_uids(self, account: str, group_id: str) -> frozenset[str] | None:
        """uids of those who belong to the group; None where it has no roster yet."""
        ...

    def link_phone(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Zalo has told whose account a telephone number of the roster is."""
        ...

    def phone_lookups_since(self, account: str, since: datetime) -> int:
        """How many telephone numbers the account has looked up since then."""
        ...

    def phone_looked_up_at(self, account: str, phone: str) -> datetime | None:
        """When the account last looked that number up."""
        ...

    def note_phone_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """The number was looked up."""
        ...


class Outsiders(Protocol):
    """Who came into a group from outside the roster."""

    def add(self, newcomer: Outsider) -> None:
        """Tie a new case to whom it is about."""
        ...

    def of_case(self, case: Case) -> Outsider | None:
        """Whom the case is about; None for a case that is not about somebody who came in."""
        ...

    def present(self, group_id: str, person_id: int | None = None) -> list[tuple[Outsider, Case]]:
        """Those who have not left as far as is known, each with the case, the oldest first; of one person if given."""
        ...

    def set_brought_by(self, case: Case, person_id: int) -> None:
        """It is known by now who brought the newcomer of that case in."""
        ...

    def mark_gone(self, case: Case, at: datetime) -> None:
        """The newcomer of that case is no longer in the group."""
        ...
