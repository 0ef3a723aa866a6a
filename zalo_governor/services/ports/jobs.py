"""What the services need of durable work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome
from zalo_governor.domain.cases import Case, CaseMessage
from zalo_governor.domain.removals import Removal, RemovalOutcome


class Removals(Protocol):
    """Orders to remove messages."""

    def order(self, case: Case, messages: Sequence[CaseMessage], by: int, now: datetime) -> int:
        """Have these messages removed; gives how many can be tried."""
        ...

    def due(self, account: str, now: datetime) -> list[Removal]:
        """Removals that the account has to try by now, the oldest first."""
        ...

    def waiting(self, case: Case) -> list[Removal]:
        """Removals of that case that are not settled yet."""
        ...

    def next_due(self, account: str) -> datetime | None:
        """When `due_removals` will next give anything; None where nothing waits."""
        ...

    def retry(self, removal: Removal, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then, unless it was settled meanwhile."""
        ...

    def settle(self, removal: Removal, outcome: RemovalOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        ...


class Actions(Protocol):
    """Orders to do something on Zalo."""

    def order(self, errand: Errand) -> bool:
        """Have it done (its id is ignored); False where the same is waiting already."""
        ...

    def is_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        """Whether that is ordered and not settled yet."""
        ...

    def due(self, account: str, now: datetime) -> list[Errand]:
        """What the account has to do by now, the oldest first."""
        ...

    def next_due(self, account: str) -> datetime | None:
        """When `due_errands` will next give anything; None where nothing waits."""
        ...

    def retry(self, errand: Errand, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then."""
        ...

    def settle(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        ...
