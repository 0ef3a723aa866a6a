"""Recording of what happens to the messages of a case: who read them, and that they were recalled or deleted."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.events import EventBase, MessageDeleted, MessageRecalled, MessageSeen
from zalo_governor.domain.people import Person
from zalo_governor.services.cases.audit import audit_case
from zalo_governor.services.cases.next_actions import visible
from zalo_governor.services.cases.notifications import CaseNotifications
from zalo_governor.services.cases.transitions import move_case
from zalo_governor.services.messaging.formatter import MessageFormatter
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

log = structlog.get_logger(__name__)


class MessageLifecycle:
    """Service that records reads, recalls and deletions of the messages of cases (possible breaches under review)."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._alerts = CaseNotifications(policy)
        self._voice = MessageFormatter(policy.catalogue, policy.regulation)

    def handle_event(self, uow: UnitOfWork, event: EventBase) -> None:
        """Record one event of a governed group if it is a recall, a deletion or a read receipt; ignore other events."""
        if isinstance(event, _WITHDRAWALS):
            self.withdrawn(uow, event)
        elif isinstance(event, MessageSeen):
            self._record_readers(uow, event)

    def withdrawn(self, uow: UnitOfWork, event: MessageRecalled | MessageDeleted) -> None:
        """Record recalled or deleted messages of cases; tell the admins if a case is sealed (a suspected secret)."""
        deleted = isinstance(event, MessageDeleted)
        by = uow.people.find_or_create(event.account, event.sender_uid)
        told: dict[int, Case] = {}
        for key in dict.fromkeys(event.target_keys if isinstance(event, MessageDeleted) else (event.target_key,)):
            if not deleted and by and self._is_foreign(uow, event, key, by):
                continue
            for case in self.gone(uow, event.thread_id, key, event.at, by, deleted=deleted):
                told[case.id] = case
        for case in told.values():
            if case.sealed:
                self._alerts.withdrawn(uow, case, event.at, by, deleted=deleted, left=visible(uow, case))

    def _is_foreign(self, uow: UnitOfWork, event: EventBase, key: str, by: Person) -> bool:
        """Return whether `by` recalls a message of somebody else, which should be impossible on Zalo; audit if so."""
        foreign = [case for case in uow.cases.of_message(event.thread_id, key) if case.person_id != by.id]
        for case in foreign:
            audit_case(uow, "recall.foreign", case, {"event": event.id}, at=self._policy.clock())
            log.warning("recall.foreign", case=case.code)
        return bool(foreign)

    def gone(
        self, uow: UnitOfWork, group_id: str, key: str, at: datetime, by: Person | None, *, deleted: bool
    ) -> list[Case]:
        """Record that a message is gone; mark its open cases as remedied if all of their messages are gone.

        Args:
            key: msgId of the message.
            by: the person who removed the message; None if unknown.
            deleted: True: the message was deleted for everybody. False: its author recalled it.

        Returns:
            The changed cases of the message; empty if the message had been recorded as gone before.
        """
        if not uow.case_messages.mark_gone(group_id, key, at, by.id if by else None, deleted=deleted):
            return []
        return [self._record_withdrawal(uow, case, at) for case in uow.cases.of_message(group_id, key)]

    def _record_withdrawal(self, uow: UnitOfWork, case: Case, at: datetime) -> Case:
        """Audit that a message of the case is gone; mark the case as remedied if none is left; return the case."""
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
        reason = self._voice.render(MessageId.REASON_RECALLED, minutes=minutes)
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


_WITHDRAWALS = (MessageRecalled, MessageDeleted)
