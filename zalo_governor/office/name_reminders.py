"""Asking members about their display names, spaced out: so many a day, and again where a name stays as it is."""

from datetime import timedelta

from zalo_governor.domain.cases import CaseState
from zalo_governor.domain.clock import from_ms, local
from zalo_governor.domain.notices import Purpose
from zalo_governor.office.alerts import Alerts
from zalo_governor.office.audit import audit_case
from zalo_governor.office.messages import Text
from zalo_governor.office.policy import OfficePolicy
from zalo_governor.office.ports import OfficeUnit

NAME_RULE = "3.2-ho-ten-chuc-vu"
"""The rule whose cases close by themselves when the person's name is right."""
_EVER = from_ms(0)
_NEVER = from_ms(1 << 42)
_SLACK = timedelta(hours=1)
"""A sweep comes some minutes earlier on one day than on another."""


class NameReminders:
    """Counts in memory whom it has asked today: a restart lets some more be asked, and loses nobody."""

    def __init__(self, policy: OfficePolicy, alerts: Alerts) -> None:
        self._policy = policy
        self._alerts = alerts
        self._today = ""
        self._asked = 0

    def may_ask(self) -> bool:
        """Whether one more may be asked today; counts that one."""
        today = f"{local(self._policy.clock()):%Y-%m-%d}"
        if today != self._today:
            self._today, self._asked = today, 0
        self._asked += 1
        return self._asked <= self._policy.names_asked_per_day

    def remind(self, unit: OfficeUnit, group_id: str) -> int:
        """Ask those who were not asked yet, and again those who were asked long enough ago; how many were asked."""
        policy, sent = self._policy, 0
        now = policy.clock()
        for case in unit.cases(group_id, start=_EVER, end=_NEVER, open_only=True):
            if case.rule_id != NAME_RULE or case.state not in {CaseState.NEW, CaseState.REMINDED}:
                continue
            given_up = now - case.opened_at > policy.name_reminder_after * policy.name_reminders + _SLACK
            since = now - policy.name_reminder_after + _SLACK
            purpose = Purpose.MEMBER_REQUEST.value
            if given_up or unit.last_posted(case.person_id, purpose, group_id, since, rule_id=NAME_RULE):
                continue
            person, made = unit.person(case.person_id), unit.suggestion(case)
            if self._alerts.held_back(unit, case, person, late=False):
                continue
            if not self.may_ask():
                break
            asked = self._alerts.ask_member(
                unit, case, person, made, about_name=True, late=False, reason=unit.reason_of(case)
            )
            if asked is Text.MEMBER_ASKED and case.state is CaseState.NEW:
                moved = case.moved(CaseState.REMINDED, at=now, by=None)
                unit.save_case(moved)
                audit_case(unit, "case.moved", moved, {"from": case.state.value, "to": moved.state.value}, at=now)
            sent += asked is Text.MEMBER_ASKED
        return sent
