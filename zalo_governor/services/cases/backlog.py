"""Summaries for the admins of cases not found live: from backfill or late events, and from group syncs (names)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.services.cases.freshness import was_fresh
from zalo_governor.services.cases.member_request import MemberRequest
from zalo_governor.services.cases.notifications import NAME_RULE, CaseNotifications
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

_WITHIN = timedelta(days=7)
_NEVER = from_ms(1 << 42)


def told_late(case: Case) -> tuple[str, datetime]:
    """Return the claim (key, moment) for telling the admins of a case not found live: once for each gravity."""
    return f"recovered:{case.code}:{case.gravity}", case.opened_at


def told_of_name(case: Case) -> tuple[str, datetime]:
    """Return the claim (key, moment) for telling the admins once of a case about a display name."""
    return f"swept:{case.code}", case.opened_at


class CaseBacklog:
    """Service that tells the admins, once each, of cases they were not told of when the case was opened.

    A claim is stored per case, not per gap recovery or group sync, since the process may die between opening a case
    and telling of it.
    """

    def __init__(self, policy: ServicePolicy, alerts: CaseNotifications) -> None:
        self._policy = policy
        self._alerts = alerts

    def urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Ask the members and tell the admins of urgent open cases: a single one in full, several in one message.

        Call as soon as events that were not heard live have been judged.
        """
        found = self._claim_untold(uow, group_id, lambda case: case.urgent and case.state.open)
        asked = [(case, self._ask_member(uow, case)) for case in found]
        told = [(case, done) for case, done in asked if self._is_told_now(uow, case)]
        if len(told) == 1:
            self._tell_of_one(uow, *told[0])
        elif told:
            self._alerts.urgent_cases(uow, group_id, told)

    def recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """Ask the members and tell the admins of all cases not found live; minor ones wait until quiet hours end.

        Call when everything from the history, or from the inbox at the start of the program, has been judged.
        """
        self.urgent(uow, group_id)
        found = self._claim_untold(uow, group_id, lambda _: True)
        asked = {case.id: self._ask_member(uow, case) for case in found}
        told = self._select_or_defer(uow, found)
        if len(told) == 1 and was_fresh(told[0]) and told[0].state.open:
            self._tell_of_one(uow, told[0], asked[told[0].id])
        elif told:
            count = sum(asked[case.id] is MemberRequest.ASKED for case in told)
            self._alerts.recovered(uow, group_id, told, count)

    def swept(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of wrong display names found by group syncs. Call when a sync's events have been judged."""
        found = [
            case
            for case in self._recent_cases(uow, group_id)
            if case.rule_id == NAME_RULE and not case.late and uow.claims.claim_once(*told_of_name(case))
        ]
        if told := self._select_or_defer(uow, found):
            self._alerts.swept(uow, group_id, told)

    def named_since(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins the names, known by now, of persons in open sealed cases. Call after a group sync."""
        for case in self._recent_cases(uow, group_id):
            if case.sealed and case.state.open:
                self._alerts.named_since(uow, case)

    def _claim_untold(self, uow: UnitOfWork, group_id: str, wanted: Callable[[Case], bool]) -> list[Case]:
        """Claim and return the wanted cases not found live of which the admins were not told yet."""
        return [
            case
            for case in self._recent_cases(uow, group_id)
            if case.late and case.rule_id != OUTSIDERS and wanted(case) and uow.claims.claim_once(*told_late(case))
        ]

    def _recent_cases(self, uow: UnitOfWork, group_id: str) -> list[Case]:
        """Return the cases opened in the last 7 days, or in the future if the clock was set back since."""
        return uow.cases.opened_between(group_id, start=self._policy.clock() - _WITHIN, end=_NEVER)

    def _ask_member(self, uow: UnitOfWork, case: Case) -> MemberRequest:
        """Ask the member if the case is still open; return the text that tells the admins what was done."""
        if not case.state.open:
            return MemberRequest.NOT_ASKED
        return self._alerts.ask_member(
            uow,
            case,
            uow.people.get(case.person_id),
            uow.cases.suggestion(case),
            about_name=case.rule_id == NAME_RULE,
            old=not was_fresh(case),
            reason=uow.cases.reason(case),
        )

    def _tell_of_one(self, uow: UnitOfWork, case: Case, asked: MemberRequest) -> None:
        self._alerts.new_case(
            uow,
            case,
            uow.people.get(case.person_id),
            asked,
            about_name=case.rule_id == NAME_RULE,
            reason=uow.cases.reason(case),
        )

    def _is_told_now(self, uow: UnitOfWork, case: Case) -> bool:
        """Return whether the admins are told of the case now, rather than in the next digest or never."""
        steps = self._policy.steps(case, uow.people.get(case.person_id), self._policy.clock())
        return steps.desk_at is not None and case.desk_due_at is None

    def _select_or_defer(self, uow: UnitOfWork, cases: Iterable[Case]) -> list[Case]:
        """Return the cases to tell the admins of now; put minor ones in the quiet hours off to the morning's digest."""
        told = []
        for case in cases:
            if not self._is_told_now(uow, case):
                continue
            if morning := self._policy.kept_until(case):
                uow.cases.save(case.model_copy(update={"desk_due_at": morning}))
            else:
                told.append(case)
        return told
