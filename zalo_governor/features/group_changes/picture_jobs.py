"""Jobs that download group pictures, so that a new picture can be compared with the one before."""

from collections.abc import Callable

import structlog

from zalo_governor.domain.errors import GovernorError
from zalo_governor.domain.jobs import FetchPicture, Job, JobOutcome
from zalo_governor.domain.pictures import Looked
from zalo_governor.features.group_changes.notifications import ChangeNotifications
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.pipeline.jobs import Performed
from zalo_governor.storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)


FetchBytes = Callable[[str], bytes]
"""Function that downloads the picture at a URL; raises GovernorError if that fails."""


LookAtPicture = Callable[[bytes], Looked | None]
"""Function that makes thumbnail and perceptual hash of a picture in a separate process; None if it is no picture."""


class FetchPictureHandler:
    """`JobHandler` that downloads a new group picture and reports whether it resembles the one before."""

    def __init__(self, policy: ServicePolicy, *, fetch: FetchBytes, look: LookAtPicture) -> None:
        self._fetch = fetch
        self._look = look
        self._telling = ChangeNotifications(policy)

    def perform(self, job: Job) -> Performed:
        """Download the picture, make thumbnail and hash; if that fails, return UNKNOWN, so that the job is retried."""
        if not isinstance(job.task, FetchPicture):
            raise TypeError(job.kind)
        try:
            looked = self._look(self._fetch(job.task.address))
        except GovernorError as error:
            log.warning("picture_not_fetched", group=job.group_id, error=type(error).__name__)
            looked = None
        return Performed(JobOutcome.DONE if looked else JobOutcome.UNKNOWN, looked)

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Store thumbnail and hash of the picture; if the job belongs to a case, tell people of the comparison.

        It says whether the picture resembles the one before, or that it could not be downloaded.
        """
        if not isinstance(job.task, FetchPicture):
            raise TypeError(job.kind)
        if done.result:
            uow.pictures.save(job.account, job.group_id, job.task.address, done.result)
        case = uow.cases.get(job.case_id) if job.case_id else None
        if case:
            self._telling.pictures(uow, case, job.task.address)
