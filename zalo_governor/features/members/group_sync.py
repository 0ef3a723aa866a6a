"""Group sync: reads a group's members, names and settings from Zalo, and compares them with the stored ones."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock

import structlog

from zalo_governor.domain.clock import Clock, to_ms
from zalo_governor.domain.errors import GovernorError, GroupNotShownError
from zalo_governor.domain.inbound import Element, RawDict
from zalo_governor.domain.people import GroupSnapshot, Member
from zalo_governor.features.members.snapshot_diff import GroupSnapshotDiff, to_remember
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_RETRY_AFTER = timedelta(minutes=1)
_BELIEVED_AFTER = timedelta(minutes=5)
"""How long Zalo must not show a group before an urgent alert says that the account is out: servers hide one briefly."""
_LEAST_PAUSE = timedelta(seconds=15)
"""Minimum time between two syncs of a group, however many unknown accounts write there."""


Fetch = Callable[[str], tuple[GroupSnapshot, list[Member]]]
"""Fetches a group from Zalo, with those of its members that Zalo shows; raises GovernorError if it does not answer."""


class GroupSync:
    """Reader of groups from Zalo: passes each difference from the stored state to the rules, as an event to be judged.

    Args:
        may_keep: returns whether the secret gate (the check for state secrets) lets a raw object be stored.
        admit: passes elements (inputs of the pipeline, like data received over the socket) to the pipeline; returns
            when the rules have judged them, or False if that takes too long.
        sum_up: (unit of work, group id) tells the admins what was found; called after each sync, even one without
            changes, since the process may have died before telling of an earlier sync.
        on_synced: called after each sync, since notices (messages to people) may have been put into the outbox.
        again_after: minimum time between two syncs of a group, so that reconnects do not trigger more.
    """

    def __init__(
        self,
        *,
        account: str,
        fetch: Fetch,
        begin: BeginUnitOfWork,
        may_keep: Callable[[RawDict], bool],
        admit: Callable[[Sequence[Element]], bool],
        sum_up: Callable[[UnitOfWork, str], None],
        on_synced: Callable[[], None],
        again_after: timedelta,
        clock: Clock,
    ) -> None:
        self._account = account
        self._fetch = fetch
        self._begin = begin
        self._may_keep = may_keep
        self._admit = admit
        self._sum_up = sum_up
        self._on_swept = on_synced
        self._again_after = again_after
        self._clock = clock
        self._sync_lock = Lock()
        self._synced_at: dict[str, datetime] = {}
        self._requested: dict[str, datetime] = {}
        """Group id -> when its requested sync is due."""
        self._writers: dict[str, frozenset[str]] = {}
        """Group id -> uids of unknown accounts that wrote there since the last sync."""
        self._requests_lock = Lock()
        self._hidden_since: dict[str, datetime] = {}
        """Id of each group that Zalo did not show at the last try -> when it first did not."""

    def request(self, group_id: str) -> None:
        """Request a sync of the group, due `again_after` after the last; at once if none was."""
        self._request_after(group_id, self._again_after)

    def request_early(self, group_id: str, uid: str) -> None:
        """Request an early sync of the group (at least 15 s after the last), as the unknown account `uid` wrote there.

        By writing, the account counts as a member, even if Zalo hides the group's member list.
        """
        with self._requests_lock:
            self._writers[group_id] = self._writers.get(group_id, frozenset()) | {uid}
        self._request_after(group_id, min(_LEAST_PAUSE, self._again_after))

    def _request_after(self, group_id: str, pause: timedelta) -> None:
        last = self._synced_at.get(group_id)
        now = self._clock()
        # Neither a clock that was set back nor a later request may delay the sync.
        due = now if last is None else min(now, last) + pause
        with self._requests_lock:
            self._requested[group_id] = min(due, self._requested.get(group_id, due))

    def next_due(self) -> datetime | None:
        """Return when the next requested sync is due; None if no sync is requested."""
        return min(list(self._requested.values()), default=None)

    def act(self, now: datetime) -> None:
        """Run the requested syncs that are due at `now`; retry a failed one after one minute."""
        for group_id, due in list(self._requested.items()):
            if due <= now:
                with self._requests_lock:
                    # Before the sync: a request made while it runs needs another sync.
                    self._requested.pop(group_id, None)
                if not self.try_to_sync(group_id):
                    with self._requests_lock:
                        self._requested[group_id] = now + _RETRY_AFTER

    def try_to_sync(self, group_id: str) -> bool:
        """Sync the group; return False, and log the error, if Zalo does not answer or does not show the group."""
        try:
            changed = self.sweep(group_id)
        except GovernorError as error:
            log.error("sweep_failed", group=group_id, error=error)
            return False
        log.info("swept", group=group_id, changed=changed)
        self._on_swept()
        return True

    def sweep(self, group_id: str) -> int:
        """Sync the group: read it from Zalo, pass each difference to the pipeline, return the number of differences.

        Raises:
            GovernorError: Zalo does not answer, or does not show the group.
        """
        with self._sync_lock:
            return self._sweep(group_id)

    def _sweep(self, group_id: str) -> int:
        began = self._clock()  # Zalo's list may lack those who join or leave from now on.
        try:
            snapshot, members = self._fetch(group_id)
        except GroupNotShownError:
            if abs(began - self._hidden_since.setdefault(group_id, began)) >= _BELIEVED_AFTER:
                self._report_own_departure(group_id, began)
            raise
        self._hidden_since.pop(group_id, None)
        self._synced_at[group_id] = began
        with self._requests_lock:
            writers = self._writers.pop(group_id, frozenset())
        with self._begin() as uow:
            uow.members.link_global_ids(self._account, members)
            before = uow.members.seen_at(self._account, group_id)
            look = GroupSnapshotDiff(self._account, group_id, to_ms(began), since_ms=to_ms(before) if before else 0)
            # For who joined or left since, the older list is taken as it is, so that it makes no event of them.
            moved = uow.members.moved_since(self._account, group_id, began)
            listed = moved.intersection(snapshot.member_uids)
            present = uow.members.present_uids(self._account, group_id) - moved | listed
            elements = [
                *look.changes(uow.members.group_snapshot(group_id), snapshot, present, writers),
                *look.names(members, uow.members.judged_names(self._account, group_id)),
            ]
        if elements and not self._admit(elements):
            # As after a crash: the sync is repeated, yields equal keys, and tells of what will be judged by then.
            self.request(group_id)
            return len(elements)
        with self._begin() as uow:
            # Only once all elements are judged: after a crash in between, the sync is repeated and yields equal keys.
            kept = self._without_secrets(uow.members.group_snapshot(group_id), snapshot)
            uow.members.save_group(self._account, kept, members, began)
            self._sum_up(uow, group_id)
        return len(elements)

    def _report_own_departure(self, group_id: str, now: datetime) -> None:
        """Pass on that the bot account left the group, unless an event has said so; none comes while it is offline."""
        with self._begin() as uow:
            before = uow.members.seen_at(self._account, group_id)
            if before is None:
                return
            moved = uow.members.moved_since(self._account, group_id, before)
            known = self._account in moved - uow.members.present_uids(self._account, group_id)
        if not known:
            look = GroupSnapshotDiff(self._account, group_id, to_ms(now), since_ms=to_ms(before))
            self._admit([look.left(self._account)])

    def _without_secrets(self, before: GroupSnapshot | None, seen: GroupSnapshot) -> GroupSnapshot:
        """Return the group's state to store after a sync, without a name or description that may be a state secret.

        `before` is the stored state, `seen` the one read from Zalo.
        """
        kept = to_remember(before, seen)
        if not self._may_keep({"name": seen.name}):
            kept = kept.model_copy(update={"name": ""})
        if not self._may_keep({"name": seen.description or ""}):
            kept = kept.model_copy(update={"description": None})
        return kept
