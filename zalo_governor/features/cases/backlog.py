"""Notices about cases found late: in messages that were received late, or in a group sync (reading members)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.features.cases.display_names import NAME_RULE
from zalo_governor.features.cases.freshness import was_fresh
from zalo_governor.features.cases.member_request import MemberRequest
from zalo_governor.features.cases.notifications import CaseNotifications
from zalo_governor.messaging.policy import ServicePolicy
from zalo_governor.storage.unit_of_work import UnitOfWork

_WITHIN = timedelta(days=7)


def told_late(case: Case) -> tuple[str, datetime]:
    """Return the claim (name, time) by which admins are told of a case found late only once per severity."""
    return f"recovered:{case.code}:{case.gravity}", case.opened_at


def told_of_name(case: Case) -> tuple[str, datetime]:
    """Return the claim (name, time) by which admins are told of a case about a wrong display name only once."""
    return f"swept:{case.code}", case.opened_at


class CaseBacklog:
    """Sender of notices about cases that were found late, so that nobody was told of them when they were opened.

    Such cases come from messages received late, or from a group sync. A claim for each case stores that people were
    told of it, since the process may die between opening the case and telling of it.
    """

    def __init__(self, policy: ServicePolicy, alerts: CaseNotifications) -> None:
        self._policy = policy
        self._alerts = alerts

    def urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Notify members and admins of open urgent (critical or major) cases found in messages that were received late.

        The admins get the full notice of a single case, or one list of several cases. Call as soon as the rules have
        judged events that were not received live.
        """
        found = self._claim_untold(uow, group_id, lambda case: case.urgent and case.state.open)
        asked = [(case, self._ask_member(uow, case)) for case in found]
        told = [(case, done) for case, done in asked if self._is_told_now(uow, case)]
        if len(told) == 1:
            case, done = told[0]
            self._alerts.new_case(uow, case, done, uow.cases.reason(case))
        elif told:
            self._alerts.urgent_cases(uow, group_id, told)

    def recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """Notify members and admins of all cases, urgent ones first, found in messages that were received late.

        In the quiet hours (at night), notices about minor cases wait until the morning. Call when the rules have judged
        all messages fetched from Zalo's history, or, at the start of the program, all that were left in the inbox (the
        table of everything received).
        """
        self.urgent(uow, group_id)
        found = self._claim_untold(uow, group_id, lambda _: True)
        asked = {case.id: self._ask_member(uow, case) for case in found}
        told = self._select_or_defer(uow, found)
        if len(told) == 1 and was_fresh(told[0]) and told[0].state.open:
            self._alerts.new_case(uow, told[0], asked[told[0].id], uow.cases.reason(told[0]))
        elif told:
            count = sum(asked[case.id] is MemberRequest.ASKED for case in told)
            self._alerts.recovered(uow, group_id, told, count)

    def swept(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins of the wrong display names that a group sync has found.

        Call when the rules have judged the names that the sync has read.
        """
        found = [
            case
            for case in self._recent_cases(uow, group_id)
            if case.rule_id == NAME_RULE and not case.late and uow.claims.claim_once(*told_of_name(case))
        ]
        if told := self._select_or_defer(uow, found):
            self._alerts.swept(uow, group_id, told)

    def named_since(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell the admins who the person of each open sealed case is, if the name was unknown when the case was opened.

        Sealed means: the content is not stored, as it may be a state secret. Call after a group sync, which may have
        read the names from Zalo.
        """
        for case in self._recent_cases(uow, group_id):
            if case.sealed and case.state.open:
                self._alerts.named_since(uow, case)

    def _claim_untold(self, uow: UnitOfWork, group_id: str, wanted: Callable[[Case], bool]) -> list[Case]:
        """Return the `wanted` cases in messages received late of which no admin was told; mark these as told.

        Cases about outsiders are left out: `OutsiderService` tells of them.
        """
        return [
            case
            for case in self._recent_cases(uow, group_id)
            if case.late and case.rule_id != OUTSIDERS and wanted(case) and uow.claims.claim_once(*told_late(case))
        ]

    def _recent_cases(self, uow: UnitOfWork, group_id: str) -> list[Case]:
        """Return the group's cases opened in the last 7 days (or in the future, if the clock was set back since)."""
        return uow.cases.opened_between(group_id, start=self._policy.clock() - _WITHIN)

    def _ask_member(self, uow: UnitOfWork, case: Case) -> MemberRequest:
        """Ask the member to correct the breach if the case is open; return whether the member was asked, or why not."""
        if not case.state.open:
            return MemberRequest.NOT_ASKED
        return self._alerts.ask_member(uow, case, old=not was_fresh(case))

    def _is_told_now(self, uow: UnitOfWork, case: Case) -> bool:
        """Return whether to tell the admins of the case now; False if a later digest (summary) or nobody tells them."""
        steps = self._policy.steps(case, uow.people.get(case.person_id), self._policy.clock())
        return steps.desk_at is not None and case.desk_due_at is None

    def _select_or_defer(self, uow: UnitOfWork, cases: Iterable[Case]) -> list[Case]:
        """Return those of the cases of which to tell the admins now.

        In the quiet hours (at night), minor cases are left out and marked for the morning digest (summary).
        """
        told = []
        for case in cases:
            if not self._is_told_now(uow, case):
                continue
            if morning := self._policy.kept_until(case):
                uow.cases.save(case.model_copy(update={"desk_due_at": morning}))
            else:
                told.append(case)
        return told
