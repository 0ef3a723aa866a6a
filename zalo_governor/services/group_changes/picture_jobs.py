"""Pictures of groups: fetched beside the judge's transaction, and compared with the one before."""

from typing import Protocol

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.jobs import FetchPicture, Job, JobOutcome
from zalo_governor.domain.pictures import Looked
from zalo_governor.services.group_changes.notifications import ChangeNotifications
from zalo_governor.services.jobs import Performed
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

log = structlog.get_logger(__name__)


class FetchBytes(Protocol):
    """Gets the bytes of a picture from Zalo."""

    def __call__(self, address: str, /) -> bytes:
        """The picture; raises GovernorError where it cannot be had."""
        ...


class LookAtPicture(Protocol):
    """Makes a thumbnail and a perceptual hash of a picture, in a process of its own."""

    def __call__(self, content: bytes, /) -> Looked | None:
        """What was made of it; None where it is no picture."""
        ...


class FetchPictureHandler:
    """Fetches a picture, and tells how it compares with the one before. Fits `services.jobs.JobHandler`."""

    def __init__(self, policy: ServicePolicy, *, fetch: FetchBytes, look: LookAtPicture) -> None:
        self._fetch = fetch
        self._look = look
        self._telling = ChangeNotifications(policy)

    def perform(self, job: Job) -> Performed:
        """Fetch it and look at it; one that cannot be had may be had later."""
        if not isinstance(job.task, FetchPicture):
            raise TypeError(job.kind)
        try:
            looked = self._look(self._fetch(job.task.address))
        except GovernorError as error:
            log.warning("picture_not_fetched", group=job.group_id, error=type(error).__name__)
            looked = None
        return Performed(JobOutcome.DONE if looked else JobOutcome.UNKNOWN, looked)

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Keep what was made of it, and tell whoever waits for it; where it could not be had, that is told."""
        if not isinstance(job.task, FetchPicture):
            raise TypeError(job.kind)
        if done.result:
            uow.pictures.save(job.account, job.group_id, job.task.address, done.result)
        case = uow.cases.get(job.case_id) if job.case_id else None
        if case:
            self._telling.pictures(uow, case, job.task.address)


def request_picture(uow: UnitOfWork, job: Job) -> None:
    """Have a picture fetched: once, or again where a case waits for it."""
    if not isinstance(job.task, FetchPicture):
        raise TypeError(job.kind)
    known = uow.pictures.thumbnail(job.account, job.group_id, job.task.address) is not None
    if job.case_id is not None or not known:
        uow.jobs.enqueue(job)
