"""The roll call: who is in the group, under what name, with what settings, compared with what was known."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.inbound import Element, RawDict
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.services.members.snapshot_diff import GroupSnapshotDiff, to_remember
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_FAILED = timedelta(minutes=1)
_AT_ONCE = timedelta(seconds=15)
"""The least time between two sweeps, however many strangers write."""


class Fetch(Protocol):
    """Looks a group up on Zalo."""

    def __call__(self, group_id: str) -> tuple[GroupSnapshot, list[Member]]:
        """The group and those of its members whom Zalo shows.

        Raises:
            GovernorError: Zalo does not answer, or does not show the group.
        """
        ...


class GroupSync:
    """Sweeps a group. What is new or changed goes through the pipeline like everything else that is heard.

    Args:
        may_keep: whether the door lets a raw object in.
        admit: takes the elements and returns once they are judged.
        sum_up: called after each sweep, whether it found anything new or not: an earlier process may have died before
            it could tell of what it had found.
        on_swept: called after that: there may be something to send.
        again_after: a line that comes and goes does not have a group swept more often.
    """

    def __init__(
        self,
        *,
        account: str,
        fetch: Fetch,
        begin: BeginUnitOfWork,
        may_keep: Callable[[RawDict], bool],
        admit: Callable[[Sequence[Element]], object],
        sum_up: Callable[[UnitOfWork, str], None],
        on_swept: Callable[[], None],
        again_after: timedelta,
        clock: Clock,
    ) -> None:
        self._account = account
        self._fetch = fetch
        self._begin = begin
        self._may_keep = may_keep
        self._admit = admit
        self._sum_up = sum_up
        self._on_swept = on_swept
        self._again_after = again_after
        self._clock = clock
        self._sweeping = Lock()
        self._swept: dict[str, datetime] = {}
        self._wanted: dict[str, datetime] = {}
        """Group -> when it is to be swept."""
        self._writers: dict[str, frozenset[str]] = {}
        """Group -> uids of those who wrote there and are to be found in it."""
        self._noting = Lock()

    def want(self, group_id: str) -> None:
        """Have the group swept as soon as its last sweep is long enough ago."""
        self._want_after(group_id, self._again_after)

    def want_for(self, group_id: str, uid: str) -> None:
        """Have the group swept at once, since that person writes there: who writes is in it, whether shown or not."""
        with self._noting:
            self._writers[group_id] = self._writers.get(group_id, frozenset()) | {uid}
        self._want_after(group_id, min(_AT_ONCE, self._again_after))

    def _want_after(self, group_id: str, pause: timedelta) -> None:
        last = self._swept.get(group_id)
        now = self._clock()
        # A clock that was set back must not put it off for ever, nor a later wish an earlier one.
        due = now if last is None else min(now, last) + pause
        with self._noting:
            self._wanted[group_id] = min(due, self._wanted.get(group_id, due))

    def next_due(self) -> datetime | None:
        """When `act` has to be called next; None where no sweep is wanted."""
        return min(list(self._wanted.values()), default=None)

    def act(self, now: datetime) -> None:
        """Sweep what is due; what Zalo does not show now is looked up again later."""
        for group_id, due in list(self._wanted.items()):
            if due <= now:
                with self._noting:
                    # Before the sweep: what is wanted while it goes on is wanted once more.
                    self._wanted.pop(group_id, None)
                if not self.try_to_sweep(group_id):
                    with self._noting:
                        self._wanted[group_id] = now + _FAILED

    def try_to_sweep(self, group_id: str) -> bool:
        """Sweep; whether Zalo let us."""
        try:
            changed = self.sweep(group_id)
        except GovernorError as error:
            log.error("sweep_failed", group=group_id, error=error)
            return False
        log.info("swept", group=group_id, changed=changed)
        self._on_swept()
        return True

    def sweep(self, group_id: str) -> int:
        """GroupSnapshotDiff the group up and hand on whatever is new or changed; how many things there were.

        Raises:
            GovernorError: Zalo does not answer, or does not show the group.
        """
        with self._sweeping:
            return self._sweep(group_id)

    def _sweep(self, group_id: str) -> int:
        snapshot, members = self._fetch(group_id)
        began = self._swept[group_id] = self._clock()
        with self._noting:
            writers = self._writers.pop(group_id, frozenset())
        with self._begin() as uow:
            uow.members.link_global_ids(self._account, members)
            before = uow.members.seen_at(self._account, group_id)
            look = GroupSnapshotDiff(self._account, group_id, to_ms(began), since_ms=to_ms(before) if before else 0)
            present = uow.members.present_uids(self._account, group_id)
            elements = [
                *look.changes(uow.members.group_snapshot(group_id), snapshot, present, writers),
                *look.names(members, uow.members.judged_names(self._account, group_id)),
            ]
        if elements:
            self._admit(elements)
        with self._begin() as uow:
            # Only once all that it shows is durable: a kill in between repeats the sweep, and the same keys come to it.
            kept = self._keepable(uow.members.group_snapshot(group_id), snapshot)
            uow.members.save_group(self._account, kept, members, began)
            self._sum_up(uow, group_id)
        return len(elements)

    def _keepable(self, before: GroupSnapshot | None, seen: GroupSnapshot) -> GroupSnapshot:
        """The group as it may be kept: of words that the door does not let in, nothing, so that they are told once."""
        kept = to_remember(before, seen)
        if not self._may_keep({"name": seen.name}):
            kept = kept.model_copy(update={"name": ""})
        if not self._may_keep({"name": seen.description or ""}):
            kept = kept.model_copy(update={"description": None})
        return kept
