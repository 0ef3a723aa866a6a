"""Builds all services from one policy (their settings); a new policy replaces all services at once."""

from collections.abc import Callable
from typing import NamedTuple

from zalo_governor.app.due_work import Work, WorkGroup
from zalo_governor.app.fallback_alert import FallbackAlert
from zalo_governor.config import AlarmSettings
from zalo_governor.domain.backoff import Backoff
from zalo_governor.domain.connection import FrameCount
from zalo_governor.domain.jobs import JobKind
from zalo_governor.domain.repositories import BeginUnitOfWork
from zalo_governor.features.attachments.scan_jobs import FetchFile, ScanAttachmentHandler, ScanDone, ScanFile
from zalo_governor.features.cases.delivery import DeliveryFollowUp
from zalo_governor.features.cases.message_removal import RemoveMessageHandler
from zalo_governor.features.cases.service import CaseService
from zalo_governor.features.directives.reminders import AskHandler, DeadlineHandler, RemindHandler
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
from zalo_governor.pipeline.jobs import JobHandler, JobRunner
from zalo_governor.sandbox.images.client import look
from zalo_governor.storage.repositories.message_reader import MessageReader
from zalo_governor.storage.unit_of_work import SqlUnitsOfWork
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
        scans_alone: no other process scans files for this bot account.
        on_posted: called when a service has put a message into the outbox, to send it now.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        alarm: AlarmSettings,
        *,
        client: ZaloClient,
        units: SqlUnitsOfWork,
        postings: MessageReader,
        files: "FileTools",
        frames: Callable[[], tuple[FrameCount, ...]],
        scans_alone: bool,
        on_posted: Callable[[], None],
    ) -> None:
        people = ZaloGroupActions(client)
        actions: dict[JobKind, JobHandler] = {
            JobKind.REMOVE_MESSAGE: RemoveMessageHandler(policy, remove=client.remove_message),
            JobKind.REMOVE_MEMBER: RemoveMemberHandler(policy, remove=people.remove_member),
            JobKind.ACCEPT_FRIEND: AcceptFriendHandler(policy, accept=people.accept_friend),
            JobKind.REMIND_OF_DIRECTIVES: RemindHandler(policy),
            JobKind.REPORT_DEADLINE: DeadlineHandler(policy),
            JobKind.ASK_ABOUT_DIRECTIVES: AskHandler(policy),
            JobKind.PIN_MESSAGE: PinMessageHandler(policy, pin=ZaloBoard(client, message=postings.message).pin_message),
        }
        # A separate runner: fetching a picture is slow, and must not delay actions that a person ordered.
        fetching: dict[JobKind, JobHandler] = {
            JobKind.FETCH_PICTURE: FetchPictureHandler(policy, fetch=client.picture, look=look)
        }
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
        self.scans: Work = scan_runner(
            policy, CaseService(policy), files, begin=units.begin, on_posted=on_posted, alone=scans_alone
        )
        tell = FallbackAlert(alarm).send
        self.outages = OutageNotices(policy, tell=tell, begin=units.begin, on_posted=on_posted)
        self.delivery = DeliveryFollowUp(policy, tell=tell, begin=units.begin, on_posted=on_posted)
        self.deadlines: Work = WorkGroup(
            CaseDeadlines(self.features.duties, begin=units.begin),
            self.delivery,
            EncryptedFramesWatch(policy, frames, begin=units.begin, on_posted=on_posted),
        )
        self.configuring = ConfigurationNotices(policy)


class FileTools(NamedTuple):
    """What scans of attachments need: the download from Zalo, the check of a file, and who is told of the results."""

    fetch: FetchFile
    check: ScanFile
    on_scanned: ScanDone


def scan_runner(
    policy: ServicePolicy,
    cases: CaseService,
    files: FileTools,
    *,
    begin: BeginUnitOfWork,
    on_posted: Callable[[], None],
    alone: bool,
) -> JobRunner:
    """Return the runner of the scans of attachments; one file at a time, so that other workers take the next ones."""
    handler = ScanAttachmentHandler(
        policy, cases=cases, fetch=files.fetch, scan=files.check, begin=begin, on_scanned=files.on_scanned
    )
    return JobRunner(
        policy.account,
        handlers={JobKind.SCAN_ATTACHMENT: handler},
        begin=begin,
        on_settled=on_posted,
        backoff=_SCAN_BACKOFF,
        at_once=1,
        newest_first=True,
        alone=alone,
    )


_SCAN_BACKOFF = Backoff.of_seconds(2, 5, 15, 60, 300, 1800)
"""Pauses before the retries of a scan that failed; Zalo serves files for days, but not for ever."""
