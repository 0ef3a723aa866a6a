"""What became of the notices, as each database tells it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.seen import person
from tests.unit.storage.stored import BOT, GROUP, START, HandClock, entry, message, new_case, notice
from zalo_governor.domain.cases import Case, CaseState
from zalo_governor.domain.delivery import DeliveryState
from zalo_governor.domain.findings import Verdict
from zalo_governor.domain.notices import Notice, Outgoing, Purpose, Reception
from zalo_governor.storage.engine.database import Database
from zalo_governor.storage.repositories.inbox import Inbox
from zalo_governor.storage.repositories.outbox import Outbox
from zalo_governor.storage.unit_of_work import UnitsOfWork

MINUTE = timedelta(minutes=1)
TAKEN = Reception(msg_id="m1")
ADMIN, STAFF, MEMBER = "71", "72", "73"


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database, BOT)


@pytest.fixture
def case(units: UnitsOfWork, heard_in: Inbox) -> Case:
    [admitted] = heard_in.admit([entry("1")])
    with units.begin() as uow:
        uow.verdicts.store(admitted, message(admitted), Verdict(), START)
        return uow.cases.add(new_case(person(uow, MEMBER), admitted.id))


def post(units: UnitsOfWork, uid: str, case: Case, purpose: Purpose = Purpose.ADMIN_ALERT, **changes: Any) -> Notice:
    with units.begin() as uow:
        values: dict[str, Any] = {"urgent": True, "purpose": purpose, "case_id": case.id}
        made = notice(thread_id=uid, person_id=person(uow, uid), **(values | changes))
        uow.outbox.add(made)
    return made


def claim(outbox: Outbox, after: timedelta = timedelta()) -> list[Outgoing]:
    return outbox.claim(now=START + after, limit=9)


def test_an_alert_is_unheard_until_one_of_the_desk_has_it(units: UnitsOfWork, outbox: Outbox, case: Case) -> None:
    for uid in (ADMIN, STAFF):
        post(units, uid, case)
    with units.begin() as uow:
        assert uow.deliveries.next_unheard(3 * MINUTE) == START + 3 * MINUTE
        assert uow.deliveries.unheard_alerts(START - MINUTE) == []
        [alert] = uow.deliveries.unheard_alerts(START)
        assert [one.person_id for one in alert] == [person(uow, uid) for uid in (ADMIN, STAFF)]
    first, second = claim(outbox)
    outbox.sent(first, TAKEN, START)
    outbox.deferred(second, START + MINUTE, 221)
    with units.begin() as uow:
        assert uow.deliveries.next_unheard(3 * MINUTE) is None
        assert uow.deliveries.unheard_alerts(START + 9 * MINUTE) == []


def test_refused_by_all_it_is_unheard_at_once_and_told_of_once(units: UnitsOfWork, outbox: Outbox, case: Case) -> None:
    for uid in (ADMIN, STAFF):
        post(units, uid, case)
    for outgoing in claim(outbox):
        outbox.refused(outgoing, 123, START, addressee_refuses=True)
    with units.begin() as uow:
        assert uow.deliveries.next_unheard(3 * MINUTE) == START
        [alert] = uow.deliveries.unheard_alerts(START - MINUTE)
        assert {(one.code, one.final) for one in alert} == {(123, True)}
        uow.deliveries.mark_escalated(alert, START)
    with units.begin() as uow:
        assert uow.deliveries.unheard_alerts(START + 9 * MINUTE) == []


def test_refused_by_one_while_another_waits_it_is_not_due_before_the_time_is_over(
    units: UnitsOfWork, outbox: Outbox, case: Case
) -> None:
    for uid in (ADMIN, STAFF):
        post(units, uid, case)
    first, second = claim(outbox)
    outbox.refused(first, 123, START, addressee_refuses=True)
    outbox.deferred(second, START + MINUTE, 221)
    with units.begin() as uow:
        assert uow.deliveries.next_unheard(3 * MINUTE) == START + 3 * MINUTE
        assert uow.deliveries.unheard_alerts(START - MINUTE) == []


def test_what_is_sent_again_and_fails_again_is_told_of_again(units: UnitsOfWork, outbox: Outbox, case: Case) -> None:
    post(units, ADMIN, case)
    for _ in range(2):
        [outgoing] = claim(outbox)
        outbox.refused(outgoing, 123, START, addressee_refuses=True)
        with units.begin() as uow:
            [alert] = uow.deliveries.unheard_alerts(START)
            uow.deliveries.mark_escalated(alert, START)
            assert uow.deliveries.send_again(case, START) == 1


def test_what_may_have_arrived_still_says_so_when_it_is_sent_again(
    units: UnitsOfWork, outbox: Outbox, case: Case
) -> None:
    post(units, ADMIN, case)
    outbox.uncertain(claim(outbox)[0], START, None)
    [again] = claim(outbox, MINUTE)
    assert again.repeated
    outbox.refused(again, 123, START + MINUTE, addressee_refuses=False)
    with units.begin() as uow:
        assert uow.deliveries.send_again(case, START + MINUTE) == 1
    assert claim(outbox, 2 * MINUTE)[0].repeated


def test_a_light_alert_or_one_that_is_withheld_is_no_urgent_matter(units: UnitsOfWork, case: Case) -> None:
    post(units, ADMIN, case, urgent=False)
    with units.begin() as uow:
        uow.outbox.add(notice(person_id=1, purpose=Purpose.ADMIN_ALERT, urgent=True, case_id=case.id), withheld=True)
        assert uow.deliveries.next_unheard(3 * MINUTE) is None


def test_a_request_that_was_delivered_is_known_by_its_case(units: UnitsOfWork, outbox: Outbox, case: Case) -> None:
    def delivery() -> DeliveryState:
        with units.begin() as uow:
            return uow.deliveries.request_state(case)

    assert delivery() is DeliveryState.NONE
    post(units, MEMBER, case, Purpose.MEMBER_REQUEST, urgent=False)
    assert delivery() is DeliveryState.PENDING
    [outgoing] = claim(outbox)
    outbox.deferred(outgoing, START, None)
    with units.begin() as uow:
        assert uow.deliveries.delivered_requests() == []
    [outgoing] = claim(outbox, MINUTE)
    outbox.sent(outgoing, TAKEN, START)
    assert delivery() is DeliveryState.DELIVERED
    with units.begin() as uow:
        assert [found.id for found in uow.deliveries.delivered_requests()] == [case.id]


def test_whom_a_notice_about_a_case_does_not_reach_is_known_once(
    units: UnitsOfWork, outbox: Outbox, case: Case
) -> None:
    post(units, MEMBER, case, Purpose.MEMBER_REQUEST)
    post(units, ADMIN, case, Purpose.LEADER_ALERT, urgent=False)
    for outgoing in claim(outbox):
        outbox.deferred(outgoing, START + MINUTE, 998)
    with units.begin() as uow:
        assert uow.deliveries.unreached_people(START - MINUTE) == []
        [urgent] = uow.deliveries.unreached_people(START)
        assert (urgent.purpose, urgent.final, urgent.code) == (Purpose.MEMBER_REQUEST, False, 998)
        uow.deliveries.mark_told_to_desk([urgent], START)
    assert claim(outbox, timedelta(hours=25)) == []
    with units.begin() as uow:
        [light] = uow.deliveries.unreached_people(START)
        assert (light.purpose, light.final) == (Purpose.LEADER_ALERT, True)


def test_what_was_lost_is_told_once_its_addressee_has_got_something_else(
    units: UnitsOfWork, outbox: Outbox, case: Case, clock: HandClock
) -> None:
    post(units, ADMIN, case)
    [outgoing] = claim(outbox)
    outbox.refused(outgoing, 123, START, addressee_refuses=True)
    with units.begin() as uow:
        assert uow.deliveries.lost_notices() == []
    post(units, ADMIN, case, created_at=START + MINUTE, group_id="8000000000000000009")
    [outgoing] = claim(outbox, MINUTE)
    outbox.sent(outgoing, TAKEN, START + MINUTE)
    with units.begin() as uow:
        [lost] = uow.deliveries.lost_notices()
        assert (lost.case_id, lost.group_id) == (case.id, GROUP)
        uow.deliveries.mark_told_of_loss([lost], START)
    with units.begin() as uow:
        assert uow.deliveries.lost_notices() == []


@pytest.mark.parametrize("urgent", [True, False])
def test_once_the_case_is_answered_nothing_is_tried_again(
    units: UnitsOfWork, outbox: Outbox, case: Case, *, urgent: bool
) -> None:
    purpose = Purpose.ADMIN_ALERT if urgent else Purpose.MEMBER_REQUEST
    post(units, ADMIN, case, purpose, urgent=urgent)
    [outgoing] = claim(outbox)
    outbox.deferred(outgoing, START + MINUTE, None)
    with units.begin() as uow:
        uow.cases.save(case.moved(CaseState.FALSE_ALARM, at=START, by=None, reason="nhầm"))
    assert claim(outbox, 9 * MINUTE) == []
    assert outbox.counts(START).failed == 0
