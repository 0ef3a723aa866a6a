"""What is to be done on Zalo other than writing, and which telephone numbers were looked up there."""

from datetime import datetime

from sqlalchemy import func, select, update

from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.schema import errands


class Actions(Repository):
    """What is to be done on Zalo other than sending messages."""

    def order(self, errand: Errand) -> bool:
        """Have it done (its id is ignored); False where the same is waiting already."""
        self._tx.flush()
        row = errand.model_dump(exclude={"id", "ordered_at", "uid"}, mode="json") | {
            "uid": storable(errand.uid),
            "ordered_ms": to_ms(errand.ordered_at),
            "due_ms": to_ms(errand.ordered_at),
        }
        ordered = self._tx.database.insert_or_ignore(errands).returning(errands.c.id)
        return self._tx.connection.execute(ordered, row).first() is not None

    def is_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        """Whether that is ordered and not settled yet."""
        same = (errands.c.account == account, errands.c.kind == kind.value, errands.c.group_id == group_id)
        waiting = select(errands.c.id).where(*same, errands.c.uid == uid, errands.c.due_ms.is_not(None))
        return self._tx.execute(waiting).first() is not None

    def due(self, account: str, now: datetime) -> list[Errand]:
        """What the account has to do by now, the oldest first."""
        due = select(errands).where(errands.c.account == account, errands.c.due_ms <= to_ms(now))
        return [
            Errand(
                id=row.id,
                account=row.account,
                kind=ErrandKind(row.kind),
                group_id=row.group_id,
                uid=row.uid,
                case_id=row.case_id,
                ordered_by=row.ordered_by,
                ordered_at=from_ms(row.ordered_ms),
                attempts=row.attempts,
            )
            for row in self._tx.execute(due.order_by(errands.c.id))
        ]

    def next_due(self, account: str) -> datetime | None:
        """When `due_errands` will next give anything; None where nothing waits."""
        mine = (errands.c.account == account, errands.c.due_ms.is_not(None))
        due_ms = self._tx.execute(select(func.min(errands.c.due_ms)).where(*mine)).scalar()
        return None if due_ms is None else from_ms(due_ms)

    def retry(self, errand: Errand, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then."""
        values = {"attempts": errand.attempts + 1, "due_ms": to_ms(at)}
        self._tx.connection.execute(update(errands).where(errands.c.id == errand.id).values(values))

    def settle(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        settled = self._tx.connection.execute(
            update(errands)
            .where(errands.c.id == errand.id, errands.c.due_ms.is_not(None))
            .values(attempts=errand.attempts + 1, due_ms=None, outcome=outcome.value)
        )
        return bool(settled.rowcount)
