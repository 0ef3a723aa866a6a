"""Looks up who can answer an open directive (a leader's order); has to be fast, as it is done for every message."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, select, text

from zalo_governor.storage.engine.transaction import Transaction
from zalo_governor.storage.schema import directive_people

LIVE = text("directive_people.live")
"""SQL condition: the directive is open. Written as in the partial index, which databases do not use otherwise."""
_MOST_LOOKUPS = 8
"""Number of single look-ups in a transaction after which all people of a group are read at once."""
_OF_GROUP = directive_people.c.group_id == bindparam("group_id")
_ALL = select(directive_people.c.person_id).where(_OF_GROUP, LIVE).distinct()
_ONE = (
    select(directive_people.c.directive_id)
    .where(_OF_GROUP, directive_people.c.person_id == bindparam("person_id"), LIVE)
    .limit(1)
)


@dataclass(eq=False)
class DirectivePeople:
    """Tells, within one transaction, whether somebody may answer an open directive of a group.

    After eight look-ups, all such people of the group are read at once: a transaction can hold hundreds of messages.
    """

    _tx: Transaction
    _known: dict[str, frozenset[int]] = field(default_factory=dict)
    _lookups: int = 0

    def owes(self, group_id: str, person_id: int) -> bool:
        """Return whether the person can answer any open directive of the group."""
        known = self._known.get(group_id)
        if known is None:
            self._lookups += 1
            # Not by `Transaction.execute`, which would write the rows held back by the judge.
            if self._lookups <= _MOST_LOOKUPS:
                person = {"group_id": group_id, "person_id": person_id}
                return self._tx.connection.execute(_ONE, person).first() is not None
            found = self._tx.connection.execute(_ALL, {"group_id": group_id})
            known = self._known[group_id] = frozenset(found.scalars())
        return person_id in known

    def forget(self, group_id: str) -> None:
        """Discard what was read of the group; to be called when its directives or their people change."""
        self._known.pop(group_id, None)
