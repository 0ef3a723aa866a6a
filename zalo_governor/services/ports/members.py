"""Who belongs to the group: the roster, who came in from outside it, and what is to be done on Zalo."""

from datetime import datetime
from typing import Protocol

from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome, FoundAccount
from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Newcomer
from zalo_governor.domain.roster import RosterEntry


class Belonging(Protocol):
    """The part of a transaction that knows who belongs to a group, who came in, and what is to be done on Zalo."""

    # the roster
    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        """The group's roster in its order, each entry with the uids under which the account sees that person."""
        ...

    def approved(self, account: str, group_id: str) -> frozenset[str] | None:
        """uids of those who belong to the group; None where it has no roster yet."""
        ...

    def put_in_roster(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        """Write the entry at its place in the roster's order, None for the end."""
        ...

    def recognise(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        """Zalo has told whose account a telephone number of the roster is."""
        ...

    # those who came in from outside it
    def note_newcomer(self, newcomer: Newcomer) -> None:
        """Tie a new case to whom it is about."""
        ...

    def newcomer(self, case: Case) -> Newcomer | None:
        """Whom the case is about; None for a case that is not about somebody who came in."""
        ...

    def newcomers_here(self, group_id: str, person_id: int | None = None) -> list[tuple[Newcomer, Case]]:
        """Those who have not left as far as is known, each with the case, the oldest first; of one person if given."""
        ...

    def brought_by(self, case: Case, person_id: int) -> None:
        """It is known by now who brought the newcomer of that case in."""
        ...

    def newcomer_gone(self, case: Case, at: datetime) -> None:
        """The newcomer of that case is no longer in the group."""
        ...

    # errands
    def order_errand(self, errand: Errand) -> bool:
        """Have it done (its id is ignored); False where the same is waiting already."""
        ...

    def errand_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        """Whether that is ordered and not settled yet."""
        ...

    def due_errands(self, account: str, now: datetime) -> list[Errand]:
        """What the account has to do by now, the oldest first."""
        ...

    def next_errand(self, account: str) -> datetime | None:
        """When `due_errands` will next give anything; None where nothing waits."""
        ...

    def try_errand_again(self, errand: Errand, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then."""
        ...

    def settle_errand(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        ...

    def reachable_again(self, account: str, uid: str) -> None:
        """A friend's account takes private messages, whatever Zalo answered before."""
        ...

    # telephone numbers
    def looked_up(self, account: str, since: datetime) -> int:
        """How many telephone numbers the account has looked up since then."""
        ...

    def looked_up_at(self, account: str, phone: str) -> datetime | None:
        """When the account last looked that number up."""
        ...

    def note_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """The number was looked up."""
        ...
