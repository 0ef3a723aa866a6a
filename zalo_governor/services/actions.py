"""Carrying out errands on Zalo: somebody is put out, a request accepted, a message pinned; the result is told."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from zalo_governor.domain.actions import Errand, ErrandKind, ErrandOutcome
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.notices import Purpose
from zalo_governor.domain.people import Role
from zalo_governor.services.members.outsiders import Newcomers
from zalo_governor.services.messaging.formatter import Voice
from zalo_governor.services.messaging.message_ids import Text
from zalo_governor.services.messaging.notifier import Post
from zalo_governor.services.policy import OfficePolicy
from zalo_governor.services.ports import BeginUnitOfWork, UnitOfWork

log = structlog.get_logger(__name__)

_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60))
"""How long to wait before each further try of an errand of which nobody knows what became."""
_RESULTS = {
    ErrandOutcome.DONE: Text.PUT_OUT_DONE,
    ErrandOutcome.NOT_ALLOWED: Text.PUT_OUT_NOT_ALLOWED,
    ErrandOutcome.NOT_THERE: Text.PUT_OUT_GONE,
    ErrandOutcome.REFUSED: Text.PUT_OUT_REFUSED,
    ErrandOutcome.UNKNOWN: Text.PUT_OUT_UNKNOWN,
}
_PINNED = {
    ErrandOutcome.DONE: Text.PIN_DONE,
    ErrandOutcome.NOT_ALLOWED: Text.PIN_NOT_ALLOWED,
    ErrandOutcome.NOT_THERE: Text.PIN_NOT_THERE,
    ErrandOutcome.REFUSED: Text.PIN_REFUSED,
    ErrandOutcome.UNKNOWN: Text.PIN_UNKNOWN,
}


class Errands:
    """Does what is due, one errand after the other.

    Args:
        carry_out: of each kind, what asks Zalo to do it; never raises where Zalo or the line fails.
        on_settled: called when something was put into the outbox.
    """

    def __init__(
        self,
        policy: OfficePolicy,
        *,
        carry_out: Mapping[ErrandKind, Callable[[Errand], ErrandOutcome]],
        begin: BeginUnitOfWork,
        on_settled: Callable[[], None],
    ) -> None:
        self._policy = policy
        self._carry_out = carry_out
        self._begin = begin
        self._on_settled = on_settled
        self._post = Post(policy)
        self._voice = Voice(policy.catalogue, policy.regulation)
        self._newcomers = Newcomers(policy)

    def next_due(self) -> datetime | None:
        """When `act` has to be called next; None where nothing waits."""
        with self._begin() as uow:
            return uow.actions.next_due(self._policy.account)

    def act(self, now: datetime) -> None:
        """Try everything that is due. The call itself is made outside any transaction."""
        with self._begin() as uow:
            due = uow.actions.due(self._policy.account, now)
        for errand in due:
            outcome = self._carry_out[errand.kind](errand)
            with self._begin() as uow:
                if outcome is ErrandOutcome.UNKNOWN and errand.attempts < len(_AGAIN):
                    uow.actions.retry(errand, self._policy.clock() + _AGAIN[errand.attempts])
                else:
                    self._settle(uow, errand, outcome)
            self._on_settled()

    def _settle(self, uow: UnitOfWork, errand: Errand, outcome: ErrandOutcome) -> None:
        if not uow.actions.settle(errand, outcome):
            return
        person = None if errand.kind is ErrandKind.PIN else uow.people.find_or_create(errand.account, errand.uid)
        case = None if errand.case_id is None else uow.cases.get(errand.case_id)
        uow.audit.append(
            f"errand.{errand.kind.value}",
            at=self._policy.clock(),
            actor_id=errand.ordered_by,
            group_id=errand.group_id,
            subject=case.code if case else "",
            detail={"errand": errand.id, "outcome": outcome.value, "person": person.id if person else None},
        )
        log.info("errand", kind=errand.kind.value, errand=errand.id, outcome=outcome.value)
        if errand.kind is ErrandKind.BEFRIEND:
            if outcome is ErrandOutcome.DONE:
                uow.people.mark_reachable(errand.account, errand.uid)
        elif errand.kind is ErrandKind.PIN:
            self._pinned(uow, errand, outcome)
        elif case:
            self._put_out(uow, errand, case, outcome)

    def _pinned(self, uow: UnitOfWork, errand: Errand, outcome: ErrandOutcome) -> None:
        if errand.ordered_by is None:
            return
        orderer = uow.people.get(errand.ordered_by)
        group = self._voice.group(self._policy.group(errand.group_id))
        text = self._voice.say_to(orderer, _PINNED[outcome], group=group)
        self._post.to_person(uow, orderer, text, Purpose.REPLY, group_id=errand.group_id, asked_for=True)

    def _put_out(self, uow: UnitOfWork, errand: Errand, case: Case, outcome: ErrandOutcome) -> None:
        newcomer = uow.outsiders.of_case(case)
        if outcome is ErrandOutcome.NOT_THERE and errand.uid in uow.members.present_uids(
            errand.account, errand.group_id
        ):
            outcome = ErrandOutcome.REFUSED  # So does Zalo answer of somebody whom nobody can put out: the owner.
        if outcome in {ErrandOutcome.DONE, ErrandOutcome.NOT_THERE} and newcomer:
            uow.outsiders.mark_gone(case, self._policy.clock())
            if case.state.open:
                reason = self._voice.say(Text.REASON_PUT_OUT)
                self._newcomers.close(uow, case, CaseState.REMEDIED, reason, by=errand.ordered_by)
        who = self._voice.who(uow.people.get(newcomer.person_id)) if newcomer else self._voice.say(Text.WHO_UNKNOWN)
        text = self._voice.say(_RESULTS[outcome], code=case.code, who=who)
        self._post.to_desk(uow, text, group_id=errand.group_id, case_id=case.id)
        orderer = None if errand.ordered_by is None else uow.people.get(errand.ordered_by)
        if orderer and not orderer.has(Role.ADMIN, Role.ADMIN_STAFF):
            self._post.to_person(
                uow, orderer, text, Purpose.REPLY, group_id=errand.group_id, case_id=case.id, asked_for=True
            )
