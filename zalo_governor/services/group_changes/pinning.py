"""Pinning a message that a leader or the admin has asked for by `/ghim`."""

from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.domain.notices import Purpose
from zalo_governor.services.jobs import Performed, PerformJob
from zalo_governor.services.members.member_jobs import audit_job
from zalo_governor.services.messaging.formatter import Voice
from zalo_governor.services.messaging.message_ids import Text
from zalo_governor.services.messaging.notifier import Post
from zalo_governor.services.policy import OfficePolicy
from zalo_governor.services.ports import UnitOfWork

_RESULTS = {
    JobOutcome.DONE: Text.PIN_DONE,
    JobOutcome.NOT_ALLOWED: Text.PIN_NOT_ALLOWED,
    JobOutcome.NOT_FOUND: Text.PIN_NOT_THERE,
    JobOutcome.REFUSED: Text.PIN_REFUSED,
    JobOutcome.UNKNOWN: Text.PIN_UNKNOWN,
}


class PinMessageHandler:
    """Pins a message, and tells whoever ordered it. Fits `services.jobs.JobHandler`."""

    def __init__(self, policy: OfficePolicy, *, pin: PerformJob) -> None:
        self._policy = policy
        self._pin = pin
        self._post = Post(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)

    def perform(self, job: Job) -> Performed:
        """Ask Zalo."""
        return Performed(self._pin(job))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Tell what Zalo answered."""
        audit_job(uow, self._policy, job, done.outcome, None)
        if job.ordered_by is None:
            return
        orderer = uow.people.get(job.ordered_by)
        group = self._voice.group(self._policy.group(job.group_id))
        text = self._voice.say_to(orderer, _RESULTS[done.outcome], group=group)
        self._post.to_person(uow, orderer, text, Purpose.REPLY, group_id=job.group_id, asked_for=True)
