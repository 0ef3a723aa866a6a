"""Friend requests of those who belong to a group are accepted, so that private messages reach them; others are not."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.events import EventBase, FriendAct
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.jobs import AcceptFriend, Job
from zalo_governor.domain.people import FriendRequest
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_ASKED = "req_v2"
"""Zalo's word for a friend request; it sends the older `req` beside it, which tells the same."""
_LOOK_EVERY = timedelta(minutes=30)
_LOOK_AGAIN = timedelta(minutes=5)


class FriendRequestService:
    """Decides about each request, inside somebody's transaction."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Look at one judged event; most are none of this."""
        if isinstance(event, FriendAct) and event.act == _ASKED:
            self.asked(uow, event.sender_uid)

    def asked(self, uow: UnitOfWork, uid: str) -> bool:
        """Somebody wants to be the account's friend; whether that is to be accepted."""
        group_id = self._belongs_to(uow, uid) if self._policy.accept_friends and uid else None
        if group_id is None:
            self._decline(uow, uid)
            return False
        now = self._policy.clock()
        task = AcceptFriend(uid=uid)
        return uow.jobs.enqueue(Job(account=self._policy.account, group_id=group_id, task=task, ordered_at=now))

    def _belongs_to(self, uow: UnitOfWork, uid: str) -> str | None:
        """The first governed group in whose roster the person stands, or in which the person is."""
        account = self._policy.account
        for group in self._policy.governed:
            if uid in (uow.roster.approved_uids(account, group.id) or ()) or uid in uow.members.present_uids(
                account, group.id
            ):
                return group.id
        return None

    def _decline(self, uow: UnitOfWork, uid: str) -> None:
        """Left alone on Zalo, where a person may still accept it; noted once a day."""
        today = self._policy.clock().replace(hour=0, minute=0, second=0, microsecond=0)
        person = uow.people.find_or_create(self._policy.account, uid)
        if person and uow.claims.claim_once(f"friend_declined:{person.id}", today):
            uow.audit.append(
                "friend.declined",
                at=self._policy.clock(),
                actor_id=None,
                group_id=self._policy.home_group_id,
                subject="",
                detail={"person": person.id},
            )
            log.info("friend_declined", person=person.id)


class FriendRequestPoll:
    """Asks Zalo from time to time, and at the start, who waits: a request may have come while nobody listened.

    Args:
        fetch: gives the requests that wait; raises GovernorError.
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
        self._next = from_ms(0)

    def next_due(self) -> datetime | None:
        """When to look next; at once after the start."""
        return self._next if self._policy.accept_friends else None

    def act(self, now: datetime) -> None:
        """Look, and have accepted what is to be accepted."""
        try:
            waiting = self._fetch()
        except GovernorError as error:
            log.warning("friend_requests_unknown", error=error)
            self._next = now + _LOOK_AGAIN
            return
        self._next = now + _LOOK_EVERY
        if waiting:
            with self._begin() as uow:
                for request in waiting:
                    self._friendships.asked(uow, request.uid)
