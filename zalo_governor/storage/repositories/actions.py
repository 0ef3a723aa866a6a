"""What is to be done on Zalo other than writing, and which telephone numbers were looked up there."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome
from zalo_governor.domain.clock import from_ms, to_ms
from zalo_governor.domain.people import Reach
from zalo_governor.storage.repositories.bodies import storable
from zalo_governor.storage.repositories.outsiders import NewcomerBook
from zalo_governor.storage.schema import errands, persons, phone_lookups
from zalo_governor.storage.security.crypto import binding


class ErrandBook(NewcomerBook):
    """The part of a unit that keeps errands and look-ups."""

    def order_errand(self, errand: Errand) -> bool:
        """Have it done (its id is ignored); False where the same is waiting already."""
        self.flush()
        row = errand.model_dump(exclude={"id", "ordered_at", "uid"}, mode="json") | {
            "uid": storable(errand.uid),
            "ordered_ms": to_ms(errand.ordered_at),
            "due_ms": to_ms(errand.ordered_at),
        }
        ordered = self._database.insert_or_ignore(errands).returning(errands.c.id)
        return self._connection.execute(ordered, row).first() is not None

    def errand_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        """Whether that is ordered and not settled yet."""
        same = (errands.c.account == account, errands.c.kind == kind.value, errands.c.group_id == group_id)
        waiting = select(errands.c.id).where(*same, errands.c.uid == uid, errands.c.due_ms.is_not(None))
        return self._ask(waiting).first() is not None

    def due_errands(self, account: str, now: datetime) -> list[Errand]:
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
            for row in self._ask(due.order_by(errands.c.id))
        ]

    def next_errand(self, account: str) -> datetime | None:
        """When `due_errands` will next give anything; None where nothing waits."""
        mine = (errands.c.account == account, errands.c.due_ms.is_not(None))
        due_ms = self._ask(select(func.min(errands.c.due_ms)).where(*mine)).scalar()
        return None if due_ms is None else from_ms(due_ms)

    def try_errand_again(self, errand: Errand, at: datetime) -> None:
        """Nobody knows what became of it: it is tried once more then."""
        values = {"attempts": errand.attempts + 1, "due_ms": to_ms(at)}
        self._connection.execute(update(errands).where(errands.c.id == errand.id).values(values))

    def settle_errand(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        """Write down what became of it; whether it was still open."""
        settled = self._connection.execute(
            update(errands)
            .where(errands.c.id == errand.id, errands.c.due_ms.is_not(None))
            .values(attempts=errand.attempts + 1, due_ms=None, outcome=outcome.value)
        )
        return bool(settled.rowcount)

    def reachable_again(self, account: str, uid: str) -> None:
        """A friend's account takes private messages, whatever Zalo answered before."""
        person = self.sender(account, uid)
        if person and person.reach is Reach.REFUSED:
            values = {"reach": Reach.UNKNOWN.value, "reach_code": None}
            self._connection.execute(update(persons).where(persons.c.id == person.id).values(values))
            self._person_changed()

    def looked_up(self, account: str, since: datetime) -> int:
        """How many telephone numbers the account has looked up since then."""
        rows = select(func.count()).where(phone_lookups.c.account == account, phone_lookups.c.at_ms >= to_ms(since))
        return int(self._ask(rows).scalar_one())

    def looked_up_at(self, account: str, phone: str) -> datetime | None:
        """When the account last looked that number up."""
        this = (phone_lookups.c.account == account, phone_lookups.c.phone_mac == self._phone_mac(account, phone))
        at_ms = self._ask(select(phone_lookups.c.at_ms).where(*this)).scalar()
        return None if at_ms is None else from_ms(at_ms)

    def note_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        """The number was looked up; of the number itself a keyed hash alone is kept."""
        row = {
            "account": account,
            "phone_mac": self._phone_mac(account, phone),
            "group_id": group_id,
            "at_ms": to_ms(at),
            "found": found,
        }
        this = (phone_lookups.c.account == account, phone_lookups.c.phone_mac == row["phone_mac"])
        self._connection.execute(delete(phone_lookups).where(*this))
        self._connection.execute(insert(phone_lookups), row)

    def _phone_mac(self, account: str, phone: str) -> bytes:
        return self._keys.mac(binding("phone look-up", account, phone))
