"""Members' remarks to the admins (incidents and suggestions), encrypted."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from zalo_governor.domain.clock import EVER, from_ms, to_ms
from zalo_governor.domain.feedback import Remark, RemarkKind
from zalo_governor.storage.repositories.base import Repository, within
from zalo_governor.storage.repositories.claims import SKIPPED_NUMBERS, Claims
from zalo_governor.storage.repositories.rows import columns_of, fields_of
from zalo_governor.storage.schema import remarks


def remark_place(kind: RemarkKind, number: int) -> tuple[str, ...]:
    """Return the strings that bind the encrypted text of a member's remark to its row (arguments of `binding`)."""
    return ("remark", f"{kind.prefix}-{number}")


class Feedback(Repository):
    """Repository of members' remarks to the admins: incidents and suggestions, encrypted."""

    def add(self, kind: RemarkKind, *, group_id: str, person_id: int, text: str, at: datetime) -> Remark:
        """Store a remark (an incident or a suggestion) and return it with its number."""
        self._tx.lock_office()
        newest = select(remarks.c.number, remarks.c.at_ms).where(remarks.c.kind == kind.value)
        last = self._tx.execute(newest.order_by(remarks.c.number.desc()).limit(1)).first()
        number = last.number + 1 if last else 1
        # Members may have been told numbers that were given after the backup.
        if Claims(self._tx).is_restored_since(from_ms(last.at_ms) if last else EVER):
            number += SKIPPED_NUMBERS
        made = Remark(kind=kind, number=number, group_id=group_id, person_id=person_id, at=at, text=text)
        body = self._tx.keys.seal_text(text, *remark_place(kind, made.number))
        self._tx.connection.execute(insert(remarks), columns_of(remarks, made) | {"body": body})
        return made

    def between(self, group_id: str, kind: RemarkKind, start: datetime, end: datetime) -> list[Remark]:
        """Return the group's remarks of that kind made in [start, end), oldest first; to be shown to admins only."""
        here = within(remarks.c.group_id, remarks.c.at_ms, group_id, start, end)
        asked = select(remarks).where(here, remarks.c.kind == kind.value)
        return [self._remark(row) for row in self._tx.execute(asked.order_by(remarks.c.at_ms, remarks.c.number))]

    def untold(self, group_ids: Collection[str], kind: RemarkKind) -> list[Remark]:
        """Return the groups' remarks of that kind of which the admins have not been told yet, oldest first."""
        asked = select(remarks).where(
            remarks.c.group_id.in_(group_ids), remarks.c.kind == kind.value, remarks.c.told_ms.is_(None)
        )
        return [self._remark(row) for row in self._tx.execute(asked.order_by(remarks.c.number))]

    def mark_told(self, told: Sequence[Remark], at: datetime) -> None:
        """Record that the admins were told of these remarks at `at`."""
        for remark in told:
            this = (remarks.c.kind == remark.kind.value, remarks.c.number == remark.number)
            self._tx.connection.execute(update(remarks).where(*this).values(told_ms=to_ms(at)))

    def _remark(self, row: Row[tuple[object, ...]]) -> Remark:
        text = self._tx.keys.open_text(row.body, *remark_place(RemarkKind(row.kind), row.number))
        return Remark.model_validate(fields_of(row) | {"text": text})
