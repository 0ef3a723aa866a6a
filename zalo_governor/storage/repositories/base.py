"""Base class of the repositories, and conditions that several of them use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, literal_column, select

from zalo_governor.domain.clock import to_ms
from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.schema import NUMBER_BITS, accounts


@dataclass(eq=False)
class Repository:
    """Base of classes that read and write one aggregate (cases, people, jobs …) within one transaction."""

    _tx: Transaction

    def _heard_by_account(self, event_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Return SQL conditions for the events received by the transaction's bot account; [] if all events qualify.

        Compares the account number in the low bits of `event_id` (see `NUMBER_BITS`), which every index holds:
        comparing the account itself would read every row.
        """
        if not self._tx.account:
            return []
        # On PostgreSQL another account may store its first entry between two statements.
        if self._tx.database.is_sqlite:
            known = self._tx.cached("accounts", lambda: list(self._tx.execute(select(accounts.c.uid)).scalars()))
            if known == [self._tx.account]:
                return []
        number = select(accounts.c.number).where(accounts.c.uid == self._tx.account).scalar_subquery()
        return [event_id.op("&")((1 << NUMBER_BITS) - 1) == number]


def within(
    group: ColumnElement[str], at_ms: ColumnElement[int], group_id: str, start: datetime, end: datetime
) -> ColumnElement[bool]:
    """Return the SQL condition for rows of the group `group_id` with a time in [start, end)."""
    return and_(group == group_id, at_ms >= to_ms(start), at_ms < to_ms(end))


def is_one_of(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Return the SQL condition `column IN (…)` with literals: databases do not use partial indexes for parameters."""
    return column.in_([literal_column(f"'{value}'") for value in values])
