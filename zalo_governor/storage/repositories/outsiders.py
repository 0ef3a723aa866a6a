"""Outsiders: people in a group who are not on its roster, each with a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import to_ms
from zalo_governor.domain.outsiders import Outsider
from zalo_governor.storage.repositories.base import Repository
from zalo_governor.storage.repositories.cases import Cases
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.schema import cases, newcomers

# Written as in the partial index over outsiders still in the group, so that the database uses that index.
_HERE = newcomers.c.gone_ms.is_(None)


@dataclass(eq=False)
class Outsiders(Repository):
    """Repository of outsiders: people in a group who are not on its roster, each with a case."""

    _cases: Cases

    def add(self, newcomer: Outsider) -> None:
        """Store the outsider `newcomer`, whom the new case `newcomer.case_id` is about."""
        self._tx.flush()
        self._tx.connection.execute(insert(newcomers), columns_of(newcomers, newcomer))

    def of_case(self, case: Case) -> Outsider | None:
        """Return the outsider whom the case is about; None for a case that is not about an outsider."""
        row = self._tx.execute(select(newcomers).where(newcomers.c.case_id == case.id)).first()
        return None if row is None else _newcomer(row)

    def present(self, group_id: str, person_id: int | None = None) -> list[tuple[Outsider, Case]]:
        """Return the outsiders not known to have left the group, each with the case about them, oldest first.

        If `person_id` is given, only those of that person.
        """
        self._tx.lock_office()
        here = select(newcomers).where(_HERE, newcomers.c.group_id == group_id).order_by(newcomers.c.case_id)
        if person_id is not None:
            here = here.where(newcomers.c.person_id == person_id)
        found = [_newcomer(row) for row in self._tx.execute(here)]
        by_id = {
            case.id: case for case in self._cases.load(select(cases).where(cases.c.id.in_([n.case_id for n in found])))
        }
        return [(newcomer, by_id[newcomer.case_id]) for newcomer in found]

    def set_brought_by(self, case: Case, person_id: int) -> None:
        """Record that person `person_id` brought the case's outsider (person not on the roster) into the group."""
        self._tx.connection.execute(
            update(newcomers).where(newcomers.c.case_id == case.id).values(brought_by=person_id)
        )

    def mark_gone(self, case: Case, at: datetime) -> None:
        """Record that the case's outsider left the group, or was removed, at `at`."""
        self._tx.connection.execute(
            update(newcomers).where(newcomers.c.case_id == case.id, _HERE).values(gone_ms=to_ms(at))
        )


def _newcomer(row: Row[Any]) -> Outsider:
    return Outsider.model_validate(fields_of(row))
