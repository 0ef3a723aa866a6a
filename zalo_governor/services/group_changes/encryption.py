"""Watches whether a group is switched to end-to-end encryption, after which the program can read nothing in it."""

import structlog

from zalo_governor.domain.events import EventBase, GroupInfoChanged, GroupSettingChanged, Unrecognised
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.services.messaging.formatter import MessageFormatter, moment
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.messaging.notifier import Notifier
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

log = structlog.get_logger(__name__)


class EncryptionWatch:
    """Service that tells the admins at once when end-to-end encryption of a group is switched on or off."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._post = Notifier(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Tell the admins, once for each switch, if the event shows another state of the encryption than is stored."""
        encrypted = _encryption_in(event)
        if encrypted is None:
            return
        snapshot = uow.members.group_snapshot(event.thread_id)
        known = snapshot.encrypted if snapshot else None
        if snapshot and encrypted is not known:
            uow.members.update_group(event.account, snapshot.model_copy(update={"encrypted": encrypted}))
        if encrypted is bool(known):
            return
        log.warning("group_encryption", group=event.thread_id, encrypted=encrypted)
        text = self._voice.render(
            MessageId.ENCRYPTION_ON if encrypted else MessageId.ENCRYPTION_OFF,
            group=self._voice.group(self._policy.group(event.thread_id)),
            when=moment(event.at),
        )
        self._post.to_desk(uow, text, group_id=event.thread_id, urgent=True)


def encryption_line(snapshot: GroupSnapshot | None, named: str, voice: MessageFormatter) -> str:
    """Return the text saying that the group, called `named`, is end-to-end encrypted; "" if it is not."""
    encrypted = snapshot is not None and snapshot.encrypted
    return voice.render(MessageId.STATUS_ENCRYPTED, group=named) if encrypted else ""


def _encryption_in(event: EventBase) -> bool | None:
    """Return whether the group is encrypted according to the event; None if the event does not say."""
    return event.encrypted if isinstance(event, GroupInfoChanged | GroupSettingChanged | Unrecognised) else None
