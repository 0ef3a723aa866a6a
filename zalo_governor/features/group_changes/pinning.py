"""The job handler that pins a group message, as ordered by a leader or an admin with the command /ghim (pin)."""

from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.domain.notices import Purpose
from zalo_governor.features.members.member_jobs import audit_job
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.pipeline.jobs import Performed, PerformJob
from zalo_governor.storage.unit_of_work import UnitOfWork

_RESULTS = {
    JobOutcome.DONE: TextId("pin_done"),
    JobOutcome.NOT_ALLOWED: TextId("pin_not_allowed"),
    JobOutcome.NOT_FOUND: TextId("pin_not_there"),
    JobOutcome.REFUSED: TextId("pin_refused"),
    JobOutcome.UNKNOWN: TextId("pin_unknown"),
}


class PinMessageHandler(Speaker):
    """`JobHandler` that pins a message in the group, and tells the outcome to the person who ordered the pinning."""

    def __init__(self, policy: ServicePolicy, *, pin: PerformJob) -> None:
        super().__init__(policy)
        self._pin = pin

    def perform(self, job: Job) -> Performed:
        """Ask Zalo to pin the message, and return the outcome."""
        return Performed(self._pin(job))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Audit the job, and tell its outcome to the person who ordered the pinning."""
        audit_job(uow, self._policy, job, done.outcome, None)
        if job.ordered_by is None:
            return
        orderer = uow.people.get(job.ordered_by)
        group = self._voice.group(self._policy.group(job.group_id))
        text = self._voice.render_for(orderer, _RESULTS[done.outcome], group=group)
        self._post.to_person(uow, orderer, text, Purpose.REPLY, group_id=job.group_id, asked_for=True)
