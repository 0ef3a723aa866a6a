"""Requests to members to correct wrong display names: limited per day, and repeated until the name is right."""

from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.clock import midnight, monday, today
from zalo_governor.domain.notices import Purpose
from zalo_governor.features.cases.display_names import NAME_RULE
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.messaging.formatter import number
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.messaging.speaker import Speaker
from zalo_governor.messaging.templates import TextId
from zalo_governor.messaging.trial_filter import on_trial
from zalo_governor.storage.unit_of_work import UnitOfWork

_REQUEST = Purpose.MEMBER_REQUEST.value
_SLACK = timedelta(hours=1)
"""Tolerance when comparing times, since the daily group sync starts some minutes earlier on one day than on another."""


class NameReminders(Speaker):
    """Sender of requests to members to correct their display names; the outbox (sent messages) shows who was asked."""

    def __init__(self, policy: ServicePolicy, alerts: CaseNotifications) -> None:
        super().__init__(policy)
        self._alerts = alerts

    def may_ask(self, uow: UnitOfWork, group_id: str) -> bool:
        """Return whether the daily limit allows asking one more member of the group to correct the display name."""
        return self._asked_today(uow, group_id) < self._policy.names.asked_per_day

    def remind(self, uow: UnitOfWork, group_id: str) -> int:
        """Ask members with wrong display names to correct them, if not asked lately; return how many were asked."""
        policy, sent = self._policy, 0
        now = policy.clock()
        here = uow.members.present_uids(policy.account, group_id)
        # Members never asked come first: else those who are asked again and again would use up the daily limit.
        for case in sorted(self._open(uow, group_id), key=lambda case: case.state is not CaseState.NEW):
            if case.state not in {CaseState.NEW, CaseState.REMINDED}:
                continue
            since = now - policy.names.remind_after + _SLACK
            if self._given_up(uow, case) or uow.outbox.last_added(
                case.person_id, _REQUEST, group_id, since, rule_id=NAME_RULE
            ):
                continue
            person = uow.people.get(case.person_id)
            if person.uid not in here or self._alerts.reason_not_notified(uow, case, person, old=False):
                continue
            if not self.may_ask(uow, group_id):
                break
            sent += self._alerts.ask_member(uow, case, old=False) is MemberRequest.ASKED
        return sent

    def sum_up(self, uow: UnitOfWork, group_id: str, due: datetime) -> None:
        """Tell the admins how many display names in the group are still wrong; unchanged figures only once a week.

        Args:
            due: when this daily call was scheduled; determines the week.
        """
        cases = self._open(uow, group_id)
        if not cases:
            return
        counts = {
            "open": len(cases),
            "asked": self._asked_today(uow, group_id),
            "waiting": sum(case.state is CaseState.NEW for case in cases),
            "ended": sum(case.state is CaseState.REMINDED and self._given_up(uow, case) for case in cases),
        }
        if uow.claims.claim_once(f"names:{group_id}:{'/'.join(map(str, counts.values()))}", monday(due)):
            group = self._voice.group(self._policy.group(group_id))
            said = {
                "asked": TextId("names_asked"),
                "waiting": TextId("names_waiting"),
                "ended": TextId("names_ended"),
            }
            parts = [
                self._voice.render(text, count=number(counts[name])) for name, text in said.items() if counts[name]
            ]
            text = self._voice.render(
                TextId("names_digest"), group=group, open=number(len(cases)), parts="".join(parts)
            )
            self._post.to_desk(uow, text, group_id=group_id)

    def _open(self, uow: UnitOfWork, group_id: str) -> list[Case]:
        cases = uow.cases.opened_between(group_id, open_only=True)
        return [case for case in cases if case.rule_id == NAME_RULE]

    def _given_up(self, uow: UnitOfWork, case: Case) -> bool:
        """Return whether the member has had all the reminders of the wrong display name that the settings allow.

        The reminders are counted from the first request that arrived. It may arrive long after the case was opened, if
        there were many wrong names or a trial; on trial none arrives.
        """
        policy = self._policy
        if case.state is CaseState.NEW and not on_trial(policy, uow, case.group_id):
            return False
        return policy.clock() - case.state_at > policy.names.remind_after * policy.names.reminders + _SLACK

    def _asked_today(self, uow: UnitOfWork, group_id: str) -> int:
        since = midnight(today(self._policy.clock()))
        return uow.outbox.people_asked(_REQUEST, (group_id,), since, rule_id=NAME_RULE)
