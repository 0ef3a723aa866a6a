"""What happens to a message under a case afterwards: people read it, its sender recalls it, somebody deletes it."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import minutes_of
from zalo_governor.domain.events import EventBase, MessageDeleted, MessageRecalled, MessageSeen
from zalo_governor.domain.people import Person
from zalo_governor.services.cases.audit import audit_case
from zalo_governor.services.cases.next_actions import visible
from zalo_governor.services.cases.notifications import Alerts
from zalo_governor.services.messaging.formatter import Voice
from zalo_governor.services.messaging.message_ids import Text
from zalo_governor.services.policy import OfficePolicy
from zalo_governor.services.ports import OfficeUnit

log = structlog.get_logger(__name__)


class Afterwards:
    """Notes it with the case, moves the case where that is due, and tells the desk."""

    def __init__(self, policy: OfficePolicy) -> None:
        self._policy = policy
        self._alerts = Alerts(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)

    def take(self, unit: OfficeUnit, event: EventBase) -> None:
        """Look at one event of a governed group; most are none of this."""
        if isinstance(event, _WITHDRAWALS):
            self.withdrawn(unit, event)
        elif isinstance(event, MessageSeen):
            self._read(unit, event)

    def withdrawn(self, unit: OfficeUnit, event: MessageRecalled | MessageDeleted) -> None:
        """Note that messages are gone, and tell the desk of those of sealed cases of which it had not heard yet."""
        deleted = isinstance(event, MessageDeleted)
        by = unit.sender(event.account, event.sender_uid)
        told: dict[int, Case] = {}
        for key in dict.fromkeys(event.target_keys if isinstance(event, MessageDeleted) else (event.target_key,)):
            if not deleted and by and self._is_foreign(unit, event, key, by):
                continue
            for case in self.gone(unit, event.thread_id, key, event.at, by, deleted=deleted):
                told[case.id] = case
        for case in told.values():
            if case.sealed:
                self._alerts.withdrawn(unit, case, event.at, by, deleted=deleted, left=visible(unit, case))

    def _is_foreign(self, unit: OfficeUnit, event: EventBase, key: str, by: Person) -> bool:
        """Whether somebody claims to take back what another wrote: only who wrote a message can do that."""
        foreign = [case for case in unit.case_of_message(event.thread_id, key) if case.person_id != by.id]
        for case in foreign:
            audit_case(unit, "recall.foreign", case, {"event": event.id}, at=self._policy.clock())
            log.warning("recall.foreign", case=case.code)
        return bool(foreign)

    def gone(
        self, unit: OfficeUnit, group_id: str, key: str, at: datetime, by: Person | None, *, deleted: bool
    ) -> list[Case]:
        """Note that a message is gone, and remedy the open cases of which nothing is left to be seen.

        Gives the cases that it belongs to, as they are afterwards; none where it was known to be gone already.
        """
        if not unit.mark_gone(group_id, key, at, by.id if by else None, deleted=deleted):
            return []
        return [self._note(unit, case, at) for case in unit.case_of_message(group_id, key)]

    def _note(self, unit: OfficeUnit, case: Case, at: datetime) -> Case:
        minutes = minutes_of(at - case.event_at)
        messages = unit.messages_of(case)
        all_gone = sum(message.gone_at is not None for message in messages) >= case.count
        audit_case(unit, "case.withdrawn", case, {"minutes": minutes, "all": all_gone}, at=self._policy.clock())
        if not all_gone:
            return case
        case = case.remedied(at)
        if not case.state.open:
            unit.save_case(case)
            return case
        reason = self._voice.say(Text.REASON_RECALLED, minutes=minutes)
        remedied = case.moved(CaseState.REMEDIED, at=self._policy.clock(), by=None, reason=reason)
        unit.save_case(remedied)
        audit_case(
            unit,
            "case.moved",
            remedied,
            {"from": case.state.value, "to": remedied.state.value},
            at=self._policy.clock(),
        )
        return remedied

    def _read(self, unit: OfficeUnit, event: MessageSeen) -> None:
        if not unit.case_of_message(event.thread_id, event.target_key):
            return
        unit.note_readers(
            event.thread_id,
            event.target_key,
            seen=self._persons(unit, event, event.seen_uids),
            delivered=self._persons(unit, event, event.delivered_uids),
            at=self._policy.clock(),
        )

    def _persons(self, unit: OfficeUnit, event: MessageSeen, uids: Sequence[str]) -> list[int]:
        found = (unit.sender(event.account, uid) for uid in uids if uid != event.account)
        return [person.id for person in found if person]


_WITHDRAWALS = (MessageRecalled, MessageDeleted)
