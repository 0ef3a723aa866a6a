"""Acceptance of friend requests from members of governed groups, so that private messages of the bot reach them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.clock import AT_ONCE, midnight, today
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import EventBase, FriendAct
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.jobs import AcceptFriend, Job
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import FriendRequest
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_ASKED = "req_v2"
"""Zalo's event name for a friend request; Zalo also sends the older `req` with the same content."""
_POLL_EVERY = timedelta(minutes=30)
_RETRY_AFTER = timedelta(minutes=5)


class FriendRequestService(EventHandler):
    """Service that decides whether the bot account accepts a friend request on Zalo: only from people of its groups."""

    governed = False
    remarkable = True

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Decide whether to accept the friend request, if the event is one; ignore all other events."""
        if isinstance(event, FriendAct) and event.act == _ASKED:
            self.asked(uow, event.sender_uid)

    def asked(self, uow: UnitOfWork, uid: str) -> bool:
        """Enqueue a job that accepts the friend request of the account `uid` if its owner belongs to a governed group.

        Returns:
            Whether a job was enqueued; False also if a job for the same friend request is waiting already.
        """
        group_id = self._find_group_of(uow, uid) if self._policy.roster.accept_friends and uid else None
        if group_id is None:
            self._decline(uow, uid)
            return False
        now = self._policy.clock()
        task = AcceptFriend(uid=uid)
        return uow.jobs.enqueue(Job(account=self._policy.account, group_id=group_id, task=task, ordered_at=now))

    def _find_group_of(self, uow: UnitOfWork, uid: str) -> str | None:
        """Return the id of the first governed group with the account as a member or on its roster, or None."""
        account = self._policy.account
        for group in self._policy.governed:
            if uid in (uow.roster.approved_uids(account, group.id) or ()) or uid in uow.members.present_uids(
                account, group.id
            ):
                return group.id
        return None

    def _decline(self, uow: UnitOfWork, uid: str) -> None:
        """Audit, once a day per person, that the bot leaves the friend request open; a human may accept it on Zalo."""
        day = midnight(today(self._policy.clock()))
        person = uow.people.find_or_create(self._policy.account, uid)
        if person and uow.claims.claim_once(f"friend_declined:{person.id}", day):
            uow.audit.append(
                "friend.declined",
                at=self._policy.clock(),
                group_id=NO_GROUP,
                detail={"person": person.id},
            )
            log.info("friend_declined", person=person.id)


class FriendRequestPoll:
    """Poll of the friend requests waiting on Zalo, at the start and every 30 minutes, as events may have been missed.

    Args:
        fetch: returns the friend requests waiting on Zalo; raises GovernorError.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        *,
        fetch: Callable[[], Sequence[FriendRequest]],
        begin: BeginUnitOfWork,
    ) -> None:
        self._policy = policy
        self._fetch = fetch
        self._begin = begin
        self._friendships = FriendRequestService(policy)
        self._next = AT_ONCE

    def next_due(self) -> datetime | None:
        """Return when to poll next (at once after the start); None if the settings say to accept no friend requests."""
        return self._next if self._policy.roster.accept_friends else None

    def act(self, now: datetime) -> None:
        """Fetch the waiting friend requests and decide on each; if fetching fails, try again in 5 minutes."""
        try:
            waiting = self._fetch()
        except GovernorError as error:
            log.warning("friend_requests_unknown", error=error)
            self._next = now + _RETRY_AFTER
            return
        self._next = now + _POLL_EVERY
        if waiting:
            with self._begin() as uow:
                for request in waiting:
                    self._friendships.asked(uow, request.uid)
