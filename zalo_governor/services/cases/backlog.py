"""Cases of which the desk hears in sums: what did not come live is told when it is judged, names after a sweep."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from zalo_governor.domain.cases import Case
from zalo_governor.domain.clock import from_ms
from zalo_governor.domain.outsiders import OUTSIDERS
from zalo_governor.services.cases.freshness import was_fresh
from zalo_governor.services.cases.notifications import NAME_RULE, CaseNotifications
from zalo_governor.services.messaging.message_ids import MessageId
from zalo_governor.services.policy import ServicePolicy
from zalo_governor.services.ports import UnitOfWork

_WITHIN = timedelta(days=7)
_NEVER = from_ms(1 << 42)


def told_late(case: Case) -> tuple[str, datetime]:
    """What is claimed, once, by whoever tells the desk of a case that did not come live; again where it got graver."""
    return f"recovered:{case.code}:{case.gravity}", case.opened_at


def told_of_name(case: Case) -> tuple[str, datetime]:
    """What is claimed, once, by whoever tells the desk of a case about a name."""
    return f"swept:{case.code}", case.opened_at


class CaseBacklog:
    """Tells the desk, each once, of the cases of which it was not told yet.

    The case is what is remembered, and not the recovery or the sweep: a process may die between finding a case and
    telling of it.
    """

    def __init__(self, policy: ServicePolicy, alerts: CaseNotifications) -> None:
        self._policy = policy
        self._alerts = alerts

    def urgent(self, uow: UnitOfWork, group_id: str) -> None:
        """Ask the members and tell the desk of urgent cases that are still open: one in full, several in one message.

        To be called as soon as what did not come live has been judged.
        """
        found = self._claimed(uow, group_id, lambda case: case.urgent and case.state.open)
        asked = [(case, self._ask(uow, case)) for case in found]
        told = [(case, done) for case, done in asked if self._heard_now(uow, case)]
        if len(told) == 1:
            self._tell_alone(uow, *told[0])
        elif told:
            self._alerts.urgent_cases(uow, group_id, told)

    def recovered(self, uow: UnitOfWork, group_id: str) -> None:
        """The same of all the others; light ones found in the quiet hours wait for the morning.

        To be called when all that the history brought, or what waited in the inbox at start, has been judged.
        """
        self.urgent(uow, group_id)
        found = self._claimed(uow, group_id, lambda _: True)
        asked = {case.id: self._ask(uow, case) for case in found}
        told = self._told_now(uow, found)
        if len(told) == 1 and was_fresh(told[0]) and told[0].state.open:
            self._tell_alone(uow, told[0], asked[told[0].id])
        elif told:
            count = sum(asked[case.id] is MessageId.MEMBER_ASKED for case in told)
            self._alerts.recovered(uow, group_id, told, count)

    def swept(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell of the names that sweeps found. To be called when what a sweep handed on has been judged."""
        found = [
            case
            for case in self._recent(uow, group_id)
            if case.rule_id == NAME_RULE and not case.late and uow.claims.claim_once(*told_of_name(case))
        ]
        if told := self._told_now(uow, found):
            self._alerts.swept(uow, group_id, told)

    def named_since(self, uow: UnitOfWork, group_id: str) -> None:
        """Tell who people are whose secrets were told of when nobody knew their names. To be called after a sweep."""
        for case in self._recent(uow, group_id):
            if case.sealed and case.state.open:
                self._alerts.named_since(uow, case)

    def _claimed(self, uow: UnitOfWork, group_id: str, wanted: Callable[[Case], bool]) -> list[Case]:
        """The cases that did not come live of which nobody has told yet."""
        return [
            case
            for case in self._recent(uow, group_id)
            if case.late and case.rule_id != OUTSIDERS and wanted(case) and uow.claims.claim_once(*told_late(case))
        ]

    def _recent(self, uow: UnitOfWork, group_id: str) -> list[Case]:
        """Those of the last days, and those that a clock which was set back has put into the future."""
        return uow.cases.opened_between(group_id, start=self._policy.clock() - _WITHIN, end=_NEVER)

    def _ask(self, uow: UnitOfWork, case: Case) -> MessageId:
        """Ask the member, where that is still of use; what was done, in words for the desk."""
        if not case.state.open:
            return MessageId.MEMBER_NOT_ASKED
        return self._alerts.ask_member(
            uow,
            case,
            uow.people.get(case.person_id),
            uow.cases.suggestion(case),
            about_name=case.rule_id == NAME_RULE,
            old=not was_fresh(case),
            reason=uow.cases.reason(case),
        )

    def _tell_alone(self, uow: UnitOfWork, case: Case, asked: MessageId) -> None:
        self._alerts.new_case(
            uow,
            case,
            uow.people.get(case.person_id),
            asked,
            about_name=case.rule_id == NAME_RULE,
            reason=uow.cases.reason(case),
        )

    def _heard_now(self, uow: UnitOfWork, case: Case) -> bool:
        """Whether the desk hears of the case now: it does not hear of all, and of some in the next digest."""
        steps = self._policy.steps(case, uow.people.get(case.person_id), self._policy.clock())
        return steps.desk_at is not None and case.desk_due_at is None

    def _told_now(self, uow: UnitOfWork, cases: Iterable[Case]) -> list[Case]:
        """Those of which the desk hears in a sum; in the quiet hours, light ones wait for the morning's digest."""
        told = []
        for case in cases:
            if not self._heard_now(uow, case):
                continue
            if morning := self._policy.kept_until(case):
                uow.cases.save(case.model_copy(update={"desk_due_at": morning}))
            else:
                told.append(case)
        return told
