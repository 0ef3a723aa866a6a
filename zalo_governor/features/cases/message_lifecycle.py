"""Recording of what happens to the messages of a case: who read them, and that they were recalled or deleted."""

from collections.abc import Sequence
from datetime import datetime

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.events import (
    EventBase,
    MessageDeleted,
    MessageRecalled,
    MessageSeen,
    MessageSent,
    SealedHeard,
)
from zalo_governor.domain.message_acts import target_keys
from zalo_governor.domain.people import Person
from zalo_governor.features.cases.audit import audit_case
from zalo_governor.features.cases.next_actions import visible
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.cases.transitions import move_case
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.storage.unit_of_work import UnitOfWork


class MessageLifecycle(Speaker):
    """Service that records who read the messages of cases, and whether they were removed."""

    def __init__(self, policy: ServicePolicy) -> None:
        super().__init__(policy)
        self._alerts = CaseNotifications(policy)

    def handle_event(self, uow: UnitOfWork, event: EventBase) -> None:
        """Record the event if it is a recall, deletion or read receipt of a governed group; else ignore."""
        if isinstance(event, MessageRecalled | MessageDeleted):
            self._record_withdrawals(uow, event)
        elif isinstance(event, MessageSeen):
            self._record_readers(uow, event)

    def _record_withdrawals(self, uow: UnitOfWork, event: MessageRecalled | MessageDeleted) -> None:
        """Record that messages of cases were recalled or deleted, as the event reports.

        If a case is sealed (a suspected state secret, whose content is not stored), the admins are told.
        """
        deleted = isinstance(event, MessageDeleted)
        by = uow.people.find_or_create(event.account, event.sender_uid)
        told: dict[int, Case] = {}
        for key in target_keys(event):
            for case in self.gone(uow, event.thread_id, key, event.at, by, deleted=deleted):
                told[case.id] = case
        for case in told.values():
            if case.sealed:
                self._alerts.withdrawn(uow, case, event.at, by, deleted=deleted, left=visible(uow, case))

    def note_earlier_withdrawal(self, uow: UnitOfWork, event: MessageSent | SealedHeard, case: Case) -> Case | None:
        """Record it if the message of a new case was recalled or deleted before; return the changed case, else None.

        That happens if the finding was made long after the message was judged, such as a finding in a file.
        """
        found = uow.case_messages.find_withdrawal(event.thread_id, event.key)
        if found is None:
            return None
        by = uow.people.find_or_create(found.account, found.by_uid)
        number = by.id if by else None
        uow.case_messages.mark_gone(event.thread_id, event.key, found.at, number, deleted=found.deleted)
        return self._record_withdrawal(uow, case, found.at)

    def gone(
        self, uow: UnitOfWork, group_id: str, key: str, at: datetime, by: Person | None, *, deleted: bool
    ) -> list[Case]:
        """Record that a message was recalled or deleted; mark each open case of it as remedied if no message is left.

        Args:
            key: msgId of the message.
            by: the person who removed the message; None if unknown.
            deleted: True: the message was deleted for everybody. False: its author recalled it.

        Returns:
            The cases to which the message belongs, as changed; empty if it was known that the message is gone.
        """
        if not uow.case_messages.mark_gone(group_id, key, at, by.id if by else None, deleted=deleted):
            return []
        return [self._record_withdrawal(uow, case, at) for case in uow.cases.of_message(group_id, key)]

    def _record_withdrawal(self, uow: UnitOfWork, case: Case, at: datetime) -> Case:
        """Audit that a message of the case was recalled or deleted, and return the case.

        If no message of the case is left in the group, the case is marked as remedied.
        """
        minutes = minutes_of(at - case.event_at)
        messages = uow.case_messages.of(case)
        all_gone = sum(message.gone_at is not None for message in messages) >= case.count
        audit_case(uow, "case.withdrawn", case, {"minutes": minutes, "all": all_gone}, at=self._policy.clock())
        if not all_gone:
            return case
        case = case.remedied(at)
        if not case.state.open:
            uow.cases.save(case)
            return case
        reason = self._voice.render(TextId("reason_recalled"), minutes=self._voice.lasted(at - case.event_at))
        return move_case(uow, case, CaseState.REMEDIED, at=self._policy.clock(), by=None, reason=reason)

    def _record_readers(self, uow: UnitOfWork, event: MessageSeen) -> None:
        if not uow.cases.of_message(event.thread_id, event.target_key):
            return
        uow.case_messages.note_readers(
            event.thread_id,
            event.target_key,
            seen=self._person_ids(uow, event, event.seen_uids),
            delivered=self._person_ids(uow, event, event.delivered_uids),
            at=self._policy.clock(),
        )

    def _person_ids(self, uow: UnitOfWork, event: MessageSeen, uids: Sequence[str]) -> list[int]:
        found = (uow.people.find_or_create(event.account, uid) for uid in uids if uid != event.account)
        return [person.id for person in found if person]
