"""The roll call: who is in the group, under what name, with what settings, compared with what was known."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.elements import Element, RawDict
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.office.observations import Look, to_remember
from zalo_governor.office.ports import OfficeUnit


class Fetch(Protocol):
    """Looks a group up on Zalo."""

    def __call__(self, group_id: str) -> tuple[GroupSnapshot, list[Member]]:
        """The group and those of its members whom Zalo shows.

        Raises:
            GovernorError: Zalo does not answer, or does not show the group.
        """
        ...


class RollCall:
    """Sweeps a group. What is new or changed goes through the pipeline like everything else that is heard.

    Args:
        may_keep: whether the door lets a raw object in.
        admit: takes the elements and returns once they are judged.
        sum_up: called after each sweep, whether it found anything new or not: an earlier process may have died before
            it could tell of what it had found.
    """

    def __init__(
        self,
        *,
        account: str,
        fetch: Fetch,
        unit: Callable[[], AbstractContextManager[OfficeUnit]],
        may_keep: Callable[[RawDict], bool],
        admit: Callable[[Sequence[Element]], object],
        sum_up: Callable[[OfficeUnit, str], None],
        clock: Clock,
    ) -> None:
        self._account = account
        self._fetch = fetch
        self._unit = unit
        self._may_keep = may_keep
        self._admit = admit
        self._sum_up = sum_up
        self._clock = clock
        self._swept: dict[str, datetime] = {}

    def sweep(self, group_id: str) -> int:
        """Look the group up and hand on whatever is new or changed; how many things there were.

        Raises:
            GovernorError: Zalo does not answer, or does not show the group.
        """
        snapshot, members = self._fetch(group_id)
        began = self._swept[group_id] = self._clock()
        with self._unit() as unit:
            unit.tie_members(self._account, members)
            before = unit.swept_at(self._account, group_id)
            look = Look(self._account, group_id, to_ms(began), since_ms=to_ms(before) if before else 0)
            present = unit.present_uids(self._account, group_id)
            elements = [
                *look.changes(unit.group_snapshot(group_id), snapshot, present),
                *look.names(members, unit.known_names(self._account, group_id)),
            ]
        if elements:
            self._admit(elements)
        with self._unit() as unit:
            # Only once all that it shows is durable: a kill in between repeats the sweep, and the same keys come to it.
            kept = self._keepable(unit.group_snapshot(group_id), snapshot)
            unit.save_group(self._account, kept, members, began)
            self._sum_up(unit, group_id)
        return len(elements)

    def _keepable(self, before: GroupSnapshot | None, seen: GroupSnapshot) -> GroupSnapshot:
        """The group as it may be kept: of words that the door does not let in, nothing, so that they are told once."""
        kept = to_remember(before, seen)
        if not self._may_keep({"name": seen.name}):
            kept = kept.model_copy(update={"name": ""})
        if not self._may_keep({"name": seen.description or ""}):
            kept = kept.model_copy(update={"description": None})
        return kept

    def swept_within(self, group_id: str, length: timedelta) -> bool:
        """Whether the last sweep of the group is not older than that."""
        last = self._swept.get(group_id)
        return last is not None and self._clock() - last <= length
