"""Deletion of a case's messages in the group: ordered by the command /xoa (delete), done by jobs, then reported."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.jobs import Job, JobOutcome, RemoveMessage
from zalo_governor.features.cases.message_lifecycle import MessageLifecycle
from zalo_governor.features.cases.next_actions import visible
from zalo_governor.messaging.formatter import moment
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.pipeline.jobs import Performed, PerformJob
from zalo_governor.storage.unit_of_work import UnitOfWork

_OLD = timedelta(hours=24)
"""Age from which a message that Zalo "does not find" is reported as probably too old to be deleted."""
_RESULTS = {
    JobOutcome.NOT_ALLOWED: TextId("removal_not_allowed"),
    JobOutcome.NOT_FOUND: TextId("removal_not_found"),
    JobOutcome.REFUSED: TextId("removal_refused"),
    JobOutcome.NOT_DONE: TextId("removal_still_there"),
    JobOutcome.UNKNOWN: TextId("removal_unknown"),
}


def order_removal(uow: UnitOfWork, case: Case, by: int, now: datetime) -> int:
    """Enqueue a job to delete each message of the case still visible in the group; return the number of new jobs.

    Messages without a cliMsgId (the sender's own id of a message), which Zalo's API requires, are left out.

    Args:
        by: id of the admin who ordered the deletion.
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


class RemoveMessageHandler(Speaker):
    """`JobHandler` that deletes one message for everybody in the group, and tells the admins the outcome.

    The outcome is Zalo's answer: an event that the account deleted a message may mean only its own copy of it.
    """

    def __init__(self, policy: ServicePolicy, *, remove: PerformJob) -> None:
        super().__init__(policy)
        self._remove = remove
        self._afterwards = MessageLifecycle(policy)

    def perform(self, job: Job) -> Performed:
        """Ask Zalo to delete the message, and return the outcome."""
        return Performed(self._remove(job))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Audit the outcome of the deletion job; if the message was deleted, record it as gone; tell the admins."""
        outcome = done.outcome
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
            rest = self._voice.render(TextId("recall_rest"), count=case.count) if visible(uow, case) else ""
            text = self._voice.render(TextId("removal_done"), code=case.code, when=when, rest=rest)
        else:
            too_old = outcome is JobOutcome.NOT_FOUND and now - job.task.sent_at > _OLD
            text = self._voice.render(
                TextId("removal_too_old") if too_old else _RESULTS[outcome], code=case.code, when=when
            )
        self._post.to_desk(uow, text, group_id=job.group_id, case_id=case.id)
