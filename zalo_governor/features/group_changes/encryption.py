"""Watches for end-to-end encryption, under which the program can read nothing (zalo-protocol.md, 14.12)."""

from collections.abc import Callable
from datetime import date, datetime

import structlog

from zalo_governor.domain.clock import AT_ONCE, midnight, today
from zalo_governor.domain.connection import FrameCount, FrameSort
from zalo_governor.domain.events import EventBase, MessageSent
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import NO_GROUP
from zalo_governor.domain.people import GroupSnapshot
from zalo_governor.messaging.feature import EventHandler
from zalo_governor.messaging.formatter import MessageFormatter, moment
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_REPAIR = "chat.e2ee.replace"
"""Type of the messages that repair another message of an encrypted conversation, already delivered."""


class EncryptionWatch(EventHandler):
    """Service that tells the admins at once when end-to-end encryption of a group is switched on or off."""

    own = True
    sealed = False

    def handle_event(self, uow: UnitOfWork, event: EventBase, verdict: Verdict) -> None:
        """Tell the admins if the event shows that encryption was switched on or off since the last one that showed it.

        Of a message of a type that only encrypted groups have, they are told once a day, unless the group is known to
        be encrypted.
        """
        encrypted = event.encrypted
        if encrypted is None:
            if isinstance(event, MessageSent) and event.message_type == _REPAIR:
                self._tell_of_repair(uow, event)
            return
        snapshot = uow.members.group_snapshot(event.thread_id)
        known = snapshot.encrypted if snapshot else None
        if snapshot and encrypted is not known:
            uow.members.update_group(event.account, snapshot.model_copy(update={"encrypted": encrypted}))
        if encrypted is bool(known):
            return
        log.warning("group_encryption", group=event.thread_id, encrypted=encrypted)
        text = self._voice.render(
            TextId("encryption_on") if encrypted else TextId("encryption_off"),
            group=self._voice.group(self._policy.group(event.thread_id)),
            when=moment(event.at),
        )
        self._post.to_desk(uow, text, group_id=event.thread_id, urgent=True)

    def _tell_of_repair(self, uow: UnitOfWork, event: EventBase) -> None:
        snapshot = uow.members.group_snapshot(event.thread_id)
        at = midnight(today(self._policy.clock()))
        if (snapshot and snapshot.encrypted) or not uow.claims.claim_once(f"e2ee:{event.thread_id}", at):
            return
        group = self._voice.group(self._policy.group(event.thread_id))
        text = self._voice.render(TextId("encryption_signs"), place=group, when=moment(event.at))
        self._post.to_desk(uow, text, group_id=event.thread_id, urgent=True)


class EncryptedFramesWatch(Speaker):
    """Periodic check if encrypted frames came over the socket, which name no group; the admins are told once a day.

    Implements `app.due_work.Work`. `frames` returns the counts of frames of the last 24 hours by kind.
    """

    def __init__(
        self,
        policy: ServicePolicy,
        frames: Callable[[], tuple[FrameCount, ...]],
        *,
        begin: BeginUnitOfWork,
        on_posted: Callable[[], None],
    ) -> None:
        super().__init__(policy)
        self._frames = frames
        self._begin = begin
        self._on_posted = on_posted
        self._told_on: date | None = None

    def next_due(self) -> datetime | None:
        """Return `AT_ONCE` if encrypted frames came and the admins were not told today; else None."""
        told = self._told_on == today(self._policy.clock())
        came = not told and any(frame.sort is FrameSort.ENCRYPTED and frame.hour for frame in self._frames())
        return AT_ONCE if came else None

    def act(self, now: datetime) -> None:
        """Tell the admins that encrypted frames came, which the program cannot read."""
        day = today(now)
        with self._begin() as uow:
            if uow.claims.claim_once("e2ee_frames", midnight(day)):
                place = self._voice.render(TextId("encryption_place_unknown"))
                text = self._voice.render(TextId("encryption_signs"), place=place, when=moment(now))
                self._post.to_desk(uow, text, group_id=NO_GROUP, urgent=True)
        self._told_on = day
        self._on_posted()


def encryption_line(snapshot: GroupSnapshot | None, named: str, voice: MessageFormatter) -> str:
    """Return the text saying that the group, called `named`, is end-to-end encrypted; "" if it is not."""
    encrypted = snapshot is not None and snapshot.encrypted
    return voice.render(TextId("status_encrypted"), group=named) if encrypted else ""
