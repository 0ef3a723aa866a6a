"""The end of the quiet hours: sends the notices on minor cases and group changes held back in the night."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import AT_ONCE, EVER
from zalo_governor.domain.group_changes import CHANGE_RULES, ChangeKind
from zalo_governor.domain.people import Person
from zalo_governor.features.cases.commands.record import MANUAL_RULE
from zalo_governor.features.cases.display_names import NAME_RULE
from zalo_governor.features.cases.freshness import was_fresh
from zalo_governor.features.cases.name_reminders import NameReminders
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.features.group_changes.notifications import ChangeNotifications
from zalo_governor.features.group_changes.service import change_waits
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork

_BACK = timedelta(days=2)
"""Maximum age of a case whose held-back notices are sent, as the program may not have run in the morning."""
_CHANGES_BACK = timedelta(days=7)


class EndOfQuietHours:
    """Sender of the notices held back in the quiet hours (at night); each is stored as sent (claimed), so sent once."""

    def __init__(self, policy: ServicePolicy) -> None:
        self._policy = policy
        self._alerts = CaseNotifications(policy)
        self._reminders = NameReminders(policy, self._alerts)
        self._telling = ChangeNotifications(policy)
        self._is_done = False
        """Whether everything held back in the last night was sent: nothing more is due before the next night."""

    def next_due(self) -> datetime | None:
        """Return when to call `begin`: during quiet hours at their end, otherwise at once; None if all was sent."""
        if ends := self._policy.rests_until(self._policy.clock()):
            self._is_done = False
            return ends
        return None if self._is_done else AT_ONCE

    def begin(self, uow: UnitOfWork) -> None:
        """Send all notices held back in the last night; do nothing in the quiet hours, or if all were sent."""
        if self._is_done or self._policy.rests_until(self._policy.clock()):
            return
        # All is sent only if a later call finds nothing left: this transaction may still fail.
        groups = [group.id for group in self._policy.governed]
        self._is_done = not sum(self._ask_members(uow, one) + self._tell_changes(uow, one) for one in groups)

    def _ask_members(self, uow: UnitOfWork, group_id: str) -> int:
        """Ask each member, in one message, to correct the breaches whose notices were held back in the quiet hours.

        Returns how many members had such breaches.
        """
        waiting: dict[int, list[Case]] = {}
        for case in uow.cases.opened_between(group_id, start=self._policy.clock() - _BACK, open_only=True):
            if self._was_held_back(case) and uow.claims.claim_once(f"morning:{case.code}", EVER):
                waiting.setdefault(case.person_id, []).append(case)
        for person_id, cases in waiting.items():
            person = uow.people.get(person_id)
            if asked := [case for case in cases if self._may_ask(uow, case, person)]:
                self._alerts.ask_of_night(uow, asked, person)
        return len(waiting)

    def _was_held_back(self, case: Case) -> bool:
        """Return whether the notice to the member was held back because the case was opened in the quiet hours.

        Members are not told of a case recorded by hand.
        """
        return (
            case.state is CaseState.NEW
            and not case.urgent
            and case.rule_id not in {*CHANGE_RULES, MANUAL_RULE}
            and was_fresh(case)
            and self._policy.rests_until(case.opened_at) is not None
        )

    def _may_ask(self, uow: UnitOfWork, case: Case, person: Person) -> bool:
        if self._alerts.reason_not_notified(uow, case, person, old=False):
            return False
        return case.rule_id != NAME_RULE or self._reminders.may_ask(uow, case.group_id)

    def _tell_changes(self, uow: UnitOfWork, group_id: str) -> int:
        """Send the notices on unapproved changes held back in the quiet hours; return the number of their cases."""
        count = 0
        for case in uow.cases.opened_between(group_id, start=self._policy.clock() - _CHANGES_BACK, open_only=True):
            if case.rule_id not in CHANGE_RULES:
                continue
            changes = [
                kept.change
                for kept in uow.group_changes.of_case(case)
                if uow.claims.is_claimed(*change_waits(case, kept.event_id))
                and uow.claims.claim_once(f"change_told:{case.code}:{kept.event_id}", EVER)
            ]
            if not changes:
                continue
            count += 1
            told = self._telling.changed(uow, case, uow.people.get(case.person_id), changes)
            if told != case:
                uow.cases.save(told)
            for change in changes:
                if change.kind is ChangeKind.PICTURE and change.after:
                    self._telling.pictures(uow, case, change.after)
        return count
