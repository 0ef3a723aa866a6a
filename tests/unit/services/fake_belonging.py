"""The part of the fake unit that knows who belongs to a group, who came in, and what is to be done on Zalo."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome, FoundAccount
from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import Newcomer
from zalo_governor.domain.people import Person, Reach, Role
from zalo_governor.domain.roster import RosterEntry

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class FakeBelonging:
    """Everything in lists, too; one group's roster is everybody's."""

    people: dict[str, Person] = field(default_factory=dict)
    book: dict[int, Case] = field(default_factory=dict)
    entries: list[RosterEntry] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    came: dict[int, Newcomer] = field(default_factory=dict)
    """Case -> whom it is about"""
    errands: list[Errand] = field(default_factory=list)
    errand_outcomes: dict[int, ErrandOutcome] = field(default_factory=dict)
    errand_again: dict[int, datetime] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    """Number -> uid, as Zalo has told"""
    lookups: dict[str, datetime] = field(default_factory=dict)

    def matched(self, account: str, group_id: str) -> list[tuple[RosterEntry, frozenset[str]]]:
        return [
            (entry, frozenset(filter(None, (entry.uid, self.phones.get(entry.phone or ""))))) for entry in self.entries
        ]

    def approved(self, account: str, group_id: str) -> frozenset[str] | None:
        if not self.entries:
            return None
        holders = {person.uid for person in self.people.values() if person.has(*Role)}
        return frozenset(holders).union(*(uids for _, uids in self.matched(account, group_id)))

    def put_in_roster(self, account: str, group_id: str, place: int | None, entry: RosterEntry) -> None:
        if place is None:
            self.entries.append(entry)
        else:
            self.entries[place] = entry
        if entry.uid in self.people:
            named = {"full_name": entry.full_name, "title": entry.title}
            self.people[entry.uid] = self.people[entry.uid].model_copy(update=named)

    def recognise(self, account: str, phone: str, found: FoundAccount, entry: RosterEntry) -> None:
        self.phones[phone] = found.uid

    def note_newcomer(self, newcomer: Newcomer) -> None:
        self.came[newcomer.case_id] = newcomer

    def newcomer(self, case: Case) -> Newcomer | None:
        return self.came.get(case.id)

    def newcomers_here(self, group_id: str, person_id: int | None = None) -> list[tuple[Newcomer, Case]]:
        return [
            (newcomer, self.book[case_id])
            for case_id, newcomer in self.came.items()
            if newcomer.gone_at is None and person_id in {None, newcomer.person_id}
        ]

    def brought_by(self, case: Case, person_id: int) -> None:
        self.came[case.id] = self.came[case.id].model_copy(update={"brought_by": person_id})

    def newcomer_gone(self, case: Case, at: datetime) -> None:
        self.came[case.id] = self.came[case.id].model_copy(update={"gone_at": at})

    def order_errand(self, errand: Errand) -> bool:
        if self.errand_waiting(errand.account, errand.kind, errand.group_id, errand.uid):
            return False
        self.errands.append(errand.model_copy(update={"id": len(self.errands) + 1}))
        return True

    def errand_waiting(self, account: str, kind: ErrandKind, group_id: str, uid: str) -> bool:
        return any((errand.kind, errand.uid) == (kind, uid) for errand in self._open_errands())

    def due_errands(self, account: str, now: datetime) -> list[Errand]:
        return [errand for errand in self._open_errands() if self.errand_again.get(errand.id, _EVER) <= now]

    def next_errand(self, account: str) -> datetime | None:
        due = (self.errand_again.get(errand.id, errand.ordered_at) for errand in self._open_errands())
        return min(due, default=None)

    def try_errand_again(self, errand: Errand, at: datetime) -> None:
        self.errand_again[errand.id] = at
        self.errands[errand.id - 1] = errand.model_copy(update={"attempts": errand.attempts + 1})

    def settle_errand(self, errand: Errand, outcome: ErrandOutcome) -> bool:
        return self.errand_outcomes.setdefault(errand.id, outcome) is outcome

    def reachable_again(self, account: str, uid: str) -> None:
        self.people[uid] = self.people[uid].model_copy(update={"reach": Reach.UNKNOWN})

    def looked_up(self, account: str, since: datetime) -> int:
        return sum(at >= since for at in self.lookups.values())

    def looked_up_at(self, account: str, phone: str) -> datetime | None:
        return self.lookups.get(phone)

    def note_lookup(self, account: str, group_id: str, phone: str, at: datetime, *, found: bool) -> None:
        self.lookups[phone] = at

    def present_uids(self, account: str, group_id: str) -> set[str]:
        return set(self.present)

    def _open_errands(self) -> list[Errand]:
        return [errand for errand in self.errands if errand.id not in self.errand_outcomes]
