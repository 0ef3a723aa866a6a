"""Queues a scan for each message with a file or picture, in the transaction that stores the message."""

from zalo_governor.domain.attachments import FileScan, NotChecked, ScanResult
from zalo_governor.domain.events import Attachment, EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.jobs import Job, ScanAttachment
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.storage.unit_of_work import UnitOfWork

_SCANNED = frozenset({"chat.photo", "share.file", "chat.gif", "chat.doodle"})
"""Zalo's msgTypes of the messages whose content is scanned."""
_NOT_SCANNED = {
    "chat.video.msg": NotChecked.VIDEO,
    "chat.video.memo": NotChecked.VIDEO,
    "chat.video.live.msg": NotChecked.VIDEO,
    "chat.voice": NotChecked.AUDIO,
}
"""Zalo's msgType of content that is never scanned -> why; it is counted, so that the report can say so."""


class AttachmentScans(EventHandler):
    """Queues scans of the attachments of messages.

    A message that was sealed because of its texts is not scanned: its file is not needed any more.
    """

    sealed = False

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Queue a scan of the message's file or picture; record as not checked what is not to be scanned."""
        attachment = event.attachment if isinstance(event, MessageSent) else None
        if not isinstance(event, MessageSent) or attachment is None:
            return
        if why_not := self._reason_not_to_scan(attachment):
            uow.file_scans.add(self._not_checked(event, why_not))
        elif attachment.type in _SCANNED:
            uow.jobs.enqueue(self._job(event, attachment))

    def _reason_not_to_scan(self, attachment: Attachment) -> NotChecked | None:
        if attachment.type in _SCANNED and not self._policy.attachments.scan:
            return NotChecked.SWITCHED_OFF
        return _NOT_SCANNED.get(attachment.type)

    def _job(self, event: MessageSent, attachment: Attachment) -> Job:
        task = ScanAttachment(
            event_id=event.id,
            message_key=event.key,
            sender_uid=event.sender_uid,
            sent_at=event.at,
            source=event.source,
            addresses=attachment.addresses,
            name=attachment.title if attachment.type == "share.file" else "",
            size=attachment.size,
            checksum=attachment.checksum,
        )
        now = self._policy.clock()
        return Job(account=event.account, group_id=event.thread_id, task=task, ordered_at=now)

    def _not_checked(self, event: MessageSent, why: NotChecked) -> FileScan:
        return FileScan(
            event_id=event.id,
            group_id=event.thread_id,
            account=event.account,
            message_key=event.key,
            sent_at=event.at,
            scanned_at=self._policy.clock(),
            result=ScanResult(not_checked=(why,)),
        )
