"""The roll call: who is in the group and under what name, looked up and compared with what was known."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.elements import Element
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.office.duties import sweep_elements
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
    """Sweeps a group. New and changed names go through the pipeline like everything else that is heard."""

    def __init__(
        self,
        *,
        account: str,
        fetch: Fetch,
        unit: Callable[[], AbstractContextManager[OfficeUnit]],
        admit: Callable[[Sequence[Element]], object],
        clock: Clock,
    ) -> None:
        self._account = account
        self._fetch = fetch
        self._unit = unit
        self._admit = admit
        self._clock = clock

    def sweep(self, group_id: str) -> int:
        """Look the group up and hand on every name that is new or changed; how many there were.

        Raises:
            GovernorError: Zalo does not answer, or does not show the group.
        """
        snapshot, members = self._fetch(group_id)
        now = self._clock()
        with self._unit() as unit:
            known = unit.known_names(self._account, group_id)
            unit.save_group(self._account, snapshot, members, now)
        elements = sweep_elements(self._account, snapshot, members, known, to_ms(now))
        self._admit(elements)
        return len(elements)
