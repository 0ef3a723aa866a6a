"""Removing the messages of a case for everybody in the group: ordered by `/xoa`, and told of as Zalo answered."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.events import EventBase, MessageDeleted
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.jobs import Job, JobKind, JobOutcome, RemoveMessage
from zalo_governor.services.cases.message_lifecycle import MessageLifecycle
from zalo_governor.services.cases.next_actions import visible
from zalo_governor.services.jobs import Performed, PerformJob
from zalo_governor.services.messaging.formatter import MessageFormatter, moment
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

_OLD = timedelta(hours=24)
"""An older message that Zalo does not find may be past the time in which it lets messages be deleted."""
_RESULTS = {
    JobOutcome.NOT_ALLOWED: MessageId.REMOVAL_NOT_ALLOWED,
    JobOutcome.NOT_FOUND: MessageId.REMOVAL_NOT_FOUND,
    JobOutcome.REFUSED: MessageId.REMOVAL_REFUSED,
    JobOutcome.UNKNOWN: MessageId.REMOVAL_UNKNOWN,
}


def order_removal(uow: UnitOfWork, case: Case, by: int, now: datetime) -> int:
    """Have the case's messages removed that can still be seen; gives how many can be tried.

    Zalo asks for a cliMsgId: a message that was heard without one cannot be removed.
    """
    ordered = 0
    for message in visible(uow, case):
        if message.cli_key:
            task = RemoveMessage(
                message_key=message.key, cli_key=message.cli_key, owner_uid=message.owner_uid, sent_at=message.at
            )
            ordered += uow.jobs.enqueue(
                Job(
                    account=message.account,
                    group_id=case.group_id,
                    task=task,
                    case_id=case.id,
                    ordered_by=by,
                    ordered_at=now,
                )
            )
    return ordered


class RemoveMessageHandler:
    """Removes one message, and tells the desk. Fits `services.jobs.JobHandler`."""

    def __init__(self, policy: ServicePolicy, *, remove: PerformJob) -> None:
        self._policy = policy
        self._remove = remove
        self._result = RemovalResult(policy)

    def perform(self, job: Job) -> Performed:
        """Ask Zalo."""
        return Performed(self._remove(job))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Tell what Zalo answered."""
        self._result.tell(uow, job, done.outcome)


class RemovalResult:
    """What follows when a removal is settled, by Zalo's answer or by what was heard in the group."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._post = Notifier(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)
        self._afterwards = MessageLifecycle(policy)

    def tell(self, uow: UnitOfWork, job: Job, outcome: JobOutcome) -> None:
        """Write down what became of the removal, and tell the desk."""
        case = uow.cases.get(job.case_id) if job.case_id is not None else None
        if case is None or not isinstance(job.task, RemoveMessage) or job.ordered_by is None:
            return
        now = self._policy.clock()
        uow.audit.append(
            "removal",
            at=now,
            actor_id=job.ordered_by,
            group_id=job.group_id,
            subject=case.code,
            detail={"removal": job.id, "message": job.task.message_key, "outcome": outcome.value},
        )
        when = moment(job.task.sent_at)
        if outcome is JobOutcome.DONE:
            by = uow.people.get(job.ordered_by)
            self._afterwards.gone(uow, job.group_id, job.task.message_key, now, by, deleted=True)
            rest = self._voice.render(MessageId.RECALL_REST, count=case.count) if visible(uow, case) else ""
            text = self._voice.render(MessageId.REMOVAL_DONE, code=case.code, when=when, rest=rest)
        else:
            too_old = outcome is JobOutcome.NOT_FOUND and now - job.task.sent_at > _OLD
            text = self._voice.render(
                MessageId.REMOVAL_TOO_OLD if too_old else _RESULTS[outcome], code=case.code, when=when
            )
        self._post.to_desk(uow, text, group_id=job.group_id, case_id=case.id)

    def heard(self, uow: UnitOfWork, event: MessageDeleted) -> None:
        """Zalo shows that the bot account itself has deleted messages: that settles what was open or unknown."""
        for key in dict.fromkeys(event.target_keys):
            for case in uow.cases.of_message(event.thread_id, key):
                for job in uow.jobs.waiting(case, JobKind.REMOVE_MESSAGE):
                    if job.task.target == key and uow.jobs.settle(job, JobOutcome.DONE):
                        self.tell(uow, job, JobOutcome.DONE)
        self._afterwards.withdrawn(uow, event)


class OwnDeletions:
    """What the bot account is seen to have deleted: by a removal that was ordered, or by hand with the account."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._account = policy.account
        self._result = RemovalResult(policy)

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Settle the removals that the deletion shows to be done."""
        if isinstance(event, MessageDeleted) and event.is_group and event.sender_uid == self._account:
            self._result.heard(uow, event)
