"""Builds all services from one policy (their settings); a new policy replaces all services at once."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from zalo_governor.app.due_work import Work, WorkGroup
from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.config.sections import AlarmSettings
from zalo_governor.domain.backoff import Backoff
from zalo_governor.domain.connection import FrameCount
from zalo_governor.domain.jobs import Job, JobKind
from zalo_governor.features.attachments.scan_jobs import FetchFile, ScanAttachmentHandler, ScanDone, ScanFile
from zalo_governor.features.cases.delivery import DeliveryFollowUp
from zalo_governor.features.cases.message_removal import RemoveMessageHandler
from zalo_governor.features.cases.service import CaseService
from zalo_governor.features.directives.reminders import AbsenceHandler, AskHandler, DeadlineHandler, RemindHandler
from zalo_governor.features.facade import FeatureFacade
from zalo_governor.features.group_changes.encryption import EncryptedFramesWatch
from zalo_governor.features.group_changes.picture_jobs import FetchPictureHandler
from zalo_governor.features.group_changes.pinning import PinMessageHandler
from zalo_governor.features.members.friend_requests import FriendRequestPoll
from zalo_governor.features.members.member_jobs import AcceptFriendHandler, RemoveMemberHandler
from zalo_governor.features.members.roster.phone_lookup import PhoneLookup
from zalo_governor.features.reports.scheduled import CaseDeadlines
from zalo_governor.features.trial.service import TrialEnd
from zalo_governor.messaging.config_notices import ConfigurationNotices
from zalo_governor.messaging.outage_notices import OutageNotices
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.pipeline.jobs import JobHandler, JobRunner, Performed
from zalo_governor.sandbox.images.client import look
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork, UnitsOfWork
from zalo_governor.zalo.api.board import ZaloBoard
from zalo_governor.zalo.api.client import ZaloClient
from zalo_governor.zalo.api.group_actions import ZaloGroupActions


class Services:
    """All services (handling of cases, jobs, notices …), built from one policy. Timers call those typed `Work`.

    Args:
        policy: the settings and helper functions of the services.
        alarm: the settings of e-mail and webhook, used when messages over Zalo do not work.
        client: Zalo's API for the bot account.
        units: begins transactions.
        postings: reads stored messages.
        files: downloads and checks the files of messages.
        frames: counts the frames of the last 24 hours that carried no message, such as end-to-end encrypted ones.
        scans_here: this process scans files; if not, a `scan-worker` does.
        scans_alone: no other process scans files for this bot account.
        on_posted: called when a service has put a message into the outbox, to send it now.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        alarm: AlarmSettings,
        *,
        client: ZaloClient,
        units: UnitsOfWork,
        postings: MessageReader,
        files: "FileTools",
        frames: Callable[[], tuple[FrameCount, ...]],
        scans_here: bool,
        scans_alone: bool,
        on_posted: Callable[[], None],
    ) -> None:
        people = ZaloGroupActions(client)
        board = ZaloBoard(client, message=postings.message)
        handlers: dict[JobKind, Callable[[ServicePolicy], JobHandler]] = {
            JobKind.REMOVE_MESSAGE: partial(RemoveMessageHandler, remove=client.remove_message),
            JobKind.REMOVE_MEMBER: partial(RemoveMemberHandler, remove=people.remove_member),
            JobKind.ACCEPT_FRIEND: partial(AcceptFriendHandler, accept=people.accept_friend),
            JobKind.REMIND_OF_DIRECTIVES: RemindHandler,
            JobKind.REPORT_DEADLINE: DeadlineHandler,
            JobKind.ASK_ABOUT_DIRECTIVES: AskHandler,
            JobKind.NOTICE_ABSENCE: AbsenceHandler,
            JobKind.PIN_MESSAGE: partial(PinMessageHandler, pin=board.pin_message),
        }
        actions = {kind: _HandlerByOffice(policy, make) for kind, make in handlers.items()}
        # A separate runner: fetching a picture is slow, and must not delay actions that a person ordered.
        fetch = partial(FetchPictureHandler, fetch=client.picture, look=look)
        fetching = {JobKind.FETCH_PICTURE: _HandlerByOffice(policy, fetch)}
        self.features = FeatureFacade(policy)
        self.orders: Work = WorkGroup(
            JobRunner(policy.account, handlers=actions, begin=units.begin, on_settled=on_posted),
            TrialEnd(policy, begin=units.begin, on_posted=on_posted),
        )
        self.acquaintance: Work = WorkGroup(
            FriendRequestPoll(policy, fetch=people.friend_requests, begin=units.begin),
            PhoneLookup(policy, find=people.by_phone, begin=units.begin),
        )
        self.pictures: Work = JobRunner(policy.account, handlers=fetching, begin=units.begin, on_settled=on_posted)
        scans = scan_runner(policy, files, begin=units.begin, on_posted=on_posted, alone=scans_alone)
        self.scans: Work = WorkGroup(*([scans] if scans_here else []))
        tell = FallbackAlert(alarm).send
        self.outages = OutageNotices(policy, tell=tell, begin=units.begin, on_posted=on_posted)
        self.delivery = DeliveryFollowUp(policy, tell=tell, begin=units.begin, on_posted=on_posted)
        self.deadlines: Work = WorkGroup(
            CaseDeadlines(self.features.duties_by_office, begin=units.begin),
            self.delivery,
            EncryptedFramesWatch(policy, frames, begin=units.begin, on_posted=on_posted),
        )
        self.configuring = ConfigurationNotices(policy)


class FileTools(NamedTuple):
    """Functions for scans of attachments: download from Zalo, check of a file, and what is called with results."""

    fetch: FetchFile
    check: ScanFile
    on_scanned: ScanDone


class _HandlerByOffice:
    """`JobHandler` that passes each job to the handler which follows the settings of the job's group."""

    def __init__(self, policy: ServicePolicy, make: Callable[[ServicePolicy], JobHandler]) -> None:
        self._policy = policy
        self._handlers = {id(office): make(office) for office in (policy, *policy.all_offices)}

    def perform(self, job: Job) -> Performed:
        """Do the work of the job."""
        return self._of(job).perform(job)

    def settle(self, uow: UnitOfWork, job: Job, done: Performed) -> None:
        """Record the outcome of the job."""
        self._of(job).settle(uow, job, done)

    def _of(self, job: Job) -> JobHandler:
        return self._handlers[id(self._policy.of(job.group_id))]


def scan_runner(
    policy: ServicePolicy,
    files: FileTools,
    *,
    begin: BeginUnitOfWork,
    on_posted: Callable[[], None],
    alone: bool,
) -> JobRunner:
    """Return the runner of the scans of attachments; it takes one file at a time, so that other workers take the next.

    `on_posted` is called after scans, which may have put notices into the outbox; `alone`: no other process scans.
    """

    def make(office: ServicePolicy) -> JobHandler:
        cases = CaseService(office)
        return ScanAttachmentHandler(
            office, cases=cases, fetch=files.fetch, scan=files.check, begin=begin, on_scanned=files.on_scanned
        )

    return JobRunner(
        policy.account,
        handlers={JobKind.SCAN_ATTACHMENT: _HandlerByOffice(policy, make)},
        begin=begin,
        on_settled=on_posted,
        backoff=_SCAN_BACKOFF,
        at_once=1,
        newest_first=True,
        alone=alone,
    )


_SCAN_BACKOFF = Backoff.of_seconds(2, 5, 15, 60, 300, 1800)
"""Pauses before the retries of a scan that failed; Zalo serves files for days, but not for ever."""
