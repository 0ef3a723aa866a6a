"""Job handlers that remove a member from a group and accept a friend request; audit log entries about jobs."""

import structlog

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.jobs import Job, JobOutcome
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import DESK
from zalo_governor.features.members.outsiders import OutsiderService
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.pipeline.jobs import Performed, PerformJob
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_RESULTS = {
    JobOutcome.DONE: TextId("put_out_done"),
    JobOutcome.NOT_ALLOWED: TextId("put_out_not_allowed"),
    JobOutcome.NOT_FOUND: TextId("put_out_gone"),
    JobOutcome.REFUSED: TextId("put_out_refused"),
    JobOutcome.UNKNOWN: TextId("put_out_unknown"),
}


class RemoveMemberHandler(Speaker):
    """`JobHandler` that removes an outsider (a member who is not on the approved roster) from the group."""

    def __init__(self, policy: ServicePolicy, *, remove: PerformJob) -> None:
        super().__init__(policy)
        self._remove = remove
        self._newcomers = OutsiderService(policy)

    def perform(self, job: Job) -> Performed:
        """Ask Zalo to remove the member, and return the outcome."""
        return Performed(self._remove(job))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Audit the job, close the case if the outsider is gone, tell the admins and whoever ordered the removal."""
        case = None if job.case_id is None else uow.cases.get(job.case_id)
        audit_job(uow, self._policy, job, done.outcome, case, person_uid=job.task.target)
        if case is None:
            return
        outcome = done.outcome
        if outcome is JobOutcome.NOT_FOUND and job.task.target in uow.members.present_uids(job.account, job.group_id):
            outcome = JobOutcome.REFUSED  # Zalo answers "not found" also for the owner, who cannot be removed.
        newcomer = uow.outsiders.of_case(case)
        if outcome in {JobOutcome.DONE, JobOutcome.NOT_FOUND} and newcomer:
            uow.outsiders.mark_gone(case, self._policy.clock())
            if case.state.open:
                reason = self._voice.render(TextId("reason_put_out"))
                self._newcomers.close(uow, case, CaseState.REMEDIED, reason, by=job.ordered_by)
            else:
                uow.cases.save(case.remedied(self._policy.clock()))
        who = (
            self._voice.who(uow.people.get(newcomer.person_id))
            if newcomer
            else self._voice.render(TextId("who_unknown"))
        )
        text = self._voice.render(_RESULTS[outcome], code=case.code, who=who)
        self._post.to_desk(uow, text, group_id=job.group_id, case_id=case.id)
        orderer = None if job.ordered_by is None else uow.people.get(job.ordered_by)
        if orderer and not orderer.holds(job.group_id, *DESK):
            self._post.to_person(
                uow, orderer, text, Purpose.REPLY, group_id=job.group_id, case_id=case.id, asked_for=True
            )


class AcceptFriendHandler:
    """`JobHandler` that accepts a friend request, so that the bot's private messages reach the person."""

    def __init__(self, policy: ServicePolicy, *, accept: PerformJob) -> None:
        self._policy = policy
        self._accept = accept

    def perform(self, job: Job) -> Performed:
        """Ask Zalo to accept the friend request, and return the outcome."""
        return Performed(self._accept(job))

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Audit the job; if the friend request was accepted, mark the person as reachable by private message."""
        audit_job(uow, self._policy, job, done.outcome, None, person_uid=job.task.target)
        if done.outcome is JobOutcome.DONE:
            uow.people.mark_reachable(job.account, job.task.target)


def audit_job(
    uow: UnitOfWork,
    policy: ServicePolicy,
    job: Job,
    outcome: JobOutcome,
    case: Case | None,
    *,
    person_uid: str | None = None,
) -> None:
    """Write the outcome of a job to the audit log, with its case (if any) and the person concerned (`person_uid`)."""
    person = uow.people.find_or_create(job.account, person_uid) if person_uid else None
    uow.audit.append(
        f"job.{job.kind.value}",
        at=policy.clock(),
        actor_id=job.ordered_by,
        group_id=job.group_id,
        subject=case.code if case else "",
        detail={"job": job.id, "outcome": outcome.value, "person": person.id if person else None},
    )
    log.info("job", kind=job.kind.value, job=job.id, outcome=outcome.value)
