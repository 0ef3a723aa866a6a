"""Removing messages for everybody in the group: the order is durable, and its result is told as Zalo gave it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from zalo_governor.domain.events import MessageDeleted
from zalo_governor.domain.removals import Removal, RemovalOutcome
from zalo_governor.services.cases.message_lifecycle import Afterwards
from zalo_governor.services.cases.next_actions import visible
from zalo_governor.services.messaging.formatter import Voice, moment
from zalo_governor.services.messaging.message_ids import Text
from zalo_governor.services.messaging.notifier import Post
from zalo_governor.services.policy import OfficePolicy
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60))
"""How long to wait before each further try of a removal of which nobody knows what became."""
_OLD = timedelta(hours=24)
"""An older message that Zalo does not find may be past the time in which it lets messages be deleted."""
_RESULTS = {
    RemovalOutcome.NOT_ALLOWED: Text.REMOVAL_NOT_ALLOWED,
    RemovalOutcome.NOT_FOUND: Text.REMOVAL_NOT_FOUND,
    RemovalOutcome.REFUSED: Text.REMOVAL_REFUSED,
    RemovalOutcome.UNKNOWN: Text.REMOVAL_UNKNOWN,
}


class Settlement:
    """Writes down what became of a removal, and tells the desk."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._post = Post(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)
        self._afterwards = Afterwards(policy)

    def settle(self, uow: UnitOfWork, removal: Removal, outcome: RemovalOutcome) -> None:
        """Once for each removal: what comes after it was settled changes nothing."""
        case = uow.cases.get(removal.case_id)
        if case is None or not uow.removals.settle(removal, outcome):
            return
        now = self._policy.clock()
        uow.audit.append(
            "removal",
            at=now,
            actor_id=removal.ordered_by,
            group_id=removal.group_id,
            subject=case.code,
            detail={"removal": removal.id, "message": removal.message_key, "outcome": outcome.value},
        )
        if outcome is RemovalOutcome.REMOVED:
            by = uow.people.get(removal.ordered_by)
            self._afterwards.gone(uow, removal.group_id, removal.message_key, now, by, deleted=True)
            rest = self._voice.say(Text.RECALL_REST, count=case.count) if visible(uow, case) else ""
            text = self._voice.say(Text.REMOVAL_DONE, code=case.code, when=moment(removal.sent_at), rest=rest)
        else:
            text = self._voice.say(self._result(removal, outcome, now), code=case.code, when=moment(removal.sent_at))
        self._post.to_desk(uow, text, group_id=removal.group_id, case_id=case.id)

    def heard(self, uow: UnitOfWork, event: MessageDeleted) -> None:
        """Zalo shows that the bot account itself has deleted messages: that settles what was open or unknown."""
        for key in dict.fromkeys(event.target_keys):
            for case in uow.cases.of_message(event.thread_id, key):
                for removal in uow.removals.waiting(case):
                    if removal.message_key == key:
                        self.settle(uow, removal, RemovalOutcome.REMOVED)
        self._afterwards.withdrawn(uow, event)

    def _result(self, removal: Removal, outcome: RemovalOutcome, now: datetime) -> Text:
        if outcome is RemovalOutcome.NOT_FOUND and now - removal.sent_at > _OLD:
            return Text.REMOVAL_TOO_OLD
        return _RESULTS[outcome]


class Removals:
    """Carries out what `/xoa` has ordered, one message after the other.

    Args:
        remove: asks Zalo to remove one message.
        on_settled: called when something was put into the outbox.
    """

    def __init__(
        self,
        policy: OfficePolicy,
        *,
        remove: Callable[[Removal], RemovalOutcome],
        begin: BeginUnitOfWork,
        on_settled: Callable[[], None],
    ) -> None:
        self._policy = policy
        self._remove = remove
        self._begin = begin
        self._on_settled = on_settled
        self._settlement = Settlement(policy)

    def next_due(self) -> datetime | None:
        """When `act` has to be called next; None where nothing waits."""
        with self._begin() as uow:
            return uow.removals.next_due(self._policy.account)

    def act(self, now: datetime) -> None:
        """Try everything that is due. The call itself is made outside any transaction."""
        with self._begin() as uow:
            due = uow.removals.due(self._policy.account, now)
        for removal in due:
            outcome = self._remove(removal)
            with self._begin() as uow:
                if outcome is RemovalOutcome.UNKNOWN and removal.attempts < len(_AGAIN):
                    uow.removals.retry(removal, self._policy.clock() + _AGAIN[removal.attempts])
                else:
                    self._settlement.settle(uow, removal, outcome)
            self._on_settled()
